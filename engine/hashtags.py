"""Hashtags: the words of a message that are replaced by facts when it leaves.

``#customer_name`` in a subject or text becomes the customer's name. Which hashtags there are
stands in :data:`CATALOGUE`, which :func:`register` fills: what each means for a customer, in which
language, is known where it is registered, not here.

Not everything behind a ``#`` is a hashtag: colours (``#ff0000``), anchors (``href="#top"``),
addresses (``https://example.com/page#top``), entities (``&#39;``) and whatever stands within a
tag of HTML are left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from html import escape

#: Kinds of facts: words, amounts of money, lists of items, addresses to click.
TEXT, AMOUNT, BLOCK, LINK = "text", "amount", "block", "link"

#: Kind by name, in the order in which they are listed beside the editor. Empty at first: whoever
#: knows what a hashtag says registers it.
CATALOGUE = {}

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

    :param columns: tuple of :class:`Column`
    :param rows: tuple of tuples of words, one for each column
    :param totals: rows as well, below the others
    :param lines: the same in plain words, a line each, for a message without HTML
    :param notes: what the reader should know besides
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """An address, and the words to click."""

    url: str
    label: str


def register(name, kind):
    """Add a hashtag to the catalogue.

    :param str name: a word, as it stands behind the ``#``
    :param str kind: TEXT, AMOUNT, BLOCK or LINK
    :raise ValueError: there is one of that name
    """
    if name in CATALOGUE:
        raise ValueError(f"hashtag {name!r} is registered already")
    CATALOGUE[name] = kind
    _split.cache_clear()


def find(text, html=False):
    """:return: tuple of the names of the hashtags in a text, known or not, each once"""
    return tuple(dict.fromkeys(
        part.name for part in _split(str(text or ""), html) if part.name is not None))


def unknown(text, html=False):
    """:return: tuple of the names of the hashtags of a text that are not in the catalogue"""
    return tuple(name for name in find(text, html) if name not in CATALOGUE)


def nearest(name):
    """:return: tuple of known names that a misspelt one may have meant, the nearest first"""
    return tuple(get_close_matches(name.lower(), CATALOGUE, n=3, cutoff=0.6))


def replace(text, values, html=False):
    """Put facts in the place of hashtags.

    In HTML, words are escaped; whoever is called ``<script>`` stays a name. A paragraph that
    holds a list becomes a ``div``, since a paragraph may not hold a table.

    :param str text: the text, as it was written; unknown hashtags stay
    :param dict values: by name, a str, a tuple of :class:`Table` or a :class:`Link`; a known
        name without a value leaves nothing
    :param bool html: the text is HTML
    :return: str
    """
    render = _to_html if html else _to_text
    return "".join(
        part.text if part.name not in CATALOGUE
        else _to_address(values.get(part.name, "")) if part.linked
        else render(values.get(part.name, ""))
        for part in _split(str(text or ""), html))


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a text: literal, or a hashtag (``linked``: the address of a link)."""

    text: str
    name: str | None = None
    linked: bool = False


@lru_cache(maxsize=512)
def _split(text, html):
    """Cut a text into literal pieces and hashtags; joined, they are the text again.

    Kept, as the same text leaves for many customers.
    """
    if html:
        text = _PARAGRAPH.sub(_make_room, text)
    parts, end = [], 0
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


def _split_links(tag):
    """:return: generator of the hashtags that are the whole address of a link"""
    for match in _LINKED.finditer(tag[0]):
        if CATALOGUE.get(match["name"]) == LINK:
            yield (tag.start() + match.end("before"), tag.start() + match.end(),
                   match["name"], True)


def _is_hashtag(name, text, start):
    """Known names always are; another is none when it is a colour or part of an address."""
    if name in CATALOGUE:
        return True
    before = _WORD_START.search(text[max(0, start - 300):start])[0]
    return not (
        _COLOUR.fullmatch(name) or before[-1:].isalnum() or before[-1:] in {"_", "/", "&"}
        or "://" in before or before.startswith("www."))


def _make_room(paragraph):
    inner = paragraph["inner"]
    if not any(CATALOGUE.get(match["name"]) == BLOCK for match in _IN_HTML.finditer(inner)):
        return paragraph[0]
    return f"<div{paragraph['attributes']}>{inner}</div>"


def _to_text(value):
    if isinstance(value, Link):
        return value.url
    if isinstance(value, tuple):
        return "\n".join(line for table in value for line in (*table.lines, *table.notes))
    return value


def _to_html(value):
    if isinstance(value, Link):
        return f'<a href="{escape(value.url)}">{escape(value.label)}</a>'
    if isinstance(value, tuple):
        return "".join(map(render_table, value))
    return escape(value)


def _to_address(value):
    return escape(value.url if isinstance(value, Link) else "")


def render_table(table):
    """:return: a :class:`Table` as HTML that mail programs show, styled in its cells"""
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


def _render_row(table, row, style):
    cells = "".join(
        f'<td style="{_align(style, column)}">{escape(cell)}</td>'
        for column, cell in zip(table.columns, row))
    return f"<tr>{cells}</tr>"


def _align(style, column):
    return style % "right" + " white-space: nowrap;" if column.number else style % "left"
