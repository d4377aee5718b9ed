"""What an external partner was notified of keeps its value under the fields' new names."""

from odoo.tools.sql import column_exists, rename_column

RENAMED = {"told_id": "notified_partner_id", "late_told": "late_notice_sent"}


def migrate(cr, version):
    for old, new in RENAMED.items():
        if not column_exists(cr, "collection_action", old):
            continue
        rename_column(cr, "collection_action", old, new)
        cr.execute("UPDATE ir_model_fields SET name = %s WHERE model = %s AND name = %s",
                   (new, "collection.action", old))
        cr.execute(
            "UPDATE ir_model_data SET name = %s WHERE module = %s AND name = %s",
            (f"field_collection_action__{new}", "account_collection",
             f"field_collection_action__{old}"))
    cr.execute("ALTER INDEX IF EXISTS collection_action__told_id_index"
               " RENAME TO collection_action__notified_partner_id_index")
