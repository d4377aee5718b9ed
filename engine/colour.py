"""Colours that can be read: a company's own, darkened as far as its readers need."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What WCAG 2 asks of text at level AA.
AA = 4.5
_HEX = re.compile(r"#[\da-f]{6}", re.IGNORECASE)


def darken(colour: str | None, fallback: str = "#714b67", least: float = AA) -> str:
    """The colour itself, or as little darker as white text on it, and it on white, asks for.

    :param colour: ``#rrggbb``; anything else, or nothing, gives ``fallback``
    :param least: contrast with white at least, from 1 to 21
    :return: ``#rrggbb``

    >>> darken("#714b67")
    '#714b67'
    >>> darken("#ffff00")
    '#7a7a00'
    >>> darken("red; } body { display: none")
    '#714b67'
    """
    valid = colour if colour and _HEX.fullmatch(colour) else fallback
    parts = [int(valid[at:at + 2], 16) for at in (1, 3, 5)]
    for percent in range(100, -1, -1):
        darker = [part * percent // 100 for part in parts]
        if contrast(darker) >= least:
            break
    return "#" + "".join(f"{part:02x}" for part in darker)


def contrast(parts: Sequence[int]) -> float:
    """:return: contrast of red, green and blue (0 to 255) with white, from 1 to 21"""
    red, green, blue = (_linear(part / 255) for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
