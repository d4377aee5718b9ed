"""What must hold before a tree may be published. Each problem names its step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from . import outcomes
from .closing import get_allowed_answers
from .conditions import (
    INTERNAL,
    JOINS,
    LEVELS,
    NATURES,
    SINCE_LAUNCH,
    SINCE_VISIT,
    Condition,
    Deadline,
    Event,
    Level,
    Outcome,
)
from .definition import Definition, End, Row, Step, Switch
from .graph import closure, find_ring, invert
from .state import TODO, VALIDATING
from .values import ACTION, MARKER, VISIT

#: A step that asks for more than that is hard to keep in view.
MANY_ACTIONS = 8
#: More than that is no procedure but a mistake, and would take for ever to look at.
MOST_STEPS, MOST_PARTS = 1000, 200
#: A hundred years in days: whatever begins today ends on a day that can be written.
LONGEST_DELAY = 36_525

#: (template code, key) of a step.
_Place = tuple[str, str]

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


def find_problems(
        definition: Definition, others: Mapping[str, Definition] | None = None) -> list[Problem]:
    """Check a tree.

    :param definition: the tree to publish
    :param others: the trees that it may launch or switch to, by code
    :return: empty when the tree may be published
    """
    if not definition.steps:
        return [Problem("no_start")]
    problems = [*_check_size(definition)] or [*_check_keys(definition)]
    if problems:
        return problems
    for step in definition.steps:
        problems += _check_step(step)
        problems += _check_contents(definition, step)
        problems += _check_rows(definition, step, others or {})
    return problems + _check_paths(definition) + _check_rings(definition, others or {})


def _check_size(definition: Definition) -> Iterator[Problem]:
    if len(definition.steps) > MOST_STEPS:
        yield Problem("too_many_steps")
        return
    for step in definition.steps:
        if max(len(step.contents), len(step.rows)) > MOST_PARTS:
            yield Problem("too_many_parts", step.key)


def _check_keys(definition: Definition) -> Iterator[Problem]:
    """A key that names two things names none: the rest cannot be looked at."""
    for key in _find_double(step.key for step in definition.steps):
        yield Problem("double_key", key)
    for step in definition.steps:
        for parts in (step.contents, step.rows):
            for key in _find_double(part.key for part in parts):
                yield Problem("double_key", step.key, key)


def _find_double(keys: Iterable[str]) -> list[str]:
    return [key for key, count in Counter(keys).items() if count > 1]


def _check_step(step: Step) -> Iterator[Problem]:
    if not step.contents and not step.outside_rows:
        yield Problem("no_action", step.key)
    elif not step.contents and all(row.guarded for row in step.outside_rows):
        yield Problem("only_guarded", step.key, severity=WARNING)
    if len(step.contents) > MANY_ACTIONS:
        yield Problem("many_actions", step.key, severity=WARNING)
    if step.join not in JOINS:
        yield Problem("unknown_join", step.key)


def _check_contents(definition: Definition, step: Step) -> Iterator[Problem]:
    for content in step.contents:
        if not content.function:
            yield Problem("no_function", step.key, content.key)
        elif definition.kinds.get(content.function) == "contact":
            yield Problem("contact_responsible", step.key, content.key)
        if content.validator and definition.kinds.get(content.validator) == "contact":
            yield Problem("contact_validator", step.key, content.key)
        if content.expires and not content.deadline:
            yield Problem("expires_without_deadline", step.key, content.key)
        if any(not 0 <= days <= LONGEST_DELAY for days in (content.delay, content.deadline)):
            yield Problem("impossible_days", step.key, content.key)


def _check_rows(
        definition: Definition, step: Step,
        others: Mapping[str, Definition]) -> Iterator[Problem]:
    if step.contents and not step.default:
        yield Problem("no_default", step.key)
    for number, row in enumerate(step.rows):
        if row.next_step is not None and not definition.step(row.next_step):
            yield Problem("unknown_target", step.key, row.next_step)
        if row.template is not None and row.template not in others:
            yield Problem("unknown_template", step.key, row.key)
        if _is_unknown(row):
            yield Problem("unknown_kind", step.key, row.key)
        if isinstance(row.condition, Outcome):
            yield from _check_outcome(step, row, row.condition)
        elif isinstance(row.condition, Deadline):
            yield from _check_deadline(definition, step, row, row.condition)
        if any(_hides(earlier, row) for earlier in step.rows[:number]):
            yield Problem("hidden_row", step.key, row.key)


def _is_unknown(row: Row) -> bool:
    """Whether a row says something that the engine knows nothing of."""
    if isinstance(row.condition, Event):
        return row.condition.since not in (SINCE_VISIT, SINCE_LAUNCH) or not row.condition.code
    if isinstance(row.condition, Level):
        return row.condition.code not in LEVELS
    return isinstance(row.condition, Deadline) and row.condition.nature not in NATURES


def _check_outcome(step: Step, row: Row, condition: Outcome) -> Iterator[Problem]:
    content = step.content(condition.content)
    if not content:
        yield Problem("unknown_content", step.key, row.key)
        return
    if not condition.outcomes and not condition.options:
        yield Problem("no_result", step.key, row.key)
    allowed = get_allowed_answers(content, TODO)
    if allowed.submits:  # its own answer is only a proposal: the validator gives the outcome
        allowed = get_allowed_answers(content, VALIDATING)
    possible = {*allowed.outcomes, outcomes.FAILED, outcomes.SETTLED}
    if content.expires:
        possible.add(outcomes.EXPIRED)
    codes = {option.code for option in content.options}
    if condition.outcomes - possible or condition.options - codes:
        yield Problem("impossible_result", step.key, row.key)


def _check_deadline(
        definition: Definition, step: Step, row: Row, condition: Deadline) -> Iterator[Problem]:
    base = condition.base
    known = {
        VISIT: True,
        ACTION: step.content(base.name) is not None,
        MARKER: base.name in definition.markers,
    }.get(base.kind)
    if not known:
        yield Problem("unknown_base", step.key, row.key)
    if not condition.delay.amount and base.kind == VISIT:
        yield Problem("no_delay", step.key, row.key)
    if condition.delay.amount > LONGEST_DELAY:
        yield Problem("too_long", step.key, row.key)
    if condition.delay.procedural and condition.nature == INTERNAL:
        yield Problem("legal_as_internal", step.key, row.key, WARNING)


def _hides(earlier: Row, later: Row) -> bool:
    """Whether the later row can never fire, as the earlier one always holds before it."""
    if earlier.guarded or (later.at_once and not earlier.at_once):
        return False
    return earlier.is_default or _covers(earlier.condition, later.condition)


def _covers(wide: Condition, narrow: Condition) -> bool:
    """Whether the first condition holds wherever the second one does."""
    match wide, narrow:
        case Outcome(), Outcome():
            return (
                wide.content == narrow.content
                and narrow.outcomes <= wide.outcomes and narrow.options <= wide.options)
        case Event(), Event():
            return (
                wide.code == narrow.code and wide.since in (SINCE_LAUNCH, narrow.since)
                and wide.minimum <= narrow.minimum and wide.about in (None, narrow.about)
                and wide.ending in (None, narrow.ending))
        case Level(below=float() | int()), Level(below=float() | int()):
            return wide.code == narrow.code and (narrow.below or 0) <= (wide.below or 0)
    return wide == narrow


def _check_paths(definition: Definition) -> list[Problem]:
    """Steps that cannot be reached, and steps from which no end can be."""
    edges = {
        step.key: {row.next_step for row in step.rows if row.next_step is not None}
        for step in definition.steps
    }
    ends = {
        step.key for step in definition.steps
        if any(isinstance(row.target, (End, Switch)) for row in step.rows)
    }
    if not ends or not definition.start:
        return [Problem("no_end")]
    reached = closure({definition.start.key}, edges)
    ending = closure(ends, invert(edges))
    return [
        *(Problem("unreachable", step.key) for step in definition.steps if step.key not in reached),
        *(Problem("dead_end", step.key) for step in definition.steps if step.key not in ending),
    ]


def _check_rings(
        definition: Definition, others: Mapping[str, Definition]) -> list[Problem]:
    """A ring of steps that neither a person nor a day's delay ever holds up."""
    edges: dict[_Place, set[_Place]] = {}
    for tree in (definition, *(other for code, other in others.items()
                               if code != definition.code)):
        for step in tree.steps:
            edges[tree.code, step.key] = set(_get_instant_targets(tree, step, others))
    ring = find_ring(edges)
    here = [key for code, key in ring if code == definition.code]
    return [Problem("ring", here[0])] if here else []


def _get_instant_targets(
        tree: Definition, step: Step, others: Mapping[str, Definition]) -> Iterator[_Place]:
    """The steps, as (template code, key), that may be entered at once from this one."""
    for row in step.rows:
        if not row.at_once or not row.condition.is_instant:
            continue
        if row.next_step is not None:
            yield tree.code, row.next_step
        template = others.get(row.template) if row.template else None
        if template and template.start:
            yield template.code, template.start.key
