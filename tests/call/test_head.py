from odoo.fields import Command

from .call_case import CallCase


class TestHead(CallCase):
    """Issue 16: the page before the call."""

    def get_head(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.customer.with_user(user or self.collector).collection_head

    def test_amounts_by_age(self):
        """screens 10, 36: overdue, credits and net, by age; the oldest."""
        refund = self.make_invoice(self.customer, 60, move_type="out_refund")
        self.assertEqual(refund.state, "posted")
        head = self.get_head()
        self.assertEqual(
            (head["overdue"], head["credits"], head["net"], head["due"]),
            ("$\xa0300.00", "$\xa0-\ufeff60.00", "$\xa0240.00", "$\xa0240.00"))
        self.assertEqual((head["oldest"], head["days_late"]), ("02/01/2026", 29))
        self.assertEqual([(age["label"], age["share"]) for age in head["buckets"]],
                         [("1–30 days", 100)])

    def test_buckets(self):
        """The sum of the ages is what is overdue."""
        self.make_invoice(self.customer, 40, due="2025-11-01")
        self.make_invoice(self.customer, 25, due="2026-04-01")
        head = self.get_head()
        self.assertEqual([age["label"] for age in head["buckets"]], ["1–30 days", "Over 90 days"])
        self.assertEqual((head["overdue"], head["due"]), ("$\xa0340.00", "$\xa0365.00"))

    def test_buckets_are_the_companys(self):
        """screens 14: by the bounds that managers set, as everywhere."""
        self.company.collection_buckets = "25, 45"
        self.assertEqual([(age["label"], age["amount"]) for age in self.get_head()["buckets"]],
                         [("1–25 days", "$\xa0200.00"), ("26–45 days", "$\xa0100.00")])

    def test_what_was_paid_last(self):
        """screens 10: the day of the last payment."""
        self.pay(self.make_invoice(self.customer, 20, due="2026-02-15"))
        self.assertEqual(self.get_head()["last_payment"], "03/02/2026")

    def test_what_was_agreed(self):
        """screens 10: the promise that is awaited, the dispute, promises kept of made."""
        self.env["collection.promise"].with_user(self.collector).make(
            self.items[0], "2026-03-06")
        self.env["collection.dispute"].with_user(self.collector).open(
            self.items[1], self.reason)
        broken = self.env["collection.promise"].with_user(self.collector).make(
            self.items[2], "2026-03-06").sudo()
        broken._end("broken")
        head = self.get_head()
        self.assertIn("100.00 for 03/06/2026", head["promise"])
        self.assertIn(self.reason.name, head["dispute"])
        self.assertEqual(head["kept"], "Promises kept: 0 of 1")

    def test_what_was_said_last(self):
        """screens 11: the last notes, the latest first; the last contact."""
        for text in ("First", "Second", "Third", "Fourth"):
            self.note(note=text)
        head = self.get_head()
        self.assertEqual([note["text"] for note in head["notes"]], ["Fourth", "Third", "Second"])
        self.assertEqual(head["last_contact"], "Call of 03/02/2026")

    def test_what_somebody_else_received_is_no_contact(self):
        """screens 10: as in the list of debtors: a letter to the bailiff reaches no customer."""
        action = self.plan_call()
        action.close("done")
        self.assertEqual(self.get_head()["last_contact_id"], action.id)
        action.sudo().write({
            "recipient_function_id": self.env["collection.function"].search(
                [("code", "=", "CJ")]).id,
            "recipient_ids": [Command.set(self.bailiff.ids)]})
        self.assertNotIn("last_contact_id", self.get_head())

    def test_who_may_not_collect_reads_nothing(self):
        """X-04, D-077: another collector's customer is followed by that one, on its form and on
        an action of it."""
        self.note(note="Confidential")
        call = self.env["collection.action"].with_user(self.manager).create_message(
            self.customer, {"name": "Call", "kind": "call"})
        self.customer.collector_id = self.litigator
        self.assertFalse(self.get_head())
        self.assertFalse(self.customer.with_user(
            self.collector)._get_collection_heads(self.company))
        self.assertTrue(call.with_user(self.litigator).call_head["notes"])

    def test_each_company_asks_its_own_collector(self):
        """X-04: whoever collects in one company reads nothing of what the other one is owed."""
        branch = self.env["res.company"].create({"name": "Elsewhere"})
        self.collector.company_ids += branch
        customer = self.customer.with_user(self.collector).with_context(
            allowed_company_ids=(self.company + branch).ids)
        self.assertTrue(customer._get_collection_heads(self.company))
        self.assertFalse(customer._get_collection_heads(branch))

    def test_numbers(self):
        """screens 11: numbers that dial."""
        self.assertEqual(
            [contact["phone"] for contact in self.get_head()["phones"]], ["+33 1 23 45 67 89"])

    def test_contacts_have_none(self):
        """It is the customer's, not its contacts'."""
        contact = self.make_partner("Accountant", parent_id=self.customer.id)
        self.assertFalse(contact.with_user(self.collector).collection_head)

    def count(self):
        self.get_head()
        return self.count_queries(
            self.customer.with_user(self.collector).mapped, "collection_head")

    def test_constant_queries(self):
        """The page costs the same whatever the customer's history."""
        self.note(note="Once")
        self.env["collection.promise"].with_user(self.collector).make(
            self.items[0], "2026-03-06")
        self.env["collection.dispute"].with_user(self.collector).open(
            self.items[1], self.reason)
        few = self.count()
        for number in range(5):
            self.make_invoice(self.customer, 10 + number, due="2025-12-01")
            self.note(note=f"Call {number}")
        self.assertEqual(self.count(), few)
        self.assertLess(few, 24)
