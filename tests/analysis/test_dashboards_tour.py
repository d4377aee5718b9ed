from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestDashboardsTour(CollectionCase, HttpCase):
    """issue 18: in the browser, each number and bar of the dashboards opens what it counts."""

    moment = None  # a browser's clock cannot be frozen

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Date.today()
        for days, amount in ((-20, 300), (-5, 70), (10, 200)):
            cls.make_invoice(
                cls.customer, amount, due=today + timedelta(days=days),
                invoice_date=today - timedelta(days=30))
        late, later, _coming = cls.env["account.move.line"].search([
            ("partner_id", "=", cls.customer.id), ("account_type", "=", "asset_receivable")],
            order="date_maturity")
        cls.env["collection.dispute"].with_user(cls.collector).open(
            later.with_user(cls.collector), cls.env["collection.dispute.reason"].search(
                [], limit=1))
        cls.env["collection.promise"].with_user(cls.collector).make(
            late.with_user(cls.collector), date=today + timedelta(days=3))
        cls.pay(late.move_id, 30)

    def open(self, name, login):
        dashboard = self.env.ref(f"account_collection.dashboard_{name}")
        self.start_tour(f"/odoo/dashboards?dashboard_id={dashboard.id}",
                        f"collection_dashboard_{name}_tour", login=login)

    def test_manager(self):
        """Outstanding, overdue, disputed, DSO, delays, receipts; a bar of the aged balance."""
        self.open("manager", "manager")

    def test_collector(self):
        """Overdue and promised, of the own customers."""
        self.open("collector", "collector")
