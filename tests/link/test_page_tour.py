import json

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from .test_link import LinkCase


@tagged("post_install", "-at_install")
class TestPageTour(LinkCase, HttpCase):
    """The tenant promises on the telephone, the collector accepts, the promise is broken."""

    moment = None  # a browser's clock cannot be frozen
    browser_size = "390x844"
    touch_enabled = True

    def test_a_promise_from_the_telephone_to_the_next_reminder(self):
        """A-049, E1, E2: silence until the day promised; it passes unpaid, the chase resumes."""
        self.env.user.lang = self.customer.lang = self.collector.lang = "en_US"
        _dispatch, mail = self.send_due(repeat_days=3)
        self.assertTrue(self.get_planned(self.customer))
        today = self.company._get_collection_day()
        promised = fields.Date.add(today, days=5)
        self.answer_on_the_telephone(self.get_token(mail), promised)
        self.env.invalidate_all()
        answers = self.env["collection.answer"].search([])
        self.assertEqual(answers.mapped("state"), ["waiting", "waiting"])  # one click too many
        self.assertTrue(self.get_planned(self.customer), "nothing changes before it is accepted")

        self.browser_size, self.touch_enabled = "1366x768", False
        self.start_tour("/odoo/collection-answers", "collection_answer_tour", login="collector")
        self.env.invalidate_all()
        promise = answers.promise_id
        self.assertEqual((promise.date, promise.amount, promise.state), (promised, 800, "open"))
        self.assertFalse(self.get_planned(self.customer), "the scenario is silent")

        later = fields.Date.to_string(fields.Date.add(promised, days=2))
        with self.at(f"{later} 09:00:00"):
            self.run_cron("_process_promises", model="collection.promise")
            self.env.invalidate_all()
            self.assertEqual(promise.state, "broken")
            self.assertTrue(self.get_planned(self.customer), "the chase resumes")
        self.process_due(f"{later} 10:00:00")
        self.env.invalidate_all()
        self.assertEqual(self.env["collection.dispatch"].search_count(
            [("customer_id", "=", self.customer.id)]), 2)

    def answer_on_the_telephone(self, token, day):
        with file_open("account_collection/static/tests/page/page_tour.js") as script:
            given = json.dumps([f"/collection/{token}", day.isoformat()])
            self.browser_js(
                "/web/login", f"const [pageAddress, promisedDay] = {given};\n{script.read()}")
