from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .test_penalties import PenaltyCase


@tagged("post_install", "-at_install")
class TestInterestOnAccount(PenaltyCase):
    """Money that came and is not allocated yet counts from its day.

    10,000 owe 3.97 a day at 14.50 %; days are counted from 31 March 2024.
    """

    @classmethod
    def make_entry(cls, amount, day, kind="bank", customer=None, **vals):
        """A posted entry on the customer's account; negative: money that came."""
        journal = cls.env["account.journal"].search([
            ("type", "=", kind), ("company_id", "=", cls.company.id)], limit=1)
        journal = journal or cls.env["account.journal"].create(
            {"name": kind, "code": kind[:5].upper(), "type": kind})
        customer = customer or cls.baker
        entry = cls.env["account.move"].create({
            "move_type": "entry", "date": day, "journal_id": journal.id, "line_ids": [
                Command.create({
                    "account_id": customer.property_account_receivable_id.id,
                    "balance": amount, "partner_id": customer.id, **vals}),
                Command.create({
                    "account_id": cls._get_account("equity").id, "balance": -amount,
                    **({**vals, "amount_currency": -vals["amount_currency"]} if vals else {})}),
            ]})
        entry.action_post()
        return entry

    def test_counts_from_its_day(self):
        """L5: 10 days on 10,000, 20 on 4,000; the indemnity is due all the same."""
        invoice = self.make_debt("2024-03-31")
        self.make_entry(-6000, "2024-04-10")
        self.assertClaim(invoice, "2024-04-30", "71.51", 40)

    def test_the_same_as_allocated(self):
        """L5: whether the accountant has matched it changes nothing."""
        invoice = self.make_debt("2024-03-31")
        entry = self.make_entry(-6000, "2024-04-10")
        before = self.claims(invoice, "2024-04-30")
        self.get_items(invoice | entry).reconcile()
        self.assertEqual(self.claims(invoice, "2024-04-30"), before)

    def test_in_time(self):
        """L1, L7: all came before the due date: nothing is late."""
        invoice = self.make_debt("2024-03-31")
        self.make_entry(-10000, "2024-03-31")
        self.assertClaim(invoice, "2024-04-30", 0)

    def test_the_oldest_debt_first(self):
        """L5: what is left over covers the next one."""
        later = self.make_debt("2024-04-10")
        first = self.make_debt("2024-03-31")
        self.make_entry(-15000, "2024-04-10")
        self.assertClaim(first, "2024-04-30", "39.73", 40)
        self.assertClaim(later, "2024-04-30", "39.73", 40)  # 20 days on 5,000

    def test_does_not_depend_on_the_items_asked_for(self):
        """S-010: an older debt takes it, whichever invoice is claimed."""
        self.make_debt("2024-03-31", 6000)
        later = self.make_debt("2024-04-10")
        self.make_entry(-6000, "2024-04-10")
        self.assertClaim(later, "2024-04-20", "39.73", 40)

    def test_a_debt_paid_otherwise_frees_it(self):
        """L5: it covered the first debt until that was paid in whole; then the second."""
        first, second = self.make_debt("2024-03-31"), self.make_debt("2024-04-30")
        self.make_entry(-10000, "2024-04-10")
        self.pay_on(first, "2024-05-10")
        self.assertClaim(first, "2024-05-30", "39.73", 40)
        self.assertClaim(second, "2024-05-30", "39.73", 40)

    def test_a_credit_note(self):
        """L5: a credit that is set against nothing is money on account."""
        invoice = self.make_debt("2024-03-31")
        self.make_debt("2024-04-10", 6000, move_type="out_refund", invoice_date="2024-04-10")
        self.assertClaim(invoice, "2024-04-30", "71.51", 40)

    def test_paid_back(self):
        """L5: a returned payment covers nothing from the day on which it went back."""
        invoice = self.make_debt("2024-03-31")
        self.make_entry(-6000, "2024-04-10")
        self.make_entry(6000, "2024-04-20")
        self.assertClaim(invoice, "2024-04-30", "95.34", 40)  # 20 days on 10,000, 10 on 4,000

    def test_another_currency(self):
        """L5: dollars on account cover no debt in euros."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        invoice = self.make_debt("2024-03-31")
        self.make_entry(
            -6000, "2024-04-10", currency_id=dollar.id, amount_currency=-6000.0)
        self.assertClaim(invoice, "2024-04-30", "119.18", 40)

    def test_another_customer(self):
        """L5: nobody's debt is covered by somebody else's money."""
        invoice = self.make_debt("2024-03-31")
        self.make_entry(-6000, "2024-04-10", customer=self.make_debtor("Butcher"))
        self.assertClaim(invoice, "2024-04-30", "119.18", 40)

    def test_cost_does_not_grow(self):
        """S-010: the same number of queries for 1 and for 10 customers with money on account."""
        self.count(1)  # what is read once
        self.assertEqual(self.count(1), self.count(10))

    def count(self, number):
        invoices = self.env["account.move"]
        for rank in range(number):
            customer = self.make_debtor(f"Debtor {number} {rank}")
            invoices |= self.make_debt("2024-03-31", customer=customer)
            self.make_entry(-6000, "2024-04-10", customer=customer)
        items = self.get_items(invoices).with_user(self.collector)
        return self.count_queries(items._get_collection_penalties, date(2024, 4, 30))
