from unittest.mock import patch

from lxml import html
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import action, row, step
from ..link.test_answer import PDF
from ..link.test_answer_form import EXE
from .portal_case import PortalCase


class PortalHttpCase(PortalCase, HttpCase):
    """The portal over HTTP, as a browser without scripts uses it."""

    moment = None  # cookies and sessions live by the real clock

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_collection_day()
        cls.url = f"/my/collection/{cls.act.id}"

    def day(self, days):
        return fields.Date.to_string(fields.Date.add(self.today, days=days))

    def enter(self, user):
        self.authenticate(user.login, user.login)

    def get(self, path="", url=None):
        return self.url_open((url or self.url) + path, allow_redirects=False)

    def read(self, response):
        """:return: what a page says, as one line"""
        return " ".join(html.fromstring(response.text).find("body").text_content().split())

    def post(self, path, token=None, files=None, **data):
        """Send a form with the page's own secret."""
        token = token or html.fromstring(self.get().text).xpath(
            "//input[@name='csrf_token']/@value")[0]
        return self.url_open(
            self.url + path, data={"csrf_token": token, **data}, allow_redirects=False,
            files=files or {"files": ("", b"")})

    def complete(self, **data):
        return self.post("/complete", **{"marker_served": self.day(-1), **data})

    def get_state(self):
        self.env.invalidate_all()
        return self.act.state


@tagged("post_install", "-at_install")
class TestPortalRoutes(PortalHttpCase):
    """D-078, D-079: each route as everybody who may come along."""

    def test_the_pages_keep_to_themselves(self):
        """Issue, files: the same headers as on personal pages; a file is saved, never run."""
        file = self.env["ir.attachment"].create({
            "name": "a.pdf", "raw": PDF, "res_model": "collection.action",
            "res_id": self.act.id})
        self.enter(self.clerk)
        for url in (self.url, "/my/collection", "/my/documents", f"{self.url}/file/{file.id}"):
            headers = self.get(url=url).headers
            with self.subTest(url=url):
                self.assertEqual(headers["Cache-Control"], "no-store")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["X-Frame-Options"], "SAMEORIGIN")
                self.assertIn("noindex", headers["X-Robots-Tag"])
                self.assertTrue(headers["Content-Security-Policy"])
        self.assertIn("sandbox", headers["Content-Security-Policy"])

    def test_who_is_not_signed_in_is_asked_to(self):
        """D-078: every route leads to the login."""
        self.authenticate(None, None)
        for path in ("", "/file/1"):
            self.assertIn("/web/login", self.get(path).headers["Location"])
        self.assertIn("/web/login", self.get(url="/my/collection").headers["Location"])
        for path in ("/complete", "/message", "/postpone"):
            response = self.url_open(
                self.url + path, data={"comment": "x"}, allow_redirects=False)
            self.assertIn("/web/login", response.headers["Location"])
        self.assertEqual(self.get_state(), "todo")

    def test_others_get_the_same_answer_as_for_nothing(self):
        """D-079, D-080: strangers, the customer; guessed ids."""
        file = self.env["ir.attachment"].create({
            "name": "a.pdf", "raw": PDF, "res_model": "collection.action", "res_id": self.act.id})
        for user in (self.stranger, self.tenant):
            self.enter(user)
            page = self.get(url="/my")
            token = html.fromstring(page.text).xpath("//input[@name='csrf_token']/@value")
            token = (token or [self.get_csrf()])[0]
            for url in (self.url, "/my/collection/999999999", f"/my/collection/{10 ** 20}"):
                self.assertTrue(
                    self.get(url=url).headers["Location"].endswith("/my/collection?gone=1"))
            for path in ("/complete", "/message", "/postpone"):
                response = self.post(path, token=token, comment="x", marker_served=self.day(-1),
                                     date=self.day(30))
                self.assertTrue(
                    response.headers["Location"].endswith("/my/collection?gone=1"), path)
            self.assertEqual(self.get(f"/file/{file.id}").status_code, 404)
            self.assertNotIn("Serve the commandement", self.get(url="/my/collection").text)
        self.assertEqual(self.get_state(), "todo")
        self.assertFalse(self.act._get_portal_messages())

    def get_csrf(self):
        """A secret of the session, from any page that has one."""
        page = html.fromstring(self.get(url="/my/security").text)
        return page.xpath("//input[@name='csrf_token']/@value")[0]

    def test_colleagues_are_led_to_the_backend(self):
        """D-075: where their own rights decide."""
        for user in (self.collector, self.make_user("other", "base.group_user")):
            self.enter(user)
            self.assertTrue(self.get().headers["Location"].endswith(
                f"/odoo/collection-actions/{self.act.id}"))
            self.assertEqual(self.get("/file/1").status_code, 404)

    def test_the_home_page_counts_what_is_to_do(self):
        """D-078: for whoever has something, and nobody else."""
        for user, count in ((self.clerk, 1), (self.stranger, 0), (self.tenant, 0)):
            self.enter(user)
            result = self.url_open("/my/counters", json={"params": {"counters": [
                "collection_todo_count", "collection_action_count"]}}).json()["result"]
            self.assertEqual(
                (result["collection_todo_count"], result["collection_action_count"]),
                (count, count))
        self.assertIn("My collection actions", self.get(url="/my").text)

    def test_without_the_pages_own_secret_nothing_is_taken(self):
        """CSRF: another site cannot send the form."""
        self.enter(self.clerk)
        with mute_logger("odoo.http"):
            response = self.url_open(f"{self.url}/complete", data={
                "marker_served": self.day(-1)}, allow_redirects=False)
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.get_state(), "todo")


