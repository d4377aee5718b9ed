from odoo.tests import tagged
from odoo.tools import mute_logger

from .accessibility import DARK, AccessibilityCase
from .link.test_page_http import PageCase


@tagged("post_install", "-at_install")
class TestAccessibility(AccessibilityCase, PageCase):
    """Pages can be read and used by everybody (WCAG 2.2 AA), on a telephone and on a desktop."""

    #: the form is sent as it stands, until its page comes back with an error
    REFUSED = """document.querySelector("#error") || (
        window.sent || (window.sent = document.forms[0].requestSubmit() || true), false)"""

    def test_in_the_dark(self):
        """screens 60: whoever reads everything dark; what was said, an error, a dead link."""
        self.submit("question", self.items[0], text="Why?")
        self.assert_accessible(f"/collection/{self.token}?sent=1", prepare=DARK)
        self.assert_accessible(
            f"/collection/{self.token}", prepare=f"({self.REFUSED}) && {DARK}")
        self.assert_accessible(f"/collection/{'a' * 56}", prepare=DARK)

    def test_the_customers_page(self):
        """A-049: with invoices to answer for."""
        self.assert_accessible(f"/collection/{self.token}")

    def test_the_customers_page_with_an_answer_that_waits(self):
        """A-049: what is said of an invoice; and each answer that may be chosen."""
        self.submit("question", self.items[0], text="Why?")
        self.assert_accessible(
            f"/collection/{self.token}?sent=1",
            prepare="document.querySelector('#kind-promise').checked = true")

    def test_the_customers_page_with_an_error(self):
        """A-049: the answer was refused, and says why."""
        self.assert_accessible(f"/collection/{self.token}", prepare=self.REFUSED)

    def test_the_customers_page_with_nothing_open(self):
        """A-049: all is paid."""
        self.pay(self.older)
        self.pay(self.newer)
        self.assert_accessible(f"/collection/{self.token}")

    def test_the_colleagues_page(self):
        """A-016: with a status, a comment and what is asked."""
        self.items[0].with_user(self.collector).set_collection_status(
            self.env.ref("account_collection.item_status_litigation"), comment="Ask Paul")
        _link, token = self.make_internal_link(self.items)
        self.assert_accessible(f"/collection/{token}")
        self.assert_accessible(f"/collection/{token}", prepare=self.REFUSED)

    def test_a_link_that_is_not_valid(self):
        """A-049: it has expired, or never was."""
        self.assert_accessible(f"/collection/{'a' * 56}")

    @mute_logger(f"{__name__}.TestAccessibility.test_the_check_finds_what_is_wrong.browser")
    def test_the_check_finds_what_is_wrong(self):
        """It would say so: an image without words, grey on white, a label taken away."""
        found = self._find_violations(f"/collection/{self.token}", None, """(
            document.querySelector("h1").innerHTML = "<img src='data:,'>",
            document.querySelector(".lead").style.color = "#ccc",
            document.querySelector("label[for=text]").remove(), true)""")
        for rule in ("image-alt: img", "color-contrast: .lead", "label: #text"):
            self.assertIn(rule, found)
        self.assertIn("contrast of 1.", found)
        self.assertTrue(found.startswith("color-contrast"), "nothing but what was found")
