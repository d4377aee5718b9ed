"""Hashtags: placeholders in a message that are replaced by values when it leaves.

``#customer_name`` in a subject or text becomes the customer's name. Which hashtags there are
stands in :data:`CATALOGUE`, which :func:`register` fills: what each means for a customer, in which
language, is known where it is registered, not here.

Not everything behind a ``#`` is a hashtag: colours (``#ff0000``), anchors (``href="#top"``),
addresses (``https://example.com/page#top``), entities (``&#39;``) and whatever stands within a
tag of HTML are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from html import escape
from typing import TypeAlias

#: Kinds of values: text, amounts of money, lists of items, addresses to click.
TEXT, AMOUNT, BLOCK, LINK = "text", "amount", "block", "link"
#: Kinds that stand around a part of a text, which is left out where the first has no value.
CONDITION, END = "condition", "end"

#: Kind by name, in the order in which they are listed beside the editor. Empty at first: whoever
#: knows what a hashtag says registers it.
CATALOGUE: dict[str, str] = {}

_HASHTAG = r"\#(?P<name>[^\W\d]\w*)"
_IN_TEXT = re.compile(_HASHTAG)
_IN_HTML = re.compile(
    rf"""
      <!--.*?-->
    | <(?P<raw>style|script|title)\b.*?</(?P=raw)\s*>
    | </?[a-z](?:[^<>"']|"[^"]*"|'[^']*')*>
    | &(?:\#\d+|\#x[\da-f]+|\w+);
    | {_HASHTAG}
    """, re.VERBOSE | re.DOTALL | re.IGNORECASE)
#: A link whose whole address is a hashtag.
_LINKED = re.compile(
    r"(?P<before>\bhref\s*=\s*[\"'])(?:https?://)?\#(?P<name>\w+)(?=[\"'])", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p\b(?P<attributes>[^>]*)>(?P<inner>.*?)</p\s*>", re.DOTALL)
_COLOUR = re.compile(r"(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})", re.IGNORECASE)
_WORD_START = re.compile(r"[^\s<>\"'()]*\Z")

_CELL = "padding: 6px 8px; text-align: %s; vertical-align: top;"
_HEAD = _CELL + " border-bottom: 1px solid #adb5bd; color: #6c757d; font-weight: normal;"
_BODY = _CELL + " border-bottom: 1px solid #e9ecef;"
_FOOT = _CELL + " font-weight: bold;"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    :param number: amounts and days, which stand at the right and are never broken
    """

    label: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A list of items in one currency: cells in the reader's language, not escaped.

    :param rows: one cell for each column
    :param totals: rows as well, below the others
    :param lines: the same as plain text, a line each, for a message without HTML; or a function
        that gives it, as it is seldom asked for
    :param notes: what the reader should know besides
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or more among lists, in the reader's language, not escaped.

    :param strong: what must not be overlooked
    """

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An address, and the text to click."""

    url: str
    label: str


def register(name: str, kind: str) -> None:
    """Add a hashtag to the catalogue.

    :param str name: a word, as it stands behind the ``#``
    :param str kind: TEXT, AMOUNT, BLOCK, LINK, CONDITION or END
    :raise ValueError: there is one of that name
    """
    if name in CATALOGUE:
        raise ValueError(f"hashtag {name!r} is registered already")
    CATALOGUE[name] = kind
    _split.cache_clear()


#: What takes the place of a hashtag.
Value: TypeAlias = str | tuple[Table | Paragraph, ...] | Link


def find(text: str | None, html: bool = False) -> tuple[str, ...]:
    """:return: the names of the hashtags in a text, known or not, each once"""
    return tuple(dict.fromkeys(
        part.name for part in _split(str(text or ""), html) if part.name is not None))


def unknown(text: str | None, html: bool = False) -> tuple[str, ...]:
    """:return: the names of the hashtags of a text that are not in the catalogue"""
    return tuple(name for name in find(text, html) if name not in CATALOGUE)


def is_unpaired(text: str | None, html: bool = False) -> bool:
    """:return: whether a condition of a text has no end behind it, or an end no condition"""
    kinds = [CATALOGUE.get(part.name or "") for part in _split(str(text or ""), html)]
    marks = [kind for kind in kinds if kind in (CONDITION, END)]
    return marks != [CONDITION, END] * (len(marks) // 2)


def nearest(name: str) -> tuple[str, ...]:
    """:return: known names that a misspelt one may have meant, the nearest first"""
    return tuple(get_close_matches(name.lower(), CATALOGUE, n=3, cutoff=0.6))


def replace(text: str | None, values: Mapping[str, Value], html: bool = False) -> str:
    """Put values in the place of hashtags.

    In HTML, plain values are escaped; whoever is called ``<script>`` stays a name. A paragraph
    that holds a list becomes a ``div``, since a paragraph may not hold a table. What stands
    between a condition without value and its end is left out.

    :param text: the text, as it was written; unknown hashtags stay
    :param values: by name; a known name without a value leaves nothing
    :param html: the text is HTML
    """
    render = _to_html if html else _to_text
    return "".join(
        part.text if part.name not in CATALOGUE
        else _to_address(values.get(part.name, "")) if part.linked
        else render(values.get(part.name, ""))
        for part in _choose(_split(str(text or ""), html), values))


def _choose(parts: tuple[_Part, ...], values: Mapping[str, Value]) -> Iterator[_Part]:
    """Yield what is read of a text: not the conditions, nor what they leave out."""
    shown = True
    for part in parts:
        kind = CATALOGUE.get(part.name or "")
        if kind in (CONDITION, END):
            shown = kind == END or bool(values.get(part.name or ""))
        elif shown:
            yield part


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a text: literal, or a hashtag (``linked``: the address of a link)."""

    text: str
    name: str | None = None
    linked: bool = False


@lru_cache(maxsize=512)
def _split(text: str, html: bool) -> tuple[_Part, ...]:
    """Cut a text into literal pieces and hashtags; joined, they are the text again.

    Kept, as the same text leaves for many customers.
    """
    if html:
        text = _PARAGRAPH.sub(_make_room, text)
    parts: list[_Part] = []
    end = 0
    for match in (_IN_HTML if html else _IN_TEXT).finditer(text):
        if match["name"] is None:
            found = list(_split_links(match)) if match[0].startswith("<") else []
        else:
            found = [(match.start(), match.end(), match["name"], False)]
        for start, stop, name, linked in found:
            if linked or _is_hashtag(name, text, start):
                parts += [_Part(text[end:start]), _Part(text[start:stop], name, linked)]
                end = stop
    return (*parts, _Part(text[end:]))


def _split_links(tag: re.Match[str]) -> Iterator[tuple[int, int, str, bool]]:
    """Yield (start, end, name, True) of the hashtags that are the whole address of a link."""
    for match in _LINKED.finditer(tag[0]):
        if CATALOGUE.get(match["name"]) == LINK:
            yield (tag.start() + match.end("before"), tag.start() + match.end(),
                   match["name"], True)


def _is_hashtag(name: str, text: str, start: int) -> bool:
    """Known names always are; another is none when it is a colour or part of an address."""
    if name in CATALOGUE:
        return True
    word = _WORD_START.search(text[max(0, start - 300):start])
    before = word[0] if word else ""
    is_colour = _COLOUR.fullmatch(name) is not None
    return not (
        is_colour or before[-1:].isalnum() or before[-1:] in {"_", "/", "&"}
        or "://" in before or before.startswith("www."))


def _make_room(paragraph: re.Match[str]) -> str:
    """:return: a paragraph that holds a list as a ``div``, any other as it is"""
    inner: str = paragraph["inner"]
    if not any(CATALOGUE.get(match["name"]) == BLOCK for match in _IN_HTML.finditer(inner)):
        return str(paragraph[0])
    return f"<div{paragraph['attributes']}>{inner}</div>"


def _to_text(value: Value) -> str:
    if isinstance(value, Link):
        return value.url
    if isinstance(value, tuple):
        return "\n".join(line for part in value for line in _get_lines(part))
    return value


def _get_lines(part: Table | Paragraph) -> tuple[str, ...]:
    if isinstance(part, Paragraph):
        return (part.text,)
    lines = part.lines() if callable(part.lines) else part.lines
    return (*lines, *part.notes)


def _to_html(value: Value) -> str:
    if isinstance(value, Link):
        return f'<a href="{escape(value.url)}">{escape(value.label)}</a>'
    if isinstance(value, tuple):
        return render_block(value)
    return escape(value)


def _to_address(value: Value) -> str:
    return escape(value.url if isinstance(value, Link) else "")


def render_block(parts: tuple[Table | Paragraph, ...]) -> str:
    """:return: lists, and what stands among them, as HTML that mail programs show"""
    return "".join(
        _render_paragraph(part) if isinstance(part, Paragraph) else render_table(part)
        for part in parts)


def _render_paragraph(paragraph: Paragraph) -> str:
    text = "<br/>".join(map(escape, paragraph.text.splitlines()))
    return f"<p><strong>{text}</strong></p>" if paragraph.strong else f"<p>{text}</p>"


def render_table(table: Table) -> str:
    """:return: a list as HTML that mail programs show, styled in its cells"""
    head = "".join(
        f'<th style="{_align(_HEAD, column)}">{escape(column.label)}</th>'
        for column in table.columns)
    rows = "".join(_render_row(table, row, _BODY) for row in table.rows)
    totals = "".join(_render_row(table, row, _FOOT) for row in table.totals)
    notes = "".join(
        f'<div style="padding: 0 8px 8px; color: #6c757d;">{escape(note)}</div>'
        for note in table.notes)
    return (
        '<table style="width: 100%; border-collapse: collapse; margin: 8px 0 12px; '
        f'font-size: 13px; color: inherit;"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}{totals}</tbody></table>{notes}")


def _render_row(table: Table, row: tuple[str, ...], style: str) -> str:
    cells = "".join(
        f'<td style="{_align(style, column)}">{escape(cell)}</td>'
        for column, cell in zip(table.columns, row))
    return f"<tr>{cells}</tr>"


def _align(style: str, column: Column) -> str:
    return style % "right" + " white-space: nowrap;" if column.number else style % "left"
