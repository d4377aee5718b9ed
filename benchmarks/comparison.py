"""The same business in databases with the module and without it: what the ledger says after it.

`business` draws a course of each seed, does it night by night, and writes what stands in the
tables of `account` to a file: the columns of the core, ids as ranks, references by rank or name.
"""

import json
import random
from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time
from ledger import Ledger, draw, prepare

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

NOW = "2026-03-02 09:00:00"
#: Nights of a course, and pieces of business before each of them at most.
NIGHTS, WORK = 8, 6
#: Moments of the transaction, and secrets: never the same twice.
NEVER_EQUAL = ("create_date", "write_date", "access_token")
#: What a night does where the module is, in its order.
NIGHT = (
    ("collection.sequence", "_process_signals"), ("collection.sequence", "_process_deadlines"),
    ("account.move.line", "_put_newly_overdue"), ("collection.scenario", "_plan_all"),
    ("collection.action", "_bring_all_to_day"), ("collection.action", "_process_due"),
    ("collection.promise", "_process_promises"),
)


def business(env, first, count, columns, path):
    """Do the business of some seeds, one after the other, and write the ledger to a file.

    :param int first: the first seed
    :param int count: how many
    :param dict columns: lists of the columns to write, by table
    :param str path: of the file
    :return: dict of counts
    """
    env["res.lang"]._activate_lang("en_US")
    with freeze_time(NOW):
        set_up = prepare(env)
        env = env(context={
            **env.context, "allowed_company_ids": set_up["companies"].ids,
            "tracking_disable": True})
        refused = []
        for seed in range(first, first + count):
            refused += _go_through(env, set_up, seed)
    env.flush_all()
    ledger = {table: _read(env, table, names) for table, names in sorted(columns.items())}
    Path(path).write_text(json.dumps({"refused": refused, "ledger": ledger}))
    has_module = "collection.dispatch" in env
    return {"refused": len(refused), "messages": (
        env["collection.dispatch"].search_count([]) if has_module else 0)}


def _go_through(env, set_up, seed):
    """Do the business of one seed.

    :return: list of what was refused, and why
    """
    people = env["res.partner"].create([
        {"name": f"{name} of {seed}", "is_company": True, "email": f"p{seed}@example.com"}
        for name in ("One", "Two", "Three", "Group")])
    treat = _get_treatment(env)
    treat.begin(people[:3])
    chance, refused = random.Random(seed), []
    ledger = Ledger(env, set_up, people)
    with freeze_time(NOW) as clock:
        for _night in range(NIGHTS):
            for _piece in range(chance.randint(1, WORK)):
                name, arguments = draw(chance)
                reason = _do(ledger, name, arguments)
                if reason:
                    refused.append([seed, name, str(arguments), reason])
                treat.between(ledger, seed)
            clock.tick(timedelta(days=chance.randint(1, 12)))
            treat.night()
    return refused


def _do(ledger, name, arguments):
    """:return: str, why the operation was refused; empty where it was done"""
    try:
        with ledger.env.cr.savepoint():
            ledger.do(name, arguments)
            # the ranks of partners, counted after the commit, when a merge may have removed them
            ledger.env.cr.postcommit.clear()
    except (AccessError, UserError) as refusal:
        ledger.env.invalidate_all()
        return f"{type(refusal).__name__}: {refusal}"
    return ""


# === WHAT THE MODULE DOES MEANWHILE === #


class Nothing:
    """The database without the module."""

    def begin(self, customers):
        pass

    def between(self, ledger, seed):
        pass

    def night(self):
        pass


