"""Contributors with a browser and a personal link, and what they send."""

from lxml import html

from odoo.tests import HttpCase

from .document_case import PDF, DocumentCase


class DocumentPageCase(DocumentCase, HttpCase):
    """A request under way, and the links of its tenant and its guarantor."""

    moment = None  # cookies and sessions live by the real clock
    secret = ""  # of the last form

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.lang = cls.guarantor.lang = "en_US"
        cls.documents = cls.start()
        cls.tenant_contributor = cls.get_contributor(cls.documents, cls.customer).sudo()
        cls.guarantor_contributor = cls.documents.invite(cls.cau, cls.guarantor).sudo()
        cls.tenant = cls.make_token(cls.tenant_contributor)
        cls.surety = cls.make_token(cls.guarantor_contributor)

    @classmethod
    def make_token(cls, contributor):
        """:return: the token of a new link of a contributor"""
        [(_link, url)] = cls.env["collection.link"]._make_for_contributors(contributor)
        return url.rpartition("/")[2]

    def find_link(self, token):
        """:return: the link of a token"""
        return self.env["collection.link"].search([("selector", "=", token[:12])])

    def open(self, token, path="", base="/collection/"):
        return self.url_open(f"{base}{token}{path}", allow_redirects=False)

    def read(self, response):
        """:return: what a page says, as one line"""
        return " ".join(html.fromstring(response.text).find("body").text_content().split())

    def send(self, token, *given, page=None, path="", files=(), base="/collection/", **data):
        """Post a form as a browser does, with the secret of the page, now or earlier.

        :param given: tuples of (document, file name, bytes)
        """
        page = page or self.open(token, base=base)
        secret = html.fromstring(page.text).xpath("//input[@name='csrf_token']/@value")
        self.secret = secret[0] if secret else self.secret
        files = [(f"files-{item.id}", (name, content, "application/octet-stream"))
                 for item, name, content in given] + list(files)
        return self.url_open(
            f"{base}{token}{path}", data={"csrf_token": self.secret, **data},
            files=files or None, allow_redirects=False)

    def item(self, name, partner=None):
        self.env.invalidate_all()
        return self.get_item(self.documents, name, partner)

    def assertUnknown(self, response):
        self.assertEqual(response.status_code, 404)
        self.assertIn("This link is not valid", self.read(response))

    def assertNothingGiven(self):
        self.env.invalidate_all()
        self.assertFalse(self.documents.item_ids.sudo().file_ids)
        self.assertEqual(set(self.documents.item_ids.mapped("state")), {"missing"})


__all__ = ["PDF", "DocumentPageCase"]
