"""Whether a PDF can be read, and does nothing but being read.

qpdf parses it, as the readers of people do: by its table of objects, which is rebuilt where it is
broken. As a file may show one reader what it hides from another, it is read a second time without
that table, and streams of objects are searched whether or not the table names them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

from .errors import Refusal
from .invoice import is_invoice

#: Objects, pages, and bytes of a stream and of all of them unpacked.
MOST_OBJECTS, MOST_PAGES = 200_000, 5000
MOST_STREAM, MOST_UNPACKED = 64 * 1024 ** 2, 512 * 1024 ** 2
MOST_PIXELS = 100_000_000
#: Invoices that are embedded as data: one, and what belongs to it.
MOST_INVOICES = 5

#: Names of what acts, plays or loads from elsewhere, wherever they stand.
ACTIVE = frozenset({
    "JavaScript", "JS", "Launch", "GoToR", "GoToE", "SubmitForm", "ImportData", "RichMedia",
    "RichMediaContent", "XFA", "Rendition", "Movie", "Sound", "FileAttachment", "OnInstantiate",
    "3D", "FFilter"})
#: Names at which a dictionary is looked into: it depends on what it says.
_LOOKED_INTO = frozenset({"OpenAction", "AA", "EF", "EmbeddedFile", "URI"})
#: Actions that may happen by themselves: they move within the document.
_MOVES = frozenset({"/GoTo", "/Named", "/Hide", "/SetOCGState", "/Trans"})
#: Where a link that one clicks may lead.
_ADDRESS = re.compile(rb"\s*(https?:|mailto:|tel:|[^:\\]*$)", re.IGNORECASE)
#: Strings and names as qpdf writes them; a string's own parentheses are escaped.
_WORD = re.compile(rb"\((?:[^\\()]|\\.)*\)|/([^\0\t\n\x0c\r ()<>\[\]{}/%]*)", re.DOTALL)
_NAME = re.compile(rb"/([^\0\t\n\x0c\r ()<>\[\]{}/%]+)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_DEEPEST, _CHUNK = 100, 256 * 1024
#: Packings whose result is a picture's, and does not grow with what is unpacked here.
_PICTURES = ("/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode")
_FLATE = ("/FlateDecode", "/Fl")
#: Packings whose result is smaller.
_TEXT = ("/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx", "/Crypt")


def check_pdf(content: bytes) -> None:
    """Look at every object of a PDF.

    :param content: the whole file
    :raise Refusal: locked by a password, cut off, active, or larger than anything one reads
    """
    end = content.rfind(b"%%EOF")
    if end < 0 or content[end + 5:].strip(b"\0\t\n\x0c\r \x1a"):
        raise Refusal("damaged")  # cut off, or something follows that is no PDF
    if content.count(b"obj") > 2 * MOST_OBJECTS:  # each has a beginning and an end
        raise Refusal("bomb")
    try:
        with _open(content) as pdf:
            if not 0 < len(pdf.pages) <= MOST_PAGES:
                raise Refusal("damaged" if not len(pdf.pages) else "bomb")
            _check_objects(pdf)
    except pikepdf.PasswordError:
        raise Refusal("protected") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError,
            RecursionError) as error:
        raise Refusal(_explain(str(error).lower())) from None
    _check_rebuilt(content)


def _explain(message: str) -> str:
    """:return: why a file is refused, by what qpdf says in small letters"""
    if "alloc" in message:
        return "heavy"
    return "protected" if "encrypt" in message or "crypt filter" in message else "damaged"


def _check_rebuilt(content: bytes) -> None:
    """Look at the objects that a reader finds who does not trust the table."""
    try:
        with _open(content.replace(b"startxref", b"startxxxx")) as pdf:
            for thing in pdf.objects:
                _check_names(thing)
    except pikepdf.PasswordError:
        raise Refusal("protected") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, RecursionError):
        return  # there is nothing that such a reader finds


def _open(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(content), suppress_warnings=True, inherit_page_attributes=False)


def _check_objects(pdf: pikepdf.Pdf) -> None:
    """:raise Refusal: one of the objects acts, carries something or is too large"""
    if len(pdf.objects) > MOST_OBJECTS:
        raise Refusal("bomb")
    unpacked, invoices = 0, 0
    for thing in [pdf.trailer, *pdf.objects]:
        names = _check_names(thing)
        if names & _LOOKED_INTO:
            invoices += sum(_check_dictionary(found) for found in _walk(thing))
        if isinstance(thing, pikepdf.Stream):
            unpacked += _check_stream(thing)
        if unpacked > MOST_UNPACKED or invoices > MOST_INVOICES:
            raise Refusal("bomb" if unpacked > MOST_UNPACKED else "active")


def _check_names(thing: Any) -> set[str]:
    """:return: the names in an object, less those of other objects that it refers to
    :raise Refusal: among them is one that acts
    """
    if isinstance(thing, pikepdf.Stream):
        written = thing.stream_dict.unparse(resolved=True)
        _check_object_stream(thing, written)
    else:
        written = thing.unparse(resolved=True) if isinstance(thing, pikepdf.Object) else b""
    names = {_read_name(found[1]) for found in _WORD.finditer(written) if found[1]}
    if names & ACTIVE:
        raise Refusal("active")
    return names


def _read_name(written: bytes) -> str:
    """:return: a name without its escapes"""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), written).decode("latin-1")


def _check_object_stream(stream: pikepdf.Stream, written: bytes) -> None:
    """Search a stream of objects as a whole: not every reader asks the table for what is in it.

    :param written: the stream's dictionary
    :raise Refusal: what acts is in it; or it is one without saying so
    """
    if "/First" not in stream or "/N" not in stream:
        return
    if not re.search(rb"/Type /ObjStm\b", written):
        raise Refusal("active")  # nobody writes that, but who has something to hide
    content = stream.read_bytes()
    # strings are left out where none can be made up by a remark
    words = _NAME if b"%" in content else _WORD
    if {_read_name(found[1]) for found in words.finditer(content) if found[1]} & ACTIVE:
        raise Refusal("active")


def _walk(thing: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the dictionaries of an object, itself among them, less other objects."""
    if depth > _DEEPEST:
        raise Refusal("bomb")
    if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        holder = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
        yield thing
        parts: Any = holder.values()
    elif isinstance(thing, pikepdf.Array):
        parts = thing
    else:
        return
    for part in parts:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _walk(part, depth + 1)


