import re
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import COLLECTOR
from .test_penalties import PenaltyCase

TEXT = "#penalties_amount | #indemnity_amount | #total_amount"


class PaidLateCase(PenaltyCase):
    """1,000 were due on 1 February 2026 and paid on 11 February: 3.33 at 12.15 %, and 40."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.lang = cls.baker.lang = "en_US"
        cls.company.email = "us@example.com"
        cls.paid = cls.make_debt("2026-02-01", 1000)
        cls.pay_on(cls.paid, "2026-02-11")

    def write(self, text=TEXT, **vals):
        """:return: what a one-off message says"""
        action = self.env["collection.action"].with_user(self.collector).create_message(
            self.baker, {"name": "Claim", "kind": "email", "mode": "manual",
                         "subject": text, "body": f"<p>{text}</p>", **vals})
        return action.sudo()._render_messages()[action.id]

    def assertSays(self, message, *amounts):
        """The figures of its subject: interest, indemnity, total."""
        self.assertEqual(re.findall(r"[\d.]+", message.subject), list(amounts))

    def waive(self, user=None, reason="Goodwill"):
        self.paid.with_user(user or self.collector).waive_collection_claims(reason)


@tagged("post_install", "-at_install")
class TestPaidLate(PaidLateCase):
    """What is due for invoices paid late can be claimed."""

    def test_claimed_by_a_person(self):
        """L1, L7: nothing is open, and interest and indemnity are still due."""
        self.assertSays(self.write(), "3.33", "40.00", "43.33")

    def test_listed_by_invoice(self):
        """L7: the debtor sees for which."""
        self.assertIn(self.paid.name, self.write("#claims_list_paid_late").body)

    def test_together_with_what_is_open(self):
        """L1: 20 days on 600 besides, and 40 for that invoice."""
        self.make_debt("2026-02-10", 600)
        self.assertSays(self.write(), "7.32", "80.00", "687.32")

    def test_paid_in_time(self):
        """L1: nothing is due for it."""
        self.pay_on(self.make_debt("2026-02-20", 500), "2026-02-20")
        self.assertSays(self.write(), "3.33", "40.00", "43.33")

    def test_no_claim_lasts_for_ever(self):
        """L18: as many years as the company says."""
        self.company.collection_claim_years = 0
        self.assertSays(self.write(), "0.00", "0.00", "0.00")

    def test_an_option_of_the_scenario(self):
        """S-010: off by default."""
        self.make_debt("2026-02-10", 600)
        scenario = self.make_scenario([{"offset": 3, "subject": TEXT}])
        action = self.chase(self.baker, scenario)
        self.assertSays(action._render_messages()[action.id], "3.99", "40.00", "643.99")
        scenario.claims_paid_late = True
        self.assertSays(action._render_messages()[action.id], "7.32", "80.00", "687.32")

    def test_an_option_of_statements(self):
        """S-010: off by default; then listed with the open items."""
        self.assertNotIn(self.paid.name, self.baker._render_collection_statements())
        self.company.collection_statement_paid_late = True
        statement = self.baker._render_collection_statements()
        self.assertIn(self.paid.name, statement)
        self.assertIn("3.33", statement)

    def test_cost_does_not_grow(self):
        """S-010: as many queries for ten customers as for one."""
        self.count(1)
        self.assertEqual(self.count(1), self.count(10))

    def count(self, number):
        customers = self.env["res.partner"].union(*(
            self.make_debtor(f"Debtor {number} {rank}") for rank in range(number)))
        for customer in customers:
            self.pay_on(self.make_debt("2026-02-01", 1000, customer=customer), "2026-02-11")

        def read():
            lines = customers._get_collection_paid_late(self.company)
            self.assertEqual(len(lines), number)
            lines._get_collection_penalties(self.company._get_collection_day())

        return self.count_queries(read)


@tagged("post_install", "-at_install")
class TestClaimsPaid(PaidLateCase):
    """Issue 13, G: what was due for an invoice paid late has been paid as well."""

    def settle(self, move=None, reason="Cheque of 3 March"):
        (move or self.paid).with_user(self.collector).settle_collection_claims(reason)

    def test_it_is_claimed_no_more(self):
        """G, L11: neither by a message nor by a statement."""
        self.company.collection_statement_paid_late = True
        self.settle()
        self.assertSays(self.write(), "0.00", "0.00", "0.00")
        self.assertNotIn(self.paid.name, self.baker._render_collection_statements())
        self.assertFalse(self.paid.with_user(self.collector).collection_is_claimed)

    def test_traced(self):
        """G, M-004: when and how, on the invoice and in the customer's history."""
        self.settle()
        row = self.env["collection.history"].search(
            [("customer_id", "=", self.baker.id), ("kind", "=", "claims_paid")])
        self.assertEqual((row.text, row.user_id), ("Cheque of 3 March", self.collector))
        self.assertIn("paid", row.with_context(lang="en_US").summary)
        self.assertEqual(self.paid.collection_claims_paid, "Cheque of 3 March")

    def test_claimed_again(self):
        """G: the cheque came back."""
        self.settle()
        self.paid.with_user(self.collector).restore_collection_claims("It bounced")
        self.assertClaim(self.paid, "2026-03-02", "3.33", 40)

    def test_the_interest_of_an_open_invoice_runs_on(self):
        """G: nothing of it can be settled for good yet."""
        debt = self.make_debt("2026-02-10", 600)
        with self.assertRaisesRegex(UserError, f"{debt.name}.* is not paid yet"):
            self.settle(debt)

    def test_by_the_dialog(self):
        """G: as the invoice's button opens it."""
        action = self.paid.with_user(self.collector).action_open_claim_payment()
        dialog = self.env["collection.claim.waive"].with_user(self.collector).create({
            "move_ids": [Command.set(action["context"]["default_move_ids"])],
            "paid": action["context"]["default_paid"], "reason": "Cheque"})
        dialog.action_apply()
        self.assertEqual(self.paid.collection_claims_paid, "Cheque")

    def test_nobody_outside_the_portfolio_says_so(self):
        """Security: it costs the company money."""
        with self.assertRaises(AccessError):
            self.paid.with_user(
                self.make_user("stranger", COLLECTOR)).settle_collection_claims("Paid")


