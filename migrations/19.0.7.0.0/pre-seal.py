"""Each row of the history says by which formula its digest was made: those that there are, by the
first one. They stay byte for byte as they are."""


def migrate(cr, version):
    if not version:
        return
    # a constant default changes the table's description alone, and no row
    cr.execute("ALTER TABLE collection_history ADD COLUMN IF NOT EXISTS"
               " digest_version integer NOT NULL DEFAULT 1")
    cr.execute("ALTER TABLE collection_history ALTER COLUMN digest_version DROP DEFAULT")
