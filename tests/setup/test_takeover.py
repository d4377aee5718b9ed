from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestTakeover(CollectionCase):
    """A ledger that is taken over: what was found in it, and what is done about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"street": "1 Main Street", "city": "Paris"})

    @classmethod
    def make_entry(cls, customer, amount=300, due=None):
        """An opening balance, in a miscellaneous journal."""
        journal = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", cls.company.id)], limit=1)
        journal = journal or cls.env["account.journal"].create(
            {"name": "Opening", "code": "TOPE", "type": "general"})
        move = cls.env["account.move"].create({
            "move_type": "entry", "journal_id": journal.id, "date": "2025-12-31",
            "line_ids": [
                Command.create({
                    "partner_id": customer.id, "debit": amount, "date_maturity": due,
                    "account_id": cls._get_account("asset_receivable").id}),
                Command.create({
                    "credit": amount, "account_id": cls._get_account("income").id})]})
        move.action_post()
        return move

    def read(self):
        """:return: dict of (count, amount) of what was found"""
        lines = self.env["collection.takeover.line"].with_user(self.manager)
        return {line.finding: (line.count, line.amount)
                for line in lines.search(lines._open(self.company)["domain"])}

    def get_line(self, finding):
        self.read()
        return self.env["collection.takeover.line"].with_user(self.manager).search(
            [("finding", "=", finding)])

    def shown(self, finding):
        action = self.get_line(finding).action_open()
        return self.env[action["res_model"]].with_user(self.manager).search(action["domain"])

    def test_nothing(self):
        """Issue 17: a ledger with nothing to put right."""
        self.make_invoice(self.customer, due="2026-02-01")
        self.assertEqual(self.read(), {})

    def test_items(self):
        """Issue 17: opening balances, old debts, items kept out, credits; counted and summed."""
        self.make_entry(self.customer, 300, due="2026-01-31")
        self.make_entry(self.customer, 70)
        self.make_invoice(self.customer, 500, due="2024-12-01")
        self.make_invoice(self.customer, 40, move_type="out_refund")
        found = self.read()
        self.assertEqual(found["opening"], (1, 300))
        self.assertEqual(found["kept_out"], (1, 70))
        self.assertEqual(found["old"], (1, 500))
        self.assertEqual(found["credits"], (1, -40))
        for finding, (_count, amount) in found.items():
            with self.subTest(finding=finding):
                self.assertEqual(sum(self.shown(finding).mapped("amount_residual")), amount)

    def test_debts_without_due_date(self):
        """Issue 17: taken in, an opening balance without one is due on its own day."""
        self.make_entry(self.customer, 70)
        self.get_line("kept_out").action_take_in()
        self.assertEqual(self.read()["no_due"], (1, 70))
        self.assertNotIn("kept_out", self.read())

    def test_customers_that_cannot_be_reached(self):
        """Issue 17: with what they owe; a contact for invoices is enough, one who has left is not.
        """
        mute = self.make_customer("Mute", email=False)
        mute.collection_contact_id = self.make_partner(
            "Gone", parent_id=mute.id, email="gone@example.com")
        mute.collection_contact_id.parent_id = self.make_partner("Rival", is_company=True)
        heard = self.make_customer("Heard", email=False)
        self.make_partner("Clerk", parent_id=heard.id, type="invoice", email="c@example.com",
                          street="1 Main Street", city="Paris")
        for customer in (mute, heard, self.customer):
            self.make_invoice(customer, 100)
        self.assertEqual(self.read(), {"no_email": (1, 100), "no_post": (1, 100)})
        self.assertEqual(self.shown("no_email"), mute)

    def test_doubles(self):
        """Issue 17: by e-mail and by tax number, however it is written; who owes nothing counts
        where the other does."""
        address = {"street": "1 Main Street", "city": "Paris"}
        twin = self.make_customer("Twin", email="TENANT@example.com", **address)
        self.env["res.partner"].flush_model()
        same = self.make_customer("Same", email="same@example.com", **address)
        self.env.cr.execute("UPDATE res_partner SET vat = 'FR 40 303265045' WHERE id = %s",
                            (self.customer.id,))
        self.env.cr.execute("UPDATE res_partner SET vat = 'fr40303265045' WHERE id = %s",
                            (same.id,))
        self.env.invalidate_all()
        self.make_invoice(self.customer, 100)
        self.assertEqual(self.read(), {"double_email": (2, 100), "double_vat": (2, 100)})
        self.assertEqual(self.shown("double_email"), self.customer | twin)
        self.assertEqual(self.shown("double_vat"), self.customer | same)

    def test_another_companys_contact_is_no_double(self):
        """D-077: it cannot be merged, and nobody here may know of it."""
        self.make_customer("Elsewhere", email="TENANT@example.com", company_id=self.env[
            "res.company"].create({"name": "Other"}).id)
        self.make_invoice(self.customer, 100)
        self.assertNotIn("double_email", self.read())

    def test_hold(self):
        """Issue 17: the customers of old debts, until somebody has looked."""
        self.make_invoice(self.customer, 500, due="2024-12-01")
        action = self.get_line("old").action_hold()
        dialog = self.env[action["res_model"]].with_user(self.manager).with_context(
            action["context"]).create({"reason": "Old debts", "until": "2026-04-01"})
        dialog.action_apply()
        self.assertEqual(
            self.customer.collection_hold_until, fields.Date.to_date("2026-04-01"))

    def test_managers_only(self):
        """Issue 17"""
        with self.assertRaises(AccessError):
            self.env["collection.takeover.line"].with_user(self.collector)._open(self.company)

    def test_the_same_queries_for_one_and_for_many(self):
        """Issue 17: set-based."""
        lines = self.env["collection.takeover.line"].with_user(self.manager)
        self.make_invoice(self.customer, 100, due="2024-01-01")
        lines._open(self.company)
        counts = []
        for more in (0, 5):
            for number in range(more):
                self.make_invoice(self.make_customer(f"C{number}", email=False))
            counts.append(self.count_queries(lines._read_ledger, self.company))
        self.assertEqual(*counts)
