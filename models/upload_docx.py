"""Whether a document of Word is one, and brings nothing along. Pure Python."""

import re
import zipfile
import zlib
from io import BytesIO

from .upload_refusal import Refusal

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Parts of a document, bytes of all of them unpacked, and of one that is looked into.
MOST_PARTS, MOST_UNPACKED, MOST_READ = 2000, 200 * 1024 * 1024, 20 * 1024 * 1024

_MAIN = DOCX.encode() + b".main+xml"
_PROGRAM = re.compile(r"\.(bin|exe|dll|js|jse|vbs|vbe|wsf|bat|cmd|ps1|hta|scr|lnk|jar)$")
_RELATION = re.compile(rb"<[\w:]*Relationship\b[^>]*>")
_LINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External[\"']", re.IGNORECASE)
#: Fields that start another program.
_FIELD = re.compile(rb"\bDDE(AUTO)?\b")
_TEXT = re.compile(rb"<w:instrText[^>]*>([^<]*)|w:instr\s*=\s*\"([^\"]*)")


def check_docx(content):
    """Look into a document without unpacking it.

    :raise Refusal: another archive, damaged, locked, too large unpacked, or with programs,
        embedded objects or parts that are fetched from elsewhere
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_parts(parts)
            types = _read(archive, "[Content_Types].xml")
            if _MAIN not in types:
                raise Refusal("macros" if b"macroEnabled" in types else "type")
            if b"macroEnabled" in types or b"vbaProject" in types:
                raise Refusal("macros")
            for part in parts:
                if part.filename.lower().endswith(".rels"):
                    _check_relations(_read(archive, part.filename))
            if _has_program_field(_read(archive, "word/document.xml")):
                raise Refusal("macros")
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, RuntimeError,
            NotImplementedError, zlib.error):
        raise Refusal("type") from None


def _check_parts(parts):
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refusal("bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal("protected")
    names = [part.filename.lower() for part in parts]
    if any(_PROGRAM.search(name) or "/activex/" in name or "/embeddings/" in name
           for name in names):
        raise Refusal("macros")


def _check_relations(relations):
    """Only links that a reader clicks lead out: no template, object or picture does."""
    for relation in _RELATION.findall(relations):
        if _EXTERNAL.search(relation) and not _LINK.search(relation):
            raise Refusal("macros")


def _has_program_field(document):
    """Whether a field starts another program; its words may be spread over several runs."""
    words = b"".join(first or second for first, second in _TEXT.findall(document))
    return bool(_FIELD.search(words.upper()))


def _read(archive, name):
    """:return: bytes of a part, of which a bounded number is unpacked, whatever its header says"""
    with archive.open(name) as part:
        content = part.read(MOST_READ + 1)
    if len(content) > MOST_READ:
        raise Refusal("bomb")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise Refusal("type")  # written so that nobody looks into it
    return content
