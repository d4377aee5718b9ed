"""What an uploaded file is, by what is in it, and whether it is harmless. Pure Python.

Nothing is trusted that the file says of itself, and nothing is done whose cost the file could
choose: every reading is bounded.
"""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image

from .docx import DOCX, check_docx
from .errors import Refusal
from .pdf import check_pdf

PDF, PNG, JPEG, HEIC = "application/pdf", "image/png", "image/jpeg", "image/heic"
#: Types of files that are taken, and how their names end.
TYPES = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg", ".jfif"),
    HEIC: (".heic", ".heif"),
    DOCX: (".docx",),
}
#: Types that a document may be restricted to.
ACCEPTED = {
    "any": frozenset(TYPES),
    "pdf": frozenset({PDF}),
    "image": frozenset({PNG, JPEG, HEIC}),
    "pdf_image": frozenset({PDF, PNG, JPEG, HEIC}),
}
#: Pixels of a picture at most: one of 6000 x 4000 has 24 million.
MOST_PIXELS = 100_000_000

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
#: Segments of a JPEG without a length.
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


def inspect(content: bytes) -> str:
    """Find out what a file is.

    :param content: the whole file
    :return: its MIME type, one of :data:`TYPES`
    :raise Refusal: it is of no type that is taken, or does harm
    """
    kind = guess_type(content)
    if kind == PDF:
        check_pdf(content)
    elif kind == DOCX:
        check_docx(content)
    elif kind in (PNG, JPEG):
        _check_picture(kind, content)
    return kind


def guess_type(content: bytes) -> str:
    """The type by the signature, which must stand where a reader of that type looks first.

    >>> guess_type(b"%PDF-1.7")
    'application/pdf'

    :raise Refusal: it has none that is taken
    """
    if content.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:5] == b"%PDF-":
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return HEIC
    if content.startswith(b"PK\x03\x04"):
        return DOCX
    raise Refusal("type")


def _check_picture(kind: str, content: bytes) -> None:
    """Read the header, and never the pixels.

    :raise Refusal: too many pixels, another type, or cut off
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("PNG", "JPEG", "MPO")) as image:
                width, height = image.size
    except Image.DecompressionBombError:
        raise Refusal("pixels") from None
    except Exception:  # noqa: BLE001 - whatever it stumbles over: nobody could look at it
        raise Refusal("damaged") from None
    if width * height > MOST_PIXELS:
        raise Refusal("pixels")
    ends = _has_jpeg_end(content) if kind == JPEG else b"IEND" in content[-4096:]
    if not ends:
        raise Refusal("damaged")


def _has_jpeg_end(content: bytes) -> bool:
    """Whether the picture's own data comes to an end; that of a thumbnail in it does not count."""
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xDA:
            return content.find(b"\xff\xd9", position) > 0
        if marker == 0xFF or marker in _BARE:
            position += 1 if marker == 0xFF else 2
            continue
        position += 2 + max(2, int.from_bytes(content[position + 2:position + 4], "big"))
    return False
