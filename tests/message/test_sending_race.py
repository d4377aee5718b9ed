"""What accountants do at the very moment at which messages leave or customers are planned."""

import threading
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..committed_case import CommittedCase
from ..common import NOW


@tagged("post_install", "-at_install")
class TestSendingRace(CommittedCase):
    """Two real connections, each of which commits."""

    moment = NOW

    def make(self, env):
        build = self.get_builders(env)
        scenario = build.make_scenario([{"offset": 3, "subject": "#items_amount_overdue"}])
        customer = build.make_partner("Race", is_company=True, email="race@example.com")
        self.customer, self.invoice = customer.id, build.make_invoice(customer, 100).id
        self.made.update(customers=customer.ids, scenarios=scenario.ids)
        customer.collection_scenario_id = scenario

    def get_actions(self, env):
        return env["collection.action"].search(
            [("customer_id", "=", self.customer)], order="id")

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
                    target=self.request, args=(self.delete_invoice,)))
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
            self.request(self.delete_invoice)
            with mute_logger("odoo.sql_db"):
                self.assertEqual(action._process_batch(), 0)
        with self.environment() as env:
            self.assertEqual(self.get_actions(env)._process_batch(), 0)
            self.assertEqual(self.get_actions(env).state, "closed")
            self.assertFalse(self.get_actions(env).dispatch_ids)

    def test_a_payment_is_taken_back_while_its_customer_is_planned(self):
        """C: planned without it for now; the next run finds what has changed meanwhile."""
        self.request(self.pay)
        with self.environment() as env:
            env["collection.scenario"]._plan()
            self.assertEqual(set(self.get_actions(env).mapped("state")), {"closed"})
        self.request(self.touch)
        with self.environment() as env:
            self.assertTrue(env["res.partner"].browse(self.customer).name)
            self.request(self.take_payment_back)
            env["collection.scenario"]._plan()
        with self.environment() as env:
            env["collection.scenario"]._plan()
            self.assertIn("scheduled", self.get_actions(env).mapped("state"))

    def get_debt(self, env):
        return self.get_builders(env).get_items(env["account.move"].browse(self.invoice))

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
