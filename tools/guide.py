"""The guide: pages in Markdown, in `static/guide/<language>/`, and what makes them HTML.

A page is a part of Markdown that needs no package: headings, paragraphs, lists, tables, pictures,
code, emphasis and links. A task is a heading with an anchor above it, the same in each language,
by which the screens link to it:

    <a id="note-a-call"></a>
    ### Note a call
"""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "static" / "guide"
#: Where Odoo serves that folder, and where `controllers/guide.py` serves the pages.
ASSETS, ADDRESS = "/account_collection/static/guide/", "/collection-guide/"
#: What each language is called in itself, and its word above the list of tasks.
LANGUAGES = {"en": ("English", "On this page"), "fr": ("Français", "Sur cette page")}
PAGES = ("collectors", "managers", "administrators", "glossary")

_ANCHOR = re.compile(r'<a id="(?P<anchor>[a-z0-9-]+)"></a>')
_HEADING = re.compile(r"(?P<marks>#{1,4}) (?P<text>.+)")
_PICTURE = re.compile(r"!\[(?P<text>[^]]+)\]\((?P<file>[\w.-]+)\)")
_ITEM = re.compile(r"(?:-|\d+\.) ")
_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
)
_LINK = re.compile(r"\[([^]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Heading:
    """A heading of a page; a task has an anchor."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """A page, with what stands in it."""

    name: str
    language: str
    title: str
    #: HTML, without the title
    body: str
    headings: tuple[Heading, ...]

    @property
    def anchors(self) -> list[str]:
        """The tasks, in their order."""
        return [heading.anchor for heading in self.headings if heading.anchor]


def get_language(code: str | None) -> str:
    """The language of the guide for a language of Odoo.

    :param code: such as "fr_BE"
    :return: "en" where the guide does not speak it
    """
    language = (code or "").split("_")[0]
    return language if language in LANGUAGES else "en"


def get_text(language: str, name: str) -> str:
    """The Markdown of a page."""
    return (FOLDER / language / f"{name}.md").read_text(encoding="utf-8")


def read_page(language: str, name: str) -> Page:
    """Read a page and make it HTML.

    :param language: a key of LANGUAGES
    :param name: one of PAGES
    """
    blocks, headings, anchor = [], [], ""
    for lines in _get_blocks(get_text(language, name)):
        found = _ANCHOR.fullmatch(lines[0])
        if found:
            anchor, lines = found["anchor"], lines[1:]
        heading = _HEADING.fullmatch(lines[0]) if lines else None
        if heading:
            headings.append(Heading(len(heading["marks"]), heading["text"], anchor))
            if len(headings) > 1:  # the first one is the title
                blocks.append(_render_heading(headings[-1]))
            anchor, lines = "", lines[1:]
        if lines:
            blocks.append(_render_block(lines, language))
    return Page(name, language, headings[0].text, "\n".join(blocks), tuple(headings[1:]))


def _get_blocks(text: str) -> list[list[str]]:
    """Lines that belong together: what stands between empty ones, code with those within it."""
    blocks: list[list[str]] = [[]]
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if line.strip() or fenced:
            blocks[-1].append(line)
        else:
            blocks.append([])
    return [block for block in blocks if block]


def _render_heading(heading: Heading) -> str:
    anchor = f' id="{heading.anchor}"' if heading.anchor else ""
    return f"<h{heading.level}{anchor}>{_render_inline(heading.text)}</h{heading.level}>"


def _render_block(lines: list[str], language: str) -> str:
    picture = _PICTURE.fullmatch(lines[0])
    if picture:
        return _render_picture(picture["text"], f"{ASSETS}{language}/{picture['file']}")
    if lines[0].startswith("```"):
        return f"<pre><code>{escape(chr(10).join(lines[1:-1]), quote=False)}</code></pre>"
    if lines[0].startswith("|"):
        return _render_table(lines)
    if _ITEM.match(lines[0]):
        return _render_list(lines)
    return f"<p>{_render_inline(' '.join(lines))}</p>"


def _render_picture(text: str, address: str) -> str:
    text = escape(text)
    return (
        f'<figure><a href="{address}"><img src="{address}" alt="{text}" loading="lazy"/></a>'
        f"<figcaption>{text}</figcaption></figure>")


def _render_table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return "\n".join([
        '<div class="table" tabindex="0"><table>',
        f"<thead>{_render_row(rows[0], 'th')}</thead>",
        "<tbody>", *(_render_row(row, "td") for row in rows[2:]), "</tbody></table></div>"])


def _render_row(cells: list[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_render_inline(cell)}</{tag}>' for cell in cells)}</tr>"


def _render_list(lines: list[str]) -> str:
    tag = "ul" if lines[0].startswith("-") else "ol"
    items = "".join(f"<li>{_render_inline(_ITEM.sub('', line, count=1))}</li>" for line in lines)
    return f"<{tag}>{items}</{tag}>"


def _render_inline(text: str) -> str:
    text = escape(text, quote=False)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return _LINK.sub(lambda link: f'<a href="{get_address(link[2])}">{link[1]}</a>', text)


def get_address(link: str) -> str:
    """Where a link of a page leads: `managers.md#start` is a page beside it."""
    return escape(link.replace(".md", "", 1) if "://" not in link else link)
