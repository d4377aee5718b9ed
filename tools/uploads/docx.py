"""Whether a document of Word is one, and brings nothing along. Pure Python."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from lxml import etree

from .errors import Refusal

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Parts of a document, bytes of all of them unpacked, and of one that is looked into.
MOST_PARTS, MOST_UNPACKED, MOST_READ = 2000, 200 * 1024 * 1024, 20 * 1024 * 1024

_MAIN = f"{DOCX}.main+xml"
_PROGRAM = re.compile(r"\.(bin|exe|dll|js|jse|vbs|vbe|wsf|bat|cmd|ps1|hta|scr|lnk|jar)$")
_WORDS = re.compile(r"word/(document|header\d*|footer\d*)\.xml$")
#: Fields that start another program.
_FIELD = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)


def check_docx(content: bytes) -> None:
    """Look into a document without unpacking it.

    :param content: the whole file
    :raise Refusal: another archive, damaged, locked, too large unpacked, or with programs,
        embedded objects or parts that are fetched from elsewhere
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_parts(parts)
            _check_types(_read(archive, "[Content_Types].xml"))
            for part in parts:
                if part.filename.lower().endswith(".rels"):
                    _check_relations(_read(archive, part.filename))
                elif _WORDS.match(part.filename.lower()):
                    _check_fields(_read(archive, part.filename))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, RuntimeError,
            NotImplementedError, zlib.error, etree.LxmlError):
        raise Refusal("type") from None


def _check_parts(parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refusal("bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal("protected")
    names = [part.filename.lower() for part in parts]
    if any(_PROGRAM.search(name) or "/activex/" in name or "/embeddings/" in name
           for name in names):
        raise Refusal("macros")


def _check_types(content: bytes) -> None:
    """Which kind of document its parts make: one without macros."""
    types = [element.get("ContentType") or "" for element in _parse(content)]
    if any("macroEnabled" in kind or "vbaProject" in kind for kind in types):
        raise Refusal("macros")
    if _MAIN not in types:
        raise Refusal("type")


def _check_relations(content: bytes) -> None:
    """Only links that a reader clicks lead out: no template, object or picture does."""
    for element in _parse(content):
        if (element.get("TargetMode") or "").lower() == "external" and not (
                element.get("Type") or "").endswith("/hyperlink"):
            raise Refusal("macros")


def _check_fields(content: bytes) -> None:
    """No field starts another program; its text may be spread over several runs."""
    texts: list[str] = []
    for element in _parse(content):
        name = element.tag.rpartition("}")[2].rpartition(":")[2]
        if name == "instrText":
            texts.append(element.text or "")
        elif name == "fldSimple":
            texts += element.attrib.values()
    if _FIELD.search("".join(texts)) or _FIELD.search(" ".join(texts)):
        raise Refusal("macros")


def _parse(content: bytes) -> Iterator[Any]:
    """Yield the elements of a part (lxml's); each is gone once the next one comes."""
    for _event, element in etree.iterparse(
            BytesIO(content), events=("end",), recover=True, resolve_entities=False,
            no_network=True, load_dtd=False, remove_comments=True, remove_pis=True):
        yield element
        element.clear()


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """:return: bytes of a part, of which a bounded number is unpacked, whatever its header says"""
    with archive.open(name) as part:
        content = part.read(MOST_READ + 1)
    if len(content) > MOST_READ:
        raise Refusal("bomb")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refusal("type")  # Word writes none: they put text together only when read
    return content