class Collection:
    """The database with the module: everybody is chased, and in a sequence; items are treated."""

    def __init__(self, env):
        self.env = env
        self.scenario = env["collection.scenario"].search(
            [("name", "=", "Compared")]) or self._make_scenario()
        self.template = env["collection.sequence.template"].search(
            [("code", "=", "COMPARED")]) or self._make_template()
        self.turn = 0

    def _make_scenario(self):
        return self.env["collection.scenario"].create({
            "name": "Compared", "min_days": 1, "step_ids": [Command.create({
                "name": f"At {days}", "offset": days, "kind": "email", "mode": "automatic",
                "subject": "#items_amount_overdue", "body": "<p>#items_list_overdue</p>",
                "position": days}) for days in (1, 6, 12)]})

    def _make_template(self):
        function = self.env["collection.function"].create(
            {"code": "COMPARED", "name": "Compared", "kind": "internal"})
        outcome = {"timing": "joined", "condition": "joined", "target": "end",
                   "end_label": "Done", "position": 2}
        event = {"timing": "at_once", "condition": "event", "event_code": "payment",
                 "target": "end", "end_label": "Paid", "position": 1}
        template = self.env["collection.sequence.template"].create({
            "code": "COMPARED", "name": "Compared", "step_ids": [Command.create({
                "key": "ask", "name": "Ask", "position": 1,
                "content_ids": [Command.create({
                    "key": "call", "name": "Call", "function_id": function.id, "position": 1})],
                "transition_ids": [Command.create(event), Command.create(outcome)]})]})
        template.action_publish()
        return template

    def begin(self, customers):
        customers.write({"collection_scenario_id": self.scenario.id,
                         "collector_id": self.env.ref("base.user_admin").id})
        for customer in customers:
            self.env["collection.participant"].create({
                "customer_id": customer.id, "user_id": self.env.ref("base.user_admin").id,
                "function_id": self.template.step_ids.content_ids.function_id.id})
            self.template.launch(customer)

    def between(self, ledger, seed):
        """Every third piece of business somebody promises, disputes, or is visited."""
        self.turn += 1
        items = ledger.get_receivable(ledger.pick(self.turn)).filtered(
            lambda line: not line.reconciled and line.amount_residual_currency > 0)
        if not items or self.turn % 3:
            return
        treatments = (self._promise, self._dispute, self._visit)
        try:
            with self.env.cr.savepoint():
                treatments[self.turn // 3 % 3](items)
        except UserError:  # what is not due cannot be promised: nothing to compare
            self.env.invalidate_all()

    def _promise(self, items):
        self.env["collection.promise"].make(
            items, date=fields.Date.today() + timedelta(days=4))

    def _dispute(self, items):
        reason = self.env["collection.dispute.reason"].search([], limit=1)
        self.env["collection.dispute"].open(items, reason)

    def _visit(self, items):
        self.env["collection.action"].create_specific(items, {"name": "Visit"})

    def night(self):
        self.env.cr.commit()
        for model, method in NIGHT:
            with mute_logger("odoo.addons.base.models.ir_cron"):
                getattr(self.env[model], method)()
            self.env.cr.commit()
        self.env.invalidate_all()


def _get_treatment(env):
    return Collection(env) if "collection.action" in env else Nothing()


# === WHAT THE LEDGER SAYS === #


def describe(env):
    """Find what there is to compare, in a database without the module.

    :return: dict of lists of the columns by table
    """
    found = {}
    for table, column in env.execute_query(SQL(
            """
            SELECT columns.table_name, columns.column_name
              FROM information_schema.columns AS columns
              JOIN information_schema.tables AS tables USING (table_schema, table_name)
             WHERE table_schema = 'public' AND tables.table_type = 'BASE TABLE'
               AND table_name LIKE 'account\\_%%' AND columns.column_name <> ALL(%s)
          ORDER BY columns.table_name, columns.ordinal_position
            """, list(NEVER_EQUAL))):
        found.setdefault(table, []).append(column)
    return found


def _read(env, table, columns):
    """:return: list of rows as dicts of text, in the order of their ids, else sorted"""
    targets = dict(env.execute_query(SQL(
        """
        SELECT attribute.attname, target.relname
          FROM pg_constraint AS fk
          JOIN pg_attribute AS attribute
            ON attribute.attrelid = fk.conrelid AND attribute.attnum = fk.conkey[1]
          JOIN pg_class AS target ON target.oid = fk.confrelid
         WHERE fk.contype = 'f' AND fk.conrelid = %s::regclass
        """, table)))
    values = [SQL("%s AS %s", _get_value(env, column, targets.get(column), table),
                  SQL.identifier(column)) for column in columns]
    return env.execute_query_dict(SQL(
        "SELECT %s FROM %s AS record ORDER BY %s", SQL(", ").join(values),
        SQL.identifier(table), SQL("record.id" if "id" in columns else "1, 2")))


def _get_value(env, column, target, table):
    """:return: SQL of a column as text: an id as its rank or its record's name"""
    own = SQL.identifier("record", column)
    if column == "id":
        target = table
    if not target:
        return SQL("%s::text", own)
    if target.startswith("account_"):
        return SQL("(SELECT count(*) FROM %s AS other WHERE other.id <= %s)::text",
                   SQL.identifier(target), own)
    name = _get_name_column(env, target)
    if not name:
        return SQL("%s::text", own)
    return SQL("(SELECT other.%s::text FROM %s AS other WHERE other.id = %s)",
               SQL.identifier(name), SQL.identifier(target), own)


def _get_name_column(env, table):
    found = {name for [name] in env.execute_query(SQL(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name IN ('name', 'login')", table))}
    return next((name for name in ("name", "login") if name in found), None)
