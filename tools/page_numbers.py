"""Puts a number on each page of a PDF: the PDF program with plain Qt prints no running footer."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf
from reportlab.pdfgen import canvas

#: Points from the edges of the page to the page number.
EDGE = 22
#: Size of the page number, in points.
SIZE = 7.5


def number_pages(content: bytes, label: str) -> bytes:
    """Number the pages of a PDF that has several.

    :param content: the PDF
    :param label: stands before the number, e.g. the document's name
    :return: the PDF
    """
    with pikepdf.open(io.BytesIO(content)) as book:
        if len(book.pages) == 1:
            return content
        written = io.BytesIO()
        with stamp(book, [label] * len(book.pages)):
            book.save(written)
    return written.getvalue()


def stamp(book: pikepdf.Pdf, labels: Sequence[str]) -> pikepdf.Pdf:
    """Number the pages of a book.

    :param labels: what stands before the number, a page each; may be empty
    :return: the PDF of the numbers, to stay open until the book is written
    """
    drawn = io.BytesIO()
    paper = canvas.Canvas(drawn)
    for number, (page, label) in enumerate(zip(book.pages, labels), start=1):
        width, height = _get_size(page)
        paper.setPageSize((width, height))
        paper.setFont("Helvetica", SIZE)
        paper.setFillGray(0.35)
        paper.drawRightString(
            width - EDGE, EDGE, " · ".join(filter(None, (
                _as_latin(label), f"{number} / {len(labels)}"))))
        paper.showPage()
    paper.save()
    numbers = pikepdf.open(drawn)
    for page, stamped in zip(book.pages, numbers.pages):
        page.add_overlay(stamped)
    return numbers


def _get_size(page: pikepdf.Page) -> tuple[float, float]:
    """:return: width and height of a page as it is seen, in points"""
    left, lower, right, upper = (float(number) for number in page.trimbox)
    size = abs(right - left), abs(upper - lower)
    return size if int(page.obj.get("/Rotate", 0)) % 180 == 0 else (size[1], size[0])


def _as_latin(text: str) -> str:
    """:return: the text, if the font that every reader has can write it"""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return ""
    return text
