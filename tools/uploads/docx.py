"""Whether a document of Word is one, and brings nothing along."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree

from .errors import Refusal
from .inspect import DOCX

#: Parts of a document, bytes of all of them unpacked, of one that is looked into, and of all
#: those.
MOST_PARTS, MOST_UNPACKED = 2000, 200 * 1024 * 1024
MOST_READ, MOST_READ_ALL = 20 * 1024 * 1024, 60 * 1024 * 1024
#: Elements of a part.
MOST_ELEMENTS = 1_000_000

_MAIN = f"{DOCX}.main+xml"
_PROGRAM = re.compile(
    r"\.(bin|exe|dll|com|js|jse|vbs|vbe|wsf|bat|cmd|ps1|hta|scr|lnk|jar|msi|py|sh"
    r"|html?|xhtml|mht|mhtml|rtf|docm|dotm|xlsm|ole)$")
#: Parts that are no XML: pictures and fonts.
_OPAQUE = re.compile(r"\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|ico|odttf|ttf|fntdata)$")
#: What such a part may be, by its type.
_PASSIVE = re.compile(
    r"(image/(?!svg)|font/|application/(x-font|x-ms-?(wmf|emf)|vnd\.ms-office\.fontdata$"
    r"|vnd\.openxmlformats-officedocument\.obfuscatedfont$|vnd\.ms-opentype$))")
#: Fields that start another program, load from elsewhere, or put such a field together.
_FIELDS = frozenset({
    "DDE", "DDEAUTO", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "IMPORT", "LINK", "DATABASE",
    "QUOTE", "MACROBUTTON", "RD", "EMBED", "CONTROL", "HTMLCONTROL"})
_INSTRUCTION = re.compile(r"[\s\\\"{]*(\w+)\s*(.*)", re.DOTALL)
#: Elements that bring another document or a program along.
_CARRIERS = frozenset({"altchunk", "oleobject", "control", "subdoc", "script", "mailmerge"})
_BAD_KINDS = ("macroenabled", "vbaproject", "oleobject", "activex", "text/html", "message/rfc822",
              "application/rtf", "text/rtf")
_BAD_RELATIONS = ("/afchunk", "/oleobject", "/package", "/vbaproject", "/control",
                  "/activexcontrolbinary", "/subdocument")
#: Where a link may lead.
_ADDRESS = re.compile(r"\s*(https?://|mailto:|www\.|#|$)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|\\\\|//)", re.IGNORECASE)
_INLINE = re.compile(r"\s*data:image/", re.IGNORECASE)


def check_docx(content: bytes) -> None:
    """Look into every part of a document without unpacking it.

    :param content: the whole file
    :raise Refusal: another archive, damaged, locked, too large unpacked, or with programs,
        embedded objects or parts that are fetched from elsewhere
    """
    if content[-22:-18] != b"PK\5\6":
        raise Refusal("type")  # something follows that is no part of it
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_parts(parts)
            _check_types(_read(archive, "[Content_Types].xml"))
            read = 0
            for part in parts:
                if not part.is_dir() and not _OPAQUE.search(part.filename.lower()):
                    read += _check_part(archive, part.filename)
                if read > MOST_READ_ALL:
                    raise Refusal("bomb")
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, RuntimeError,
            NotImplementedError, zlib.error, etree.LxmlError):
        raise Refusal("type") from None


def _check_parts(parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refusal("bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal("protected")
    names = [part.filename.lower() for part in parts]
    if len(set(names)) < len(names):
        raise Refusal("type")  # one reader shows the first, another one the last
    if any(_PROGRAM.search(name) or "/activex/" in name or "/embeddings/" in name
           for name in names):
        raise Refusal("macros")


def _check_types(content: bytes) -> None:
    """Which kind of document its parts make: one without macros."""
    types = []
    for element in _parse(content):
        kind = element.get("ContentType") or ""
        name = element.get("PartName") or f".{element.get('Extension') or ''}"
        if _OPAQUE.search(name.lower()) and not _PASSIVE.match(kind.lower()):
            raise Refusal("macros")  # a part with words under the name of a picture
        types.append(kind)
    if any(bad in kind.lower() for kind in types for bad in _BAD_KINDS):
        raise Refusal("macros")
    if _MAIN not in types:
        raise Refusal("type")


def _check_part(archive: zipfile.ZipFile, name: str) -> int:
    """:return: bytes of the part
    :raise Refusal: it starts something, or loads from elsewhere
    """
    content = _read(archive, name)
    if name.lower().endswith(".rels"):
        _check_relations(content)
    else:
        _check_words(content)
    return len(content)


def _check_relations(content: bytes) -> None:
    """Only links that a reader clicks lead out: no template, object or picture does."""
    for element in _parse(content):
        kind, target = (element.get("Type") or "").lower(), element.get("Target") or ""
        if kind.endswith(_BAD_RELATIONS):
            raise Refusal("macros")
        outside = (element.get("TargetMode") or "").lower() == "external"
        if outside and not (kind.endswith("/hyperlink") and _ADDRESS.match(target)):
            raise Refusal("macros")
        if not outside and _ELSEWHERE.match(target):
            raise Refusal("macros")


@dataclass(slots=True)
class _Fields:
    """The instructions of the fields of a part, whose text may be spread over several runs.

    :ivar open: text of the fields that have begun, the innermost last
    :ivar loose: instructions that stand in no field
    """

    open: list[str] = field(default_factory=list)
    loose: str = ""

    # pylint: disable-next=method-required-super
    def read(self, name: str, element: Any) -> None:
        """Take an element of the part, in the order of the file."""
        if name == "fldsimple":
            for value in element.attrib.values():
                _check_field(value)
        elif name == "instrtext" and self.open:
            self.open[-1] += element.text or ""
        elif name == "instrtext":
            self.loose += element.text or ""
        elif name == "fldchar":
            self._turn({_get_local(key): value for key, value in element.attrib.items()}.get(
                "fldchartype", ""))

    def _turn(self, what: str) -> None:
        if what == "begin":
            self.open.append("")
        elif what == "end" and self.open:
            _check_field(self.open.pop())

    def close(self) -> None:
        """Check what has no end: Word shows it all the same."""
        for instruction in [*self.open, self.loose]:
            _check_field(instruction)


def _check_field(instruction: str) -> None:
    """:raise Refusal: a field that starts a program or loads from elsewhere"""
    found = _INSTRUCTION.match(instruction)
    if not found:
        return
    word, rest = found[1].upper(), found[2].strip().strip('"')
    if word in _FIELDS or word == "HYPERLINK" and not rest.startswith("\\") and (
            not _ADDRESS.match(rest)):
        raise Refusal("macros")


def _check_words(content: bytes) -> None:
    """:raise Refusal: a part has a field, an element or an address that does more than to show"""
    fields = _Fields()
    for element in _parse(content):
        name = _get_local(element.tag)
        if name in _CARRIERS:
            raise Refusal("macros")
        fields.read(name, element)
        for key, value in element.attrib.items():
            local = _get_local(key)
            if local == "src" and _ELSEWHERE.match(value) and not _INLINE.match(value):
                raise Refusal("macros")
            if local == "href" and _ELSEWHERE.match(value) and not (
                    _ADDRESS.match(value) or _INLINE.match(value)):
                raise Refusal("macros")
    fields.close()


def _get_local(name: Any) -> str:
    """:return: name of an element or attribute, less its namespace, in small letters"""
    return str(name).rpartition("}")[2].rpartition(":")[2].lower()


def _parse(content: bytes) -> Iterator[Any]:
    """Yield the elements of a part (lxml's); each is gone once the next one comes."""
    if not content.strip():
        return
    for number, (_event, element) in enumerate(etree.iterparse(
            BytesIO(content), events=("end",), recover=True, resolve_entities=False,
            no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)):
        if number > MOST_ELEMENTS:
            raise Refusal("bomb")
        yield element
        element.clear()


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """:return: bytes of a part, of which a bounded number is unpacked, whatever its header says"""
    with archive.open(name) as part:
        content = part.read(MOST_READ + 1)
    if len(content) > MOST_READ:
        raise Refusal("bomb")
    plain = content.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise Refusal("type")  # Word writes none: they put text together only when read
    return content
