"""Order within each rank, and how far right each of its nodes stands.

Ranks alternate: boxes, then the labels of what leaves them. A link that spans several ranks
has a *bend* in each, so that it has room of its own and never runs through a box.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from itertools import pairwise

SWEEPS = 16


@dataclass(eq=False)
class Node:
    """Something with a place in a rank, ``left`` and ``right`` of its axis ``x``.

    :param kind: ``box``, ``label`` or ``bend``
    """

    kind: str
    left: float
    right: float
    height: float
    content: object = None
    x: float = 0
    above: list = field(default_factory=list)
    below: list = field(default_factory=list)

    def lead_to(self, other):
        self.below.append(other)
        other.above.append(self)


def arrange(ranks):
    """Order each rank so that few links cross: sweeps by barycentre, the best is kept."""
    best, fewest = [list(rank) for rank in ranks], _count_crossings(ranks)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        for rank in ranks if down else reversed(ranks):
            _sort(rank, ranks, down)
        _swap_neighbours(ranks)
        crossings = _count_crossings(ranks)
        if crossings < fewest:
            best, fewest = [list(rank) for rank in ranks], crossings
    ranks[:] = best


def _sort(rank, ranks, down):
    """Put each node under (over) the middle of what leads to it (what it leads to)."""
    places = {node: (index + .5) / len(r) for r in ranks for index, node in enumerate(r)}

    def middle(node):
        linked = (node.above if down else node.below) or [node]
        return sum(places[other] for other in linked) / len(linked)

    rank.sort(key=middle)


def _swap_neighbours(ranks):
    """Swap two nodes that stand side by side wherever that saves a crossing."""
    places = {node: index for rank in ranks for index, node in enumerate(rank)}
    for rank in ranks:
        for index in range(1, len(rank)):
            one, other = rank[index - 1:index + 1]
            if _cross(other, one, places) < _cross(one, other, places):
                rank[index - 1:index + 1] = other, one
                places[one], places[other] = index, index - 1


def _cross(one, other, places):
    """:return: crossings between the links of two nodes, the first standing on the left"""
    return sum(
        places[a] > places[b]
        for side in ("above", "below")
        for a in getattr(one, side) for b in getattr(other, side))


def _count_crossings(ranks):
    crossings = 0
    for upper, lower in pairwise(ranks):
        places = {node: index for index, node in enumerate(lower)}
        seen = []
        for node in upper:
            ends = sorted(places[other] for other in node.below)
            crossings += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return crossings


def place(ranks, gap):
    """Give each node its ``x``: near what it is linked with, in order, nothing overlapping."""
    for rank in ranks:
        _spread(rank, [0.0] * len(rank), gap)
    for sweep in range(SWEEPS):
        for rank in ranks:
            _spread(rank, [_wanted(node, node.above) for node in rank], gap)
        for rank in reversed(ranks):
            _spread(rank, [_wanted(node, node.below) for node in rank], gap)
        if sweep >= SWEEPS // 2:  # settled: now straighten against both sides
            for rank in (*ranks, *reversed(ranks)):
                wanted = [_wanted(node, [*node.above, *node.below]) for node in rank]
                _spread(rank, wanted, gap)


def straighten(ranks, routes, gap):
    """Let the bends of a link stand straight below each other wherever there is room."""
    rooms = {}
    for rank in ranks:
        for index, node in enumerate(rank):
            rooms[node] = (rank[index - 1] if index else None,
                           rank[index + 1] if index + 1 < len(rank) else None)
    for route in routes:
        run = []
        for node in [*route, None]:
            if node and node.kind == "bend" and _find_room([*run, node], rooms, gap):
                run.append(node)
                continue
            _align(run, rooms, gap)
            run = [node] if node and node.kind == "bend" else []


def _align(run, rooms, gap):
    if run:
        least, most = _find_room(run, rooms, gap)
        middle = sum(node.x for node in run) / len(run)
        for node in run:
            node.x = min(max(middle, least), most)


def _find_room(run, rooms, gap):
    """:return: (least, most) place where all of them may stand, or None"""
    least, most = float("-inf"), float("inf")
    for node in run:
        before, after = rooms[node]
        if before:
            least = max(least, before.x + before.right + _gap(before, node, gap) + node.left)
        if after:
            most = min(most, after.x - after.left - _gap(node, after, gap) - node.right)
    return (least, most) if least <= most + .001 else None


def _wanted(node, linked):
    return sum(other.x for other in linked) / len(linked) if linked else node.x


def _spread(rank, wanted, gap):
    """The places nearest to the wanted ones (least squares) that keep order and distance."""
    offsets, blocks = [], []
    for index, node in enumerate(rank):
        before = rank[index - 1] if index else None
        offsets.append(offsets[-1] + before.right + _gap(before, node, gap) + node.left
                       if before else 0)
        weight = 4 if node.kind == "bend" else 1  # long links run straight
        blocks.append([(wanted[index] - offsets[index]) * weight, weight, 1])
        while len(blocks) > 1 and _mean(blocks[-2]) > _mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    places = [_mean(block) for block in blocks for _node in range(block[2])]
    for node, at, offset in zip(rank, places, offsets, strict=True):
        node.x = at + offset


def _mean(block):
    return block[0] / block[1]


def _gap(one, other, gap):
    return gap / 2 if "bend" in (one.kind, other.kind) else gap
