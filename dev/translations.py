"""Export the terms to translate, and bring each translation up to date."""

import re

from . import odoo, paths

FOLDER = paths.REPOSITORY / "i18n"
#: Lines that say when a file was written; alone they are no change.
DATES = re.compile(rb'^"(POT-Creation-Date|PO-Revision-Date):.*\n', re.M)


def export(database):
    """Write the template and every translation there is, through Odoo's own export.

    The database has the translations loaded, so that what was translated stays,
    new terms come in empty and terms that are gone leave.
    """
    files = [FOLDER / f"{paths.MODULE}.pot", FOLDER / "fr.po", *FOLDER.glob("*.po")]
    before = {file: file.read_bytes() for file in files if file.exists()}
    languages = dict.fromkeys(["pot", *(file.stem for file in files[1:])])
    odoo.call(
        "i18n-export",
        "Odoo could not export the terms",
        *("i18n", "export", "-d", database, "-l", *languages, "--", paths.MODULE),
    )
    for file, content in before.items():
        if DATES.sub(b"", file.read_bytes()) == DATES.sub(b"", content):
            file.write_bytes(content)


def summary():
    """How much of the French is still to translate."""
    terms = _missing()
    return f"{terms} term(s) without a French translation" if terms else "French is complete"


def _missing():
    """Count the entries of fr.po whose translation is empty."""
    entries = (FOLDER / "fr.po").read_text().split("\n\n")[1:]
    return sum(bool(re.search(r'^msgstr ""\s*\Z', entry.strip() + "\n", re.M)) for entry in entries)
