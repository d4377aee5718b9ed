"""Views that extend others of our own go before the files change what they hang on; the files make
anew those that are still there. Odoo runs this at each upgrade, before everything else.

A view that somebody switched off, or hung another one on, stays.
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        WITH RECURSIVE own AS (
            SELECT view.id, view.inherit_id, view.active
              FROM ir_ui_view view
              JOIN ir_model_data data ON data.res_id = view.id AND data.model = 'ir.ui.view'
             WHERE data.module = 'account_collection'
        ), kept AS (
            SELECT id, inherit_id FROM own WHERE NOT active
             UNION
            SELECT child.inherit_id, parent.inherit_id
              FROM ir_ui_view child
              JOIN own parent ON parent.id = child.inherit_id
             WHERE child.id NOT IN (SELECT id FROM own)
             UNION
            SELECT own.id, own.inherit_id FROM kept JOIN own ON own.id = kept.inherit_id
        ), gone AS (
            DELETE FROM ir_ui_view
             WHERE mode = 'extension'
               AND id IN (SELECT id FROM own WHERE inherit_id IN (SELECT id FROM own))
               AND id NOT IN (SELECT id FROM kept)
            RETURNING id
        )
        DELETE FROM ir_model_data
         WHERE module = 'account_collection' AND model = 'ir.ui.view'
           AND res_id IN (SELECT id FROM gone)
    """)
