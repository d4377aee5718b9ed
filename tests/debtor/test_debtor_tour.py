from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestDebtorTour(CollectionCase, HttpCase):
    """The work list in the browser."""

    moment = None  # a browser's clock cannot be frozen

    def test_next_debtor(self):
        """beyond 1: from one debtor to the next in a click; who is dealt with drops out."""
        other = self.make_customer("Tenant Two", holders={})
        for customer, amount in ((self.customer, 9000), (other, 300)):
            self.make_invoice(
                customer, amount, due=fields.Date.today() - timedelta(days=20))
        self.env["collection.debtor"]._rebuild(self.customer | other)
        self.start_tour("/odoo/collection-work", "collection_debtor_tour", login="collector")
        self.assertEqual(
            (self.customer | other).mapped("collection_hold_reason"),
            ["Their accountant is away"] * 2)
