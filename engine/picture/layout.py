"""Where each step and row of a tree is drawn. Pure: the web client only draws the lines.

The way of Sugiyama: layers from the start downwards (:mod:`.layout_graph`), order within a
layer and distances (:mod:`.layout_order`), then heights and lines. Each row's words have a
place of their own between the layers, so that no label hides a line or another label.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from textwrap import wrap

from .layout_graph import find_layers, name_target, read_graph
from .layout_lines import draw_lines, place_lanes
from .layout_order import Node, arrange, place, straighten

#: Weights in a rank: a long link runs straight; ends and ways back leave the middle free.
STRAIGHT = 4
ASIDE = .1


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
class Words:
    """What to write. Whatever is not given is written as its key.

    :param steps: (name, details) of each step, by key; details as a tuple of lines
    :param rows: condition of each row, by (step key, row key)
    :param ends: name of what a row ends in, by (step key, row key)
    """

    steps: dict = field(default_factory=dict)
    rows: dict = field(default_factory=dict)
    ends: dict = field(default_factory=dict)


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
    """The words of one row."""

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
    points: tuple[tuple[float, float], ...]
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


def lay_out(definition, words=None, sizes=None):
    """Lay a tree out. The same tree with the same words gives the same picture.

    :param Definition definition: the tree; a draft may be incomplete
    :param Words words: what to write; keys if not given
    :param Sizes sizes: how large to draw
    :return: :class:`Picture`
    """
    if not definition.steps:
        return Picture()
    return _Drawing(read_graph(definition), words or Words(), sizes or Sizes()).draw()


class _Drawing:
    """One picture being made."""

    def __init__(self, graph, words, sizes):
        self.graph, self.words, self.sizes = graph, words, sizes
        self.boxes = {}  # node of each box, by key
        self.routes = {}  # nodes that each link runs through, its label among them
        self.labels = {link: self._make_labels(link) for link in graph.links}
        self.loops = {link.source: link for link in graph.links if link.is_loop}

    def draw(self):
        self._make_boxes()
        widths = {key: node.left + node.right for key, node in self.boxes.items()}
        self.layers = find_layers(self.graph, widths, self.sizes.most_width)
        self.ranks = [[] for _rank in range(2 * max(self.layers.values()) + 2)]
        self._fill_ranks()
        arrange(self.ranks)
        place(self.ranks, self.sizes.gap)
        straighten(self.ranks, self.routes.values(), self.sizes.gap)
        self.lanes = place_lanes(self)
        self._shift_right()
        self._stack_ranks()
        return self._finish()

    # -- nodes -------------------------------------------------------------------

    def _make_boxes(self):
        sizes = self.sizes
        for key in self.graph.steps:
            name, details = self.words.steps.get(key, (key, ()))
            box = self._make_box(key, name, details, sizes.box_width)
            node = Node("box", box.width / 2, box.width / 2, box.height, box)
            if key in self.loops:
                labels = self.labels[self.loops[key]]
                node.right += 1.5 * sizes.loop + _width(labels)
                node.height = max(node.height, _height(labels))
            self.boxes[key] = node
        for link in self.graph.links:
            if link.target in self.graph.ends:
                default = name_target(self.graph.ends[link.target][1])
                name = self.words.ends.get((link.source, link.rows[0].key), default)
                box = self._make_box(link.target, name, (), sizes.end_width, is_end=True)
                self.boxes[link.target] = Node(
                    "box", box.width / 2, box.width / 2, box.height, box, ASIDE)

    def _make_box(self, key, name, details, width, is_end=False):
        """:return: a :class:`Box` of the size that its words need, not placed yet"""
        sizes, room = self.sizes, width - 2 * self.sizes.padding
        line, char = ((sizes.label_line, sizes.label_char) if is_end
                      else (sizes.name_line, sizes.name_char))
        lines = _wrap(name, room / char, 3)
        small = tuple(part for text in details for part in _wrap(text, room / sizes.detail_char, 2))
        # one line more than the details have: there the client writes counts or dates
        foot = 0 if is_end else sizes.detail_line * (len(small) + 1)
        height = 2 * sizes.padding + line * max(1, len(lines)) + foot
        return Box(key, 0, 0, width, height, lines, small, is_end)

    def _make_labels(self, link):
        """:return: one :class:`Label` for each row of a link, not placed yet"""
        sizes = self.sizes
        labels = []
        for row in link.rows:
            text = self.words.rows.get((link.source, row.key), row.key)
            lines = _wrap(text, sizes.label_width / sizes.label_char, 4) or ("",)
            width = max(map(len, lines)) * sizes.label_char + sizes.padding
            height = len(lines) * sizes.label_line + 4
            labels.append(Label(row.key, 0, 0, width, height, lines))
        return labels

    # -- ranks -------------------------------------------------------------------

    def _fill_ranks(self):
        """Boxes on even ranks; on the odd ones below them, the labels of what leaves them."""
        for key in self.graph.order:
            self.ranks[2 * self.layers[key]].append(self.boxes[key])
        leaving = defaultdict(list)
        for link in self.graph.links:
            if not link.is_loop:
                leaving[link.source].append(link)
        for key in self.graph.order:
            for link in self._nest(leaving[key]):
                self._add_route(link)

    def _nest(self, links):
        """:return: a step's links from left to right: as listed, unless ends were handed on

        Those stand further down, in the middle, between what stayed above.
        """
        ends = self.graph.ends
        depths = {link: self.layers[link.target] for link in links if link.target in ends}
        if not depths or len(set(depths.values())) == 1:
            return links
        near = [link for link in links if depths.get(link, 0) <= min(depths.values())]
        far = [link for link in links if link not in near]
        half = (len(near) + 1) // 2
        return [*near[:half], *self._nest(far), *near[half:]]

    def _add_route(self, link):
        """Lead a link from rank to rank; a back link stops at its label."""
        first = 2 * self.layers[link.source] + 1
        after = first + 1 if link.back else 2 * self.layers[link.target]
        labelled = after - 1 if link.target in self.graph.ends else first
        node = self.boxes[link.source]
        route = self.routes[link] = []
        for rank in range(first, after):
            following = Node("bend", 3, 3, 0, weight=STRAIGHT)
            if rank == labelled:
                labels = self.labels[link]
                half = _width(labels) / 2
                weight = ASIDE if link.back or link.target in self.graph.ends else 1
                following = Node("label", half, half, _height(labels), link, weight)
            node.lead_to(following)
            self.ranks[rank].append(following)
            route.append(following)
            node = following
        if not link.back:
            node.lead_to(self.boxes[link.target])

    def _shift_right(self):
        """Nothing left of the margin, lanes included."""
        nodes = [node for rank in self.ranks for node in rank]
        lanes = self.lanes.values()
        least = min([*(node.x - node.left for node in nodes), *(lane.x for lane in lanes)])
        for item in (*nodes, *lanes):
            item.x += self.sizes.margin - least
        self.width = self.sizes.margin + max(
            [*(node.x + node.right for node in nodes), *(lane.x for lane in lanes)])

    def _stack_ranks(self):
        """Rank below rank, with room above each layer for the back links that run there."""
        sizes = self.sizes
        tracks = defaultdict(list)  # lanes whose lines run above each layer
        for lane in self.lanes.values():
            for layer in lane.layers:
                tracks[layer].append(lane)
        self.tracks, self.tops, self.breaks = {}, [], []
        y = sizes.margin - (0 if tracks[0] else sizes.drop)
        for layer in range(len(self.ranks) // 2 + 1):
            for index, lane in enumerate(tracks[layer]):
                self.tracks[lane, layer] = y + sizes.track * (index + 1)
            y += sizes.track * len(tracks[layer]) + sizes.drop
            if layer < len(self.ranks) // 2:
                for rank in self.ranks[2 * layer:2 * layer + 2]:
                    self.tops.append(y)
                    y += max((node.height for node in rank), default=0)
                    y += sizes.drop if rank is self.ranks[2 * layer] else 0
                self.breaks.append(y + sizes.track / 2)
        self.height = y + sizes.margin

    # -- result ------------------------------------------------------------------

    def bottom(self, rank):
        return self.tops[rank] + max((node.height for node in self.ranks[rank]), default=0)

    def _finish(self):
        boxes = []
        for key, node in self.boxes.items():
            boxes.append(_move(node.content, node.x - node.left, self.tops[2 * self.layers[key]]))
        self.placed = {box.key: box for box in boxes}
        edges = tuple(Edge(*line) for line in draw_lines(self))
        return Picture(self.width, self.height, tuple(boxes), edges, tuple(self.breaks[:-1]))


def _move(item, x, y):
    values = {name: getattr(item, name) for name in item.__slots__}
    return type(item)(**{**values, "x": round(x, 1), "y": round(y, 1)})


def _wrap(text, chars, most):
    """:return: a text as at most so many lines, cut with an ellipsis"""
    return tuple(wrap(text or "", max(4, int(chars)), max_lines=most, placeholder="…"))


def _width(labels):
    return max(label.width for label in labels)


def _height(labels):
    return sum(label.height for label in labels)
