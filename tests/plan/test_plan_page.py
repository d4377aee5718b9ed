from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged

from ...models.plan import plan_text
from ..accessibility import DARK, AccessibilityCase
from ..link.test_page_http import PageCase


class PlanPageCase(PageCase):
    """A plan offered to a customer with a personal link."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["collection.payment.plan"].with_user(cls.collector).offer(
            cls.items.with_user(cls.collector), [
                (fields.Date.add(cls.today, days=days), 400) for days in (20, 50)]).sudo()

    def show(self, token=None, plan=None):
        return self.open(token, f"/plan/{(plan or self.plan).id}")

    def decide(self, token=None, plan=None, page=None, **words):
        """Answer as a browser does, with what the page gave it, now or earlier."""
        page = html.fromstring((page or self.show()).text)
        csrf = page.xpath("//input[@name='csrf_token']/@value")
        key = page.xpath("//input[@name='key']/@value")
        return self.url_open(
            f"/collection/{token or self.token}/plan/{(plan or self.plan).id}",
            data={"csrf_token": csrf[0] if csrf else "", "key": key[0] if key else "", **words},
            allow_redirects=False)

    def accept(self, **words):
        return self.decide(**{
            "decision": "accept", "name": "Jean Dupont", "read": "1", **words})


@tagged("post_install", "-at_install")
class TestPlanPage(PlanPageCase):
    """Issue 19: the debtor reads and accepts a plan on the personal page."""

    def test_the_account_leads_to_it(self):
        """What is offered shows on the account; its page has the text and its seal."""
        account = self.open()
        self.assertIn("We offer you payment in instalments.", self.read(account))
        self.assertIn(f"/collection/{self.token}/plan/{self.plan.id}", account.text)
        page = self.show()
        self.assertEqual(page.status_code, 200)
        self.assertIn("400.00", self.read(page))
        self.assertIn(self.plan.digest, page.text)
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])

    def test_accepting(self):
        """Without a script; then the page says who accepted it, and what comes next."""
        response = self.accept()
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual((self.plan.state, self.plan.accepted_link_id), ("accepted", self.link))
        page = self.read(self.show())
        self.assertIn("Accepted by Jean Dupont on", page)
        self.assertIn("Next instalment:", page)
        self.assertIn("Your payment plan", self.read(self.open()))

    def test_what_is_missing_is_said(self):
        """Bad input: no name, nothing ticked, no proposal: 422, and what was written stays."""
        for words in ({"name": ""}, {"read": ""}, {"decision": ""}, {"decision": "yes"},
                      {"decision": "refuse", "text": " "}):
            response = self.accept(**words)
            self.assertEqual(response.status_code, 422)
            self.assertIn('role="alert"', response.text)
        self.env.invalidate_all()
        self.assertEqual(self.plan.state, "offered")

    def test_a_debt_that_changed(self):
        """Refused with a sentence; the plan is withdrawn all the same."""
        page = self.show()
        self.pay(self.older, 100)
        self.assertIn("What you owe has changed", self.read(self.show()))
        response = self.accept(page=page)
        self.assertEqual(response.status_code, 409)
        self.assertIn("What you owe has changed", self.read(response))
        self.env.invalidate_all()
        self.assertEqual(self.plan.state, "withdrawn")

    def test_until_when_is_said_before_signing(self):
        """Whoever signs later needs a new plan: the form says so, and takes that wish."""
        self.assertIn("You can accept it until", self.read(self.show()))
        self.plan._end("expired", "Its day has passed.")
        page = self.show()
        self.assertIn("I ask for a new plan", self.read(page))
        self.assertNotIn("I accept this plan", self.read(page))
        self.assertEqual(
            self.decide(page=page, decision="refuse", text="From April on").status_code, 303)
        self.assertEqual(self.get_answers().mapped("text"), ["From April on"])

    def test_refusing(self):
        """A proposal waits for the collector; sent twice, it is one."""
        page = self.show()
        self.assertEqual(
            self.decide(decision="refuse", text="200 a month").status_code, 303)
        self.assertEqual(self.get_answers().mapped("text"), ["200 a month"])
        self.assertIn("We come back to you", self.read(self.accept(page=page)))
        self.assertIn("Thank you", self.read(self.open(path=f"/plan/{self.plan.id}?refused=1")))

    def test_strangers(self):
        """Security: a wrong, expired or revoked token, another's plan, a colleague's link."""
        expired, expired_token = self.make_link()
        expired.expires_at = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        revoked, revoked_token = self.make_link()
        revoked._revoke()
        other = self.make_customer("Other", holders={})
        _link, other_token = self.make_link(other)
        _link, colleague_token = self.make_internal_link(self.items)
        for token in ("x", "a" * 56, self.token[:-1] + "_", expired_token, revoked_token,
                      other_token, colleague_token):
            with self.subTest(token=token[:6]):
                self.assertEqual(self.show(token).status_code, 404)
                self.assertEqual(self.accept(token=token).status_code, 404)
                self.assertEqual(
                    self.open(token, f"/plan/{self.plan.id}/pdf").status_code, 404)
        self.assertEqual(self.open(path="/plan/999999999").status_code, 404)
        self.env.invalidate_all()
        self.assertEqual(self.plan.state, "offered")

    def test_one_print_at_a_time(self):
        """X-05: a stranger with a link starts one PDF program, not twenty."""
        with db_connect(self.env.cr.dbname).cursor() as other, patch.object(
                plan_text, "print_plan") as printing:
            self.link.with_env(self.env(cr=other))._try_print_turn(self.customer)
            response = self.open(path=f"/plan/{self.plan.id}/pdf")
        printing.assert_not_called()
        self.assertEqual(response.status_code, 429)
        self.assertIn("A file is being made for you already", self.read(response))

    def test_a_form_from_elsewhere(self):
        """Security: without the token of the form nothing is accepted."""
        response = self.url_open(
            f"/collection/{self.token}/plan/{self.plan.id}", allow_redirects=False,
            data={"decision": "accept", "name": "Jean Dupont", "read": "1"})
        self.assertEqual(response.status_code, 400)
        self.env.invalidate_all()
        self.assertEqual(self.plan.state, "offered")

    def test_a_file_is_no_text(self):
        """Bad input: a file in the place of each text is nothing."""
        csrf = html.fromstring(self.show().text).xpath("//input[@name='csrf_token']/@value")[0]
        for decision in ("accept", "refuse"):
            response = self.url_open(
                f"/collection/{self.token}/plan/{self.plan.id}",
                data={"csrf_token": csrf, "decision": decision, "read": "1"},
                files=dict.fromkeys(("name", "text", "key"), ("a.txt", b"x")))
            self.assertEqual(response.status_code, 422)
        self.env.invalidate_all()
        self.assertEqual(self.plan.state, "offered")

    def test_a_colleague_only_looks(self):
        """Whoever is logged in as a colleague sees it, and accepts nothing."""
        self.authenticate("collector", "collector")
        self.assertIn("only the customer answers", self.read(self.show()))
        self.accept()
        self.env.invalidate_all()
        self.assertEqual(self.plan.state, "offered")


@tagged("post_install", "-at_install")
class TestPlanAccessibility(AccessibilityCase, PlanPageCase):
    """Issue 19: the page can be read and used by everybody (WCAG 2.2 AA)."""

    def test_the_plan(self):
        """Offered, in the light and in the dark; refused for want of a name; accepted."""
        path = f"/collection/{self.token}/plan/{self.plan.id}"
        self.assert_accessible(f"/collection/{self.token}")
        self.assert_accessible(path)
        self.assert_accessible(path, prepare=DARK)
        self.assert_accessible(path, prepare="""document.querySelector("#error") || (
            window.sent || (window.sent = document.forms[0].requestSubmit() || true), false)""")
        self.plan._accept_on_page(self.link, "Jean Dupont")
        self.assert_accessible(path)
