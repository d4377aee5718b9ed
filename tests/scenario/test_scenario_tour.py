from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestScenarioTour(CollectionCase, HttpCase):
    """Scenarios in the browser: a collector's customer, a manager's run."""

    moment = None  # a browser's clock cannot be frozen

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.due = fields.Date.today() - timedelta(days=5)
        cls.scenario = cls.make_scenario([
            {"offset": 3}, {"offset": 15, "mode": "confirm"},
            {"offset": 20, "kind": "call", "mode": "manual", "name": "Call them"}])

    def chase_late(self, customer):
        self.make_invoice(customer, due=fields.Date.to_string(self.due))
        return self.chase(customer, self.scenario)

    def test_the_collector_reads_why_sends_now_and_sees_the_status(self):
        """A-001, S-009, M-041: from the customer's form."""
        self.chase_late(self.customer)
        self.start_tour(
            f"/odoo/collection-customers/{self.customer.id}", "collection_scenario_tour",
            login="collector")
        sent, skipped, call = self.customer.collection_action_ids.sorted("id")
        self.assertEqual((sent.outcome, sent.closed_by_id), ("done", self.collector))
        self.assertEqual((skipped.outcome, skipped.comment), (
            "ignored", "They have just called"))
        self.assertEqual(call.state, "scheduled")

    @mute_logger("odoo.addons.account_collection.models.message.collection_action_sending")
    def test_the_manager_runs_a_scenario_with_progress(self):
        """S-008, S-009: what could leave has left, what could not says why."""
        for name, email in (("One", "one@example.com"), ("Two", "two@example.com"),
                            ("Mute", False)):
            self.chase_late(self.make_customer(name, holders={}, email=email))
        self.start_tour(
            f"/odoo/collection-scenarios/{self.scenario.id}", "collection_scenario_run_tour",
            login="manager")
        dispatches = self.env["collection.dispatch"].search(
            [("action_id.scenario_id", "=", self.scenario.id)])
        self.assertEqual(dispatches.customer_id.mapped("name"), ["Two", "One"])
