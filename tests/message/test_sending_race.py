"""What accountants do at the very moment at which messages leave or customers are planned."""

import threading
from contextlib import closing, contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..common import NOW

#: What is put away after each test, in this order: table, and the column with the customer.
TABLES = (
    ("collection_dispatch", "customer_id"), ("collection_action", "customer_id"),
    ("collection_plan_mark", "partner_id"), ("collection_plan_wake", "customer_id"),
    ("collection_history_chain", "customer_id"), ("account_move", "partner_id"),
    ("res_partner", "id"),
)


@tagged("post_install", "-at_install")
class TestSendingRace(BaseCase):
    """Two real connections, each of which commits."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # the runner's own thread may hold the lock that ours need to make an environment
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.startPatcher(freeze_time(NOW))
        self.addCleanup(self._put_away)
        with self.environment() as env:
            self._make(env)

    @contextmanager
    def environment(self):
        """A connection of one's own, committed at the end."""
        with closing(self.registry.cursor()) as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            cr.commit()

    def _make(self, env):
        env["res.lang"]._activate_lang("en_US")
        scenario = env["collection.scenario"].create({
            "name": "Race", "min_days": 1, "step_ids": [Command.create({
                "name": "Reminder", "offset": 3, "kind": "email", "mode": "automatic",
                "subject": "#items_amount_overdue", "body": "<p>Please pay.</p>"})]})
        customer = env["res.partner"].create({
            "name": "Race", "is_company": True, "email": "race@example.com"})
        self.scenario, self.customer = scenario.id, customer.id
        account = env["account.account"].search([("account_type", "=", "income")], limit=1)
        invoice = env["account.move"].create({
            "move_type": "out_invoice", "partner_id": customer.id,
            "invoice_date": date(2026, 1, 1), "invoice_date_due": date(2026, 2, 1),
            "invoice_line_ids": [Command.create({
                "name": "Rent", "price_unit": 100, "account_id": account.id,
                "tax_ids": [Command.clear()]})]})
        invoice.action_post()
        self.invoice = invoice.id
        customer.collection_scenario_id = scenario

    def _put_away(self):
        with self.environment() as env:
            cr = env.cr
            cr.execute("ALTER TABLE collection_history DISABLE TRIGGER USER")
            cr.execute("ALTER TABLE collection_history_chain DISABLE TRIGGER USER")
            cr.execute("DELETE FROM mail_message WHERE model = 'res.partner' AND res_id = %s",
                       [self.customer])
            cr.execute("DELETE FROM collection_history WHERE chain_id IN ("
                       " SELECT id FROM collection_history_chain WHERE customer_id = %s)",
                       [self.customer])
            for table, column in TABLES:
                cr.execute(f"DELETE FROM {table} WHERE {column} = %s", [self.customer])
            cr.execute("ALTER TABLE collection_history ENABLE TRIGGER USER")
            cr.execute("ALTER TABLE collection_history_chain ENABLE TRIGGER USER")
            cr.execute("DELETE FROM collection_scenario WHERE id = %s", [self.scenario])

    def get_actions(self, env):
        return env["collection.action"].search(
            [("customer_id", "=", self.customer)], order="id")

    def do_business(self, work):
        """An accountant's request: like Odoo's server, tried again where it lost a race."""
        for _attempt in range(20):
            try:
                with self.environment() as env, mute_logger("odoo.sql_db"):
                    work(env)
            except OperationalError:
                continue
            return
        self.fail("The accountant never came through.")

    def delete_invoice(self, env):
        env.cr.execute("SET LOCAL lock_timeout = '5s'")
        invoice = env["account.move"].browse(self.invoice)
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()

    def test_an_invoice_is_deleted_while_its_message_leaves(self):
        """A, B: the accountant comes through, the message says what was owed as it left."""
        actions = self.registry["collection.action"]
        render, threads = actions._render_messages, []

        def render_meanwhile(records, **kwargs):
            messages = render(records, **kwargs)
            if not threads:
                threads.append(threading.Thread(
                    target=self.do_business, args=(self.delete_invoice,)))
                threads[0].start()
                threads[0].join(0.5)
            return messages

        with self.environment() as env, patch.object(
                actions, "_render_messages", render_meanwhile):
            self.assertEqual(self.get_actions(env)._process_batch(), 1)
        threads[0].join(30)
        with self.environment() as env:
            sent = self.get_actions(env)[0]
            self.assertEqual(sent.outcome, "done")
            self.assertIn("100.00", sent.dispatch_ids.subject)
            self.assertFalse(env["account.move"].browse(self.invoice).exists())
            self.assertFalse(sent.item_ids)
            env["collection.scenario"]._plan(env["res.partner"].browse(self.customer))
            self.assertNotIn("scheduled", self.get_actions(env).mapped("state"))

    def test_an_invoice_is_deleted_before_its_message_leaves(self):
        """B: after the sender began to read: nothing leaves, and the action ends."""
        with self.environment() as env:
            action = self.get_actions(env)  # what this connection sees is fixed from here on
            self.do_business(self.delete_invoice)
            with mute_logger("odoo.sql_db"):
                self.assertEqual(action._process_batch(), 0)
        with self.environment() as env:
            self.assertEqual(self.get_actions(env)._process_batch(), 0)
            self.assertEqual(self.get_actions(env).state, "closed")
            self.assertFalse(self.get_actions(env).dispatch_ids)

    def test_a_payment_is_taken_back_while_its_customer_is_planned(self):
        """C: planned without it for now; the next run finds what has changed meanwhile."""
        self.do_business(self.pay)
        with self.environment() as env:
            env["collection.scenario"]._plan()
            self.assertEqual(set(self.get_actions(env).mapped("state")), {"closed"})
        self.do_business(self.touch)
        with self.environment() as env:
            self.assertTrue(env["res.partner"].browse(self.customer).name)
            self.do_business(self.take_payment_back)
            env["collection.scenario"]._plan()
        with self.environment() as env:
            env["collection.scenario"]._plan()
            self.assertIn("scheduled", self.get_actions(env).mapped("state"))

    def get_debt(self, env):
        return env["account.move"].browse(self.invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable")

    def pay(self, env):
        debt = self.get_debt(env)
        journal = env["account.journal"].search([("type", "=", "general")], limit=1)
        other = env["account.account"].search([("account_type", "=", "equity")], limit=1)
        entry = env["account.move"].create({
            "move_type": "entry", "journal_id": journal.id, "partner_id": self.customer,
            "line_ids": [
                Command.create({"account_id": debt.account_id.id, "balance": -100,
                                "partner_id": self.customer}),
                Command.create({"account_id": other.id, "balance": 100})]})
        entry.action_post()
        (debt | entry.line_ids.filtered(
            lambda line: line.account_id == debt.account_id)).reconcile()

    def touch(self, env):
        """Something else about the customer is to be planned as well."""
        env["collection.plan.mark"].create({"partner_id": self.customer})

    def take_payment_back(self, env):
        """Un-reconciled, and cancelled: it was somebody else's."""
        entry = self.get_debt(env).matched_credit_ids.credit_move_id.move_id
        self.get_debt(env).remove_move_reconcile()
        entry.button_draft()
        entry.button_cancel()
