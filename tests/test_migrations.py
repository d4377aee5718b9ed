"""Scripts of an upgrade run on whatever version was installed before."""

from pathlib import Path

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from .common import load_migration

SCRIPTS = Path(__file__).parents[1] / "migrations"
FIRST_VERSION = "19.0.1.0.0"
#: Tables of the first version that scripts name; they ask whether any other is there.
FIRST_TABLES = {
    "collection_action", "collection_assignment_rule", "collection_history", "collection_promise",
    "collection_sequence_step", "collection_sequence_template", "collection_sequence_transition"}


@tagged("post_install", "-at_install")
class TestMigrations(TransactionCase):
    """Before the models are loaded, a table is there if an earlier version has made it."""

    def test_what_came_later_is_not_there_yet(self):
        """Issue 20: the first version is upgraded as the others are."""
        tables = {table for [table] in self.env.execute_query(SQL(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s"
            " AND relnamespace = current_schema()::regnamespace", r"collection\_%"))}
        for table in tables - FIRST_TABLES:
            self.env.cr.execute(SQL("DROP TABLE %s CASCADE", SQL.identifier(table)))
        for table in FIRST_TABLES:  # today's triggers look for them
            self.env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table)))
        for path in sorted(SCRIPTS.glob("*/pre-*.py")):
            with self.subTest(path.name), self.env.cr.savepoint(flush=False):
                load_migration(f"{path.parent.name}/{path.stem}").migrate(
                    self.env.cr, FIRST_VERSION)

    def test_our_views_on_our_own_go_before_the_files_change(self):
        """Issue 20: what hung on a view of an earlier version stops no upgrade; what somebody
        switched off, or hung another view on, stays.
        """
        views = self.env["ir.ui.view"].create([{
            "name": name, "model": "res.partner", "type": "form", "mode": "extension",
            "active": name != "off", "arch": "<form position='inside'/>",
            "inherit_id": self.env.ref("account_collection.res_partner_view_form").id,
        } for name in ("old", "off", "taken")])
        old, off, taken = views
        self.env["ir.model.data"].create([{
            "module": "account_collection", "model": "ir.ui.view", "res_id": view.id,
            "name": f"earlier_{view.name}"} for view in views])
        theirs = old.copy({"name": "theirs", "inherit_id": taken.id})
        self.env.flush_all()
        load_migration("0.0.0/pre-own_views").migrate(self.env.cr, FIRST_VERSION)
        self.env.invalidate_all()
        self.assertEqual((views + theirs).exists(), off + taken + theirs)
        self.assertTrue(self.env.ref("account_collection.res_partner_view_form"))
        self.assertFalse(self.env.ref("account_collection.earlier_old", raise_if_not_found=False))
