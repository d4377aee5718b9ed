from odoo.tests import tagged

from .document_page_case import PDF, DocumentPageCase


@tagged("post_install", "-at_install")
class TestDocumentPage(DocumentPageCase):
    """The contributor's page over HTTP."""

    def test_each_sees_what_is_asked_of_them(self):
        """C-002, C-008: and of whom it comes, until when, and how far it is."""
        page = self.read(self.open(self.tenant))
        for words in ("Rental file", "asks you for documents", "Identity card", "Payslip",
                      "0 of 2 documents sent", "Missing", "Please send everything by"):
            self.assertIn(words, page)
        self.assertNotIn("Guarantor", page)
        page = self.read(self.open(self.surety))
        self.assertIn("as Guarantor, for documents that concern Tenant One", page)
        self.assertIn("Guarantor's payslip", page)
        self.assertNotIn("Identity card", page)

    def test_the_first_look_is_noted(self):
        """C-024: and only the first."""
        self.open(self.tenant)
        self.env.invalidate_all()
        opened = self.tenant_contributor.opened_at
        self.assertEqual(self.tenant_contributor.state, "opened")
        self.open(self.tenant)
        self.env.invalidate_all()
        self.assertEqual(self.tenant_contributor.opened_at, opened)

    def test_files_are_given_and_thanked_for(self):
        """C-002: several at once, for several documents, without a script."""
        payslip, card = self.item("Payslip"), self.item("Identity card")
        response = self.send(self.tenant, (payslip, "may.pdf", PDF),
                             (payslip, "june.pdf", PDF + b"\n"), (card, "card.pdf", PDF))
        self.assertEqual(response.status_code, 303)
        page = self.read(self.url_open(response.headers["Location"]))
        self.assertIn("Thank you, we have received your files.", page)
        self.assertIn("2 of 2 documents sent", page)
        self.assertIn("Being checked", page)
        self.assertEqual(self.item("Payslip").sudo().file_ids.mapped("name"),
                         ["may.pdf", "june.pdf"])
        file = card.sudo().file_ids
        self.assertEqual((file.contributor_id, file.attachment_id.public),
                         (self.tenant_contributor, False))
