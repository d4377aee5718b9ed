"""Whether a PDF can be read, and does nothing but being read. Pure Python.

Not by its table of objects, which may hide some from one reader and show them to another: every
place where an object could begin is looked at, and every object stream is unpacked. What is read
and unpacked is bounded, so that no file chooses what looking at it costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import Refusal
from .pdf_syntax import Budget, Value, find_ints, inflate, read_value, skip_space

#: Names of what acts, carries other files or loads from elsewhere.
ACTIVE = frozenset({
    b"JavaScript", b"JS", b"Launch", b"AA", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia",
    b"XFA", b"GoToE", b"SubmitForm", b"ImportData", b"Rendition", b"Movie", b"Sound"})
#: Objects, and bytes of a stream and of all of them unpacked.
MOST_OBJECTS, MOST_STREAM, MOST_UNPACKED = 200_000, 64 * 1024 ** 2, 1024 ** 3
MOST_PIXELS = 100_000_000

_START = re.compile(rb"(?<!end)obj|trailer")
_STREAM = re.compile(rb"stream\r?\n?")
_FLATE = (b"FlateDecode", b"Fl")
#: How else a stream may be packed: no writer does that with one of objects.
_OTHER = frozenset({
    b"ASCIIHexDecode", b"AHx", b"ASCII85Decode", b"A85", b"LZWDecode", b"LZW",
    b"RunLengthDecode", b"RL", b"Crypt", b"Predictor"})


def check_pdf(content: bytes) -> None:
    """Look at every object of a PDF.

    :param content: the whole file
    :raise Refusal: locked by a password, cut off, active, or larger than anything one reads
    """
    if b"%%EOF" not in content:
        raise Refusal("damaged")
    budget = Budget(read=2 * len(content) + 1024 ** 2, unpacked=MOST_UNPACKED)
    root = False
    for number, start in enumerate(_START.finditer(content)):
        if number > MOST_OBJECTS:
            raise Refusal("bomb")
        begin = skip_space(content, start.end())
        if content[begin:begin + 1] not in (b"<", b"["):
            continue
        value = read_value(content, begin, budget)
        _check_names(value.names)
        root = root or start[0].startswith(b"trailer") or not {b"Root", b"Catalog"}.isdisjoint(
            value.names)
        stream = _STREAM.match(content, skip_space(content, value.end))
        if stream and start[0].startswith(b"obj"):
            root = _check_stream(content, value, stream.end(), budget) or root
    if not root:
        raise Refusal("damaged")


def _check_names(names: Iterable[bytes]) -> None:
    """:raise Refusal: among them is one that acts, or one of a file that is locked"""
    found = set(names)
    if b"Encrypt" in found:
        raise Refusal("protected")
    if found & ACTIVE:
        raise Refusal("active")


def _check_stream(content: bytes, value: Value, start: int, budget: Budget) -> bool:
    """Unpack a stream, to look into one of objects, and to see of any other that it ends.

    :return: whether the document's catalog is in it
    """
    packed = sum(value.names.count(name) for name in _FLATE)
    if b"ObjStm" in value.names:
        if packed != value.names.count(b"Filter") or packed > 1 or not _OTHER.isdisjoint(
                value.names):
            raise Refusal("damaged")  # nobody writes that, but who has something to hide
        return _check_objects(content, value, start, budget, packed)
    if not packed or not _OTHER.isdisjoint(value.names) and b"Predictor" not in value.names:
        return False
    limit = MOST_STREAM
    if b"Image" in value.names:
        size = find_ints(content, value, b"Width", b"Height")
        if size and size[0] * size[1] > MOST_PIXELS:
            raise Refusal("pixels")
        limit = size[0] * size[1] * 8 + 1024 ** 2 if size else MOST_STREAM
    inflate(content, start, limit, budget)
    return False


def _check_objects(
        content: bytes, value: Value, start: int, budget: Budget, packed: int) -> bool:
    """Look at each object of a stream of objects.

    :return: whether the document's catalog is among them
    """
    shape = find_ints(content, value, b"First")
    if not shape or value.names.count(b"First") > 1:
        raise Refusal("damaged")
    first = shape[0]
    if packed:
        objects = inflate(content, start, MOST_STREAM, budget, keep=True)
    else:
        objects = content[start:content.find(b"endstream", start)]
        budget.take("unpacked", len(objects))
    budget.read += 2 * len(objects)
    try:
        offsets = [int(number) for number in objects[:first].split()[1::2]]
    except ValueError:
        raise Refusal("damaged") from None
    if len(offsets) > MOST_OBJECTS:
        raise Refusal("bomb")
    root = False
    for offset in offsets:
        names = read_value(objects, first + offset, budget).names
        _check_names(names)
        root = root or b"Catalog" in names
    return root
