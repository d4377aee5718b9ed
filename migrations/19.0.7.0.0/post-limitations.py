"""Kinds of claim of the library's customer groups, and its options that interrupt limitation, in a
database that has loaded them: the fields are new there, so nobody has chosen anything else.
"""

GROUPS = {"example_group_tenants": "lease", "example_group_professionals": "trade",
          "example_group_public": "public"}
OPTIONS = {"example_option_plan_agreed": "recognition",
           "example_option_seized_full": "enforcement",
           "example_option_seized_part": "enforcement"}


def migrate(cr, version):
    if not version:
        return
    for table, model, column, values in (
            ("collection_group", "collection.group", "claim_kind", GROUPS),
            ("collection_action_option", "collection.action.option", "interrupts", OPTIONS)):
        for name, value in values.items():
            cr.execute(f"""
                UPDATE {table} AS record SET {column} = %s FROM ir_model_data AS data
                 WHERE data.module = 'account_collection' AND data.name = %s
                   AND data.model = %s AND record.id = data.res_id AND record.{column} IS NULL
            """, [value, name, model])
