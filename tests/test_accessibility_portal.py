from odoo.tests import tagged

from .accessibility import DARK, AccessibilityCase
from .document.document_case import PDF
from .document.document_page_case import DocumentPageCase
from .portal.test_portal_http import PortalHttpCase


@tagged("post_install", "-at_install")
class TestDocumentAccessibility(AccessibilityCase, DocumentPageCase):
    """The contributors' pages (WCAG 2.2 AA)."""

    def test_the_contributors_page(self):
        """C-008: documents to provide."""
        self.assert_accessible(f"/collection/{self.tenant}")

    def test_the_contributors_page_with_every_state(self):
        """C-021, C-023: refused, being checked, accepted; those of others; inviting."""
        self.template.function_ids.write({"most": 0})
        self.tenant_contributor.write({
            "can_see_provided": True, "can_see_approved": True, "can_download": True,
            "can_invite": True})
        self.give(self.documents, "Payslip").refuse("It is of last year")
        self.give(self.documents, "Identity card")
        self.give(self.documents, "Guarantor's payslip", self.guarantor).action_approve()
        self.assert_accessible(f"/collection/{self.tenant}")
        self.assert_accessible(f"/collection/{self.tenant}", prepare=DARK)

    def test_the_contributors_page_with_an_error(self):
        """C-023: nothing was chosen, and it says so."""
        self.assert_accessible(f"/collection/{self.tenant}", prepare="""
            document.querySelector("[role=alert]:not([hidden])") || (window.sent || (
                window.sent = [...document.forms].find((form) => form.enctype.includes(
                    "multipart")).requestSubmit() || true), false)""")

    def test_a_paused_and_a_complete_request(self):
        """C-025: nothing to do now; nothing to do any more."""
        self.documents.action_pause("On holiday")
        self.assert_accessible(f"/collection/{self.tenant}")
        self.documents.action_resume()
        for item in self.documents.item_ids:
            item.provide([("a.pdf", PDF)])
        self.documents.item_ids.action_approve()
        self.assert_accessible(f"/collection/{self.tenant}")

    def test_the_portals_list(self):
        """C-021: what one contributes to, with a login."""
        self.make_portal_user("tenant", self.customer, lang="en_US")
        self.assert_accessible("/my/documents", login="tenant")
        self.assert_accessible(
            f"/my/documents/{self.tenant_contributor.id}", login="tenant")


@tagged("post_install", "-at_install")
class TestPortalAccessibility(AccessibilityCase, PortalHttpCase):
    """The pages of partners outside (WCAG 2.2 AA)."""

    def test_the_list(self):
        """D-078: what is to do, and what is done."""
        self.assert_accessible("/my/collection", login="clerk")
        self.assert_accessible("/my/collection?filterby=all&groupby=customer", login="clerk")

    def test_an_action(self):
        """D-079: what is asked, and the forms for it."""
        self.assert_accessible(self.url, login="clerk")
