"""Nearly all actions are closed, nearly all messages sent, nearly all replies dealt with: an index
of their states misleads the planner of PostgreSQL, until it has seen the table of today. Partial
ones take its place."""

from odoo.tools import SQL

TABLES = (
    "action", "dispatch", "document_request", "document_item", "document_notice", "answer", "reply",
    "payment_plan", "case_file")


def migrate(cr, version):
    if not version:
        return
    for table in TABLES:
        cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(
            f"collection_{table}__state_index")))
