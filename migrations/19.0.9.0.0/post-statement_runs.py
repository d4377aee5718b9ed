"""What hinders all statements of a month has a field of its own, which is emptied once they leave:
where no customer was left out, nothing else stands among the reasons."""


def migrate(cr, version):
    if version:
        cr.execute("""
            UPDATE collection_statement_run
               SET hindrance = CASE WHEN ended_at IS NULL THEN left_out END, left_out = NULL
             WHERE COALESCE(left_out_count, 0) = 0 AND left_out IS NOT NULL
        """)
