"""What is to be drawn of a tree: its boxes, its links and the layer of each box.

A link stands for all the rows that lead from one step to the same place. Links that would
close a ring are *back* links: they are left out of the layers and drawn apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..sequence.definition import Definition, End, Goto, LaunchChild, Row, Step, Target


@dataclass(eq=False)
class Link:
    """The rows of a step that lead to the same place. ``back``: it goes up again."""

    source: str
    target: str
    rows: list[Row] = field(default_factory=list)
    back: bool = False

    @property
    def is_loop(self) -> bool:
        return self.source == self.target


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a terminal box stands for: a target, beside the step that it ends."""

    step: str
    target: Target


@dataclass(eq=False)
class Graph:
    """The boxes and links of one tree, by key, in the order of its steps and rows.

    :param start: key of the first step
    :param order: keys of all boxes, each before what follows it, back links apart
    """

    start: str
    steps: dict[str, Step]
    ends: dict[str, Terminal] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    @property
    def forward(self) -> list[Link]:
        """The links that lead downwards."""
        return [link for link in self.links if not link.back and not link.is_loop]


def read_graph(definition: Definition) -> Graph:
    """:return: what is to be drawn of a definition that has a step"""
    graph = Graph(definition.steps[0].key, {step.key: step for step in definition.steps})
    for step in definition.steps:
        found: dict[str, Link] = {}
        for row in step.rows:
            target = _find_box(graph, step, row.target)
            if target not in found:
                found[target] = Link(step.key, target)
                graph.links.append(found[target])
            found[target].rows.append(row)
    _find_back_links(graph)
    return graph


def _find_box(graph: Graph, step: Step, target: Target) -> str:
    """:return: key of the box that a row leads to; ends are drawn beside each step they end"""
    if isinstance(target, Goto) and target.step in graph.steps:
        return target.step
    terminal = Terminal(step.key, target)
    for key, known in graph.ends.items():
        if known == terminal:
            return key
    key = f"{step.key}>{len(graph.ends)}"
    graph.ends[key] = terminal
    return key


def name_target(target: Target) -> str:
    """:return: the default caption of a terminal box, for an end as for any other way out"""
    if isinstance(target, End):
        return target.label
    if isinstance(target, Goto):
        return "?"  # a draft: the step is not there (any more)
    step = target.step if isinstance(target, LaunchChild) else ""
    return " ".join(part for part in (type(target).__name__, target.template, step) if part)


def _find_back_links(graph: Graph) -> None:
    """Mark what closes a ring, going through the tree as its steps are listed.

    The list tells which of two steps people think of first, better than the table's rows do:
    those are listed by priority, urgent ones above.
    """
    places = {key: place for place, key in enumerate((*graph.steps, *graph.ends))}
    links: dict[str, list[Link]] = defaultdict(list)
    for link in sorted(graph.links, key=lambda link: places[link.target]):
        link.back = link.target == graph.start and not link.is_loop
        if not link.back and not link.is_loop:
            links[link.source].append(link)
    done: set[str] = set()
    left: list[str] = []
    for root in graph.steps:
        if root not in done:
            _walk(root, links, done, left)
    graph.order = left[::-1]


def _walk(
        root: str, links: Mapping[str, list[Link]], done: set[str], left: list[str]) -> None:
    """Depth first; ``left`` gets each box once all that follows it is there."""
    stack: list[tuple[str, Iterator[Link]]] = [(root, iter(links[root]))]
    under_way = {root}
    while stack:
        key, waiting = stack[-1]
        for link in waiting:
            link.back = link.target in under_way
            if not link.back and link.target not in done:
                under_way.add(link.target)
                stack.append((link.target, iter(links[link.target])))
                break
        else:
            stack.pop()
            under_way.discard(key)
            done.add(key)
            left.append(key)


def find_layers(graph: Graph, widths: Mapping[str, float], most: float) -> dict[str, int]:
    """The layer of each box: below all that leads to it, the start alone on top.

    A layer wider than ``most`` hands its last boxes on to the next one, ends first.

    :param widths: room that each box takes, by key
    :return: number of its layer by key of the box, 0 for the start
    """
    least = {key: int(key != graph.start) for key in graph.order}
    while True:
        layers = _longest_paths(graph, least)
        surplus = _find_surplus(graph, layers, widths, most)
        if surplus is None:
            return layers
        least[surplus] = layers[surplus] + 1


def _longest_paths(graph: Graph, least: Mapping[str, int]) -> dict[str, int]:
    layers = dict(least)
    following: dict[str, list[str]] = defaultdict(list)
    for link in graph.forward:
        following[link.source].append(link.target)
    for key in graph.order:
        for target in following[key]:
            layers[target] = max(layers[target], layers[key] + 1)
    return layers


def _find_surplus(
        graph: Graph, layers: Mapping[str, int], widths: Mapping[str, float],
        most: float) -> str | None:
    """:return: key of a box that its layer has no room for, or None"""
    rows: dict[int, list[str]] = defaultdict(list)
    for key in (*graph.steps, *graph.ends):
        rows[layers[key]].append(key)
    for layer in sorted(rows):
        keys = rows[layer]
        if len(keys) > 1 and sum(widths[key] for key in keys) > most:
            return keys[-1]  # ends stand after steps
    return None
