from odoo.fields import Command

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

    def test_a_write_off_is_no_payment(self):
        """S-011: what the accountants give up says nothing of how the customer pays."""
        self.make_paid("2026-02-01", "2026-02-11")
        invoice = self.make_invoice(self.customer, 900, due="2026-02-01")
        owed = self.get_items(invoice)
        entry = self.env["account.move"].create({"move_type": "entry", "line_ids": [
            Command.create({"account_id": owed.account_id.id, "partner_id": self.customer.id,
                            "balance": -900}),
            Command.create({"account_id": self._get_account("income").id, "balance": 900})]})
        entry.action_post()
        (owed | self.get_items(entry)).reconcile()
        self.assertEqual(self.get_profile(), (10, "slow"))


class TestLastPayment(CollectionCase):
    """When money came in last, and stayed."""

    def setUp(self):
        super().setUp()
        with self.at("2026-02-10 09:00:00"):
            self.pay(self.make_invoice(self.customer, 100, due="2026-02-01"))
        self.invoice = self.make_invoice(self.customer, 300, due="2026-02-01")
        with self.at("2026-02-20 09:00:00"):
            self.payment = self.pay(self.invoice)

    def get_last(self):
        self.env.flush_all()
        customer = self.customer.with_user(self.collector)
        customer.invalidate_recordset()
        day = customer.collection_last_payment
        self.assertEqual(customer, customer.search(
            [("id", "=", customer.id), ("collection_last_payment", "=", day)]))
        return day and day.isoformat()

    def take_back(self, amount):
        """The bank takes an amount of the payment back."""
        paid = self.get_items(self.payment.move_id)
        other = self.payment.move_id.line_ids - paid
        back = self.env["account.move"].create({
            "move_type": "entry", "date": "2026-02-25",
            "journal_id": self.payment.journal_id.id, "line_ids": [
                Command.create({"account_id": paid.account_id.id, "balance": amount,
                                "partner_id": self.customer.id}),
                Command.create({"account_id": other.account_id.id, "balance": -amount})]})
        back.action_post()
        paid.remove_move_reconcile()
        (paid | back.line_ids.filtered("partner_id")).filtered(
            lambda line: line.account_id == paid.account_id).reconcile()

    def test_the_last_one(self):
        """M-007: the day of the payment."""
        self.assertEqual(self.get_last(), "2026-02-20")

    def test_taken_back(self):
        """M-007: a returned cheque or debit is no payment."""
        self.take_back(300)
        self.assertEqual(self.get_last(), "2026-02-10")

    def test_taken_back_in_part(self):
        """M-007: something stayed."""
        self.take_back(100)
        self.assertEqual(self.get_last(), "2026-02-20")

    def test_reversed(self):
        """M-007: the accountant reverses its entry."""
        self.payment.move_id._reverse_moves(
            [{"date": "2026-02-25"}], cancel=True)
        self.assertEqual(self.get_last(), "2026-02-10")

    def test_rejected(self):
        """M-007: the bank did not carry it out."""
        self.payment.state = "rejected"
        self.assertEqual(self.get_last(), "2026-02-10")
