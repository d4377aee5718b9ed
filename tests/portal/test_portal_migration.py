from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import tagged
from odoo.tools.sql import column_exists, rename_column

from .portal_case import PortalCase

SCRIPT = Path(__file__).parents[2] / "migrations/19.0.4.0.0/pre-notified_partner.py"


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
        spec = spec_from_file_location("pre_notified_partner", SCRIPT)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        for _run in range(2):  # an upgrade that failed later is run again
            script.migrate(cr, "19.0.3.0.0")
        self.env.invalidate_all()
        self.assertEqual(self.act.notified_partner_id, self.bailiff)
        self.assertTrue(column_exists(cr, "collection_action", "late_notice_sent"))
