"""Nearly all actions are closed and nearly all messages sent: an index of their states misleads
the planner of PostgreSQL, until it has seen the table of today. Partial ones take its place."""


def migrate(cr, version):
    if version:
        cr.execute("DROP INDEX IF EXISTS collection_action__state_index,"
                   " collection_dispatch__state_index")
