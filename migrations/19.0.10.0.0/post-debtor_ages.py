"""What debtors owe by age follows from the bounds of each company: its columns are numbered now,
and are read anew.
"""

#: Former columns of the work list, and those that hold the same under the usual bounds.
RENAMED = (("late_30", "late_1"), ("late_60", "late_2"), ("late_90", "late_3"),
           ("late_more", "late_4"))


def migrate(cr, version):
    if not version:
        return
    for names in RENAMED:
        cr.execute("""
            UPDATE ir_filters
               SET domain = replace(domain, %(former)s, %(name)s),
                   context = replace(context, %(former)s, %(name)s),
                   sort = replace(sort, %(former)s, %(name)s)
             WHERE model_id = 'collection.debtor'
        """, dict(zip(("former", "name"), names)))
    cr.execute("UPDATE collection_debtor SET day = NULL")
