"""What is to be drawn of a tree: its boxes, its links and the layer of each box.

A link stands for all the rows that lead from one step to the same place. Links that would
close a ring are *back* links: they are left out of the layers and drawn apart.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ..sequence.definition import End, Goto


@dataclass(eq=False)
class Link:
    """The rows of a step that lead to the same place. ``back``: it goes up again."""

    source: str
    target: str
    rows: list = field(default_factory=list)
    back: bool = False

    @property
    def is_loop(self):
        return self.source == self.target


@dataclass(eq=False)
class Graph:
    """The boxes and links of one tree, by key, in the order of its steps and rows.

    :param ends: the target that each terminal box stands for, by its key
    """

    start: str
    steps: dict
    ends: dict = field(default_factory=dict)
    links: list = field(default_factory=list)
    order: list = field(default_factory=list)

    @property
    def forward(self):
        return [link for link in self.links if not link.back and not link.is_loop]


def read_graph(definition):
    """:return: the :class:`Graph` of a definition that has a step"""
    graph = Graph(definition.start.key, {step.key: step for step in definition.steps})
    for step in definition.steps:
        found = {}
        for row in step.rows:
            target = _find_box(graph, step, row.target)
            if target not in found:
                found[target] = Link(step.key, target)
                graph.links.append(found[target])
            found[target].rows.append(row)
    _find_back_links(graph)
    return graph


def _find_box(graph, step, target):
    """:return: key of the box that a row leads to; ends are drawn beside each step they end"""
    if isinstance(target, Goto) and target.step in graph.steps:
        return target.step
    for key, (source, known) in graph.ends.items():
        if source == step.key and known == target:
            return key
    key = f"{step.key}>{len(graph.ends)}"
    graph.ends[key] = (step.key, target)
    return key


def name_target(target):
    """What a terminal box says by default, of an end as of any other way out."""
    if isinstance(target, End):
        return target.label
    if isinstance(target, Goto):
        return "?"  # a draft: the step is not there (any more)
    words = [getattr(target, name, None) for name in ("label", "template", "code", "step")]
    return " ".join([type(target).__name__, *(str(word) for word in words if word)])


def _find_back_links(graph):
    """Mark what closes a ring, going through the tree as its steps are listed.

    The list tells which of two steps people think of first, better than the table's rows do:
    those are listed by priority, urgent ones above.
    """
    places = {key: place for place, key in enumerate((*graph.steps, *graph.ends))}
    links = defaultdict(list)
    for link in sorted(graph.links, key=lambda link: places[link.target]):
        link.back = link.target == graph.start and not link.is_loop
        if not link.back and not link.is_loop:
            links[link.source].append(link)
    done, under_way, left = set(), set(), []
    for root in graph.steps:
        if root not in done:
            _walk(root, links, under_way, done, left)
    graph.order = left[::-1]


def _walk(root, links, under_way, done, left):
    """Depth first; ``left`` gets each box once all that follows it is there."""
    stack = [(root, iter(links[root]))]
    under_way.add(root)
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


def find_layers(graph, widths, most):
    """The layer of each box: below all that leads to it, the start alone on top.

    A layer wider than ``most`` hands its last boxes on to the next one, ends first.

    :param widths: room that each box takes, by key
    """
    least = {key: int(key != graph.start) for key in graph.order}
    while True:
        layers = _longest_paths(graph, least)
        surplus = _find_surplus(graph, layers, widths, most)
        if surplus is None:
            return layers
        least[surplus] = layers[surplus] + 1


def _longest_paths(graph, least):
    layers, following = dict(least), defaultdict(list)
    for link in graph.forward:
        following[link.source].append(link.target)
    for key in graph.order:
        for target in following[key]:
            layers[target] = max(layers[target], layers[key] + 1)
    return layers


def _find_surplus(graph, layers, widths, most):
    """:return: key of a box that its layer has no room for, or None"""
    rows = defaultdict(list)
    for key in (*graph.steps, *graph.ends):
        rows[layers[key]].append(key)
    for layer in sorted(rows):
        keys = rows[layer]
        if len(keys) > 1 and sum(widths[key] for key in keys) > most:
            return keys[-1]  # ends stand after steps
    return None
