"""The tenant and the debtor of the examples are the customer itself."""


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        UPDATE collection_function AS function SET held_by_customer = TRUE
          FROM ir_model_data AS data
         WHERE data.module = 'account_collection' AND data.model = 'collection.function'
           AND data.name IN ('example_function_loc', 'example_function_deb')
           AND data.res_id = function.id AND function.kind = 'contact'
           AND function.default_contact_id IS NULL
    """)
