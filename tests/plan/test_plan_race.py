"""Two colleagues offer a plan for the same items at the same moment."""

import threading

from odoo.tests import tagged

from ..committed_case import CommittedCase
from ..common import NOW


@tagged("post_install", "-at_install")
class TestPlanRace(CommittedCase):
    """Two real connections, each of which commits."""

    moment = NOW

    def make(self, env):
        build = self.get_builders(env)
        customer = build.make_partner("Race", is_company=True)
        self.customer = customer.id
        self.made["customers"] = customer.ids
        self.items = build.get_items(build.make_invoice(customer, 100)).ids

    def offer(self, env):
        return env["collection.payment.plan"].offer(self.items, [("2026-03-20", 100)])

    def test_the_second_offer_takes_the_place_of_the_first(self):
        """Issue 19: of two at once, one stands, as the next version of the other."""
        thread = threading.Thread(target=self.request, args=(self.offer,))
        with self.environment() as env:
            self.offer(env)
            thread.start()
            thread.join(1)  # it waits for this connection, or has offered beside it
        thread.join(30)
        with self.environment() as env:
            plans = env["collection.payment.plan"].search(
                [("customer_id", "=", self.customer)], order="id")
            self.assertEqual([(plan.state, plan.version) for plan in plans],
                             [("withdrawn", 1), ("offered", 2)])
