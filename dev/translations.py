"""Export the terms to translate, and bring each translation up to date."""

import re

from . import odoo, paths

FOLDER = paths.REPOSITORY / "i18n"
#: Lines that say when a file was written; alone they are no change.
DATES = re.compile(rb'^"(POT-Creation-Date|PO-Revision-Date):.*\n', re.M)
#: A term and its translation, as one block of a file holds them.
ENTRY = re.compile(rb"^(msgid .*?)^(msgstr .*)", re.M | re.S)


def export(database):
    """Write the template and every translation there is, through Odoo's own export.

    What was translated stays word for word, new terms come in empty and terms that
    are gone leave.
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
        if file.suffix == ".po":
            file.write_bytes(_keep_translations(content, file.read_bytes()))
        if DATES.sub(b"", file.read_bytes()) == DATES.sub(b"", content):
            file.write_bytes(content)


def _keep_translations(before, after):
    """Put back what was translated: Odoo leaves out what reads the same in both languages.

    The header, whose term is empty, is kept with the rest.
    """
    entries = filter(None, map(ENTRY.search, before.split(b"\n\n")))
    known = {entry[1]: entry[2].rstrip(b"\n") for entry in entries}

    def keep(entry):
        return entry[1] + known.get(entry[1], entry[2].rstrip(b"\n"))

    return b"\n\n".join(ENTRY.sub(keep, block) for block in after.split(b"\n\n")) + b"\n"


def summary():
    """How much of the French is still to translate."""
    terms = _missing()
    return f"{terms} term(s) without a French translation" if terms else "French is complete"


def _missing():
    """Count the entries of fr.po whose translation is empty."""
    entries = (FOLDER / "fr.po").read_text().split("\n\n")[1:]
    return sum(bool(re.search(r'^msgstr ""\s*\Z', entry.strip() + "\n", re.M)) for entry in entries)
