from odoo.tests import tagged
from odoo.tools.sql import column_exists, rename_column

from ..common import load_migration
from .portal_case import PortalCase


@tagged("post_install", "-at_install")
class TestPortalMigration(PortalCase):
    """Upgrading a database in which the fields still have their former names."""

    def test_who_was_notified_is_kept(self):
        """D-078: nobody is notified again because of an upgrade."""
        cr = self.env.cr
        self.act.notified_partner_id = self.bailiff
        self.env.flush_all()
        rename_column(cr, "collection_action", "notified_partner_id", "told_id")
        rename_column(cr, "collection_action", "late_notice_sent", "late_told")
        for _run in range(2):  # an upgrade that failed later is run again
            load_migration("19.0.4.0.0/pre-notified_partner").migrate(cr, "19.0.3.0.0")
        self.env.invalidate_all()
        self.assertEqual(self.act.notified_partner_id, self.bailiff)
        self.assertTrue(column_exists(cr, "collection_action", "late_notice_sent"))
