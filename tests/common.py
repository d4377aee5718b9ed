"""Builders for tests: people, functions, customers, trees. No demo data, frozen time."""

from contextlib import nullcontext
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user

from ..tools import batches

NOW = "2026-03-02 09:00:00"  # a Monday

COLLECTOR = "account_collection.group_collection_user"
ALL_CUSTOMERS = "account_collection.group_collection_all"
MANAGER = "account_collection.group_collection_manager"


def action(key, function="GEST", **vals):
    """An action that a step asks for.

    :param str function: code of the function that owes it
    :param vals: fields of ``collection.sequence.content``; functions by code, options as a
        list of codes
    """
    return {"key": key, "name": key.capitalize(), "function_id": function, **vals}


def row(to, on=None, *, outcomes=(), options=(), at_once=False):
    """A row of a decision table.

    :param str to: key of the step to enter, or ``end`` / ``end:label``
    :param str on: key of the action looked at; None holds whatever the results
    :param outcomes: outcomes that make it hold
    :param options: codes of the options that make it hold
    """
    end = to == "end" or to.startswith("end:")
    return {
        "timing": "at_once" if at_once else "joined",
        "condition": "outcome" if on else "joined",
        "content_key": on,
        "outcome_ids": list(outcomes),
        "option_ids": list(options),
        "target": "end" if end else "step",
        "target_key": None if end else to,
        "end_label": to[4:] if end else False,
    }


def step(key, actions, rows, **vals):
    """A step: its actions and its decision table, in order."""
    return {"key": key, "name": key.capitalize(), "actions": actions, "rows": rows, **vals}


def load_migration(place):
    """Load an upgrade script; returns its module.

    :param str place: such as ``19.0.8.0.0/post-branches``
    """
    path = Path(__file__).parents[1] / "migrations" / f"{place}.py"
    spec = spec_from_file_location(path.stem.replace("-", "_"), path)
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def _raise(_message, *_arguments):
    """Let the fault that is being handled go on to the test."""
    raise


