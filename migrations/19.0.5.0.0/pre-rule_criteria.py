"""Assignment rules keep a copy of the criteria of their saved search, and who set them."""


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        ALTER TABLE collection_assignment_rule
            ADD COLUMN IF NOT EXISTS filter_domain text,
            ADD COLUMN IF NOT EXISTS author_id integer""")
    cr.execute("""
        UPDATE collection_assignment_rule AS rule
           SET filter_domain = search.domain,
               author_id = COALESCE(rule.write_uid, rule.create_uid)
          FROM ir_filters AS search
         WHERE search.id = rule.filter_id AND rule.filter_domain IS NULL""")
