"""The lines of a picture: forward ones from rank to rank, back ones along the sides.

Between two ranks a forward line may slant; within a rank it runs straight down, in the room
that the rank keeps for it. A back line leaves its label, runs along a *lane* beside the
boxes and enters its step from above; back links to the same step share a lane.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(eq=False)
class Lane:
    """Where the back links to one step go up, on one side of the picture.

    :param layers: the layers above which they run across
    """

    target: str
    right: bool
    layers: list = field(default_factory=list)
    links: list = field(default_factory=list)
    x: float = 0


# -- lanes ---------------------------------------------------------------------


def place_lanes(drawing):
    """:return: the :class:`Lane` of each back link, placed beside what it passes"""
    lanes = {}
    for link in drawing.graph.links:
        if link.back:
            right = _goes_right(drawing, link)
            lane = lanes.setdefault((link.target, right), Lane(link.target, right))
            lane.links.append(link)
    for lane in lanes.values():
        above = {drawing.layers[link.source] + 1 for link in lane.links}
        lane.layers = sorted({drawing.layers[lane.target], *above})
    placed = []
    for lane in sorted(lanes.values(), key=lambda lane: lane.layers[-1] - lane.layers[0]):
        _place_lane(drawing, lane, placed)
        placed.append(lane)
    drawing.lane_of = {link: lane for lane in placed for link in lane.links}
    return lanes


def _goes_right(drawing, link):
    """:return: whether the way round is shorter on the right"""
    label, target = drawing.routes[link][0], drawing.boxes[link.target]
    left, right = _sides(
        drawing, drawing.layers[link.target], drawing.layers[link.source] + 1)
    return 2 * right - label.x - target.x <= label.x + target.x - 2 * left


def _sides(drawing, first, last):
    """:return: how far left and right the layers from first to before last extend"""
    nodes = [node for rank in drawing.ranks[2 * first:2 * last] for node in rank]
    return min(node.x - node.left for node in nodes), max(node.x + node.right for node in nodes)


def _place_lane(drawing, lane, placed):
    """Beside what it passes, and outside the shorter lanes that it passes."""
    first, last = lane.layers[0], lane.layers[-1]
    left, right = _sides(drawing, first, last)
    lane.x = right + drawing.sizes.gap if lane.right else left - drawing.sizes.gap
    for other in placed:
        if other.right == lane.right and other.layers[0] <= last and first <= other.layers[-1]:
            step = drawing.sizes.track
            lane.x = max(lane.x, other.x + step) if lane.right else min(lane.x, other.x - step)


# -- edges ---------------------------------------------------------------------


def draw_lines(drawing):
    """:return: for each link (source, target, points, labels, whether it goes up again)"""
    for link in drawing.graph.links:
        if link.is_loop:
            points, labels = _draw_loop(drawing, link)
        else:
            draw = _draw_back if link.back else _draw_forward
            points, labels = draw(drawing, link), _draw_labels(drawing, link)
        points = tuple((round(x, 1), round(y, 1)) for x, y in points)
        yield link.source, link.target, points, tuple(labels), link.back or link.is_loop


def _draw_start(drawing, link):
    """From the bottom of the box down through its rank."""
    box, node = drawing.placed[link.source], drawing.boxes[link.source]
    rank = 2 * drawing.layers[link.source]
    return [(node.x, box.y + box.height), (node.x, drawing.bottom(rank))]


def _draw_forward(drawing, link):
    points = _draw_start(drawing, link)
    rank = 2 * drawing.layers[link.source] + 1
    for number, node in enumerate(drawing.routes[link], rank):
        points += [(node.x, drawing.tops[number]), (node.x, drawing.bottom(number))]
    return [*points, (drawing.boxes[link.target].x, drawing.placed[link.target].y)]


def _draw_back(drawing, link):
    """Through its label, across to the lane, up, across to above its step, and in."""
    lane, label = drawing.lane_of[link], drawing.routes[link][0]
    rank = 2 * drawing.layers[link.source] + 1
    below = drawing.tracks[lane, drawing.layers[link.source] + 1]
    above = drawing.tracks[lane, drawing.layers[link.target]]
    box = drawing.placed[link.target]
    port = box.x + box.width * (.85 if lane.right else .15)
    return [
        *_draw_start(drawing, link), (label.x, drawing.tops[rank]), (label.x, below),
        (lane.x, below), (lane.x, above), (port, above), (port, box.y),
    ]


def _draw_labels(drawing, link):
    """Rows that lead to the same place, one below the other on their line."""
    for number, node in enumerate(drawing.routes[link], 2 * drawing.layers[link.source] + 1):
        if node.kind == "label":
            yield from _stack(drawing.labels[link], node.x, drawing.tops[number])


def _stack(labels, x, y):
    for label in labels:
        yield replace(label, x=round(x - label.width / 2, 1), y=round(y, 1))
        y += label.height


def _draw_loop(drawing, link):
    """Out of the right side of the box and in again, the words beside it."""
    box, labels = drawing.placed[link.source], drawing.labels[link]
    size, side = drawing.sizes.loop, box.x + box.width
    height = sum(label.height for label in labels)
    width = max(label.width for label in labels)
    middle = box.y + box.height / 2
    points = [(side, middle + size / 2), (side + size, middle + size / 2),
              (side + size, middle - size / 2), (side, middle - size / 2)]
    top = max(box.y, middle - height / 2)
    return points, _stack(labels, side + 1.25 * size + width / 2, top)
