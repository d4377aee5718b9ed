"""The lines of a picture: forward ones from rank to rank, back ones along the sides.

Between two ranks a forward line may slant; within a rank it runs straight down, in the room
that the rank keeps for it. A back line leaves its label, runs along a *lane* beside the
boxes and enters its step from above; back links to the same step share a lane.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from .layout_graph import Link
from .shapes import Edge, Label, Point

if TYPE_CHECKING:
    from .layout import Drawing

#: How far left and right each layer extends.
_Extents: TypeAlias = list[tuple[float, float]]


@dataclass(eq=False)
class Lane:
    """Where the back links to one step go up, on one side of the picture.

    :param layers: the layers above which they run across
    """

    target: str
    right: bool
    layers: list[int] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    x: float = 0


# -- lanes ---------------------------------------------------------------------


def place_lanes(drawing: Drawing) -> list[Lane]:
    """:return: the lanes of all back links, each placed beside what it passes"""
    lanes: dict[tuple[str, bool], Lane] = {}
    extents = _read_extents(drawing)
    for link in drawing.graph.links:
        if link.back:
            right = _goes_right(drawing, link, extents)
            lane = lanes.setdefault((link.target, right), Lane(link.target, right))
            lane.links.append(link)
    for lane in lanes.values():
        above = {drawing.layers[link.source] + 1 for link in lane.links}
        lane.layers = sorted({drawing.layers[lane.target], *above})
    placed: list[Lane] = []
    for lane in sorted(lanes.values(), key=lambda lane: lane.layers[-1] - lane.layers[0]):
        _place_lane(drawing, lane, placed, extents)
        placed.append(lane)
    return list(lanes.values())


def _goes_right(drawing: Drawing, link: Link, extents: _Extents) -> bool:
    """:return: whether the way round is shorter on the right"""
    label, target = drawing.routes[link][0], drawing.boxes[link.target]
    left, right = _sides(
        extents, drawing.layers[link.target], drawing.layers[link.source] + 1)
    return 2 * right - label.x - target.x <= label.x + target.x - 2 * left


def _read_extents(drawing: Drawing) -> _Extents:
    """:return: how far left and right each layer extends, with the labels below it"""
    return [
        (min((node.x - node.left for rank in ranks for node in rank), default=inf),
         max((node.x + node.right for rank in ranks for node in rank), default=-inf))
        for ranks in (drawing.ranks[number:number + 2]
                      for number in range(0, len(drawing.ranks), 2))]


def _sides(extents: _Extents, first: int, last: int) -> tuple[float, float]:
    """:return: how far left and right the layers from first to before last extend"""
    layers = extents[first:last]
    return min(left for left, _right in layers), max(right for _left, right in layers)


def _place_lane(
        drawing: Drawing, lane: Lane, placed: Iterable[Lane], extents: _Extents) -> None:
    """Beside what it passes, and outside the shorter lanes that it passes."""
    first, last = lane.layers[0], lane.layers[-1]
    left, right = _sides(extents, first, last)
    lane.x = right + drawing.sizes.gap if lane.right else left - drawing.sizes.gap
    for other in placed:
        if other.right == lane.right and other.layers[0] <= last and first <= other.layers[-1]:
            step = drawing.sizes.track
            lane.x = max(lane.x, other.x + step) if lane.right else min(lane.x, other.x - step)


# -- edges ---------------------------------------------------------------------


def draw_lines(drawing: Drawing) -> Iterator[Edge]:
    """Yield the line of each link, with its labels."""
    lanes = {link: lane for lane in drawing.lanes for link in lane.links}
    for link in drawing.graph.links:
        if link.is_loop:
            points, labels = _draw_loop(drawing, link), _draw_loop_labels(drawing, link)
        elif link.back:
            points, labels = _draw_back(drawing, link, lanes[link]), _draw_labels(drawing, link)
        else:
            points, labels = _draw_forward(drawing, link), _draw_labels(drawing, link)
        yield Edge(
            link.source, link.target, tuple((round(x, 1), round(y, 1)) for x, y in points),
            tuple(labels), link.back or link.is_loop)


def _draw_start(drawing: Drawing, link: Link) -> list[Point]:
    """From the bottom of the box down through its rank."""
    box, node = drawing.placed[link.source], drawing.boxes[link.source]
    rank = 2 * drawing.layers[link.source]
    return [(node.x, box.y + box.height), (node.x, drawing.bottom(rank))]


def _draw_forward(drawing: Drawing, link: Link) -> list[Point]:
    points = _draw_start(drawing, link)
    rank = 2 * drawing.layers[link.source] + 1
    for number, node in enumerate(drawing.routes[link], rank):
        points += [(node.x, drawing.tops[number]), (node.x, drawing.bottom(number))]
    return [*points, (drawing.boxes[link.target].x, drawing.placed[link.target].y)]


def _draw_back(drawing: Drawing, link: Link, lane: Lane) -> list[Point]:
    """Through its label, across to the lane, up, across to above its step, and in."""
    label = drawing.routes[link][0]
    rank = 2 * drawing.layers[link.source] + 1
    below = drawing.tracks[lane, drawing.layers[link.source] + 1]
    above = drawing.tracks[lane, drawing.layers[link.target]]
    box = drawing.placed[link.target]
    port = box.x + box.width * (.85 if lane.right else .15)
    return [
        *_draw_start(drawing, link), (label.x, drawing.tops[rank]), (label.x, below),
        (lane.x, below), (lane.x, above), (port, above), (port, box.y),
    ]


def _draw_labels(drawing: Drawing, link: Link) -> Iterator[Label]:
    """Rows that lead to the same place, one below the other on their line."""
    for number, node in enumerate(drawing.routes[link], 2 * drawing.layers[link.source] + 1):
        if node.kind == "label":
            yield from _stack(drawing.labels[link], node.x, drawing.tops[number])


def _stack(labels: Iterable[Label], x: float, y: float) -> Iterator[Label]:
    """Yield labels below each other, from the height ``y`` on, with their middle at ``x``."""
    for label in labels:
        yield replace(label, x=round(x - label.width / 2, 1), y=round(y, 1))
        y += label.height


def _draw_loop(drawing: Drawing, link: Link) -> list[Point]:
    """Out of the right side of the box and in again."""
    box, size = drawing.placed[link.source], drawing.sizes.loop
    side, middle = box.x + box.width, box.y + box.height / 2
    return [(side, middle + size / 2), (side + size, middle + size / 2),
            (side + size, middle - size / 2), (side, middle - size / 2)]


def _draw_loop_labels(drawing: Drawing, link: Link) -> Iterator[Label]:
    """Beside the loop."""
    box, labels = drawing.placed[link.source], drawing.labels[link]
    height = sum(label.height for label in labels)
    width = max(label.width for label in labels)
    top = max(box.y, box.y + box.height / 2 - height / 2)
    middle = box.x + box.width + 1.25 * drawing.sizes.loop + width / 2
    return _stack(labels, middle, top)
