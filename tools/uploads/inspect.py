"""What an uploaded file is, by what is in it, and whether it is harmless.

Nothing is trusted that the file says of itself. What looking at it costs is bounded by the process
that does it (:mod:`.reader`); here only what no document needs is cut short.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import Refusal

PDF, PNG, JPEG, HEIC = "application/pdf", "image/png", "image/jpeg", "image/heic"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
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
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file that is taken is.

    :ivar kind: its MIME type, one of :data:`TYPES`
    :ivar size: bytes that are its own; what follows the end of a picture is cut
    """

    kind: str
    size: int


def inspect(content: bytes) -> Finding:
    """Find out what a file is. What it costs is the file's choice: see :func:`.reader.read_files`.

    :param content: the whole file
    :raise Refusal: it is of no type that is taken, or does harm
    """
    kind = guess_type(content)
    return Finding(kind, _CHECKS[kind](content))


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


# The libraries come with the first file of their type: a photo does not wait for that of PDFs.

def _check_pdf(content: bytes) -> int:
    from .pdf import check_pdf

    check_pdf(content)
    return len(content)


def _check_docx(content: bytes) -> int:
    from .docx import check_docx

    check_docx(content)
    return len(content)


def _find_picture_end(content: bytes) -> int:
    from . import picture

    find = {PNG: picture.find_png_end, JPEG: picture.find_jpeg_end, HEIC: picture.find_heic_end}
    return find[guess_type(content)](content)


_CHECKS = {PDF: _check_pdf, DOCX: _check_docx, PNG: _find_picture_end, JPEG: _find_picture_end,
           HEIC: _find_picture_end}
