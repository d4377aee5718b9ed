"""The examples of the demo data are the library's now, under its external ids: a database that has
them keeps them, changed or not, and nothing is loaded beside them.
"""

RENAMED = (
    r"^demo_(function|option|label|truce|template|step|content|row|scenario|calendar|group|search"
    r"|documents)_")
#: Rules that each company has for itself.
RULES = (
    ("demo_rule_professionals", "example_rule_professionals"),
    ("demo_rule_tenants", "example_rule_tenants"),
    ("demo_rule_scenario", "example_rule_scenario"),
)


def migrate(cr, version):
    """Rename the external ids; a rule's says of which company it is."""
    cr.execute("""
        UPDATE ir_model_data SET name = 'example_' || substr(name, 6)
         WHERE module = 'account_collection' AND name ~ %s
    """, [RENAMED])
    for old, new in RULES:
        cr.execute("""
            UPDATE ir_model_data data SET name = %s || '_company_' || rule.company_id
              FROM collection_assignment_rule rule
             WHERE data.module = 'account_collection' AND data.name = %s AND rule.id = data.res_id
        """, [new, old])