class Builders:
    """Make what tests need, in the class's environment."""

    #: by code
    functions, options = {}, {}

    # -- people --------------------------------------------------------------------

    @classmethod
    def make_user(cls, login, groups, **vals):
        return cls._make_user(
            login, groups, name=login.capitalize(), email=f"{login}@example.com",
            **{"lang": "en_US", **vals})

    @classmethod
    def _make_user(cls, login, groups, **vals):
        """A user who is sent no invitation, which would take a third of the time."""
        user = new_test_user(
            cls.env, login, groups, context={"no_reset_password": True}, **vals)
        return user.with_env(cls.env)

    @classmethod
    def make_portal_user(cls, login, partner=None, **vals):
        """A user of the portal: the partner's own, or a new person's.

        :param vals: fields of the new person, e.g. ``parent_id``
        """
        partner = partner or cls.make_partner(
            login.capitalize(), email=f"{login}@example.com", **vals)
        return cls._make_user(
            login, "base.group_portal", name=partner.name, email=partner.email,
            partner_id=partner.id, lang="en_US")

    @classmethod
    def make_partner(cls, name, **vals):
        return cls.env["res.partner"].create({"name": name, **vals})

    @classmethod
    def make_function(cls, code, name=None, kind="internal", **vals):
        function = cls.env["collection.function"].create(
            {"code": code, "name": name or code, "kind": kind, **vals})
        cls.functions[code] = function
        return function

    @classmethod
    def make_option(cls, code, outcome="done"):
        option = cls.env["collection.action.option"].create(
            {"code": code, "name": code.capitalize(), "outcome": outcome})
        cls.options[code] = option
        return option

    @classmethod
    def make_customer(cls, name, holders=None, collector=None, **vals):
        """A customer in the collector's portfolio, with the usual holders.

        :param dict holders: user or partner by function code; {} for none
        """
        customer = cls.make_partner(name, is_company=True, **{
            "email": "tenant@example.com",
            "collector_id": (collector or cls.collector).id, **vals})
        if holders is None:
            holders = {"GEST": cls.collector, "RC": cls.litigator, "CJ": cls.bailiff,
                       "LOC": customer}
        for code, holder in holders.items():
            cls.make_participant(customer, code, holder)
        return customer

    @classmethod
    def make_participant(cls, customer, code, holder, **vals):
        field = "user_id" if holder._name == "res.users" else "contact_id"
        return cls.env["collection.participant"].create({
            "customer_id": customer.id, "function_id": cls.functions[code].id,
            field: holder.id, **vals})

    # -- trees ---------------------------------------------------------------------

    @classmethod
    def make_template(cls, code, steps, *, publish=True, **vals):
        """A template of :func:`step` values, published unless told otherwise."""
        template = cls.env["collection.sequence.template"].create({
            "code": code, "name": f"Template {code}", **vals,
            "step_ids": [Command.create(cls._prepare_step(position, values))
                         for position, values in enumerate(steps, start=1)],
        })
        if publish:
            template.action_publish()
        return template

    @classmethod
    def _prepare_step(cls, position, values):
        values = dict(values)
        actions, rows = values.pop("actions"), values.pop("rows")
        return {
            **values,
            "position": position,
            "content_ids": [Command.create({"position": number, **cls._resolve(content)})
                            for number, content in enumerate(actions, start=1)],
            "transition_ids": [Command.create({
                "position": number, "key": f"r{number}", **cls._resolve(transition)})
                for number, transition in enumerate(rows, start=1)],
        }

    @classmethod
    def _resolve(cls, values):
        """Turn codes into ids."""
        values = dict(values)
        for name in ("function_id", "validator_function_id", "recipient_function_id",
                     "copy_function_id", "beside_function_id"):
            if isinstance(values.get(name), str):
                values[name] = cls.functions[values[name]].id
        if "option_ids" in values:
            values["option_ids"] = [Command.set(
                [cls.options[code].id for code in values["option_ids"]])]
        if "outcome_ids" in values:
            values["outcome_ids"] = [Command.set([
                cls.env.ref(f"account_collection.outcome_{code}").id
                for code in values["outcome_ids"]])]
        return values

    @classmethod
    def make_short_template(cls, code="SHORT", **vals):
        """Two steps: GEST checks, then RC validates to an end."""
        return cls.make_template(code, [
            step("check", [action("file")], [row("judge")]),
            step("judge", [action("verdict", "RC", needs_validation=True)], [
                row("check", "verdict", outcomes=["refused"]),
                row("end:Settled"),
            ]),
        ], **vals)

    # -- scenarios -------------------------------------------------------------------

    @classmethod
    def make_scenario(cls, steps=(3, 15, 30), **vals):
        """A scenario of automatic e-mails at these days from the leader's due date.

        :param steps: days, or dicts of fields of ``collection.scenario.step``
        """
        values = [step if isinstance(step, dict) else {"offset": step} for step in steps]
        return cls.env["collection.scenario"].create({
            "name": "Ladder", "min_days": 1, **vals,
            "step_ids": [Command.create({
                "name": f"Reminder at {step['offset']}", "kind": "email", "mode": "automatic",
                "subject": "Reminder", "body": "<p>Please pay.</p>", "position": number, **step,
            }) for number, step in enumerate(values, start=1)],
        })

    @classmethod
    def chase(cls, customer, scenario):
        """Put a customer into a scenario, as the manager.

        :return: its open scenario action
        """
        customer.with_user(cls.manager).collection_scenario_id = scenario
        return cls.get_planned(customer)

    @classmethod
    def get_planned(cls, customer):
        """:return: the customer's open scenario action"""
        return cls.env["collection.action"].search([
            ("customer_id", "=", customer.id), ("origin", "=", "scenario"),
            ("state", "!=", "closed")])

    # -- money ---------------------------------------------------------------------

    @classmethod
    def make_invoice(cls, customer, amount=500.0, due="2026-02-01", **vals):
        """A posted customer invoice in the company's currency, due on a day."""
        account = cls._get_account("income")
        cls._get_account("asset_receivable")
        move = cls.env["account.move"].create({
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": date(2026, 1, 1),
            "invoice_date_due": fields.Date.to_date(due),
            "invoice_line_ids": [Command.create({
                "name": "Rent", "quantity": 1, "price_unit": amount,
                "account_id": account.id, "tax_ids": [Command.clear()]})],
            **vals,
        })
        move.action_post()
        return move

    @staticmethod
    def get_items(move, *others):
        """:return: the receivable lines of entries, the earliest due first"""
        return move.union(*others).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable").sorted("date_maturity")

    @classmethod
    def _get_account(cls, account_type):
        """The company's account of a type, made when the database has no chart."""
        accounts = cls.env["account.account"].search([
            ("account_type", "=", account_type), ("company_ids", "in", cls.company.id)])
        if accounts:
            return accounts[0]
        account = cls.env["account.account"].create({
            "name": account_type, "code": f"T{account_type[:6].upper()}",
            "account_type": account_type, "reconcile": account_type == "asset_receivable"})
        if account_type == "asset_receivable":
            cls.env["ir.default"].set(
                "res.partner", "property_account_receivable_id", account.id,
                company_id=cls.company.id)
            cls.env["account.journal"].create(
                {"name": "Sales", "code": "TSAL", "type": "sale",
                 "default_account_id": cls._get_account("income").id})
        return account


