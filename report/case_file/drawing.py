"""The picture of a decision tree as SVG, for paper: the path taken stands out.

What :mod:`...engine.picture` laid out and a sequence coloured is drawn as the web client draws it,
never so small that it cannot be read: a wide one lies sideways; one that is too long for its page
is cut between two layers, and one that is too wide is shown in strips that overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from markupsafe import Markup

#: Width and height of a drawing on a page at most, in millimetres: upright and sideways (which
#: leaves a hair at the upper edge: the PDF program draws that on the page before as well).
UPRIGHT, SIDEWAYS = (168.0, 215.0), (237.0, 150.0)
#: Millimetres of a unit of the picture at most: a pixel at 96 dots an inch.
MILLIMETRE = 25.4 / 96
#: Size of the smallest text, in units of the picture, and on paper at least, in points.
SMALL, LEAST_POINTS = 10, 7.0
#: Millimetres of a unit of the picture at least.
LEAST = LEAST_POINTS / SMALL * 25.4 / 72
#: Pages up to which nobody needs to see the whole on one.
FEW = 2
#: Radius of a rounded corner, in units of the picture.
RADIUS = 7.0

GREY, DARK, GREEN, BLUE = "#adb5bd", "#343a40", "#1e7e34", "#0b5ed7"
#: Border, filling, width of the border and its dashes of a box, by its state.
_BOXES = {
    "current": (BLUE, "#e7f0fd", 2.2, ""), "visited": (GREEN, "#e9f5ec", 1.6, ""),
    "abandoned": (DARK, "#f1f3f5", 1.4, ""), "coming": (GREY, "#ffffff", 1.1, "4 3")}


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn on a page.

    :ivar lying: it is drawn for a page that lies sideways
    :ivar whole: it shows all at a glance, too small to be read: the others follow it
    """

    svg: Markup
    lying: bool = False
    whole: bool = False


def draw(picture: dict[str, Any], describe: Callable[[dict[str, Any]], str]) -> list[Drawing]:
    """Draw a picture on as few pages as it needs.

    :param picture: as the field ``picture`` of a sequence has it
    :param describe: called with a box that was entered; what stands at its foot, e.g. the day
    :return: list of :class:`Drawing`, from the top down, each layer from the left
    """
    width = max(picture["width"], 1)
    lying = width * LEAST > UPRIGHT[0]
    wide, high = SIDEWAYS if lying else UPRIGHT
    scale = min(MILLIMETRE, max(LEAST, wide / width))
    drawn = Markup().join((*_draw_edges(picture), *_draw_boxes(picture, describe)))
    parts = [
        Drawing(_make_page((left, top, right, bottom), scale, drawn), lying)
        for top, bottom in _find_pages(picture, high / scale)
        for left, right in _find_strips(picture, top, bottom, wide / scale)]
    return parts if len(parts) <= FEW else [_draw_whole(picture, drawn), *parts]


def _draw_whole(picture: dict[str, Any], drawn: Markup) -> Drawing:
    width, height = picture["width"], picture["height"]
    lying = width > height
    wide, high = SIDEWAYS if lying else UPRIGHT
    return Drawing(_make_page((0, 0, width, height), min(wide / width, high / height), drawn),
                   lying, whole=True)


def _make_page(
        edges: tuple[float, float, float, float], scale: float, drawn: Markup) -> Markup:
    left, top, right, bottom = edges
    width, height = right - left, bottom - top
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="%s %s %s %s"'
        ' style="width: %.1fmm; height: %.1fmm; display: block; margin: 0 auto;"'
        ' font-family="Liberation Sans, Arial, sans-serif">%s</svg>'
    ) % (left, top, width, height, width * scale, height * scale, drawn)


def _find_strips(
        picture: dict[str, Any], top: float, bottom: float, room: float
) -> list[tuple[float, float]]:
    """:return: from where to where each page shows what is between two heights: whatever one cuts
        is whole on its neighbour; where there are only lines, there is no page"""
    shapes = [shape for shape in (
        *picture["boxes"], *(label for edge in picture["edges"] for label in edge["labels"]))
        if shape["y"] < bottom and shape["y"] + shape["height"] > top]
    if picture["width"] <= room:
        return [(0, picture["width"])]
    if not shapes:
        return []
    first = min(shape["x"] for shape in shapes)
    last = max(shape["x"] + shape["width"] for shape in shapes)
    if last - first <= room:
        left = min(max((first + last - room) / 2, 0), picture["width"] - room)
        return [(left, left + room)]
    both = min(max(shape["width"] for shape in shapes), room / 2)
    steps = ceil((last - first - room) / (room - both))
    return [(left, left + room) for number in range(steps + 1)
            for left in [first + (last - first - room) * number / steps]]


def _find_pages(picture: dict[str, Any], room: float) -> list[tuple[float, float]]:
    """:return: from where to where each page shows, about as much of the picture as the others"""
    cuts, height = [*picture["breaks"], picture["height"]], picture["height"]
    full = _cut(cuts, room)
    even = _cut(cuts, min(room, height / len(full) * 1.1))
    return even if len(even) == len(full) else full


