from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .setup_case import SetupCase


@tagged("post_install", "-at_install")
class TestSetupTour(SetupCase, HttpCase):
    """From nothing to the first e-mail, in the browser, in a database without demo data."""

    moment = None  # a browser's clock cannot be frozen

    @classmethod
    def make_calendar(cls):
        """:return: a sending window of all hours"""
        return cls.env["resource.calendar"].create({
            "name": "Always", "attendance_ids": [Command.clear(), *(
                Command.create({
                    "name": "All day", "dayofweek": str(day), "hour_from": 0, "hour_to": 24,
                    "day_period": "morning"}) for day in range(7))]})

    def check(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.manager.lang = lang
        today = fields.Date.today()
        self.make_invoice(self.customer, due=today - timedelta(days=5))
        self.page.calendar_id = self.make_calendar()  # else none leaves on a Sunday
        self.start_tour("/odoo", "collection_setup_tour", login="manager")
        self.assertEqual(self.company.collection_started_on, today)
        dispatch = self.env["collection.dispatch"].search(
            [("customer_id", "=", self.customer.id)])
        self.assertEqual(dispatch.state, "pending")
        self.assertIn("Tenant One", dispatch.subject)

    def test_in_english(self):
        """Issue 17: at most 8 clicks to the preview, 12 to the e-mail."""
        self.check("en_US")

    def test_in_french(self):
        """Issue 17: the same."""
        self.check("fr_FR")

    def check_sequence(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.manager.lang = lang
        self.start_tour("/odoo", "collection_setup_sequence_tour", login="manager")
        sequence = self.customer.collection_sequence_ids
        self.assertEqual((sequence.state, sequence.template_id.code), ("running", "CTX"))

    def test_the_first_sequence_in_english(self):
        """Issue 17: at most 8 clicks, from an example of the library."""
        self.check_sequence("en_US")

    def test_the_first_sequence_in_french(self):
        """Issue 17: the same."""
        self.check_sequence("fr_FR")
