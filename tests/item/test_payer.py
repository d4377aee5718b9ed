from ..common import CollectionCase


class TestPayerProfile(CollectionCase):
    """How late a customer pays, over six rolling months."""

    def make_paid(self, due, paid, amount=100):
        with self.at(f"{paid} 09:00:00"):
            self.pay(self.make_invoice(self.customer, amount, due=due))

    def get_profile(self):
        customer = self.customer.with_user(self.collector)
        customer.invalidate_recordset()
        return customer.collection_payer_delay, customer.collection_payer_profile

    def test_mean_by_amount(self):
        """S-011: 10 days late on 300, on time on 100."""
        self.make_paid("2026-02-01", "2026-02-11", 300)
        self.make_paid("2026-02-01", "2026-02-01", 100)
        self.assertEqual(self.get_profile(), (7.5, "slow"))

    def test_older_payments_do_not_count(self):
        """S-011: rolling months."""
        self.make_paid("2025-07-01", "2025-08-30")
        self.assertEqual(self.get_profile(), (0, "unknown"))
        self.make_paid("2025-12-01", "2026-02-01")
        self.assertEqual(self.get_profile(), (62, "bad"))
