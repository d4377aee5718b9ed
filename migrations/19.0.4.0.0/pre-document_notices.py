"""A reviewer who was told of a contributor's silence is called notified, as everywhere else."""


def migrate(cr, version):
    if version:
        cr.execute("UPDATE collection_document_notice SET state = 'notified' WHERE state = 'told'")
