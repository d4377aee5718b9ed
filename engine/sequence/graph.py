"""Small questions to a graph given as a dict of sets."""


def closure(found, edges):
    """:return: the keys that can be reached from ``found`` along ``edges``"""
    found, waiting = set(found), list(found)
    while waiting:
        for key in edges.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found


def invert(edges):
    """:return: the graph with every edge turned round"""
    inverted = {key: set() for key in edges}
    for key, targets in edges.items():
        for target in targets:
            inverted.setdefault(target, set()).add(key)
    return inverted


def find_ring(edges):
    """:return: list of the keys that lie on some ring, in the graph's order"""
    return [
        key for key, targets in edges.items()
        if key in closure({target for target in targets if target in edges}, edges)
    ]