def _check_dictionary(found: Any) -> int:
    """:return: number of embedded invoices
    :raise Refusal: it acts by itself, leads to where no link should, or carries another file
    """
    for key in ("/OpenAction", "/AA"):
        if key in found:
            _check_actions(found[key])
    if "/URI" in found and isinstance(found["/URI"], pikepdf.String) and not _ADDRESS.match(
            bytes(found["/URI"])):
        raise Refusal("active")
    if found.get("/Type") == "/EmbeddedFile" and not is_invoice(found):
        raise Refusal("active")
    if "/EF" not in found:
        return 0
    files = [value for value in found["/EF"].values() if isinstance(value, pikepdf.Object)]
    if "/AFRelationship" not in found or not files or not all(map(is_invoice, files)):
        raise Refusal("active")
    return 1


def _check_actions(start: Any) -> None:
    """:raise Refusal: an action that happens by itself does more than to move within the document
    """
    queue, looked = [start], 0
    while queue:
        thing, looked = queue.pop(), looked + 1
        if looked > 1000:
            raise Refusal("active")  # it goes around in a circle
        if isinstance(thing, pikepdf.Array):
            # an array is a place to go to, but where it follows another action
            queue += [part for part in thing if isinstance(part, pikepdf.Dictionary)
                      and "/S" in part]
        elif isinstance(thing, pikepdf.Dictionary):
            if "/S" in thing:
                if str(thing["/S"]) not in _MOVES:
                    raise Refusal("active")
                queue += [thing["/Next"]] if "/Next" in thing else []
            else:
                queue += list(thing.values())


def _check_stream(stream: pikepdf.Stream) -> int:
    """:return: bytes of a stream once it is unpacked, as far as that is known
    :raise Refusal: too many of them, or pixels
    """
    if isinstance(stream.get("/F"), (pikepdf.String, pikepdf.Dictionary)):
        raise Refusal("active")  # its content stands in another file
    limit = MOST_STREAM
    if stream.get("/Subtype") == "/Image":
        pixels = int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))
        if pixels > MOST_PIXELS:
            raise Refusal("pixels")
        limit = max(pixels * 8 + 1024 ** 2, 0)
    filters = stream.get("/Filter")
    chain = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [
        str(filters)] if filters is not None else []
    growing = [name for name in chain if name not in _PICTURES + _TEXT]
    if not growing:
        return 0
    if chain[0] not in _FLATE:
        return _unpack(stream, limit)
    size = count_unpacked(stream.read_raw_bytes(), limit)
    return size if len(growing) == 1 else size + _unpack(stream, limit)


def _unpack(stream: pikepdf.Stream, limit: int) -> int:
    """:return: bytes of a stream that is packed in a rare way
    :raise Refusal: more than the limit, or than the memory there is
    """
    try:
        size = len(stream.get_stream_buffer(pikepdf.StreamDecodeLevel.generalized))
    except pikepdf.PdfError:
        raise Refusal("heavy") from None
    if size > limit:
        raise Refusal("bomb")
    return size


def count_unpacked(packed: bytes, limit: int) -> int:
    """:return: bytes of a stream once it is unpacked; a damaged one ends where it is damaged
    :raise Refusal: more than the limit
    """
    unpacker, size, rest = zlib.decompressobj(), 0, packed
    while rest and not unpacker.eof:
        try:
            size += len(unpacker.decompress(rest, _CHUNK))
        except zlib.error:
            break
        rest = unpacker.unconsumed_tail
        if size > limit:
            raise Refusal("bomb")
    return size
