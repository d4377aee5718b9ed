"""Binds PDF files into one book: bookmarks, a page number on each page, nothing lost.

Sources are read from disk or memory as the book is written: none of them is unpacked as a whole.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from ...tools.page_numbers import stamp


@dataclass(frozen=True, slots=True)
class Leaf:
    """Pages that one bookmark leads to.

    :ivar title: of the bookmark
    :ivar content: PDF, or the file that it lies in; empty for a heading, which leads to what
        follows it
    :ivar first: number of the first page of it, from 0
    :ivar last: number of the page after the last; None: to the end
    :ivar level: 0, or 1 for what belongs to the last leaf of level 0
    :ivar label: stands before the page number on its pages, e.g. “Exhibit 3”
    :ivar lying: its pages were printed sideways: a reader shows them turned
    """

    title: str
    content: bytes | Path
    level: int = 0
    label: str = ""
    first: int = 0
    last: int | None = None
    lying: bool = False


def count_pages(content: bytes | Path) -> int:
    """:return: pages of a PDF that opens without a password
    :raise pikepdf.PdfError, pikepdf.PasswordError: it is broken or locked
    """
    with pikepdf.open(_as_source(content)) as pdf:
        return len(pdf.pages)


def check_bindable(content: bytes | Path) -> bool:
    """:return: whether the pages of a PDF can be bound, and there is one
    :raise pikepdf.PdfError, pikepdf.PasswordError: it is broken or locked
    """
    with pikepdf.open(_as_source(content)) as pdf, pikepdf.new() as copy:
        copy.pages.extend(pdf.pages)
        copy.save(io.BytesIO())
        return bool(len(copy.pages))


def bind(leaves: Sequence[Leaf], target: Path, title: str, lang: str) -> None:
    """Write a book.

    :param leaves: in order; the first is of level 0
    :param target: file to write
    :param title: of the book
    :param lang: its language, e.g. ``fr-FR``
    """
    with ExitStack() as sources, pikepdf.Pdf.new() as book:
        firsts, opened = [], {}
        labels: list[str] = []
        for leaf in leaves:
            firsts.append(len(book.pages))
            if not leaf.content:
                continue
            if id(leaf.content) not in opened:
                opened[id(leaf.content)] = sources.enter_context(
                    pikepdf.open(_as_source(leaf.content)))
            pages = opened[id(leaf.content)].pages[leaf.first:leaf.last]
            labels += [leaf.label] * len(pages)
            book.pages.extend(pages)
            for page in book.pages[firsts[-1]:] if leaf.lying else ():
                page.rotate(90, relative=True)
        sources.enter_context(stamp(book, labels))
        _mark(book, leaves, firsts)
        book.docinfo["/Title"] = title
        book.Root.Lang = pikepdf.String(lang)
        book.Root.PageMode = pikepdf.Name.UseOutlines
        book.save(target)


def _as_source(content: bytes | Path) -> io.BytesIO | Path:
    return io.BytesIO(content) if isinstance(content, bytes) else content


def _mark(book: pikepdf.Pdf, leaves: Sequence[Leaf], firsts: Sequence[int]) -> None:
    with book.open_outline() as outline:
        for leaf, first in zip(leaves, firsts):
            owner = outline.root[-1].children if leaf.level else outline.root
            owner.append(pikepdf.OutlineItem(leaf.title, first))
