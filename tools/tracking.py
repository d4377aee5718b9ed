"""A carrier's list of registered letters: rows of a CSV or XLSX file.

Columns are known by their headings, in English and French. A date is read as ISO, or in the order
that the reader says, and its time of day is left out; what cannot be read is a problem of its row,
never a guess. So is a moment in UTC, which may be of another day where the letter was.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

#: What may become of a registered letter, in its order.
DEPOSITED, PRESENTED = "deposited", "presented"
ACCEPTED, REFUSED, UNCLAIMED = "accepted", "refused", "unclaimed"
STAGES: Final = (DEPOSITED, PRESENTED, ACCEPTED, REFUSED, UNCLAIMED)
#: How it ends: one of these, or not yet.
ENDS: Final = (ACCEPTED, REFUSED, UNCLAIMED)

#: Headings by what they mean, without accents and case.
HEADINGS: Final = {
    "number": ("number", "tracking number", "registered number", "numero", "numero de suivi",
               "numero recommande", "n° de suivi", "n° recommande", "n° lrar", "n°", "no"),
    "reference": ("reference", "our reference", "letter", "reference client", "ref", "lettre",
                  "notre reference"),
    DEPOSITED: ("deposited", "deposited on", "depose", "depose le", "date de depot", "depot"),
    PRESENTED: ("presented", "presented on", "presente", "presente le", "date de presentation",
                "avise le", "premiere presentation"),
    ACCEPTED: ("accepted", "accepted on", "delivered", "delivered on", "distribue",
               "distribue le", "accepte", "accepte le", "date de distribution"),
    REFUSED: ("refused", "refused on", "refuse", "refuse le"),
    UNCLAIMED: ("unclaimed", "unclaimed on", "non reclame", "non reclame le"),
}

#: Why a row, or a file, cannot be read.
UNREADABLE, TOO_LONG, NO_HEADING, BAD_DATE, NO_KEY = (
    "unreadable", "too_long", "no_heading", "bad_date", "no_key")

#: Orders in which a date is written.
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"

MOST_ROWS: Final = 20000
MOST_BYTES: Final = 10 * 1024 * 1024

_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$")
#: 14:30, 14h30, 2:30 PM, 14:30:00.000, 14:30:00+01:00 and what stands before it
_TIME = re.compile(
    r"(?:T|,? (?:à )?)\d{1,2}[:h]\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AP]M)?(?:[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE)


class TrackingError(ValueError):
    """A file that cannot be read; its argument is one of the codes above."""


@dataclass(frozen=True)
class TrackingRow:
    """What a row says of a letter.

    :ivar line: its number in the file, the first being 1
    :ivar number: of the registered letter, without blanks
    :ivar reference: ours
    :ivar dates: dates by stage
    :ivar cells: the row as it stands, to be given back
    :ivar problem: a code of why it cannot be read; empty
    """

    line: int
    number: str
    reference: str
    dates: dict[str, date] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    problem: str = ""


def read_rows(content: bytes, order: str = DAY_FIRST) -> tuple[tuple[str, ...], list[TrackingRow]]:
    """Read a carrier's list.

    :param content: of a CSV or XLSX file
    :param order: in which dates are written that are not ISO
    :return: (headings, rows)
    :raise TrackingError: it is no such file, too long, or has no heading that is known
    """
    if len(content) > MOST_BYTES:
        raise TrackingError(TOO_LONG)
    table = _read_xlsx(content) if content[:2] == b"PK" else _read_csv(content)
    numbered = [(line, cells) for line, cells in enumerate(table, start=1)
                if any(cell not in (None, "") for cell in cells)]
    if len(numbered) > MOST_ROWS:
        raise TrackingError(TOO_LONG)
    headings = numbered[0][1] if numbered else []
    columns = _find_columns(headings)
    if not {"number", "reference"} & columns.keys() or not set(STAGES) & columns.keys():
        raise TrackingError(NO_HEADING)
    return tuple(map(_as_text, headings)), [
        _read_row(line, cells, columns, order) for line, cells in numbered[1:]]


def clean_number(text: str) -> str:
    """:return: the number of a letter as it is compared: without blanks, in capitals"""
    return re.sub(r"[\s.\-]", "", text or "").upper()


def _read_row(
        line: int, cells: list[Any], columns: dict[str, int], order: str) -> TrackingRow:
    values = {name: cells[place] for name, place in columns.items() if place < len(cells)}
    number = clean_number(_as_text(values.get("number")))
    reference = _as_text(values.get("reference"))
    problem, dates = "" if number or reference else NO_KEY, {}
    for stage in STAGES:
        if values.get(stage) not in (None, ""):
            day = _read_date(values[stage], order)
            problem = problem if day else BAD_DATE
            if day:
                dates[stage] = day
    return TrackingRow(line, number, reference, dates, tuple(map(_as_text, cells)), problem)


def _read_date(value: Any, order: str) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _TIME.sub("", " ".join(str(value).split()))
    try:
        if found := _DATE.match(text):
            one, two, year = map(int, found.groups())
            return date(year, two, one) if order == DAY_FIRST else date(year, one, two)
        return date.fromisoformat(text)
    except ValueError:
        return None


def _find_columns(headings: list[Any]) -> dict[str, int]:
    known = {heading: name for name, found in HEADINGS.items() for heading in found}
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = known.get(_fold(_as_text(heading)))
        if name:
            columns.setdefault(name, place)
    return columns


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(
        sign for sign in plain if not unicodedata.combining(sign)).replace("_", " ")
        .casefold().split())


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read_csv(content: bytes) -> list[list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise TrackingError(UNREADABLE)
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise TrackingError(UNREADABLE) from error


def _read_xlsx(content: bytes) -> list[list[Any]]:
    # as Odoo's own import does: the library is loaded where a file asks for it
    from openpyxl import load_workbook
    try:
        if sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist()) > (
                10 * MOST_BYTES):
            raise TrackingError(TOO_LONG)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2, max_col=60)
        return [list(row) for row in rows]
    except TrackingError:
        raise
    except Exception as error:  # whatever the library stumbles over
        raise TrackingError(UNREADABLE) from error
