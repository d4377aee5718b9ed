"""A reviewer who was told of a contributor's silence is called notified, as everywhere else."""

from odoo.tools.sql import table_exists


def migrate(cr, version):
    if version and table_exists(cr, "collection_document_notice"):  # since 19.0.2.0.0
        cr.execute("UPDATE collection_document_notice SET state = 'notified' WHERE state = 'told'")
