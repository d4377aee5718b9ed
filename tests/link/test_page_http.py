import logging
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...controllers import page_base as page_controller
from ...models.link import collection_link
from .test_answer import PDF, AnswerCase
from .test_answer_form import EXE, LOGGER


class PageCase(AnswerCase, HttpCase):
    """Strangers with a browser and nothing else."""

    moment = None  # cookies and sessions live by the real clock

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_collection_day()
        cls.customer.lang = cls.colleague.lang = "en_US"

    def day(self, days):
        return fields.Date.to_string(fields.Date.add(self.today, days=days))

    def open(self, token=None, path=""):
        return self.url_open(f"/collection/{token or self.token}{path}")

    def read(self, response):
        """:return: what a page says, as one line"""
        return " ".join(html.fromstring(response.text).find("body").text_content().split())

    def post(self, kind, items=None, token=None, files=None, page=None, **words):
        """Answer as a browser does, with what the page gave it, now or earlier."""
        page = html.fromstring((page or self.open()).text)
        given = {name: page.xpath(f"//input[@name='{name}']/@value")[0]
                 for name in ("csrf_token", "key")}
        items = self.items if items is None else items
        data = {**given, "kind": kind, "item": [str(item) for item in items.ids], **words}
        return self.url_open(
            f"/collection/{token or self.token}", data=data, allow_redirects=False,
            files=files or {"files": ("", b"")})

    def get_answers(self):
        self.env.invalidate_all()
        return self.env["collection.answer"].search([("customer_id", "=", self.customer.id)])


