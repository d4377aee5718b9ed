"""Pictures, by their structure: where one ends, and how large it is. Pure Python.

The pixels are never read. Telephones write more behind a picture (a film, a second picture, their
own notes); no reader needs it, so a picture is kept up to its end.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from .errors import Refusal

#: Pixels of a picture at most: one of 6000 x 4000 has 24 million.
MOST_PIXELS = 100_000_000
#: Segments, chunks or boxes of a picture.
MOST_PARTS = 20_000

#: Markers of a JPEG without a length.
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
#: What ends the data of a scan: a marker that is neither an escape nor a restart.
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
#: Boxes of a HEIC file that are read or passed over; what else comes is no part of the picture.
_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"free", b"skip", b"moov", b"uuid", b"idat"})


def find_png_end(content: bytes) -> int:
    """:return: bytes of the picture; what follows is not its own
    :raise Refusal: damaged, cut off, or too many pixels
    """
    kinds: set[bytes] = set()
    position = 8
    for _part in range(MOST_PARTS):
        size, kind = int.from_bytes(content[position:position + 4], "big"), (
            content[position + 4:position + 8])
        position += 12 + size
        if len(kind) < 4 or position > len(content) or not kinds and kind != b"IHDR":
            break
        kinds.add(kind)
        if kind == b"IEND" and b"IDAT" in kinds:
            _check_pixels(content[:position])
            return position
    raise Refusal("damaged")


def find_jpeg_end(content: bytes) -> int:
    """:return: bytes of the picture; what follows is not its own
    :raise Refusal: damaged, cut off, or too many pixels
    """
    position = 2
    for _part in range(MOST_PARTS):
        if position + 2 > len(content) or content[position] != 0xFF:
            break
        marker = content[position + 1]
        if marker == 0xD9:
            _check_pixels(content[:position + 2])
            return position + 2
        if marker == 0xFF or marker in _BARE:
            position += 1 if marker == 0xFF else 2
            continue
        position += 2 + max(2, int.from_bytes(content[position + 2:position + 4], "big"))
        if marker == 0xDA:
            found = _MARKER.search(content, position)
            position = found.end() - 2 if found else len(content)
    raise Refusal("damaged")


def _check_pixels(content: bytes) -> None:
    """Read the header.

    :raise Refusal: too many pixels, or another type
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("PNG", "JPEG", "MPO")) as image:
                width, height = image.size
    except Image.DecompressionBombError:
        raise Refusal("pixels") from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever it stumbles over: nobody could look at it
        raise Refusal("damaged") from None
    if width * height > MOST_PIXELS:
        raise Refusal("pixels")


def find_heic_end(content: bytes) -> int:
    """:return: bytes of the picture; what follows is not its own
    :raise Refusal: no picture, cut off, or too many pixels
    """
    boxes: dict[bytes, tuple[int, int]] = {}
    end = 0
    for kind, start, stop in _read_boxes(content, 0, len(content)):
        if kind not in _BOXES:
            break
        boxes.setdefault(kind, (start, stop))
        end = stop
    if next(iter(boxes), b"") != b"ftyp" or b"meta" not in boxes:
        raise Refusal("damaged")
    start, stop = boxes[b"meta"]
    meta = {kind: place for kind, *place in _read_boxes(content, start + 4, stop)}
    if not {b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp"} <= meta.keys() or not (
            {b"mdat"} & boxes.keys() or b"idat" in meta):
        raise Refusal("damaged")
    first = meta[b"hdlr"][0]
    if content[first + 8:first + 12] != b"pict":
        raise Refusal("damaged")
    _check_heic_pixels(content, meta[b"iprp"])
    return end


def _check_heic_pixels(content: bytes, place: list[int]) -> None:
    """:raise Refusal: no picture in it says how large it is, or one is too large"""
    sizes = [
        int.from_bytes(content[start + 4:start + 8], "big")
        * int.from_bytes(content[start + 8:start + 12], "big")
        for outer, first, last in _read_boxes(content, *place) if outer == b"ipco"
        for kind, start, _stop in _read_boxes(content, first, last) if kind == b"ispe"]
    if not sizes or not max(sizes):
        raise Refusal("damaged")
    if max(sizes) > MOST_PIXELS:
        raise Refusal("pixels")


def _read_boxes(content: bytes, position: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, begin of its content, end) of the boxes in a part of the file, while they fit.
    """
    for _part in range(MOST_PARTS):
        if position + 8 > end:
            return
        size, kind = int.from_bytes(content[position:position + 4], "big"), (
            content[position + 4:position + 8])
        head = 8
        if size == 1:
            size, head = int.from_bytes(content[position + 8:position + 16], "big"), 16
        elif size == 0 and kind == b"mdat":
            size = end - position  # the last box may reach to the end without saying how far
        if size < head or position + size > end:
            return
        yield kind, position + head, position + size
        position += size
