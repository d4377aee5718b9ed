"""A history row's company is its chain's: the column of its own goes."""


def migrate(cr, version):
    if version:
        cr.execute("ALTER TABLE collection_history DROP COLUMN IF EXISTS company_id")
