import json

from odoo.tests import tagged
from odoo.tools import file_open

from .document_page_case import DocumentPageCase


@tagged("post_install", "-at_install")
class TestDocumentPageTour(DocumentPageCase):
    """A tenant and a guarantor on their telephones, the reviewer in the backend."""

    browser_size = "390x844"
    touch_enabled = True

    def test_each_gives_what_is_asked_and_sees_nothing_of_the_other(self):
        """C-002, C-008, C-013, C-022, C-024: to the end of the request."""
        tenant = ["Identity card", "tenant-card.jpg", "tenant-payslip.jpg"]
        surety = ["Guarantor's payslip", "Gus", "gus-payslip.jpg"]
        people = [
            {"name": "The tenant", "page": f"/collection/{self.tenant}", "files": tenant[1:],
             "hidden": surety},
            {"name": "The guarantor", "page": f"/collection/{self.surety}", "files": surety[2:],
             "hidden": tenant},
        ]
        with file_open("account_collection/static/tests/page/document_tour.js") as script:
            self.browser_js(
                "/web/login", f"const people = {json.dumps(people)};\n{script.read()}")
        self.env.invalidate_all()
        self.assertEqual(set(self.documents.contributor_ids.mapped("state")), {"finished"})
        for item in self.documents.item_ids:
            self.assertEqual((item.state, len(item.file_ids)), ("review", 1))
            item.action_approve()
        self.assertEqual(self.documents.state, "complete")
