"""Small questions to a graph given as sets of keys by key."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

_Key = TypeVar("_Key", bound=Hashable)


def closure(start: Iterable[_Key], edges: Mapping[_Key, Collection[_Key]]) -> set[_Key]:
    """:return: the keys that can be reached from ``start`` along ``edges``, itself included"""
    found = set(start)
    waiting = list(found)
    while waiting:
        for key in edges.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found


def invert(edges: Mapping[_Key, Collection[_Key]]) -> dict[_Key, set[_Key]]:
    """:return: the graph with every edge turned round"""
    inverted: dict[_Key, set[_Key]] = {key: set() for key in edges}
    for key, targets in edges.items():
        for target in targets:
            inverted.setdefault(target, set()).add(key)
    return inverted


def find_ring(edges: Mapping[_Key, Collection[_Key]]) -> list[_Key]:
    """:return: the keys that lie on some ring, in the graph's order"""
    inverted = invert(edges)
    on_ring: set[_Key] = set()
    seen: set[_Key] = set()
    for start in reversed(_order_by_end(edges)):
        if start in seen:
            continue
        # what leads to it, and was not taken yet, is what it leads back to
        group = {start}
        waiting = [start]
        while waiting:
            for key in inverted[waiting.pop()]:
                if key not in seen and key not in group:
                    group.add(key)
                    waiting.append(key)
        seen |= group
        if len(group) > 1 or start in edges.get(start, ()):
            on_ring |= group
    return [key for key in edges if key in on_ring]


def _order_by_end(edges: Mapping[_Key, Collection[_Key]]) -> list[_Key]:
    """:return: the keys, each after all that can be reached from it where that is no ring"""
    order: list[_Key] = []
    seen: set[_Key] = set()
    for start in edges:
        waiting = [] if start in seen else [(start, iter(edges[start]))]
        seen.add(start)
        while waiting:
            key, targets = waiting[-1]
            target = next((target for target in targets if target not in seen), None)
            if target is None:
                order.append(key)
                waiting.pop()
            else:
                seen.add(target)
                waiting.append((target, iter(edges.get(target, ()))))
    return order
