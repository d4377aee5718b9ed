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
    return [
        key for key, targets in edges.items()
        if key in closure({target for target in targets if target in edges}, edges)
    ]
