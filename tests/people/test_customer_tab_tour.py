from odoo.tests import HttpCase, tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestCustomerTabTour(CollectionCase, HttpCase):
    """What a collector writes in the tabs of a customer, in the browser."""

    moment = None  # a browser's clock cannot be frozen

    def test_what_is_written_in_a_tab_is_saved_at_once(self):
        """M-041, D-005: without a button."""
        self.env["collection.function"].create(
            {"code": "LAW", "name": "Lawyer", "kind": "internal"})
        self.manager.name = "Manager"
        customer = self.customer.with_user(self.collector)
        customer.write({
            "collection_hold_until": "2099-12-31", "collection_hold_reason": "Holidays"})
        self.start_tour(
            f"/odoo/collection-customers/{customer.id}", "collection_customer_tab_tour",
            login="collector")
        self.assertEqual(customer.collection_hold_reason, "Waits for the bailiff")
        holders = {one.function_id.code: one.user_id
                   for one in customer.collection_participant_ids}
        self.assertEqual(holders["LAW"], self.manager)
