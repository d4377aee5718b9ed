"""One record of every model and one person of every kind: who may do what with which."""

import base64
import inspect
from contextlib import contextmanager

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw, get_public_method
from odoo.tools import mute_logger

from . import access_table
from .common import ALL_CUSTOMERS, COLLECTOR, MANAGER, action, deadline_row, row, step
from .document.document_case import PDF, DocumentCase

MODULE = "account_collection"
PORTAL = "base.group_portal"
OPERATIONS = ("read", "write", "create", "unlink")
#: What the ORM itself offers, told by access rights and rules.
OF_THE_ORM = {
    "create", "write", "unlink", "copy", "copy_data", "read", "search", "load", "default_get",
    "init", "fields_get", "onchange",
}
#: Fields of which the sample has nothing: read, not compared. Tests of their own look at them.
EMPTY = {
    "collection_next_action_id", "collection_next_action_ids", "collection_next_date",
    "collection_next_name", "collection_internal", "collection_followed_by", "collection_waiver",
    "collection_kept_out", "collection_shown_dispute", "collection_claims_paid",
    "collection_held_by", "collection_anonymised_on", "collection_closure_ids",
}
#: Types of which there is no order, and no group.
MANY = ("one2many", "many2many")


class AccessCase(DocumentCase):
    """A tenant with one of everything, and everybody who could want to see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.later = fields.Date.to_string(fields.Date.add(fields.Date.today(), days=30))
        cls.actors = cls.make_actors()
        cls.samples = cls.make_samples()
        cls.env.flush_all()

    # -- people ----------------------------------------------------------------------------

    @classmethod
    def make_actors(cls):
        """:return: dict of ``res.users`` by what they are"""
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        firm = cls.make_partner("Other Bailiffs", email="other-bailiffs@example.com")
        other = cls.make_partner("Tenant Two", email="two@example.com")
        portal = {
            "customer": cls.customer, "other_customer": other, "partner": cls.bailiff,
            "other_partner": firm, "contributor": cls.guarantor,
        }
        return {
            "stranger": cls.env.ref("base.public_user"),
            **{name: cls.make_user(f"portal_{name}", PORTAL, partner_id=partner.id)
               for name, partner in portal.items()},
            "employee": cls.make_user("employee", "base.group_user"),
            "accountant": cls.make_user("accountant", "account.group_account_invoice"),
            "other_collector": cls.make_user("other_collector", COLLECTOR),
            "collector": cls.collector,
            "all_customers": cls.make_user("all_customers", ALL_CUSTOMERS),
            "manager": cls.manager,
            "other_company": cls.make_user(
                "other_company", MANAGER, company_id=elsewhere.id,
                company_ids=[(6, 0, elsewhere.ids)]),
        }

    # -- records ---------------------------------------------------------------------------

    @classmethod
    def make_samples(cls):
        """:return: dict of one record of the tenant, or of the settings, by model"""
        cls.invoice = cls.make_invoice(cls.customer, 500, due="2026-02-01")
        cls.items = cls.get_items(cls.invoice)
        sequence = cls.make_access_sequence()
        request = cls.start()
        request.invite(cls.cau, cls.guarantor)
        item = request.item_ids.filtered(lambda item: item.function_id == cls.cau).sudo()
        item._provide([("payslip.pdf", PDF)], by=item.contributor_id)
        samples = [
            sequence, sequence.visit_id, sequence.action_ids[0], sequence.deadline_ids,
            sequence.participant_ids[0], cls.customer.collection_history_ids[0],
            cls.customer.collection_history_ids[0].chain_id, sequence.template_id,
            sequence.template_id.step_ids[0], sequence.template_id.step_ids.content_ids[0],
            sequence.template_id.step_ids.transition_ids[0], request,
            item.contributor_id, item, item.file_ids, request.contributor_ids.notice_ids,
            cls.template, cls.template.item_ids[0],
            cls.template.function_ids, *cls.make_loose_samples(sequence), cls.items, cls.invoice,
            cls.customer,
        ]
        return {record._name: record.sudo()[:1] for record in samples}

    @classmethod
    def make_access_sequence(cls):
        """A sequence that waits for the bailiff, and for a deadline."""
        template = cls.make_template("ACCESS", [step(
            "serve", [action("deed", "CJ", name="Serve the deed")],
            [deadline_row("end:Late", 30), row("end:Served")])])
        return cls.launch(template)

    @classmethod
    def make_loose_samples(cls, sequence):
        """:return: list of the records that nothing above has made"""
        env, customer, company = cls.env, cls.customer, cls.company
        own = {"customer_id": customer.id, "company_id": company.id}
        scenario = cls.make_scenario()
        promise = env["collection.promise"].with_user(cls.collector).make(
            cls.items, date=cls.later)
        second = cls.get_items(cls.make_invoice(customer, 50, due="2026-02-02"))
        dispute = env["collection.dispute"].with_user(cls.collector).open(
            second, env["collection.dispute.reason"].search([], limit=1))
        third = cls.get_items(cls.make_invoice(customer, 70, due="2026-02-03"))
        plan = env["collection.payment.plan"].with_user(cls.collector).offer(
            third.with_user(cls.collector), [(cls.later, 70)])
        (link, _url), = env["collection.link"]._make(
            [{**own, "kind": "customer", "partner_id": customer.id}])
        answer = env["collection.answer"].create({
            **own, "link_id": link.id, "submission": "a-submission", "kind": "question",
            "partner_id": customer.id, "item_id": cls.items.id})
        signal = env["collection.signal"]._post([
            {**own, "key": "a-key", "code": "payment", "sequence_id": sequence.id}])
        case = env["collection.case.file"].create({
            **own, "name": "Case file", "scope": "res.partner", "lang": "en_US",
            "day": fields.Date.today(), "made_by_id": cls.collector.id, "state": "ready",
            "digest": "0" * 64, "content": base64.b64encode(b"PK")})
        handover = env["collection.case.handover"].create({
            "case_file_id": case.id, "partner_id": cls.bailiff.id, "function_id": cls.cj.id,
            "handed_at": fields.Datetime.now(), "handed_by_id": cls.collector.id})
        group = env["collection.group"].create({"name": "Group"})
        search = env["ir.filters"].create({
            "name": "Search", "model_id": "res.partner", "user_ids": False,
            "domain": "[('is_company', '=', True)]"})
        rule = env["collection.assignment.rule"].create({
            "attribute": "group", "group_id": group.id, "filter_id": search.id})
        rule.run()
        with cls.at("2026-02-25 09:00:00"):
            cls.pay(cls.make_invoice(customer, 30, due="2026-02-10"))
        env["collection.debtor"]._rebuild(customer)
        env["collection.action"].create({
            **own, "name": "Call", "kind": "call", "date": fields.Date.today(), "state": "closed",
            "outcome": "done", "closed_on": fields.Date.today()})
        rule_of_law = env["collection.limitation.rule"].create(
            {"claim_kind": "trade", "amount": 5})
        interruption = env["collection.limitation.interruption"].with_user(
            cls.collector).note_interruption(cls.items, "recognition", "2026-02-20", note="Letter")
        return [
            rule_of_law, interruption,
            env["collection.debtor"].search([("customer_id", "=", customer.id)]),
            scenario, scenario.step_ids[0], promise, promise.line_ids[:1], plan, plan.line_ids,
            dispute, link, answer,
            case, handover, signal, group, rule, env["collection.reply"].create({
                **own, "key": "a-key", "source": "email", "user_id": cls.collector.id,
                "received_at": fields.Datetime.now()}),
            env["collection.assignment"].search([("customer_id", "=", customer.id)], limit=1),
            env["collection.assignment.run"].create(
                {"company_id": company.id, "started_at": fields.Datetime.now()}),
            env["collection.statement.run"].create(
                {"company_id": company.id, "month": "2026-02-01"}),
            env["collection.dispatch"].create({
                **own, "action_id": sequence.action_ids[0].id, "channel": "email",
                "partner_id": customer.id}),
            env["collection.signal.receipt"].create({
                "sequence_id": sequence.id, "key": "a-key", "code": "payment"}),
            cls.make_option("OPTION"), cls.gest,
            env["collection.setup"].create({"company_id": company.id}),
            env["collection.label"].create({"name": "Label"}),
            env["collection.action.template"].create({"name": "Template"}),
            env["collection.cost"].create({"sequence_id": sequence.id, "amount": 40}),
            env["collection.truce"].create({
                "name": "Truce", "start_month": 11, "start_day": 1, "end_month": 3,
                "end_day": 31}),
            env["collection.template.check"].create({
                "template_id": sequence.template_id.id, "name": "Check", "start": "2026-03-02",
                "moves": [{"kind": "day"}], "expected": {"path": [["check", "x"]]}}),
            env["collection.document.automation"].create(
                {"template_id": cls.template.id, "name": "Invitation"}),
            *(env[f"collection.analysis.{name}"].search(
                [("customer_id", "=", customer.id)], limit=1)
              for name in (
                  "action", "cohort", "dispute", "effect", "flow", "forecast", "forecast.past",
                  "item", "month", "promise", "sequence", "stage")),
            *(env[name].search([], limit=1) for name in (
                "collection.outcome", "collection.item.status", "collection.dispute.reason",
                "collection.penalty.rate", "collection.notice.text")),
        ]

    # -- looking ---------------------------------------------------------------------------

    @classmethod
    def get_own_models(cls):
        """:return: names of the models that the module brings, but abstract ones"""
        return sorted(
            name for name, model in cls.env.registry.models.items()
            if model._original_module == MODULE and not model._abstract)

    @classmethod
    def get_models_with_methods(cls):
        """:return: names of the models, the core's too, that the module gives public methods"""
        return sorted(
            name for name in cls.env.registry.models if cls.get_public_methods(name))

    @classmethod
    def get_public_methods(cls, model):
        """:return: dict of functions that a remote call reaches and the module defines, by name"""
        found = {}
        for base in type(cls.env[model]).__mro__:
            if MODULE not in getattr(base, "__module__", ""):
                continue
            for name, function in vars(base).items():
                if not name.startswith("_") and inspect.isfunction(function) and (
                        name not in OF_THE_ORM and cls._is_reachable(model, name)):
                    found.setdefault(name, function)
        return found

    @classmethod
    def _is_reachable(cls, model, name):
        try:
            get_public_method(cls.env[model], name)
        except AccessError:
            return False
        return True

    def is_denied(self, command):
        """Whether a command is refused for want of rights; whatever it does is undone."""
        self.env.invalidate_all()
        try:
            with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule"), self.undone():
                command()
        except AccessError:
            return True
        except Exception:  # noqa: BLE001 - refused for another reason than rights
            return False
        return False

    @contextmanager
    def undone(self):
        """Run a block, and undo what it has done."""
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint:
                yield
                self.env.flush_all()
                savepoint.rollback()
        finally:
            self.env.invalidate_all()

    def call(self, model, name, function, user, others=None):
        """Call a public method as a remote call would, on the sample where it is of a record.

        :param dict others: arguments in the place of those that fit
        """
        records = self.env[model].with_user(user)
        on_model = getattr(function, "_api_model", False)
        if records._transient and not on_model:
            records = records.create(self.make_dialog_vals(model))
        elif model in self.samples:
            records = records.browse(self.samples[model].id)
        given = {**self.make_arguments(model, function), **(others or {})}
        return call_kw(
            self.env[model].with_user(user), name, [] if on_model else [records.ids], given)

    def make_dialog_vals(self, model):
        """:return: values that a dialog is opened with, and filled enough to go on"""
        today = fields.Date.today()
        vals = {
            "collection.action.assign": {"function_id": self.cj.id, "contact_id": self.second.id},
            "collection.action.reschedule": {"date": fields.Date.add(today, days=3)},
            "collection.assignment.mass": {"switch_ids": [
                Command.create({"attribute": "penalties", "change": "on"})]},
            "collection.document.invite": {
                "function_id": self.cau.id, "partner_id": self.second.id, "name": "Sue"},
            "collection.document.start": {
                "template_id": self.template.id, "action_id": False,
                "partner_id": self.customer.id},
            "collection.document.start.line": {"function_id": self.cau.id},
            "collection.document.steer": {"purpose": "pause"},
            "collection.call": {"result": "note", "note": "x", "promises": False},
            "collection.dispute.resolve": {"result": "justified"},
            "collection.reply.pass": {"user_id": self.litigator.id},
            "collection.limitation.note": {
                "item_ids": [(6, 0, self.items.ids)], "kind": "recognition", "note": "x"},
            "collection.item.wizard": {"item_ids": [(6, 0, self.items.ids)]},
            "collection.sequence.steer": {"purpose": "pause"},
            "collection.takeover.line": {"finding": "kept_out"},
        }.get(model, {})
        filled = set(vals)
        for name, field in self.env[model]._fields.items():
            if name in filled:
                continue
            if field.type in ("many2one", "many2many") and field.store and (
                    field.required or field.readonly) and field.comodel_name in self.samples:
                record = self.samples[field.comodel_name]
                vals[name] = record.id if field.type == "many2one" else [(6, 0, record.ids)]
            elif field.store and name in ("reason", "name", "label", "comment"):
                vals[name] = "x"
        return vals

    def make_arguments(self, model, function):
        """:return: keyword arguments for the parameters that have no default"""
        known = {
            "outcome": "done", "reason": "x", "date": self.later, "items": self.items.ids,
            "values": {"name": "x", "kind": "call"}, "kind": "recognition",
            "company": self.company.id, "day": "2026-03-02", "figure": "sales",
            "step": self.samples["collection.sequence.step"].id,
            "status": self.samples["collection.item.status"].id,
            "recipients": self.collector.partner_id.ids,
            "subject": "x", "customer": self.customer.id, "customer_id": self.customer.id,
            "customers": self.customer.ids,
            "template": self.samples["collection.sequence.template"].id,
            "template_id": self.samples["collection.sequence.template"].id,
            "function": self.cau.id, "partner": self.second.id, "files": [("a.pdf", PDF)],
            "result": "justified", "company_id": self.company.id, "run_id": 0, "name": "x",
            "start": "2026-03-02", "moves": [], "words": {}, "attribute": "scenario",
            "automation": self.samples["collection.document.automation"].id,
            "value": 0, "locked": True, "msg_dict": {}, "user": self.litigator.id, "wanted": True,
            "batch": self.customer.ids, "instalments": [(self.later, 500)],
        }
        if model == "collection.action.skip":
            known["batch"] = self.samples["collection.action"].ids
        if model.startswith("collection.document"):
            known["template"] = self.template.id
        if model == "collection.sequence":
            known["values"] = {"name": "x", "function_id": self.gest.id}
        if model == "collection.dispute":
            known["reason"] = self.samples["collection.dispute.reason"].id
        return {
            name: known[name] for name, parameter in inspect.signature(function).parameters.items()
            if name != "self" and parameter.default is parameter.empty}


