from datetime import date

from odoo import fields
from odoo.exceptions import ValidationError

from .common import CollectionCase


class TestScenarioPlan(CollectionCase):
    """What planning writes, and that it writes it once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.make_scenario()
        cls.plan = cls.env["collection.scenario"]._plan

    def test_the_oldest_item_carries_the_ladder(self):
        """A-001, S-002: the leader is the oldest due item; its age gives the first step."""
        self.make_invoice(self.customer, due="2026-02-20")
        oldest = self.make_invoice(self.customer, due="2026-02-01")
        action = self.chase(self.customer, self.scenario)
        self.assertEqual(action.leader_id.move_id, oldest)
        self.assertEqual(action.scenario_step_id, self.scenario.step_ids[0])
        self.assertEqual(
            action.with_context(lang="en_US").why,
            f"Step 1: 3 days after {oldest.name} fell due (02/01/2026)")

    def test_planning_again_writes_nothing(self):
        """S-002: planning is idempotent, counted in rows."""
        self.make_invoice(self.customer)
        self.chase(self.customer, self.scenario)
        self.assertEqual(self.plan(), 0)

    def test_a_reminder_before_the_due_date(self):
        """S-004: a negative offset reminds of what will fall due."""
        scenario = self.make_scenario((-5, 3))
        self.make_invoice(self.customer, due="2026-03-20")
        action = self.chase(self.customer, scenario)
        self.assertEqual(action.date, date(2026, 3, 15))
        self.assertEqual(action.state, "scheduled")

    def test_a_paid_customer_is_left_alone(self):
        """A-028: what is settled closes as settled, and stays in the history."""
        invoice = self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        self.pay(invoice)
        invoice.line_ids.flush_recordset()
        self.plan()
        self.assertEqual((action.state, action.outcome), ("closed", "settled"))

    def test_changing_the_scenario_replaces_the_action(self):
        """M-041: at once, and the old action says why it went."""
        self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        other = self.chase(self.customer, self.make_scenario((5,)))
        self.assertEqual((action.state, action.outcome), ("closed", "cancelled"))
        self.assertNotEqual(action, other)
        history = self.customer.with_user(self.manager).collection_history_ids
        self.assertIn("setting_changed", history.mapped("kind"))
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))
