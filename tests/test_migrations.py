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
