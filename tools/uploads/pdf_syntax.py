"""The few rules of the PDF format that looking at its objects needs. Pure Python."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from .errors import Refusal

DEEPEST = 200
#: Bytes of white space and remarks between two words of a file.
MOST_SPACE = 1024
_CHUNK = 64 * 1024

_SPACE = re.compile(rb"(?:[\0\t\n\x0c\r ]|%[^\r\n]*)*")
_TOKEN = re.compile(
    rb"%[^\r\n]*|/[^\0\t\n\x0c\r ()<>\[\]{}/%]*|\(|<<|>>|<[^<>]*>|[\[\]]|"
    rb"[^\0\t\n\x0c\r ()<>\[\]{}/%]+")
_IN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


@dataclass(slots=True)
class Budget:
    """What looking at one file may cost.

    :ivar read: bytes of objects that may still be read
    :ivar unpacked: bytes that may still be unpacked
    """

    read: int
    unpacked: int

    def take(self, name: str, size: int) -> None:
        """Use up some of it.

        :param name: ``read`` or ``unpacked``
        :param size: bytes
        :raise Refusal: there is not so much left
        """
        left = getattr(self, name) - size
        if left < 0:
            raise Refusal("bomb")
        setattr(self, name, left)


@dataclass(frozen=True, slots=True)
class Value:
    """A dictionary or array of a PDF.

    :ivar names: every name in it, also of what it holds, without their escapes
    :ivar start: offset at which it begins
    :ivar end: offset at which it ends
    """

    names: list[bytes]
    start: int
    end: int


def read_value(content: bytes, start: int, budget: Budget) -> Value:
    """Read the value that begins at a place, as a reader of PDF does.

    >>> read_value(b"<< /Type /J#53 >>", 0, Budget(100, 0)).names
    [b'Type', b'JS']

    :param start: offset in the content
    :return: anything but a dictionary or an array has the names that it is
    :raise Refusal: it is nested too deep, or the budget is used up
    """
    names: list[bytes] = []
    depth, position = 0, start
    while token := _TOKEN.search(content, position):
        position, word = token.end(), token[0]
        if word == b"(":
            position = _skip_string(content, position)
        elif word in (b"<<", b"["):
            depth += 1
        elif word in (b">>", b"]"):
            depth -= 1
        elif word[:1] == b"/":
            names.append(_unescape(word[1:]))
        if depth > DEEPEST:
            raise Refusal("bomb")
        budget.take("read", position - max(token.start(), start))
        if depth <= 0 and word[:1] != b"%":
            break
    return Value(names, start, position)


def skip_space(content: bytes, position: int) -> int:
    """:return: where the next word begins, behind white space and remarks

    :raise Refusal: there is more of it than anybody writes
    """
    space = _SPACE.match(content, position, position + MOST_SPACE)
    end = space.end() if space else position
    if end == position + MOST_SPACE < len(content):
        raise Refusal("damaged")
    return end


def _unescape(name: bytes) -> bytes:
    return _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name) if b"#" in name else name


def _skip_string(content: bytes, position: int) -> int:
    """:return: where a string ends, whose first parenthesis stands before the position"""
    depth = 1
    while depth and (mark := _IN_STRING.search(content, position)):
        position = mark.end()
        depth += {b"(": 1, b")": -1}.get(mark[0], 0)
        if depth > DEEPEST:
            raise Refusal("bomb")
    return len(content) if depth else position


def find_ints(content: bytes, value: Value, *keys: bytes) -> list[int] | None:
    """:return: the numbers that a dictionary gives for keys; None where one is no number"""
    text = content[value.start:value.end]
    found: list[int] = []
    for key in keys:
        number = re.search(rb"/" + key + rb"[\0\t\n\x0c\r ]*(\d{1,9})(?![\w.]|\s+\d+\s+R)", text)
        if not number:
            return None
        found.append(int(number[1]))
    return found


def inflate(
        content: bytes, start: int, limit: int, budget: Budget, keep: bool = False) -> bytes:
    """Unpack what was packed with zlib, in portions.

    :param start: offset in the content
    :param limit: bytes that it may come to
    :param keep: whether it is of use
    :return: the bytes, none where they are not kept
    :raise Refusal: more than that, or damaged and of use; another one ends where it is damaged
    """
    unpacker, size = zlib.decompressobj(), 0
    parts: list[bytes] = []
    data: memoryview | bytes = memoryview(content)[start:start + _CHUNK]
    position = start + _CHUNK
    while not unpacker.eof:
        try:
            part = unpacker.decompress(data, _CHUNK)
        except zlib.error:
            if keep:
                raise Refusal("damaged") from None
            budget.take("unpacked", _CHUNK)
            break
        size += len(part)
        budget.take("unpacked", len(part))
        if size > limit:
            raise Refusal("bomb")
        if keep:
            parts.append(part)
        data = unpacker.unconsumed_tail
        if not data and len(part) < _CHUNK:
            if position >= len(content):
                break
            data = memoryview(content)[position:position + _CHUNK]
            position += _CHUNK
    return b"".join(parts)