def _cut(cuts: Sequence[float], room: float) -> list[tuple[float, float]]:
    pages, top, bottom = [], 0, 0
    for cut in cuts:
        if cut - top > room and bottom > top:
            pages.append((top, bottom))
            top = bottom
        bottom = cut
    return [*pages, (top, bottom)]


def _draw_edges(picture: dict[str, Any]) -> Iterator[Markup]:
    edges = sorted(picture["edges"], key=lambda edge: bool(edge.get("taken")))
    for edge in edges:
        taken = bool(edge.get("taken"))
        yield Markup(
            '<path d="%s" fill="none" stroke="%s" stroke-width="%s"%s/>'
            '<path d="M-4,-7 L0,0 L4,-7 Z" fill="%s" transform="%s"/>') % (
                draw_path(edge["points"]), GREEN if taken else GREY, 2.4 if taken else 1.2,
                Markup(' stroke-dasharray="5 3"') if edge.get("back") and not taken else "",
                GREEN if taken else GREY, _place_arrow(edge["points"]))
    for edge in edges:
        yield from map(_draw_label, edge["labels"])


def _draw_label(label: dict[str, Any]) -> Markup:
    taken = bool(label.get("taken"))
    return Markup(
        '<rect x="%s" y="%s" width="%s" height="%s" fill="#ffffff"/>%s') % (
            label["x"], label["y"], label["width"], label["height"], _write(
                label["lines"], label["x"] + label["width"] / 2, label["y"] + 1, 13, 10,
                GREEN if taken else "#495057", bold=taken))


def _draw_boxes(
        picture: dict[str, Any],
        describe: Callable[[dict[str, Any]], str]) -> Iterator[Markup]:
    for box in picture["boxes"]:
        border, filling, width, dashes = _BOXES[box.get("state") or "coming"]
        lines, middle = box["lines"], box["x"] + box["width"] / 2
        foot = describe(box) if box.get("visits") else ""
        details = [*box["details"], foot] if foot and not box["is_end"] else box["details"]
        yield Markup(
            '<rect x="%s" y="%s" width="%s" height="%s" rx="%s" fill="%s" stroke="%s"'
            ' stroke-width="%s"%s/>%s%s') % (
                box["x"], box["y"], box["width"], box["height"],
                box["height"] / 2 if box["is_end"] else 6, filling, border, width,
                Markup(' stroke-dasharray="%s"') % dashes if dashes else "",
                _write(lines, middle, box["y"] + 6, 13 if box["is_end"] else 17,
                       10 if box["is_end"] else 12, DARK, bold=True),
                _write(details, middle, box["y"] + 7 + 17 * len(lines), 14, 10, "#495057"))


def _write(
        lines: Sequence[str], x: float, y: float, step: float, size: float, colour: str,
        bold: bool = False) -> Markup:
    """:return: lines of text below each other, centred on ``x``; the first stands below ``y``"""
    return Markup().join(
        Markup('<text x="%s" y="%s" font-size="%s" fill="%s"%s text-anchor="middle">%s</text>') % (
            x, y + step * number, size, colour,
            Markup(' font-weight="bold"') if bold else "", line)
        for number, line in enumerate(lines, start=1))


def _place_arrow(points: Sequence[Sequence[float]]) -> str:
    (from_x, from_y), (x, y) = points[-2:]
    turn = 0 if from_y != y else 90 if from_x > x else -90
    return f"translate({x}, {y}) rotate({turn})"


def draw_path(points: Sequence[Sequence[float]]) -> str:
    """:return: the ``d`` of a line through points: slanting parts bend, corners are rounded"""
    parts = [f"M{points[0][0]},{points[0][1]}"]
    for number, (before, point) in enumerate(zip(points, points[1:]), start=1):
        after = points[number + 1] if number + 1 < len(points) else None
        if before[0] != point[0] and before[1] != point[1]:
            middle = (before[1] + point[1]) / 2
            parts.append(f"C{before[0]},{middle} {point[0]},{middle} {point[0]},{point[1]}")
        elif after and _is_corner(before, point, after):
            parts.append(f"L{_towards(point, before)} Q{point[0]},{point[1]} "
                         f"{_towards(point, after)}")
        else:
            parts.append(f"L{point[0]},{point[1]}")
    return " ".join(parts)


def _is_corner(
        before: Sequence[float], point: Sequence[float], after: Sequence[float]) -> bool:
    return (before[0] == point[0] and point[1] == after[1]) or (
        before[1] == point[1] and point[0] == after[0])


def _towards(point: Sequence[float], other: Sequence[float]) -> str:
    """:return: the point a little on the way from a corner to its neighbour"""
    (x, y), (to_x, to_y) = point, other
    length = abs(to_x - x) + abs(to_y - y)
    share = min(RADIUS, length / 2) / length if length else 0
    return f"{x + (to_x - x) * share},{y + (to_y - y) * share}"
