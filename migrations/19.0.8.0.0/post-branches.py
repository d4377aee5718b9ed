"""What a company decides for its branches holds in those that exist.

By SQL, all settings at once: the ORM refuses a branch of which another one still differs.
"""


def migrate(cr, version):
    if version:
        cr.execute("""
            UPDATE res_company AS branch
               SET collection_statement_monthly = root.collection_statement_monthly,
                   collection_statement_format = root.collection_statement_format,
                   collection_retention_months = root.collection_retention_months
              FROM res_company AS root
             WHERE branch.parent_id IS NOT NULL
               AND root.id = split_part(branch.parent_path, '/', 1)::int
        """)
