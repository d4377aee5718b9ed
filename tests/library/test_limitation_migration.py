from odoo.tests import tagged

from ..common import load_migration
from .library_case import LibraryCase


@tagged("post_install", "-at_install")
class TestLimitationMigration(LibraryCase):
    """Issue 19: what was loaded before knows its kind of claim; what somebody chose stays."""

    examples = ("groups", "options")

    def test_kinds_of_claim(self):
        """Groups and options of the library get what the library says, once."""
        tenants, trade = (self.env.ref(f"account_collection.example_group_{name}")
                          for name in ("tenants", "professionals"))
        seized = self.env.ref("account_collection.example_option_seized_full")
        tenants.claim_kind = seized.interrupts = False
        trade.claim_kind = "other"
        self.env.flush_all()
        load_migration("19.0.7.0.0/post-limitations").migrate(self.env.cr, "19.0.6.0.0")
        self.env.invalidate_all()
        self.assertEqual((tenants.claim_kind, trade.claim_kind, seized.interrupts),
                         ("lease", "other", "enforcement"))