@tagged("post_install", "-at_install")
class TestWaiver(PaidLateCase):
    """Issue 13, G: a person waives what is due, with a reason."""

    def test_nothing_is_claimed_any_more(self):
        """L11: not for this invoice, paid or open."""
        self.waive()
        self.assertSays(self.write(), "0.00", "0.00", "0.00")
        self.assertClaim(self.paid, "2026-03-02", 0)

    def test_traced(self):
        """M-004: in the customer's history and on the invoice, with the reason."""
        self.waive()
        row = self.env["collection.history"].search(
            [("customer_id", "=", self.baker.id), ("kind", "=", "claims_waived")])
        self.assertEqual((row.text, row.user_id), ("Goodwill", self.collector))
        self.assertIn(self.paid.name, row.with_context(lang="en_US").summary)
        noted = self.paid.message_ids[0].tracking_value_ids
        self.assertEqual(noted.new_value_char, "Goodwill")

    def test_claimed_again(self):
        """M-004: the same way back."""
        self.waive()
        self.paid.with_user(self.collector).restore_collection_claims("A mistake")
        self.assertClaim(self.paid, "2026-03-02", "3.33", 40)
        self.assertEqual(self.env["collection.history"].search_count(
            [("customer_id", "=", self.baker.id), ("kind", "=", "claims_restored")]), 1)

    def test_a_reason_is_needed(self):
        """M-004: nobody waives in silence."""
        with self.assertRaises(UserError):
            self.waive(reason=" ")

    def test_offered_once_it_is_late(self):
        """L1: before its due date there is nothing to waive."""
        coming = self.make_debt("2026-04-30", 500)
        moves = (self.paid | coming).with_user(self.collector)
        self.assertEqual(moves.mapped("collection_is_claimed"), [True, False])

    def test_offered_once_the_first_instalment_is_late(self):
        """L1: its interest is claimed, so it can be waived, long before the last one is due."""
        invoice = self.make_instalments((30, 900))
        self.assertGreater(invoice.invoice_date_due, date(2026, 3, 2))
        self.assertTrue(invoice.with_user(self.collector).collection_is_claimed)

    def test_nobody_outside_the_portfolio_waives(self):
        """Security: it costs the company money."""
        with self.assertRaises(AccessError):
            self.waive(self.make_user("stranger", COLLECTOR))

    def test_by_the_dialog(self):
        """M-004: as the invoice's button opens it; it says how much is given up."""
        action = self.paid.with_user(self.collector).action_open_claim_waiver()
        dialog = self.env["collection.claim.waive"].with_user(self.collector).create({
            "move_ids": [Command.set(action["context"]["default_move_ids"])],
            "again": action["context"]["default_again"], "reason": "Goodwill"})
        self.assertIn("3.33", dialog.interest)
        self.assertIn("40.00", dialog.indemnity)
        dialog.action_apply()
        self.assertEqual(self.paid.collection_waiver, "Goodwill")

    def test_a_missing_rate_is_said(self):
        """L6: the dialog names no amount as if it were all that is due."""
        self.env["collection.penalty.rate"].search(
            [("date_from", "=", "2026-01-01")]).date_to = "2026-02-05"
        dialog = self.env["collection.claim.waive"].with_user(self.collector).create({
            "move_ids": [Command.set(self.paid.ids)]})
        self.assertEqual(dialog.interest, "rate missing")
