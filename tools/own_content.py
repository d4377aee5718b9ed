"""Texts for paper that load nothing from elsewhere, whatever somebody wrote into them."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import html

#: Elements that load something, run, or change what the others load.
_GONE = frozenset({
    "script", "style", "link", "meta", "base", "iframe", "frame", "frameset", "object", "embed",
    "applet", "param", "video", "audio", "source", "track", "svg", "math", "image", "input",
    "template", "bgsound", "layer", "ilayer"})
#: Attributes that load something; a link that a reader follows is none.
_LOADING = frozenset({
    "src", "srcset", "background", "poster", "data", "lowsrc", "dynsrc", "longdesc", "codebase",
    "classid", "archive", "manifest", "profile", "usemap", "formaction", "action", "ping", "icon",
    "imagesrcset", "xlink:href"})
_LINKS = frozenset({"a", "area"})
_PICTURE = re.compile(r"\s*data:image/(png|jpe?g|gif|webp|bmp);base64,", re.IGNORECASE)
#: What may load in a style: a function, a rule, or letters that stand for others.
_LOADS = re.compile(r"url|image-set|src\s*\(|expression|binding|behaviou?r|@|\\|/\*",
                    re.IGNORECASE)
_OWN_URL = re.compile(r"""url\(\s*(["']?)data:image/(png|jpe?g|gif);base64,[\w+/=\s]*\1\s*\)""",
                      re.IGNORECASE)
_DECLARATIONS = re.compile(r";(?![^(]*\))")


def close_off(text: str, load: Callable[[str], str]) -> str:
    """Take out of a text whatever would be loaded when it is shown or printed.

    :param text: HTML
    :param load: gives the picture of an address as a ``data:`` address; empty for one that is
        not of the database
    :return: the HTML; pictures stand in it
    """
    root = html.fragment_fromstring(text, create_parent="div")
    for element in list(root.iter()):
        if _is_gone(element) or element.tag == "img" and not _show(element, load):
            element.drop_tree()
        else:
            _clean(element)
    inner = html.tostring(root, encoding="unicode")
    return inner[inner.index(">") + 1:inner.rindex("</div>")]


def _is_gone(element: html.HtmlElement) -> bool:
    """:return: whether it is of a kind that loads or runs; remarks are among them"""
    return not isinstance(element.tag, str) or (
        element.tag.lower().rpartition("}")[2].rpartition(":")[2] in _GONE)


def _show(picture: html.HtmlElement, load: Callable[[str], str]) -> bool:
    """Put a picture into the text.

    :return: whether it is one of the database, or stands in the text already
    """
    source = (picture.get("src") or "").strip()
    found = source if _PICTURE.match(source) else load(source)
    if not found or not _PICTURE.match(found):
        return False
    picture.set("src", found)
    return True


def _clean(element: html.HtmlElement) -> None:
    for name in list(element.attrib):
        local = name.lower()
        if (local.startswith("on")
                or local in _LOADING and (element.tag, local) != ("img", "src")
                or local.endswith("href") and element.tag not in _LINKS):
            del element.attrib[name]
    if style := element.get("style"):
        element.set("style", "; ".join(
            part.strip() for part in _DECLARATIONS.split(style)
            if not _LOADS.search(_OWN_URL.sub("", part))))
