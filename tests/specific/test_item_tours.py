from odoo.tests import HttpCase, tagged

from ..common import COLLECTOR, CollectionCase


@tagged("post_install", "-at_install")
class TestItemTours(CollectionCase, HttpCase):
    """What collectors and accountants do in the browser with open items."""

    moment = None  # a browser's clock cannot be frozen

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_user("accountant", f"{COLLECTOR},account.group_account_invoice")
        cls.scenario = cls.make_scenario()
        for due in ("2026-02-01", "2026-02-10", "2026-02-20"):
            cls.make_invoice(cls.customer, 100, due=due)
        cls.chase(cls.customer, cls.scenario)

    def get_actions(self, customers, origin="specific"):
        return self.env["collection.action"].search([
            ("customer_id", "in", customers.ids), ("origin", "=", origin),
            ("excludes", "=", origin == "specific")])

    def test_the_collector_disputes_an_item_of_the_statement(self):
        """A-009 to A-013, A-025, A-027, B32: status, message, follow-up; then a one-off task."""
        self.start_tour(
            f"/odoo/collection-customers/{self.customer.id}", "collection_statement_tour",
            login="collector")
        dispute = self.env["collection.dispute"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(dispute.action_id, self.get_actions(self.customer))
        self.assertEqual(self.get_actions(self.customer, "manual").name, "Send the price list")

    def test_the_accountant_asks_for_an_action_from_the_invoice_list(self):
        """A-009, A-017, A-018: many invoices of two customers, one action each."""
        other = self.make_customer("Tenant Two")
        customers = self.customer | other
        self.make_invoice(other, 50)
        customers.collector_id = self.env["res.users"].search([("login", "=", "accountant")])
        action = self.env["ir.actions.act_window"].create({
            "name": "Invoices of two", "res_model": "account.move", "view_mode": "list",
            "domain": [("partner_id", "in", customers.ids)],
            "context": {"default_move_type": "out_invoice"},
            "view_id": self.env.ref("account.view_out_invoice_tree").id})
        self.start_tour(
            f"/odoo/action-{action.id}", "collection_invoice_list_tour", login="accountant")
        self.assertEqual(
            {action.customer_id for action in self.get_actions(customers)}, set(customers))
