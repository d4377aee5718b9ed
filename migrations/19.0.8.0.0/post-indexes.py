"""An index that another one covers: Odoo makes what a field asks for, and drops none by itself."""


def migrate(cr, version):
    if version:
        cr.execute("DROP INDEX IF EXISTS collection_assignment__customer_id_index")