@tagged("post_install", "-at_install")
class TestPageHttp(PageCase):
    """A-049: the customer's page over HTTP."""

    def test_the_page_shows_the_account(self):
        """A-049: what is open, late ones first, in the reader's language; uses are counted."""
        later = self.make_invoice(self.customer, 70, due=self.day(10))
        response = self.open()
        page = self.read(response)
        self.assertEqual(response.status_code, 200)
        self.assertLess(page.index(self.older.name), page.index(self.newer.name))
        self.assertLess(page.index(self.newer.name), page.index(later.name))
        self.assertIn("800.00", page)
        self.assertIn("870.00", page)
        self.env.invalidate_all()
        self.assertEqual(self.link.use_count, 1)

    def test_what_colleagues_say_among_themselves_is_not_shown(self):
        """A-016, B36: statuses and comments are internal."""
        self.items.with_user(self.collector).set_collection_status(
            self.env.ref("account_collection.item_status_litigation"), comment="A bad payer")
        page = self.open().text
        self.assertNotIn("bad payer", page)
        self.assertNotIn("Litigation", page)

    def test_the_page_keeps_to_itself(self):
        """Security: not stored, not indexed, not framed, tells nobody where it is."""
        headers = self.open().headers
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", headers["X-Robots-Tag"])
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])

    def test_an_answer_is_kept_and_thanked_for(self):
        """A-049: without a script; then the page says that it is being checked."""
        response = self.post("promise", promise_day=self.day(4), text="On payday")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(set(self.get_answers().mapped("text")), {"On payday"})
        page = self.read(self.url_open(response.headers["Location"]))
        self.assertIn("Thank you, we have received your answer.", page)
        self.assertIn("is being checked", page)

    def test_a_refused_answer_keeps_what_was_written(self):
        """Bad input: the reason above the form, the words still in it, nothing kept."""
        response = self.post("promise", promise_day=self.day(-1), text="On payday")
        self.assertEqual(response.status_code, 422)
        self.assertIn("today or later", self.read(response))
        self.assertIn("On payday", response.text)
        self.assertFalse(self.get_answers())

    def test_strangers_forged_expired_and_revoked_look_the_same(self):
        """Bad input: 404 and the same words, whatever the reason."""
        expired, expired_token = self.make_link()
        expired.expires_at = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        revoked, revoked_token = self.make_link()
        revoked._revoke()
        tokens = ("x", "a" * 56, self.token[:-1] + "_", expired_token, revoked_token)
        pages = set()
        for token in tokens:
            response = self.open(token)
            self.assertEqual(response.status_code, 404)
            pages.add(self.read(response))
            self.assertEqual(self.post("question", token=token, text="?").status_code, 404)
        self.assertEqual(len(pages), 1)
        self.assertIn("This link is not valid", pages.pop())
        self.assertFalse(self.get_answers())

    @mute_logger(LOGGER)
    def test_another_customers_items_are_out_of_reach(self):
        """Bad input: an answer for an item of someone else, its PDF, its payment."""
        other = self.make_customer("Other")
        foreign = self.get_items(self.make_invoice(other, 1234.56))
        self.assertNotIn("1,234.56", self.open().text)
        response = self.post("question", foreign | self.items, text="?")
        self.assertEqual(response.status_code, 422)
        for path in (f"/invoice/{foreign.id}", f"/pay/{foreign.id}", "/invoice/0"):
            self.assertEqual(self.open(path=path).status_code, 404)
        self.assertFalse(self.get_answers())
        self.assertFalse(foreign.move_id.access_token)

    def test_a_foreign_token_shows_its_own_customer_only(self):
        """Bad input: another customer's link."""
        other = self.make_customer("Other")
        invoice = self.make_invoice(other)
        _link, token = self.make_link(other)
        page = self.read(self.open(token))
        self.assertIn(invoice.name, page)
        self.assertNotIn(self.older.name, page)
        item = self.get_items(self.older)
        self.assertEqual(self.open(token, f"/invoice/{item.id}").status_code, 404)

    def test_the_invoice_comes_by_the_token_and_not_as_a_public_file(self):
        """A-049: without login, and without an attachment that anybody could fetch."""
        moves = self.env.registry["account.move"]
        self.patch(moves, "_get_collection_pdfs", lambda records: {
            move.id: ("Invoice.pdf", PDF, "application/pdf") for move in records})
        response = self.open(path=f"/invoice/{self.get_items(self.older).id}")
        self.assertEqual((response.status_code, response.content), (200, PDF))
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertFalse(self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", self.older.id),
             ("public", "=", True)]))

    def test_one_print_at_a_time(self):
        """X-05: whoever has the links of a customer keeps one PDF program busy, not twenty."""
        path = f"/invoice/{self.get_items(self.older).id}"
        with db_connect(self.env.cr.dbname).cursor() as other, patch.object(
                self.env.registry["account.move"], "_get_collection_pdfs") as printing:
            self.link.with_env(self.env(cr=other))._try_print_turn(self.customer)
            response = self.open(path=path)
        printing.assert_not_called()
        self.assertEqual(response.status_code, 429)
        self.assertIn("A file is being made for you already", self.read(response))
        self.assertIn(self.older.name, self.read(response))

    @mute_logger(LOGGER)
    def test_what_is_settled_since_cannot_be_answered(self):
        """Bad input: the page stood open while the invoice was paid, or set to draft."""
        page, items = self.open(), self.items
        self.pay(self.older)
        self.assertEqual(self.post("question", items, page=page, text="?").status_code, 422)
        self.newer.button_draft()
        self.assertEqual(self.post("question", items, page=page, text="?").status_code, 422)
        self.assertIn("Nothing is open", self.read(self.open()))
        self.assertFalse(self.get_answers())

    def test_without_the_pages_own_secret_nothing_is_taken(self):
        """CSRF: another site cannot send the form."""
        with mute_logger("odoo.http"):
            response = self.url_open(f"/collection/{self.token}", data={
                "key": "some-key-here", "kind": "question", "text": "?",
                "item": self.items.ids[0]})
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.get_answers())

    def test_a_double_click_is_one_answer(self):
        """Bad input: the same form twice; and two tabs that say the same."""
        for _click in range(2):
            response = self.post("question", text="Why?", key="one-form-two-clicks")
            self.assertEqual(response.status_code, 303)
        self.post("question", text="Why?")
        self.assertEqual(len(self.get_answers()), 2)

    def test_script_is_shown_as_words(self):
        """Bad input: in the message, on the page that comes back and in the collector's list."""
        bad = "<script>alert(1)</script>"
        response = self.post("promise", text=bad, amount=f'"><{bad}')
        self.assertEqual(response.status_code, 422)
        self.assertNotIn(bad, response.text)
        self.assertIn("&lt;script&gt;", response.text)
        self.post("question", text=bad)
        self.get_answers().with_user(self.collector).accept()
        note = self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)]).note
        self.assertNotIn("<script", note)

    def test_files_over_http(self):
        """Bad input: 50 MB, an executable named PDF, an empty file; a proof is kept."""
        bad = {"large": (b"%PDF" + b"\0" * 50 * 1024 * 1024, "too large"),
               "exe": (EXE, "cannot be taken"), "empty": (b"", "is empty")}
        for name, (content, words) in bad.items():
            with self.subTest(name=name):
                response = self.post("question", text="?", files={
                    "files": (f"{name}.pdf", content, "application/pdf")})
                self.assertEqual(response.status_code, 422)
                self.assertIn(words, self.read(response))
        self.assertFalse(self.get_answers())
        self.post("paid", paid_day=self.day(-1),
                  files={"files": ("proof.pdf", PDF, "application/pdf")})
        file = self.get_answers().attachment_ids
        self.assertEqual(file.raw, PDF)
        self.authenticate(None, None)
        self.assertEqual(self.url_open(f"/web/content/{file.id}").status_code, 404)

    def test_a_colleague_does_not_answer_for_the_customer(self):
        """Security: collectors cannot forge answers."""
        self.authenticate("collector", "collector")
        self.assertIn("logged in as a colleague", self.read(self.open()))
        self.assertNotIn("Send my answer", self.open().text)
        response = self.post("promise", promise_day=self.day(3))
        self.assertEqual(response.status_code, 422)
        self.assertIn("Only the customer answers here", self.read(response))
        self.assertFalse(self.get_answers())

    def test_another_companys_collector_does_not_read_the_answers(self):
        """Security: over the web client's own calls."""
        self.post("question", text="Why?")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.make_user("foreign", "account_collection.group_collection_manager",
                       company_id=company.id, company_ids=[(6, 0, company.ids)])
        self.authenticate("foreign", "foreign")
        answers = self.get_answers()

        def call(method, args, **kwargs):
            return self.url_open(f"/web/dataset/call_kw/collection.answer/{method}", json={
                "jsonrpc": "2.0", "params": {
                    "model": "collection.answer", "method": method, "args": args,
                    "kwargs": kwargs}}).json()

        self.assertEqual(call("search_read", [[]])["result"], [])
        with mute_logger("odoo.http"):
            self.assertIn("AccessError", str(call("accept", [answers.ids])["error"]))
            self.assertIn("AccessError", str(call("read", [answers.ids, ["text"]])["error"]))

    def test_the_log_does_not_hold_the_token(self):
        """Security: neither the refusal nor the web server's line."""
        line = logging.LogRecord(
            "werkzeug", logging.INFO, "", 0, '- - "%s" %s',
            (f"GET /collection/{self.token}/invoice/5?x=1 HTTP/1.1", "200"), None)
        logging.getLogger("werkzeug").filter(line)
        self.assertEqual(line.getMessage(), '- - "GET /collection/…/invoice/5?x=1 HTTP/1.1" 200')
        with patch.object(page_controller._logger, "info") as said, patch.object(
                collection_link._logger, "info") as explained:
            self.open(self.token[:12] + "_" * 44)
        for log in (said, explained):
            self.assertEqual(log.call_count, 1)
            self.assertNotIn(self.token[:12], str(log.call_args_list))
        self.assertIn("forged", str(explained.call_args_list))

    def test_the_reader_s_language(self):
        """A-049: dates and amounts as the recipient writes them."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        response = self.open()
        self.assertIn('lang="fr-FR"', response.text)
        self.assertIn("10/01/2026", response.text)


@tagged("post_install", "-at_install")
class TestInternalPageHttp(PageCase):
    """A-048: a colleague's page over HTTP."""

    def setUp(self):
        super().setUp()
        self.items[0].with_user(self.collector).set_collection_status(
            self.env.ref("account_collection.item_status_litigation"), comment="Ask Paul")
        self.internal, self.secret = self.make_internal_link(self.items[0])

    def test_statuses_and_comments_are_shown(self):
        """A-016: and only the items that one is asked about."""
        page = self.read(self.open(self.secret))
        self.assertIn("Litigation", page)
        self.assertIn("Ask Paul", page)
        self.assertIn("What do we know?", page)
        self.assertNotIn(self.items[1].move_id.name, page)

    def test_the_answer_goes_to_the_collector(self):
        """A-048: without an account; validated by whoever asked."""
        page = html.fromstring(self.open(self.secret).text)
        data = {name: page.xpath(f"//input[@name='{name}']/@value")[0]
                for name in ("csrf_token", "key", "kind")}
        response = self.url_open(f"/collection/{self.secret}", data={
            **data, "item": self.items[0].id, "text": "Paul says yes"}, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        answer = self.get_answers()
        self.assertEqual((answer.kind, answer.text), ("comment", "Paul says yes"))
        self.assertEqual(answer.activity_user_id, self.collector)

    def test_a_colleague_cannot_answer_as_the_customer(self):
        """Security: a promise through a colleague's link is refused."""
        page = html.fromstring(self.open(self.secret).text)
        data = {name: page.xpath(f"//input[@name='{name}']/@value")[0]
                for name in ("csrf_token", "key")}
        response = self.url_open(f"/collection/{self.secret}", data={
            **data, "item": self.items[0].id, "kind": "promise", "promise_day": self.day(2)})
        self.assertEqual(response.status_code, 422)
        self.assertFalse(self.get_answers())

    def test_who_is_no_colleague_any_more_is_refused(self):
        """B36: the same words as for any other link that is not valid."""
        self.colleague.user_ids.active = False
        self.assertEqual(self.open(self.secret).status_code, 404)
