"""The claims of a case as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter

#: Characters that a column is wide at most.
WIDEST = 60


def make_workbook(tables: Iterable[tuple[str, Sequence[str], Sequence[Sequence[object]]]]) -> bytes:
    """Write tables, a sheet each.

    :param tables: (name, headings, rows); numbers, dates and text
    :return: XLSX. Text stays text, whatever it begins with: nothing in it is a formula
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            float: book.add_format({"num_format": "#,##0.00######"})}
        for name, headings, rows in tables:
            sheet = book.add_worksheet(name[:31])
            sheet.write_row(0, 0, headings, head)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    _write(sheet, number, column, value, formats)
            for column, heading in enumerate(headings):
                cells = [heading, *(str(row[column]) for row in rows)]
                sheet.set_column(column, column, min(max(map(len, cells)) + 2, WIDEST))
    return stream.getvalue()


def _write(sheet, row: int, column: int, value: object, formats: dict) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, formats[date])
    elif isinstance(value, float):
        sheet.write_number(row, column, value, formats[float])
    else:
        sheet.write(row, column, value)
