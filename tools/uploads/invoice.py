"""Whether a file in a PDF is the electronic invoice that the PDF shows: Factur-X, ZUGFeRD,
Order-X. Those are XML, and nothing runs them."""

from __future__ import annotations

from typing import Any

from lxml import etree

LARGEST = 5 * 1024 ** 2
_TYPES = ("/text/xml", "/application/xml", "None")


def is_invoice(stream: Any) -> bool:
    """Whether an embedded file is one.

    :param stream: pikepdf's stream
    """
    if str(stream.get("/Subtype")) not in _TYPES:
        return False
    if len(stream.read_raw_bytes()) > LARGEST:
        return False
    content = stream.read_bytes()
    return len(content) <= LARGEST and _is_plain_xml(content)


def _is_plain_xml(content: bytes) -> bool:
    if b"<!DOCTYPE" in content.replace(b"\0", b"") or b"<?xml-stylesheet" in content:
        return False
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.LxmlError:
        return False
    # a page of HTML is well-formed too, and a browser would run it
    return not str(root.tag).lower().endswith(("}html", "}svg")) and root.tag not in (
        "html", "svg")
