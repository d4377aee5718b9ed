"""Write tables as Excel workbooks: numbers as numbers, dates as dates, text never as formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import xlsxwriter

#: What stands in a cell; None leaves it empty.
Cell: TypeAlias = "str | date | Decimal | float | int | None"

#: Excel's own short date, which shows as its reader's computer writes dates.
SHORT_DATE = 14
#: Characters that the name of a page must not have, and how long it may be.
_FORBIDDEN, _LONGEST = re.compile(r"[\[\]:*?/\\]"), 31
#: Widest and narrowest column, in characters.
_WIDEST, _NARROWEST = 48, 10


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    :ivar title: stands above it
    :ivar columns: headings
    :ivar totals: rows as well, in bold below the others
    :ivar notes: lines below it
    :ivar digits: decimals of its amounts; whole numbers (``int``) have none
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[tuple[Cell, ...], ...] = ()
    notes: tuple[str, ...] = ()
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a workbook.

    :ivar name: on its tab; what Excel does not take is left out
    :ivar lines: what stands on top, the first line as its title
    """

    name: str
    lines: tuple[str, ...]
    grids: tuple[Grid, ...]


def write_workbook(pages: Iterable[Page]) -> bytes:
    """:return: content of an ``.xlsx`` file, a page for each"""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    names: set[str] = set()
    for page in pages:
        _Writer(workbook, workbook.add_worksheet(_choose_name(page.name, names))).write(page)
    workbook.close()
    return file.getvalue()


def _choose_name(name: str, names: set[str]) -> str:
    """:param names: those taken so far, in small letters; the one that is chosen is added
    :return: a name for a page that Excel takes, and that no other one has"""
    plain = _FORBIDDEN.sub(" ", name).strip().strip("'")[:_LONGEST] or "-"
    chosen, number = plain, 1
    while chosen.lower() in names:
        number += 1
        ending = f" {number}"
        chosen = plain[:_LONGEST - len(ending)] + ending
    names.add(chosen.lower())
    return chosen


class _Writer:
    """Writes one page, line by line."""

    def __init__(self, workbook: Any, sheet: Any) -> None:
        self.workbook, self.sheet, self.line = workbook, sheet, 0
        self.widths: dict[int, int] = {}
        self.formats: dict[tuple[str, bool], Any] = {}

    def write(self, page: Page) -> None:  # pylint: disable=method-required-super
        for number, text in enumerate(page.lines):
            self.sheet.write_string(self.line, 0, text, self._get_format("", number == 0))
            self.line += 1
        for grid in page.grids:
            self._write_grid(grid)
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, min(max(width + 2, _NARROWEST), _WIDEST))

    def _write_grid(self, grid: Grid) -> None:
        self.line += 1
        if grid.title:
            self.sheet.write_string(self.line, 0, grid.title, self._get_format("", True))
            self.line += 1
        self._write_row(grid.columns, grid, bold=True)
        for row in grid.rows:
            self._write_row(row, grid)
        for row in grid.totals:
            self._write_row(row, grid, bold=True)
        for note in grid.notes:
            self.sheet.write_string(self.line, 0, note)
            self.line += 1

    def _write_row(self, row: tuple[Cell, ...], grid: Grid, bold: bool = False) -> None:
        for column, cell in enumerate(row):
            self._write_cell(column, cell, grid.digits, bold)
            self.widths[column] = max(self.widths.get(column, 0), len(str(cell or "")))
        self.line += 1

    def _write_cell(self, column: int, cell: Cell, digits: int, bold: bool) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, str):
            self.sheet.write_string(self.line, column, cell, self._get_format("", bold))
        elif isinstance(cell, date):
            self.sheet.write_datetime(self.line, column, cell, self._get_format("date", bold))
        else:
            kind = "0" if isinstance(cell, int) else "#,##0." + "0" * digits
            self.sheet.write_number(
                self.line, column, float(cell), self._get_format(kind.rstrip("."), bold))

    def _get_format(self, kind: str, bold: bool) -> Any:
        if (kind, bold) not in self.formats:
            shown = {"": {}, "date": {"num_format": SHORT_DATE, "align": "left"}}.get(
                kind, {"num_format": kind})
            self.formats[kind, bold] = self.workbook.add_format({"bold": bold, **shown})
        return self.formats[kind, bold]
