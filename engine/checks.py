"""What must hold before a tree may be published. Each problem names its step."""

from __future__ import annotations

from dataclasses import dataclass

from . import outcomes
from .definition import End, Goto, Outcome
from .state import TODO, VALIDATING
from .ways import ways_to_close


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason not to publish.

    :param code: what is wrong (key of the model layer's messages)
    :param step: key of the step concerned, None for the tree as a whole
    :param subject: key of the content or row concerned, or the step pointed to
    """

    code: str
    step: str | None = None
    subject: str | None = None


def find_problems(definition):
    """:return: list of :class:`Problem`, empty when the tree may be published"""
    if not definition.steps:
        return [Problem("no_start")]
    problems = []
    for step in definition.steps:
        problems += _check_contents(definition, step)
        problems += _check_rows(definition, step)
    return problems + _check_paths(definition)


def _check_contents(definition, step):
    if not step.contents:
        yield Problem("no_action", step.key)
    for content in step.contents:
        if not content.function:
            yield Problem("no_function", step.key, content.key)
        elif definition.kinds.get(content.function) == "contact":
            yield Problem("contact_responsible", step.key, content.key)
        if content.validator and definition.kinds.get(content.validator) == "contact":
            yield Problem("contact_validator", step.key, content.key)


def _check_rows(definition, step):
    if not step.default:
        yield Problem("no_default", step.key)
    for row in step.rows:
        if isinstance(row.target, Goto) and not definition.step(row.target.step):
            yield Problem("unknown_target", step.key, row.target.step)
        if isinstance(row.condition, Outcome):
            yield from _check_outcome(step, row)


def _check_outcome(step, row):
    content = step.content(row.condition.content)
    if not content:
        yield Problem("unknown_content", step.key, row.key)
        return
    if not row.condition.outcomes and not row.condition.options:
        yield Problem("no_result", step.key, row.key)
    ways = [ways_to_close(content, TODO)]
    if ways[0].submits:  # its own answer is only a proposal: the validator gives the outcome
        ways = [ways_to_close(content, VALIDATING)]
    possible = {outcome for way in ways for outcome in way.outcomes} | {outcomes.FAILED}
    codes = {option.code for option in content.options}
    if row.condition.outcomes - possible or row.condition.options - codes:
        yield Problem("impossible_result", step.key, row.key)


def _check_paths(definition):
    """Steps that cannot be reached, and steps from which no end can be."""
    edges = {
        step.key: {row.target.step for row in step.rows if isinstance(row.target, Goto)}
        for step in definition.steps
    }
    ends = {
        step.key for step in definition.steps
        if any(isinstance(row.target, End) for row in step.rows)
    }
    if not ends:
        return [Problem("no_end")]
    reached = _closure({definition.start.key}, edges)
    back = {key: {source for source, targets in edges.items() if key in targets} for key in edges}
    ending = _closure(ends, back)
    return [
        *(Problem("unreachable", step.key) for step in definition.steps if step.key not in reached),
        *(Problem("dead_end", step.key) for step in definition.steps if step.key not in ending),
    ]


def _closure(found, edges):
    """:return: the keys that can be reached from ``found`` along ``edges``"""
    found, waiting = set(found), list(found)
    while waiting:
        for key in edges.get(waiting.pop(), ()):
            if key not in found:
                found.add(key)
                waiting.append(key)
    return found
