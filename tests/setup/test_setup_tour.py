from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged

from .test_setup import SetupCase


@tagged("post_install", "-at_install")
class TestSetupTour(SetupCase, HttpCase):
    """From nothing to the first e-mail, in the browser, in a database without demo data."""

    moment = None  # a browser's clock cannot be frozen

    def check(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.manager.lang = lang
        today = fields.Date.today()
        self.make_invoice(self.customer, due=today - timedelta(days=5))
        with patch.object(type(self.page), "_load_example", lambda page: page.write(
                {"scenario_id": self.scenario.id})):
            self.start_tour("/odoo", "collection_setup_tour", login="manager")
        self.assertEqual(self.company.collection_started_on, today)
        dispatch = self.env["collection.dispatch"].search(
            [("customer_id", "=", self.customer.id)])
        self.assertEqual((dispatch.subject, dispatch.state), ("Reminder", "pending"))

    def test_in_english(self):
        """Issue 17: at most 8 clicks to the preview, 12 to the e-mail."""
        self.check("en_US")

    def test_in_french(self):
        """Issue 17: the same."""
        self.check("fr_FR")
