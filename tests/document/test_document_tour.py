from odoo.tests import HttpCase, tagged

from .document_case import DocumentCase

#: one grey pixel
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c636800000082008177cd72b60000000049454e44ae426082")


@tagged("post_install", "-at_install")
class TestDocumentTours(DocumentCase, HttpCase):
    """What a collector does with documents in the browser."""

    moment = None  # a browser's clock cannot be frozen
    browser_size = "1920x1080"  # wide enough for the preview beside the form

    def test_start_invite_pause(self):
        """C-005, C-014, C-015, C-025: from the customer to a request that runs."""
        self.start_tour(f"/odoo/collection-customers/{self.customer.id}",
                        "collection_documents_start_tour", login="collector")
        request = self.env["collection.document.request"].search(
            [("customer_id", "=", self.customer.id)])
        self.assertEqual(request.contributor_ids.mapped("partner_id.name"),
                         ["Tenant One", "Nora Guarantor"])

    def test_review(self):
        """C-023: refuse from the board, approve one after the other beside the preview."""
        request = self.start()
        request.invite(self.cau, self.guarantor)
        for name, partner in (("Identity card", None), ("Payslip", None),
                              ("Guarantor's payslip", self.guarantor)):
            self.give(request, name, partner, [("page.png", PNG)])
        self.start_tour("/odoo/collection-documents-to-review",
                        "collection_documents_review_tour", login="collector")
        self.assertEqual(request.item_ids.mapped("state"), ["approved", "approved", "refused"])
