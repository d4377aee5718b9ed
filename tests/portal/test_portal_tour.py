from odoo.tests import HttpCase, tagged

from .portal_case import PortalCase


@tagged("post_install", "-at_install")
class TestPortalTour(PortalCase, HttpCase):
    """A bailiff on the portal and a litigation manager in the backend, each in a browser."""

    moment = None  # a browser's clock cannot be frozen
    deed = {"option_ids": ["SERVED", "PV659"], "portal_decides": True,
            "description": "<p>Serve the tenant in person.</p>"}

    def test_a_bailiff_serves_and_the_litigation_manager_validates(self):
        """D-078, D-079, B11: what is done on the portal, once validated, steers the sequence."""
        self.start_tour("/my", "collection_portal_tour", login="clerk")
        self.env.invalidate_all()
        self.assertEqual((self.act.state, self.act.submitted_by_id), ("validating", self.clerk))
        self.assertTrue(self.sequence._get_markers()["served"]["value"])
        self.assertEqual(self.act._get_portal_files()[0].mapped("name"), ["deed.pdf"])
        self.start_tour(
            f"/odoo/collection-actions/{self.act.id}", "collection_portal_validate_tour",
            login="litigator")
        self.env.invalidate_all()
        self.assertEqual(self.act.outcome, "validated")
        self.assertAt(self.sequence, "call")
        self.assertReplays(self.sequence)
