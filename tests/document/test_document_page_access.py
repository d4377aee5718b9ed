import json
import logging
from unittest.mock import patch

from lxml import html

from odoo import fields, http
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...controllers import page_base
from ..common import ALL_CUSTOMERS, COLLECTOR, MANAGER
from .document_page_case import PDF, DocumentPageCase


@tagged("post_install", "-at_install")
class TestDocumentPageAccess(DocumentPageCase):
    """C-008: who reaches what: strangers, other contributors, people signed in as somebody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        item = cls.get_item(cls.documents, "Payslip").sudo()
        item._provide([("mine.pdf", PDF)], by=cls.tenant_contributor)
        cls.paper, cls.file = item, item.file_ids

    def test_strangers_expired_and_revoked_look_the_same(self):
        """Bad input: 404 and the same text, for the page and for all that is behind it."""
        expired = self.make_token(self.tenant_contributor)
        self.find_link(expired).expires_at = fields.Datetime.subtract(
            fields.Datetime.now(), hours=1)
        revoked = self.make_token(self.tenant_contributor)
        self.find_link(revoked)._revoke()
        self.open(self.tenant)
        for token in ("x", "a" * 56, self.tenant[:-1] + "_", expired, revoked):
            for path in ("", f"/file/{self.file.id}", f"/example/{self.paper.id}", "/zip", "/pdf"):
                self.assertUnknown(self.open(token, path))
            page = self.open(self.tenant)
            for path in ("", "/back", "/finish", "/invite"):
                self.assertUnknown(self.send(token, page=page, path=path, sure="1"))

    def test_a_guessed_number_finds_nothing(self):
        """C-008, C-022: items, files and examples of others, of other requests, or of nobody."""
        other = self.start(customer=self.make_customer("Other"))
        foreign = self.give(other, "Payslip").sudo()
        foreign.example = self.paper.example = "UERG"
        mine = self.item("Guarantor's payslip")
        self.assertEqual(self.open(self.tenant, f"/file/{self.file.id}").content, PDF)
        self.assertEqual(self.open(self.tenant, f"/example/{self.paper.id}").content, b"PDF")
        for item in (self.paper, foreign):
            for path in (f"/file/{item.file_ids.id}", f"/example/{item.id}"):
                self.assertUnknown(self.open(self.surety, path))
            self.assertUnknown(self.send(self.surety, (item, "a.pdf", PDF + b"\n")))
            self.assertUnknown(self.send(
                self.surety, (mine, "b.pdf", PDF), (item, "a.pdf", PDF + b"\n")))
            self.assertUnknown(self.send(self.surety, path="/back", file=item.file_ids.id))
        for path in ("/file/0", f"/file/{10 ** 30}", "/example/0", "/file/x", "/finish/1"):
            self.assertEqual(self.open(self.surety, path).status_code, 404)
        for number in ("", "x", "-1", "9" * 40, "٣"):
            self.assertUnknown(self.send(self.surety, path="/back", file=number))
        self.env.invalidate_all()
        self.assertFalse(mine.sudo().file_ids)
        self.assertEqual((len(self.paper.file_ids), len(foreign.file_ids)), (1, 1))

    def test_a_contributor_s_link_shows_nothing_of_the_account(self):
        """Security: a guarantor does not learn what the tenant owes."""
        invoice = self.make_invoice(self.customer, 1234.56)
        line = self.get_items(invoice)
        for token in (self.tenant, self.surety):
            self.assertNotIn("1,234.56", self.open(token).text)
            for path in (f"/invoice/{line.id}", f"/pay/{line.id}"):
                self.assertUnknown(self.open(token, path))
        self.assertFalse(self.find_link(self.tenant)._get_shown_items())

    def test_files_are_nobody_else_s(self):
        """Security: not public; as a stranger, a portal user or a collector of others: 404."""
        new_test_user(self.env, "portal_other", groups="base.group_portal")
        self.make_user("elsewhere", COLLECTOR)
        address = f"/web/content/{self.file.attachment_id.id}"
        for login in (None, "portal_other", "elsewhere"):
            self.authenticate(login, login)
            self.assertEqual(self.url_open(address).status_code, 404)
        self.authenticate("collector", "collector")
        self.assertEqual(self.url_open(address).content, PDF)

    def test_files_are_saved_never_shown(self):
        """Security: whatever is in them, the browser does not run it on our site."""
        headers = self.open(self.tenant, f"/file/{self.file.id}").headers
        self.assertTrue(headers["Content-Disposition"].startswith("attachment"))
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("sandbox", headers["Content-Security-Policy"])
        self.assertEqual(headers["Cache-Control"], "no-store")

    def test_a_link_that_was_passed_on_to_somebody_signed_in(self):
        """Security: for whom it is, and no document; the person's own login is let in."""
        user = new_test_user(self.env, "portal_other", groups="base.group_portal",
                             email="other@example.com")
        self.authenticate("portal_other", "portal_other")
        for path in ("", f"/file/{self.file.id}", "/zip"):
            response = self.open(self.tenant, path)
            self.assertEqual(response.status_code, 403)
            page = self.read(response)
            self.assertIn("It was made for Tenant One", page)
            self.assertIn("sign out", page)
            self.assertNotIn("Payslip", page)
        self.env.invalidate_all()
        self.assertEqual(self.tenant_contributor.state, "invited")
        way = html.fromstring(self.open(self.tenant).text).xpath(
            "//p[@class='links']/a/@href")[0]
        self.assertEqual(way, f"/web/session/logout?redirect=/collection/{self.tenant}")
        self.assertIn("Payslip", self.read(self.url_open(way)))
        self.authenticate("portal_other", "portal_other")
        user.partner_id.email = "Tenant <TENANT@example.com>"
        self.assertEqual(self.open(self.tenant).status_code, 200)

    def test_colleagues_only_look(self):
        """C-025: they enter documents in the request itself."""
        self.authenticate("collector", "collector")
        response = self.open(self.tenant)
        self.assertIn("You are logged in as a colleague", self.read(response))
        self.assertNotIn('type="file"', response.text)
        self.assertNotIn("I have finished", response.text)
        for path, data in (("", {}), ("/back", {"file": self.file.id}), ("/finish", {"sure": "1"}),
                            ("/invite", {})):
            response = self.send_signed_in(path, **data)
            self.assertEqual(response.status_code, 422)
            self.assertIn("Only the contributor provides here", self.read(response))
        self.env.invalidate_all()
        self.assertEqual((self.tenant_contributor.state, self.paper.state), ("invited", "review"))

    def send_signed_in(self, path, **data):
        """Post with the secret of the session, although the page gave no form."""
        return self.url_open(
            f"/collection/{self.tenant}{path}", allow_redirects=False,
            data={"csrf_token": http.Request.csrf_token(self), **data},
            files={f"files-{self.paper.id}": ("a.pdf", PDF + b"\n")})

    def test_who_is_removed_has_no_way_in(self):
        """Bad input: removed with files given, the page still open; the files stay."""
        item = self.give(self.documents, "Guarantor's payslip", self.guarantor).sudo()
        page = self.open(self.surety)
        self.guarantor_contributor.with_user(self.collector).action_remove()
        self.assertUnknown(self.open(self.surety))
        self.assertUnknown(self.open(self.surety, f"/file/{item.file_ids.id}"))
        for path in ("", "/back", "/finish"):
            self.assertUnknown(self.send(self.surety, (item, "a.pdf", PDF + b"\n"), page=page,
                                         path=path, file=item.file_ids.id, sure="1"))
        self.env.invalidate_all()
        self.assertEqual((item.state, len(item.file_ids)), ("review", 1))

    def test_colleagues_read_their_portfolio(self):
        """Security: over the web client's own calls, own, others' and another company's."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.make_user("everybody", ALL_CUSTOMERS)
        self.make_user("elsewhere", COLLECTOR)
        self.make_user("foreign", MANAGER, company_id=company.id,
                       company_ids=[(6, 0, company.ids)])
        new_test_user(self.env, "portal_tenant", groups="base.group_portal")
        for login, models in (
                ("collector", 4), ("everybody", 4), ("elsewhere", 0), ("foreign", 0),
                ("portal_tenant", 0)):
            self.authenticate(login, login)
            with self.subTest(login=login):
                self.assertEqual(self.count_readable(), models)

    @mute_logger("odoo.http")
    def count_readable(self):
        """:return: how many kinds of record of the request can be read"""
        found = 0
        for model in ("request", "item", "contributor", "file"):
            answer = self.url_open(
                f"/web/dataset/call_kw/collection.document.{model}/search_count",
                data=json.dumps({"params": {
                    "model": f"collection.document.{model}", "method": "search_count",
                    "args": [[]], "kwargs": {}}}),
                headers={"Content-Type": "application/json"}).json()
            found += bool(answer.get("result"))
        return found

    def test_without_the_page_s_own_secret_nothing_is_taken(self):
        """CSRF: another site cannot send the form; a message says that nothing was kept."""
        self.open(self.tenant)
        with mute_logger("odoo.http"):
            response = self.url_open(f"/collection/{self.tenant}/finish", data={"sure": "1"})
        self.assertEqual(response.status_code, 400)
        self.assertIn("Nothing of it was kept", self.read(response))
        self.env.invalidate_all()
        self.assertEqual(self.tenant_contributor.state, "opened")

    def test_the_page_keeps_to_itself(self):
        """Security: not stored, not indexed, not framed, gives its address to nobody."""
        headers = self.open(self.tenant).headers
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", headers["X-Robots-Tag"])
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])

    def test_no_log_holds_the_token(self):
        """Security: the server's lines, refusals, forms without their secret, ways to sign out."""
        for path in ("", "/file/5", "/back", "/finish", "/zip?x=1"):
            for name, address in (("werkzeug", f"GET /collection/{self.tenant}{path} HTTP/1.1"),
                                  ("odoo.http", f"/collection/{self.tenant}{path}"),
                                  ("werkzeug", f"/x?redirect=%2Fcollection%2F{self.tenant}")):
                line = logging.LogRecord(name, logging.INFO, "", 0, "%s", (address,), None)
                logging.getLogger(name).filter(line)
                self.assertNotIn(self.tenant[12:], line.getMessage())
        with patch.object(page_base._logger, "info") as logged:
            self.open(self.tenant[:12] + "_" * 44, "/finish")
        self.assertNotIn(self.tenant[:12], str(logged.call_args_list))

    def test_who_asks_is_a_colleague(self):
        """C-002: also where a stranger or the clock causes the link."""
        public = self.env.ref("base.public_user")
        for user in (public, self.env.ref("base.user_root")):
            self.env["collection.link"].with_user(user).sudo()._make_for_contributors(
                self.guarantor_contributor)
            link = self.env["collection.link"].search([], order="id desc", limit=1)
            self.assertEqual(link.user_id, self.collector)