class FieldCase(AccessCase):
    """The same, and something to see in every field that the module adds to models of Odoo."""

    @classmethod
    def make_samples(cls):
        samples = super().make_samples()
        cls.fill(samples)
        samples["res.company"] = cls.company
        cls.twins = cls.make_twins()
        return samples

    @classmethod
    def fill(cls, samples):
        """Give every field of the samples something to see."""
        customer, scenario = cls.customer, samples["collection.scenario"]
        customer.write({
            "collection_scenario_id": scenario.id, "collection_contact_id": customer.id,
            "collection_debtor_kind": "professional", "collection_penalties": True,
            "collection_claim_kind": "trade",
            "collection_indemnity": True, "collection_insolvency_date": "2026-02-20",
            "collection_interactive_email": True, "collection_hold_until": cls.later,
            "collection_hold_reason": "Ask Paul",
            "collection_bounced_email": customer.email_normalized})
        cls.pay(cls.make_invoice(customer, 20, due="2026-02-15"))
        cls.items.write({
            "collection_comment": "Ask Paul", "collection_review_date": cls.later,
            "collection_excluded_since": "2026-02-25", "collection_claim_kind": "trade",
            "collection_limitation_date": cls.later, "collection_limitation_warned": 30,
            "collection_notice_date": "2026-02-26",
            "collection_action_ids": [(4, samples["collection.action"].id)]})
        cls.company.write({
            "collection_manager_id": cls.manager.id, "collection_old_before": "2025-01-01",
            "collection_old_until": "2025-06-01", "collection_statement_paid_late": True,
            "collection_retention_months": 120, "collection_statement_monthly": "open"})

    @classmethod
    def make_twins(cls):
        """:return: dict of a record of nobody's customer by model, with nothing to see"""
        other = cls.actors["other_customer"].partner_id
        invoice = cls.make_invoice(other, 500, due="2026-12-31")
        item = cls.get_items(invoice)
        return {"res.partner": other, "account.move": invoice, "account.move.line": item}

    # -- by construction -------------------------------------------------------------------

    @classmethod
    def get_fields(cls):
        """:return: dict of the module's fields by name, by model of Odoo; what a model has from a
            parent record is told there"""
        found = {}
        for name, model in cls.env.registry.models.items():
            if model._original_module != MODULE:
                for field in model._fields.values():
                    if field._modules[:1] == (MODULE,) and not field.inherited:
                        found.setdefault(name, {})[field.name] = field
        return found

    @classmethod
    def each(cls, ways=lambda field: True):
        """:return: list of (sample, field, who reads it) of what is to see on a sample"""
        return [
            (cls.samples[model], field, access_table.FIELDS[model][name][0])
            for model, found in cls.get_fields().items() if model in cls.samples
            for name, field in found.items() if name not in EMPTY and ways(field)]

    @staticmethod
    def get_condition(field, value):
        """:return: domain of the records that have this value"""
        if field.type in MANY:
            return [(field.name, "in", value.ids[:1])]
        if field.type == "many2one":
            value = value.id
        return [(field.name, "=", fields.Date.to_string(value) if field.type == "date" else value)]
