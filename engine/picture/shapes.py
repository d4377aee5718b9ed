"""What a picture is made of, in the units of the picture (pixels at full size)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..sequence.world import RowKey

#: (x, y), from the upper left corner of the picture.
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large things are, in the units of the picture (pixels at full size)."""

    box_width: float = 196
    name_line: float = 17
    name_char: float = 7.4
    detail_line: float = 14
    detail_char: float = 6
    padding: float = 8
    end_width: float = 132
    label_width: float = 136
    label_line: float = 13
    label_char: float = 5.9
    gap: float = 20
    drop: float = 22
    track: float = 9
    loop: float = 18
    margin: float = 12
    most_width: float = 1150


@dataclass(frozen=True, slots=True)
class Captions:
    """What to write. Whatever is not given is written as its key.

    :param steps: (name, details) of each step, by key; details one a line
    :param rows: condition of each row
    :param ends: name of what a row ends in
    """

    steps: Mapping[str, tuple[str, Sequence[str]]] = field(default_factory=dict)
    rows: Mapping[RowKey, str] = field(default_factory=dict)
    ends: Mapping[RowKey, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Box:
    """A step, or (``is_end``) what a row ends in. ``x`` and ``y`` are its upper left corner."""

    key: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    details: tuple[str, ...] = ()
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """The condition of one row, beside its line. ``x`` and ``y`` are its upper left corner."""

    row: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from box to box, for one row or several; ``back`` when it goes up again."""

    source: str
    target: str
    points: tuple[Point, ...]
    labels: tuple[Label, ...]
    back: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A tree as drawn. It may be cut across at ``breaks`` without cutting any word."""

    width: float = 0
    height: float = 0
    boxes: tuple[Box, ...] = ()
    edges: tuple[Edge, ...] = ()
    breaks: tuple[float, ...] = ()
