"""Order within each rank, and how far right each of its nodes stands.

Ranks alternate: boxes, then the labels of what leaves them. A link that spans several ranks
has a *bend* in each, so that it has room of its own and never runs through a box.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from .shapes import Box

#: Times that ranks are gone over, at least and at most, and nodes looked at in all that time.
FEWEST_SWEEPS, SWEEPS, EFFORT = 2, 16, 40_000


@dataclass(eq=False)
class Node:
    """Something with a place in a rank, ``left`` and ``right`` of its axis ``x``.

    :param kind: ``box``, ``label`` or ``bend``
    :param box: of the kind *box*, what stands there
    :param weight: how much it is worth that it stands where it wants: what leads on stands
        straight below, ends give way
    """

    kind: str
    left: float
    right: float
    height: float
    box: Box | None = None
    weight: float = 1
    x: float = 0
    above: list[Node] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)

    def lead_to(self, other: Node) -> None:
        """Link this node with one of the next rank."""
        self.below.append(other)
        other.above.append(self)


Ranks: TypeAlias = list[list[Node]]
#: The nodes on the left and on the right of a node, or None.
_Neighbours: TypeAlias = dict[Node, tuple[Node | None, Node | None]]


def arrange(ranks: Ranks) -> None:
    """Order each rank so that few links cross: sweeps by barycentre, the best is kept."""
    best, fewest = [list(rank) for rank in ranks], _count_crossings(ranks)
    for sweep in range(_count_sweeps(ranks)):
        if not fewest:
            break
        down = sweep % 2 == 0
        ordered = ranks if down else ranks[::-1]
        for before, rank in zip([[], *ordered], ordered):
            _sort(rank, before, down)
        _swap_neighbours(ranks)
        crossings = _count_crossings(ranks)
        if crossings < fewest:
            best, fewest = [list(rank) for rank in ranks], crossings
    ranks[:] = best
    for index in range(1, len(ranks), 2):
        _move_ends(ranks[index - 1:index + 3])


def _count_sweeps(ranks: Ranks) -> int:
    """:return: how often to go over the ranks: a picture that nobody could read is drawn soon"""
    nodes = sum(map(len, ranks))
    return max(FEWEST_SWEEPS, min(SWEEPS, EFFORT // max(1, nodes)))


def _move_ends(ranks: Ranks) -> None:
    """Move an end, with its label, past the others wherever that saves a crossing.

    :param ranks: boxes, their labels, the next boxes and their labels if there are any
    """
    labels, boxes = ranks[1:3] if len(ranks) > 2 else ([], [])
    for label in [node for node in labels if node.below and not node.below[0].below]:
        fewest, end = _count_crossings(ranks), label.below[0]
        if not fewest or end.kind != "box" or len(end.above) > 1:
            continue
        best = labels[:], boxes[:]
        labels.remove(label)
        boxes.remove(end)
        others = labels[:], boxes[:]
        for place in range(len(others[0]) + 1):
            before = [boxes.index(box) + 1 for node in others[0][:place] for box in node.below]
            labels[:] = [*others[0][:place], label, *others[0][place:]]
            at = max(before, default=0)
            boxes[:] = [*others[1][:at], end, *others[1][at:]]
            crossings = _count_crossings(ranks)
            if crossings < fewest:
                best, fewest = (labels[:], boxes[:]), crossings
            boxes[:] = others[1]
        labels[:], boxes[:] = best


def _sort(rank: list[Node], before: list[Node], down: bool) -> None:
    """Put each node under (over) the middle of what leads to it (what it leads to).

    :param before: the rank above (below), in its new order
    """
    places = {node: (index + .5) / len(r) for r in (before, rank) for index, node in enumerate(r)}

    def middle(node: Node) -> float:
        linked = (node.above if down else node.below) or [node]
        return sum(places[other] for other in linked) / len(linked)

    rank.sort(key=middle)


def _swap_neighbours(ranks: Ranks) -> None:
    """Swap two nodes that stand side by side wherever that saves a crossing."""
    places = {node: index for rank in ranks for index, node in enumerate(rank)}
    for rank in ranks:
        for index in range(1, len(rank)):
            one, other = rank[index - 1:index + 1]
            if _cross(other, one, places) < _cross(one, other, places):
                rank[index - 1:index + 1] = other, one
                places[one], places[other] = index, index - 1


def _cross(one: Node, other: Node, places: Mapping[Node, int]) -> int:
    """:return: crossings between the links of two nodes, the first standing on the left"""
    return sum(
        places[a] > places[b]
        for mine, others in ((one.above, other.above), (one.below, other.below))
        for a in mine for b in others)


def _count_crossings(ranks: Sequence[Sequence[Node]]) -> int:
    crossings = 0
    for upper, lower in pairwise(ranks):
        places = {node: index for index, node in enumerate(lower)}
        seen: list[int] = []
        for node in upper:
            ends = sorted(places[other] for other in node.below)
            crossings += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return crossings


def place(ranks: Ranks, gap: float) -> None:
    """Give each node its ``x``: near what it is linked with, in order, nothing overlapping."""
    for rank in ranks:
        _spread(rank, [0.0] * len(rank), gap)
    sweeps = _count_sweeps(ranks)
    for sweep in range(sweeps):
        for rank in ranks:
            _spread(rank, [_wanted(node, node.above) for node in rank], gap)
        for rank in reversed(ranks):
            _spread(rank, [_wanted(node, node.below) for node in rank], gap)
        if sweep >= sweeps // 2:  # settled: now straighten against both sides
            for rank in (*ranks, *reversed(ranks)):
                wanted = [_wanted(node, [*node.above, *node.below]) for node in rank]
                _spread(rank, wanted, gap)


def straighten(ranks: Ranks, routes: Iterable[Sequence[Node]], gap: float) -> None:
    """Take the small jogs out: what hangs on one thing alone hangs straight below it, and a
    long link runs straight wherever there is room.
    """
    rooms: _Neighbours = {}
    for rank in ranks:
        for index, node in enumerate(rank):
            rooms[node] = (rank[index - 1] if index else None,
                           rank[index + 1] if index + 1 < len(rank) else None)
    for rank in ranks:
        for node in rank:
            _align([node], rooms, gap)
    for route in routes:
        run: list[Node] = []
        for node in route:
            if run and not _find_room([*run, node], rooms, gap):
                _align(run, rooms, gap)
                run = []
            run.append(node)
        _align(run, rooms, gap)


def _align(run: Sequence[Node], rooms: _Neighbours, gap: float) -> None:
    """Move nodes that follow each other to one place, that of a lone neighbour if possible."""
    room = _find_room(run, rooms, gap) if run else None
    if room is None:
        return
    least, most = room
    wanted = sum(node.x for node in run) / len(run)
    for linked in (run[0].above, run[-1].below):
        if len(linked) == 1 and abs(linked[0].x - wanted) < gap and (
                least <= linked[0].x <= most):
            wanted = linked[0].x
            break
    for node in run:
        node.x = min(max(wanted, least), most)


def _find_room(
        run: Sequence[Node], rooms: _Neighbours, gap: float) -> tuple[float, float] | None:
    """:return: (least, most) place where all of them may stand, or None"""
    least, most = float("-inf"), float("inf")
    for node in run:
        before, after = rooms[node]
        if before:
            least = max(least, before.x + before.right + _gap(before, node, gap) + node.left)
        if after:
            most = min(most, after.x - after.left - _gap(node, after, gap) - node.right)
    return (least, most) if least <= most + .001 else None


def _wanted(node: Node, linked: Sequence[Node]) -> float:
    weight = sum(other.weight for other in linked)
    return sum(other.x * other.weight for other in linked) / weight if linked else node.x


@dataclass(frozen=True, slots=True)
class _Block:
    """Nodes that stand side by side, as near to each other as they may.

    :param pull: sum of the places that they want, less their offsets, each by its weight
    """

    pull: float
    weight: float
    size: int = 1

    @property
    def place(self) -> float:
        return self.pull / self.weight

    def join(self, other: _Block) -> _Block:
        return _Block(self.pull + other.pull, self.weight + other.weight, self.size + other.size)


def _spread(rank: Sequence[Node], wanted: Sequence[float], gap: float) -> None:
    """The places nearest to the wanted ones (least squares) that keep order and distance."""
    offsets: list[float] = []
    blocks: list[_Block] = []
    for index, node in enumerate(rank):
        before = rank[index - 1] if index else None
        offsets.append(offsets[-1] + before.right + _gap(before, node, gap) + node.left
                       if before else 0)
        blocks.append(_Block((wanted[index] - offsets[index]) * node.weight, node.weight))
        while len(blocks) > 1 and blocks[-2].place > blocks[-1].place:
            last = blocks.pop()
            blocks[-1] = blocks[-1].join(last)
    places = [block.place for block in blocks for _node in range(block.size)]
    for node, at, offset in zip(rank, places, offsets, strict=True):
        node.x = at + offset


def _gap(one: Node, other: Node, gap: float) -> float:
    return gap / 2 if "bend" in (one.kind, other.kind) else gap