@tagged("post_install", "-at_install")
class TestPortalPages(PortalHttpCase):
    """D-078, D-079: what the pages say, and what they take."""

    def setUp(self):
        super().setUp()
        self.enter(self.clerk)

    def test_the_page_says_what_by_when_and_for_whom(self):
        """D-078: and asks for the date that the action needs."""
        response = self.get()
        page = self.read(response)
        for words in ("Serve the commandement", "Tenant One", "Date of service (required)",
                      "Bailiff", self.company.name):
            self.assertIn(words, page)
        self.assertNotIn("Items concerned", page)
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_it_shows_no_more_than_the_template_says(self):
        """D-079: nothing of the customer; or the open items too."""
        invoice = self.make_invoice(self.customer, 123.0)
        self.sequence.item_ids = self.act.item_ids = self.get_items(invoice)
        self.act.portal_shows = "action"
        self.sequence.situation = "Rent of Tenant One"
        self.assertNotIn("Tenant One", self.get().text)
        listed = self.get(url="/my/collection?groupby=customer&search=tenant").text
        self.assertNotIn("Tenant One", listed)
        self.assertIn("Nothing matches", listed)
        self.assertNotIn("Tenant One", self.get(url="/my/collection?groupby=sequence").text)
        self.act.portal_shows = "items"
        page = self.read(self.get())
        self.assertIn("Tenant One", page)
        self.assertIn(invoice.name, page)
        self.assertIn("123.00", page)
        self.pay(invoice)
        self.assertNotIn(invoice.name, self.read(self.get()))

    def test_completing_over_http(self):
        """D-079: with date, comment and deed; a second click changes nothing."""
        for _click in range(2):
            response = self.complete(
                token=self.get_token(), comment="<script>alert(1)</script>",
                files={"files": ("deed.pdf", PDF, "application/pdf")})
            self.assertEqual(response.status_code, 303)
        self.assertEqual(self.get_state(), "validating")
        page = self.get(url=response.headers["Location"])
        self.assertIn("your answer has been sent", page.text)
        self.assertNotIn("<script>alert(1)", page.text)
        self.assertIn("&lt;script&gt;alert(1)", page.text)
        self.assertEqual(len(self.act._get_portal_files()[0]), 1)
        self.assertEqual(self.act._get_portal_files()[0].raw, PDF)

    def get_token(self):
        return getattr(self, "token", None) or self.__dict__.setdefault(
            "token", html.fromstring(self.get().text).xpath(
                "//input[@name='csrf_token']/@value")[0])

    def test_what_was_entered_is_still_there(self):
        """Bad input: the message stands above, the words in the form, nothing is kept."""
        response = self.complete(marker_served="2026-02-31", comment="Left at the office",
                                 files={"files": ("deed.pdf", PDF, "application/pdf")})
        self.assertEqual(response.status_code, 422)
        page = self.read(response)
        self.assertIn("cannot be read", page)
        self.assertIn("Choose your files again", page)
        self.assertIn("Left at the office", response.text)
        self.assertIn("2026-02-31", response.text)
        self.assertEqual(self.get_state(), "todo")
        self.assertFalse(self.act._get_portal_files()[0])
        response = self.post("/postpone", date=self.day(-3), comment="I am ill")
        self.assertEqual(response.status_code, 422)
        self.assertIn("I am ill", response.text)
        self.assertIn(f'value="{self.day(-3)}"', response.text)

    def test_every_kind_of_fact_can_be_entered(self):
        """D-057: ticked and not, chosen, counted; a choice that is none is refused."""
        kinds = {"told": "boolean", "kept": "boolean", "how": "selection", "copies": "integer",
                 "fee": "float", "note": "text"}
        template = self.make_template("FACTS", [step("one", [action(
            "deed", "CJ", required_markers=",".join(kinds))], [row("end")])], marker_definition=[
                {"name": name, "string": name.capitalize(), "type": kind,
                 **({"selection": [["hand", "By hand"]]} if kind == "selection" else {})}
                for name, kind in kinds.items()])
        sequence = self.launch(template)
        sequence.sudo().markers = {"told": True}
        act = self.find_action(sequence)
        self.url = f"/my/collection/{act.id}"
        given = {"marker_told": "0", "marker_kept": ["0", "1"], "marker_how": "hand",
                 "marker_copies": "2", "marker_fee": "30,5", "marker_note": "x"}
        for name, value in (("how", "foot"), ("copies", "two"), ("fee", "nan")):
            response = self.post("/complete", **{**given, f"marker_{name}": value})
            self.assertEqual(response.status_code, 422)
            self.assertIn(f"{name.capitalize()}: “{value}”", self.read(response))
        self.assertEqual(self.post("/complete", **given).status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(
            {name: marker["value"] for name, marker in sequence.sudo()._get_markers().items()},
            {"told": False, "kept": True, "how": "hand", "copies": 2, "fee": 30.5, "note": "x"})

    def test_files_that_are_refused(self):
        """Bad input: a program named PDF, nothing in it, twenty at once."""
        for files, words in (
            ([("files", ("a.pdf", EXE, "application/pdf"))], "cannot be taken"),
            ([("files", ("a.pdf", b"", "application/pdf"))], "is empty"),
            ([("files", (f"{n}.pdf", PDF, "application/pdf")) for n in range(20)],
             "5 files at most"),
        ):
            for path in ("/complete", "/message"):
                response = self.post(path, files=files, marker_served=self.day(-1))
                self.assertEqual(response.status_code, 422)
                self.assertIn(words, self.read(response))
        self.assertFalse(self.act._get_portal_files()[0])

    def test_a_call_that_is_replayed_reads_its_files_again(self):
        """Concurrency: after a conflict the same call comes once more, with files read already."""
        actions, failed = self.env.registry["collection.action"], []
        keep = actions._keep_portal_files

        def fail_once(act, files):
            if not failed:
                failed.append(True)
                raise SerializationFailure("another was faster")
            return keep(act, files)

        with patch.object(actions, "_keep_portal_files", fail_once), patch(
                "odoo.service.model.errorcodes.lookup", return_value="SERIALIZATION_FAILURE"), (
                    patch("time.sleep")):
            response = self.post("/message", comment="Two deeds", files=[
                ("files", ("a.pdf", PDF, "application/pdf")),
                ("files", ("b.pdf", PDF + b"\n", "application/pdf"))])
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(self.act._get_portal_files()[0].mapped("name"), ["a.pdf", "b.pdf"])

    def test_more_than_the_server_takes(self):
        """Bad input: the page says that nothing was kept, and leads back."""
        token = self.get_token()
        self.env["ir.config_parameter"].set_param("web.max_file_upload_size", str(1024 ** 2))
        large = {"files": ("a.pdf", PDF + bytes(2 * 1024 ** 2), "application/pdf")}
        for path in ("/complete", "/message"):
            with mute_logger("odoo.http"):
                response = self.post(path, token=token, files=large)
            self.assertEqual(response.status_code, 413)
            self.assertIn("at most 1 MB together", self.read(response))
            self.assertIn(f'href="{self.url}"', response.text)
        self.assertFalse(self.act._get_portal_files()[0])

    def test_empty_words_are_no_message(self):
        """Bad input: blanks."""
        response = self.post("/message", comment="   ")
        self.assertEqual(response.status_code, 422)
        self.assertIn("Write a message", self.read(response))

    def test_messages_and_files_over_http(self):
        """D-079: written, shown, downloaded as they came; another action's file is none."""
        response = self.post("/message", comment="The door code?\nThank you",
                             files={"files": ("photo.pdf", PDF, "application/pdf")})
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        file = self.act._get_portal_files()[0]
        self.assertIn("The door code?", self.read(self.get()))
        response = self.get(f"/file/{file.id}")
        self.assertEqual(response.content, PDF)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertEqual(self.get(url=f"/web/content/{file.id}").status_code, 404)
        other = self.find_action(self.launch(self.make_serving("OTHER")))
        self.assertEqual(self.get(
            f"/file/{file.id}", url=f"/my/collection/{other.id}").status_code, 404)

    def test_asking_for_more_time_over_http(self):
        """D-079: the page says that nobody has answered yet."""
        response = self.post("/postpone", date=self.day(20), comment="The tenant is away")
        self.assertEqual(response.status_code, 303)
        self.assertIn("You have asked to postpone", self.read(self.get()))

    def test_a_paused_case_is_read_only(self):
        """B12: no form at all, and the reason; a form sent from another tab is refused."""
        token = self.get_token()
        self.sequence.with_user(self.collector).action_pause("The tenant called")
        response = self.get()
        self.assertIn("paused this case", self.read(response))
        self.assertNotIn("The tenant called", response.text)
        self.assertNotIn("<textarea", response.text)
        for path in ("/complete", "/message", "/postpone"):
            response = self.post(path, token=token, comment="Just a word", date=self.day(30),
                                 marker_served=self.day(-1))
            self.assertEqual(response.status_code, 422)
            self.assertIn("paused this case", self.read(response))
            self.assertIn("Just a word", response.text)
        self.assertEqual(self.get_state(), "todo")

    def test_closed_meanwhile(self):
        """Bad input: it says by whom, when, and that nothing has changed."""
        token = self.get_token()
        self.act.with_user(self.manager).close("cancelled", comment="Paid")
        response = self.complete(token=token)
        self.assertEqual(response.status_code, 422)
        self.assertIn("already closed by Manager", self.read(response))

    def test_a_colleagues_comment_stays_in_the_house(self):
        """D-079: what a colleague closes it with is not shown; the partner's own words are."""
        self.complete(comment="Served in person")
        self.assertIn("Served in person", self.read(self.get()))
        self.act.with_user(self.litigator).close("validated", comment="Fee too high")
        page = self.read(self.get())
        self.assertIn("Served in person", page)
        self.assertNotIn("Fee too high", page)
        act = self.find_action(self.launch(self.make_serving("CANCELLED")))
        act.with_user(self.manager).close("cancelled", comment="This bailiff is too slow")
        page = self.read(self.get(url=f"/my/collection/{act.id}"))
        self.assertIn("Closed by Manager", page)
        self.assertNotIn("too slow", page)
        self.assertNotIn("What was answered", page)


@tagged("post_install", "-at_install")
class TestPortalList(PortalHttpCase):
    """The list: to do, late, done; search, sort, group, pages."""

    def setUp(self):
        super().setUp()
        self.enter(self.clerk)

    def list(self, query=""):
        return self.read(self.get(url=f"/my/collection{query}"))

    def make_many(self, number, prefix="Many"):
        holders = {"GEST": self.collector, "RC": self.litigator, "CJ": self.bailiff}
        for n in range(number):
            self.launch(self.template, self.make_customer(f"{prefix} {n}", holders))

    def test_to_do_late_and_done(self):
        """D-078: each under its own heading."""
        self.assertIn("Serve the commandement", self.list())
        self.assertIn("There is nothing here", self.list("?filterby=late"))
        self.act.deadline = self.day(-1)
        self.assertIn("Serve the commandement", self.list("?filterby=late"))
        with self.env.cr.savepoint():
            self.find(self.clerk)._answer_from_portal(markers={"served": self.day(-1)})
        self.assertIn("Nothing is to do", self.list())
        self.assertIn("Being checked", self.list("?filterby=done"))
        self.act.with_user(self.litigator).close("validated")
        self.assertIn("Validated", self.list("?filterby=done"))

    def test_search_sort_and_group(self):
        """D-078: by what and by whom; nonsense is the default."""
        self.make_many(2)
        self.assertIn("Many 1", self.list("?search=many&search_in=customer"))
        self.assertNotIn("Tenant One", self.list("?search=many"))
        self.assertIn("Nothing matches", self.list("?search=many&search_in=name"))
        self.assertIn("Nothing matches", self.list("?search=%00%25%27--"))
        for query in ("sortby=customer&groupby=customer", "groupby=sequence", "groupby=function",
                      "sortby=date", "sortby=x&groupby=x&filterby=x&search_in=x"):
            page = self.list(f"?{query}")
            self.assertIn("Many 0", page)
            self.assertIn("Many 1", page)

    def test_queries_do_not_grow_with_the_actions(self):
        """D-078: a list of fifty costs what a list of ten does."""
        self.make_many(9)
        self.list()
        ten = self.count()
        self.make_many(40, "More")
        self.assertEqual(ten, self.count())

    def count(self):
        self.env.cr.precommit.run()  # what making the actions left for the end of its transaction
        return self.count_queries(self.list, "?groupby=customer")
