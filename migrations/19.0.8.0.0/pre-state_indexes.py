"""Nearly all actions are closed, nearly all messages sent, nearly all replies dealt with: an index
of their states misleads the planner of PostgreSQL, until it has seen the table of today. Partial
ones take its place."""

TABLES = (
    "action", "dispatch", "document_request", "document_item", "document_notice", "answer", "reply",
    "payment_plan", "case_file")


def migrate(cr, version):
    if version:
        cr.execute("DROP INDEX IF EXISTS " + ", ".join(
            f"collection_{table}__state_index" for table in TABLES))
