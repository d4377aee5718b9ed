from pathlib import Path
from types import SimpleNamespace

from odoo.tests import tagged

from odoo.addons.base.models import ir_actions_report

from ..upload_corpus import make_pdf
from .test_messages import MessageCase


@tagged("post_install", "-at_install")
class TestInvoiceStyles(MessageCase):
    """Issue 19: invoices that are printed for a message or a case file look as they should."""

    def test_no_server_is_asked_for_styles(self):
        """Where the PDF program cannot reach the server, it would leave them out silently."""
        pages = []

        def run(arguments):
            *_options, body, target = arguments
            pages.append(Path(body).read_text())
            Path(target).write_bytes(make_pdf())
            return SimpleNamespace(returncode=0, stderr="")

        reports = self.env.registry["ir.actions.report"]
        self.patch(reports, "get_wkhtmltopdf_state", lambda model: "ok")
        self.patch(ir_actions_report, "_run_wkhtmltopdf", run)
        self.make_invoice(self.customer, 500)._get_collection_pdfs()
        [page] = pages
        self.assertNotRegex(page, r'<link[^>]*href="/web/assets/')
        self.assertIn("reset.min.css", page.partition("<style>")[2])
