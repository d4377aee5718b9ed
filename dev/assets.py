"""The web client's compiled scripts and styles, ready in a database.

Without them the first page of a new database takes half a minute, and each test in
a browser compiles them anew, for it rolls back what it stored.
"""

import os

from . import database, odoo, paths
from .postgres import query

SCRIPT = paths.REPOSITORY / "dev" / "compile_assets.py"
COMPILED = "FROM ir_attachment WHERE url LIKE '/web/assets/%'"
COLUMNS = (
    "name, type, url, res_model, res_id, public, mimetype, store_fname, checksum, file_size,"
    " create_uid, create_date, write_uid, write_date"
)


def compile_into(target):
    """Let Odoo compile the bundles into a database."""
    with SCRIPT.open() as script:
        odoo.call(
            "assets",
            "Odoo could not compile the web client",
            *("shell", "-d", target, "--no-http"),
            stdin=script,
        )


def carry_over(source, target):
    """Take over what was compiled in a database with the same static files."""
    rows = query(f"COPY (SELECT {COLUMNS} {COMPILED}) TO STDOUT", source)
    query(f"DELETE {COMPILED}", target)
    query(f"COPY ir_attachment ({COLUMNS}) FROM STDIN", target, data="\n".join(rows) + "\n")
    for file in query(f"SELECT DISTINCT store_fname {COMPILED}", target):
        copy = database.filestore(target) / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            os.link(database.filestore(source) / file, copy)
