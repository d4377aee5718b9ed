from odoo.tests import HttpCase, tagged

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestCallTours(CollectionCase, HttpCase):
    """Issue 16: how many clicks it takes to note what a customer says; each tour counts them."""

    moment = None  # a browser's clock cannot be frozen

    def start(self, url, tour):
        self.start_tour(url, tour, login="collector")

    def get_records(self, model):
        return self.env[model].search([("customer_id", "=", self.customer.id)])

    def test_call_with_promise(self):
        """screens 44: eight clicks before, three now."""
        for due in ("2026-02-01", "2026-02-10", "2026-02-20"):
            self.make_invoice(self.customer, 100, due=due)
        self.start(f"/odoo/collection-customers/{self.customer.id}",
                   "collection_call_with_promise_tour")
        self.assertEqual(self.get_records("collection.promise").amount, 300)
        self.assertEqual(self.get_records("collection.action").call_result, "reached")

    def test_dispute_on_two_invoices(self):
        """screens 44: eight clicks before, three now."""
        for due in ("2026-02-01", "2026-02-10"):
            self.make_invoice(self.customer, 100, due=due)
        self.start(f"/odoo/collection-customers/{self.customer.id}",
                   "collection_dispute_two_invoices_tour")
        self.assertEqual(len(self.get_records("collection.dispute").item_ids), 2)

    def test_a_reply_becomes_a_promise(self):
        """beyond 6: two clicks."""
        self.make_invoice(self.customer, 100)
        reply = self.env["collection.reply"]._receive([{
            "key": "mail", "source": "email", "customer_id": self.customer.id,
            "company_id": self.company.id, "partner_id": self.customer.id,
            "subject": "Your reminder", "text": "I pay on Friday"}])
        self.start("/odoo/collection-replies", "collection_reply_to_promise_tour")
        self.assertEqual(reply.promise_id.amount, 100)

    def test_closing_asks_for_dates_as_fields(self):
        """screens 42: a label and a field each, marked as long as nothing is in it."""
        template = self.make_template("SERVE", [step("serve", [
            action("deed", required_markers="served,case")], [row("end:Served")])],
            marker_definition=[
                {"name": "served", "string": "Date of service", "type": "date"},
                {"name": "case", "string": "Case number", "type": "char"}])
        sequence = self.launch(template)
        self.start(f"/odoo/collection-actions/{sequence.action_ids.id}",
                   "collection_close_with_facts_tour")
        self.assertEqual(sequence.state, "done")
        values = {fact["name"]: fact["value"] for fact in sequence.sudo().read(
            ["markers"])[0]["markers"]}
        self.assertEqual(values, {"served": "2026-01-15", "case": "A 12"})
