"""What must hold before a tree may be published. Each problem names its step."""

from __future__ import annotations

from dataclasses import dataclass

from . import outcomes
from .conditions import INTERNAL, Deadline, Joined, Outcome
from .definition import End, Switch
from .graph import closure, find_ring, invert
from .state import TODO, VALIDATING
from .ways import ways_to_close

#: A step that asks for more than that is hard to keep in view.
MANY_ACTIONS = 8

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason not to publish, or to think twice.

    :param code: what is wrong (key of the model layer's messages)
    :param step: key of the step concerned, None for the tree as a whole
    :param subject: key of the content or row concerned, or the step or template pointed to
    :param severity: ``error`` blocks, ``warning`` asks
    """

    code: str
    step: str | None = None
    subject: str | None = None
    severity: str = ERROR


def find_problems(definition, others=None):
    """Check a tree.

    :param Definition definition: the tree to publish
    :param dict others: the trees that it may start or switch to, by code
    :return: list of :class:`Problem`, empty when the tree may be published
    """
    if not definition.steps:
        return [Problem("no_start")]
    problems = []
    for step in definition.steps:
        problems += _check_contents(definition, step)
        problems += _check_rows(definition, step, others or {})
    return problems + _check_paths(definition) + _check_rings(definition, others or {})


def _check_contents(definition, step):
    if not step.contents and not step.waits_outside:
        yield Problem("no_action", step.key)
    if len(step.contents) > MANY_ACTIONS:
        yield Problem("many_actions", step.key, severity=WARNING)
    for content in step.contents:
        if not content.function:
            yield Problem("no_function", step.key, content.key)
        elif definition.kinds.get(content.function) == "contact":
            yield Problem("contact_responsible", step.key, content.key)
        if content.validator and definition.kinds.get(content.validator) == "contact":
            yield Problem("contact_validator", step.key, content.key)
        if content.expires and not content.deadline:
            yield Problem("expires_without_deadline", step.key, content.key)


def _check_rows(definition, step, others):
    if step.contents and not step.default:
        yield Problem("no_default", step.key)
    for number, row in enumerate(step.rows):
        if row.next_step is not None and not definition.step(row.next_step):
            yield Problem("unknown_target", step.key, row.next_step)
        template = getattr(row.target, "template", None)
        if template is not None and template not in others:
            yield Problem("unknown_template", step.key, row.key)
        if isinstance(row.condition, Outcome):
            yield from _check_outcome(step, row)
        elif isinstance(row.condition, Deadline):
            yield from _check_deadline(definition, step, row)
        if any(_hides(earlier, row) for earlier in step.rows[:number]):
            yield Problem("hidden_row", step.key, row.key)


def _check_outcome(step, row):
    content = step.content(row.condition.content)
    if not content:
        yield Problem("unknown_content", step.key, row.key)
        return
    if not row.condition.outcomes and not row.condition.options:
        yield Problem("no_result", step.key, row.key)
    ways = ways_to_close(content, TODO)
    if ways.submits:  # its own answer is only a proposal: the validator gives the outcome
        ways = ways_to_close(content, VALIDATING)
    possible = {*ways.outcomes, outcomes.FAILED}
    if content.expires:
        possible.add(outcomes.EXPIRED)
    codes = {option.code for option in content.options}
    if row.condition.outcomes - possible or row.condition.options - codes:
        yield Problem("impossible_result", step.key, row.key)


def _check_deadline(definition, step, row):
    kind, _colon, name = row.condition.base.partition(":")
    known = {
        "visit": True,
        "action": step.content(name) is not None,
        "marker": name in definition.markers,
    }.get(kind)
    if not known:
        yield Problem("unknown_base", step.key, row.key)
    if not row.condition.delay.amount and kind == "visit":
        yield Problem("no_delay", step.key, row.key)
    if row.condition.delay.procedural and row.condition.nature == INTERNAL:
        yield Problem("legal_as_internal", step.key, row.key, WARNING)


def _hides(earlier, later):
    """Whether the later row can never fire, as the earlier one always holds before it."""
    if earlier.guarded or (later.at_once and not earlier.at_once):
        return False
    if earlier.is_default or earlier.condition == later.condition:
        return True
    if isinstance(earlier.condition, Joined) or not isinstance(later.condition, Outcome):
        return False
    return (
        isinstance(earlier.condition, Outcome)
        and earlier.condition.content == later.condition.content
        and later.condition.outcomes <= earlier.condition.outcomes
        and later.condition.options <= earlier.condition.options)


def _check_paths(definition):
    """Steps that cannot be reached, and steps from which no end can be."""
    edges = {
        step.key: {row.next_step for row in step.rows if row.next_step is not None}
        for step in definition.steps
    }
    ends = {
        step.key for step in definition.steps
        if any(isinstance(row.target, (End, Switch)) for row in step.rows)
    }
    if not ends:
        return [Problem("no_end")]
    reached = closure({definition.start.key}, edges)
    ending = closure(ends, invert(edges))
    return [
        *(Problem("unreachable", step.key) for step in definition.steps if step.key not in reached),
        *(Problem("dead_end", step.key) for step in definition.steps if step.key not in ending),
    ]


def _check_rings(definition, others):
    """A ring of steps that neither a person nor a day's delay ever holds up."""
    edges = {}
    for tree in (definition, *(other for code, other in others.items()
                               if code != definition.code)):
        for step in tree.steps:
            edges[tree.code, step.key] = set(_get_instant_targets(tree, step, others))
    ring = find_ring(edges)
    here = [key for code, key in ring if code == definition.code]
    return [Problem("ring", here[0])] if here else []


def _get_instant_targets(tree, step, others):
    """The steps, as (template code, key), that may be entered at once from this one."""
    for row in step.rows:
        if not row.at_once or not row.condition.is_instant:
            continue
        if row.next_step is not None:
            yield tree.code, row.next_step
        template = others.get(getattr(row.target, "template", None))
        if template and template.start:
            yield template.code, template.start.key