class CollectionCase(Builders, TransactionCase):
    """A landlord's desk: a collector, a litigation manager, a bailiff and one tenant."""

    #: the moment it is, or None for the real clock
    moment = NOW

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.moment:
            cls.startClassPatcher(freeze_time(cls.moment))
        # what costs an accountant nothing is a fault of ours all the same
        cls.startClassPatcher(patch.object(batches, "report", _raise))
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "tz": "UTC"})
        cls.env["res.lang"]._activate_lang("en_US")  # whatever is installed
        cls.start_collection()
        cls.company = cls.env.company
        cls.functions = {}
        cls.options = {}
        cls.gest = cls.make_function("GEST", "Case manager")
        cls.rc = cls.make_function("RC", "Litigation manager")
        cls.cj = cls.make_function("CJ", "Bailiff", kind="external")
        cls.loc = cls.make_function("LOC", "Tenant", kind="contact")
        cls.collector = cls.make_user("collector", COLLECTOR)
        cls.litigator = cls.make_user("litigator", COLLECTOR)
        cls.manager = cls.make_user("manager", MANAGER)
        cls.bailiff = cls.make_partner("Bailiff & Co", email="bailiff@example.com")
        cls.customer = cls.make_customer("Tenant One")

    @classmethod
    def start_collection(cls):
        """Messages leave by themselves: in the companies there are, and in those to come."""
        cls.env["ir.default"].set("res.company", "collection_started_on", "2020-01-01")
        cls.env["res.company"].search([]).collection_started_on = "2020-01-01"

    # -- the moment, and what it costs ----------------------------------------------

    @staticmethod
    def at(moment):
        """Run a block at another moment, e.g. ``2026-03-09 06:00:00``."""
        return freeze_time(moment)

    def forget_all(self):
        """Forget whatever was read, before queries are counted.

        An environment that is still there keeps its company, one that is made anew asks for it;
        which of them are there is the chance of the garbage collector. So they forget it as well.
        """
        self.env.flush_all()
        self.env.transaction.reset()

    def count_queries(self, function, *arguments, **options):
        """:return: how many queries a function costs, from nothing read to all written"""
        self.forget_all()
        before = self.env.cr.sql_log_count
        function(*arguments, **options)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    # -- shorthands ------------------------------------------------------------------

    @classmethod
    def launch(cls, template, customer=None, user=None, **vals):
        """Launch as the collector unless told otherwise."""
        user = user or cls.collector
        return template.with_user(user).launch((customer or cls.customer).with_user(user), **vals)

    def get_action(self, sequence, key):
        """The latest action of a content in a sequence, as its sequence's user sees it."""
        return sequence.action_ids.filtered(lambda a: a.content_key == key).sorted("number")[-1]

    def close(self, sequence, key, outcome="done", user=None, option=None, comment=""):
        """Close the latest action of a content, as the manager unless told otherwise."""
        self.get_action(sequence, key).with_user(user or self.manager).close(
            outcome, option=self.options[option] if option else None, comment=comment)

    def assertAt(self, sequence, key):
        """The sequence runs and stands at the step of that key."""
        self.assertEqual((sequence.state, sequence.step_id.key), ("running", key))

    def assertReplays(self, sequence):
        """The history leads to the stored state."""
        self.assertEqual(sequence.sudo()._replay(), sequence.sudo()._get_state())

    # -- the world around ------------------------------------------------------------

    @classmethod
    def pay(cls, invoice, amount=None, user=None):
        """Register a payment of an invoice, in whole unless told otherwise.

        :return: the ``account.payment``
        """
        env = cls.env["account.payment.register"].with_user(user or cls.env.user)
        wizard = env.with_context(active_model="account.move", active_ids=invoice.ids).create(
            {"payment_date": fields.Date.today()})
        if amount is not None:
            wizard.amount = amount
        return wizard._create_payments()

    @classmethod
    def credit(cls, invoice):
        """Cancel an invoice by a credit note.

        :return: the credit note
        """
        return invoice._reverse_moves(cancel=True)

    def run_cron(self, method, model="collection.sequence", **kwargs):
        """Run a cron's method, with commits and rollbacks of its own."""
        served = isinstance(self, HttpCase)  # then the registry is in test mode already
        with nullcontext() if served else self.enter_registry_test_mode(), (
                self.registry.cursor()) as cr:
            return getattr(api.Environment(cr, SUPERUSER_ID, {})[model], method)(**kwargs)

    def process_due(self, moment=None, **kwargs):
        """Execute what is due, at another moment if one is given."""
        with self.at(moment or fields.Datetime.now()):
            return self.run_cron("_process_due", model="collection.action", **kwargs)

    def deliver_signals(self):
        return self.run_cron("_process_signals")

    def run_night(self, moment=None):
        """Evaluate deadlines and levels, at another moment if one is given."""
        if not moment:
            return self.run_cron("_process_deadlines")
        with self.at(moment):
            return self.run_cron("_process_deadlines")


def event_row(to, code, **vals):
    """A row that waits for an event, at once unless told otherwise."""
    return {**row(to, at_once=True), "condition": "event", "event_code": code, **vals}


def level_row(to, code="settled", **vals):
    """A row that holds in a state of the account, at once unless told otherwise."""
    return {**row(to, at_once=True), "condition": "level", "level_code": code, **vals}


def deadline_row(to, amount, unit="days", **vals):
    """A row that fires when a delay has run out, at once unless told otherwise."""
    return {**row(to, at_once=True), "condition": "deadline", "delay_amount": amount,
            "delay_unit": unit, **vals}


def flow_row(template, to=None, on=None, **vals):
    """A row to another template: switch to it, or with ``to`` launch it and go on there."""
    return {**row(to or "end", on), "target": "launch" if to else "switch",
            "target_template_code": template, "end_label": False, **vals}
