"""Where each step and row of a tree is drawn. Pure: the web client only draws the lines.

The way of Sugiyama: layers from the start downwards (:mod:`.layout_graph`), order within a
layer and distances (:mod:`.layout_order`), then heights and lines. Each row's label has a
place of their own between the layers, so that no label hides a line or another label.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from textwrap import wrap

from ..sequence.definition import Definition
from .layout_graph import Graph, Link, find_layers, name_target, read_graph
from .layout_lines import Lane, draw_lines, place_lanes
from .layout_order import Node, arrange, place, straighten
from .shapes import Box, Captions, Label, Picture, Sizes

#: Weights in a rank: a long link runs straight; ends and ways back leave the middle free.
STRAIGHT = 4
ASIDE = .1


def lay_out(
        definition: Definition, captions: Captions | None = None,
        sizes: Sizes | None = None) -> Picture:
    """Lay a tree out. The same tree with the same captions gives the same picture.

    :param definition: the tree; a draft may be incomplete
    :param captions: what to write; keys if not given
    :param sizes: how large to draw
    """
    if not definition.steps:
        return Picture()
    return Drawing(read_graph(definition), captions or Captions(), sizes or Sizes()).draw()


class Drawing:
    """One picture being made: filled step by step by :meth:`draw`.

    :ivar boxes: node of each box, by key
    :ivar routes: nodes that each link runs through, its label among them
    :ivar labels: of each link, not placed yet
    :ivar loops: the link from a step to itself, by step key
    :ivar layers: number of the layer of each box, by key
    :ivar ranks: nodes from left to right: boxes on even ranks, labels on odd ones
    :ivar lanes: where links run up again
    :ivar tracks: height of each lane's line above a layer
    :ivar tops: upper edge of each rank
    :ivar heights: of each rank
    :ivar breaks: heights at which the picture may be cut
    :ivar placed: boxes of the finished picture, by key
    """

    def __init__(self, graph: Graph, captions: Captions, sizes: Sizes) -> None:
        self.graph, self.captions, self.sizes = graph, captions, sizes
        self.boxes: dict[str, Node] = {}
        self.routes: dict[Link, list[Node]] = {}
        self.labels = {link: self._make_labels(link) for link in graph.links}
        self.loops = {link.source: link for link in graph.links if link.is_loop}
        self.layers: dict[str, int] = {}
        self.ranks: list[list[Node]] = []
        self.lanes: list[Lane] = []
        self.tracks: dict[tuple[Lane, int], float] = {}
        self.tops: list[float] = []
        self.heights: list[float] = []
        self.breaks: list[float] = []
        self.placed: dict[str, Box] = {}
        self.width = self.height = 0.0

    def draw(self) -> Picture:
        """Do all the steps that the module describes, in their order."""
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

    def _make_boxes(self) -> None:
        sizes = self.sizes
        for key in self.graph.steps:
            name, details = self.captions.steps.get(key, (key, ()))
            box = self._make_box(key, name, details, sizes.box_width)
            node = Node("box", box.width / 2, box.width / 2, box.height, box)
            if key in self.loops:
                labels = self.labels[self.loops[key]]
                node.right += 1.5 * sizes.loop + _width(labels)
                node.height = max(node.height, _height(labels))
            self.boxes[key] = node
        for link in self.graph.links:
            if link.target in self.graph.ends:
                default = name_target(self.graph.ends[link.target].target)
                name = self.captions.ends.get((link.source, link.rows[0].key), default)
                box = self._make_box(link.target, name, (), sizes.end_width, is_end=True)
                self.boxes[link.target] = Node(
                    "box", box.width / 2, box.width / 2, box.height, box, ASIDE)

    def _make_box(
            self, key: str, name: str, details: Sequence[str], width: float,
            is_end: bool = False) -> Box:
        """:return: a box of the size that its text needs, not placed yet"""
        sizes, room = self.sizes, width - 2 * self.sizes.padding
        line, char = ((sizes.label_line, sizes.label_char) if is_end
                      else (sizes.name_line, sizes.name_char))
        lines = _wrap(name, room / char, 3)
        small = tuple(part for text in details for part in _wrap(text, room / sizes.detail_char, 2))
        # one line more than the details have: there the client writes counts or dates
        foot = 0 if is_end else sizes.detail_line * (len(small) + 1)
        height = 2 * sizes.padding + line * max(1, len(lines)) + foot
        return Box(key, 0, 0, width, height, lines, small, is_end)

    def _make_labels(self, link: Link) -> list[Label]:
        """:return: one label for each row of a link, not placed yet"""
        sizes = self.sizes
        labels = []
        for row in link.rows:
            text = self.captions.rows.get((link.source, row.key), row.key)
            lines = _wrap(text, sizes.label_width / sizes.label_char, 4) or ("",)
            width = max(map(len, lines)) * sizes.label_char + sizes.padding
            height = len(lines) * sizes.label_line + 4
            labels.append(Label(row.key, 0, 0, width, height, lines))
        return labels

    # -- ranks -------------------------------------------------------------------

    def _fill_ranks(self) -> None:
        """Boxes on even ranks; on the odd ones below them, the labels of what leaves them."""
        for key in self.graph.order:
            self.ranks[2 * self.layers[key]].append(self.boxes[key])
        leaving: dict[str, list[Link]] = defaultdict(list)
        for link in self.graph.links:
            if not link.is_loop:
                leaving[link.source].append(link)
        for key in self.graph.order:
            for link in self._nest(leaving[key]):
                self._add_route(link)

    def _nest(self, links: list[Link]) -> list[Link]:
        """Order a step's links from left to right: as listed, unless full layers moved ends down.

        Those stand in the middle, between what stayed above.
        """
        ends = self.graph.ends
        depths = {link: self.layers[link.target] for link in links if link.target in ends}
        if not depths or len(set(depths.values())) == 1:
            return links
        near = [link for link in links if depths.get(link, 0) <= min(depths.values())]
        far = [link for link in links if link not in near]
        half = (len(near) + 1) // 2
        return [*near[:half], *self._nest(far), *near[half:]]

    def _add_route(self, link: Link) -> None:
        """Lead a link from rank to rank; a back link stops at its label."""
        first = 2 * self.layers[link.source] + 1
        after = first + 1 if link.back else 2 * self.layers[link.target]
        labelled = after - 1 if link.target in self.graph.ends else first
        node = self.boxes[link.source]
        route: list[Node] = []
        self.routes[link] = route
        for rank in range(first, after):
            following = Node("bend", 3, 3, 0, weight=STRAIGHT)
            if rank == labelled:
                labels = self.labels[link]
                half = _width(labels) / 2
                weight = ASIDE if link.back or link.target in self.graph.ends else 1
                following = Node("label", half, half, _height(labels), weight=weight)
            node.lead_to(following)
            self.ranks[rank].append(following)
            route.append(following)
            node = following
        if not link.back:
            node.lead_to(self.boxes[link.target])

    def _shift_right(self) -> None:
        """Nothing left of the margin, lanes included."""
        nodes = [node for rank in self.ranks for node in rank]
        least = min([*(node.x - node.left for node in nodes), *(lane.x for lane in self.lanes)])
        for node in nodes:
            node.x += self.sizes.margin - least
        for lane in self.lanes:
            lane.x += self.sizes.margin - least
        self.width = self.sizes.margin + max(
            [*(node.x + node.right for node in nodes), *(lane.x for lane in self.lanes)])

    def _stack_ranks(self) -> None:
        """Rank below rank, with room above each layer for the back links that run there."""
        sizes = self.sizes
        tracks: dict[int, list[Lane]] = defaultdict(list)  # lanes that run above each layer
        for lane in self.lanes:
            for layer in lane.layers:
                tracks[layer].append(lane)
        self.heights = [max((node.height for node in rank), default=0) for rank in self.ranks]
        y = sizes.margin - (0 if tracks[0] else sizes.drop)
        for layer in range(len(self.ranks) // 2 + 1):
            for index, lane in enumerate(tracks[layer]):
                self.tracks[lane, layer] = y + sizes.track * (index + 1)
            y += sizes.track * len(tracks[layer]) + sizes.drop
            if layer < len(self.ranks) // 2:
                for rank in (2 * layer, 2 * layer + 1):
                    self.tops.append(y)
                    y += self.heights[rank] + (sizes.drop if rank == 2 * layer else 0)
                self.breaks.append(y + sizes.track / 2)
        self.height = y + sizes.margin

    # -- result ------------------------------------------------------------------

    def bottom(self, rank: int) -> float:
        """:return: lower edge of a rank"""
        return self.tops[rank] + self.heights[rank]

    def _finish(self) -> Picture:
        self.placed = {
            key: replace(
                node.box, x=round(node.x - node.left, 1),
                y=round(self.tops[2 * self.layers[key]], 1))
            for key, node in self.boxes.items() if node.box}
        edges = tuple(draw_lines(self))
        return Picture(
            self.width, self.height, tuple(self.placed.values()), edges, tuple(self.breaks[:-1]))


def _wrap(text: str, chars: float, most: int) -> tuple[str, ...]:
    """:return: a text as at most so many lines, cut with an ellipsis"""
    return tuple(wrap(text or "", max(4, int(chars)), max_lines=most, placeholder="…"))


def _width(labels: Sequence[Label]) -> float:
    return max(label.width for label in labels)


def _height(labels: Sequence[Label]) -> float:
    return sum(label.height for label in labels)
