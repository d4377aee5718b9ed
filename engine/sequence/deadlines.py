"""The deadlines of the visit under way: which begin, freeze, go on, pass or are lost.

Each function reads a :class:`~.conditions.Situation` and answers with entries or deadlines; none
changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..dates import Calendar, due_date, remaining, resume
from .conditions import INTERNAL, LEGAL, Deadline, Situation
from .definition import Step
from .entries import DeadlineFrozen, DeadlineResumed, DeadlineSet
from .state import PAUSED, RunningDeadline, State
from .values import ACTION, MARKER, VISIT
from .world import World

_NO_HOLIDAYS = Calendar(country=None)


def find_base(condition: Deadline, state: State, world: World) -> date | None:
    """:return: the day a deadline counts from, None while it is not known"""
    kind, name = condition.base.kind, condition.base.name
    if kind == VISIT:
        return _read_day(state.visit.entered_on if state.visit else None)
    if kind == ACTION:
        return _read_day(next((
            action.closed_on for action in state.visit_actions
            if action.content == name and action.has_result), None))
    return world.markers.get(name)


def _read_day(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


def find_missing_markers(step: Step, world: World) -> tuple[str, ...]:
    """:return: names of the dates that the step's deadlines wait for, each once"""
    names = [condition.base.name for _row, condition in step.deadlines
             if condition.base.kind == MARKER]
    return tuple(dict.fromkeys(name for name in names if not world.markers.get(name)))


def start(situation: Situation) -> Iterator[DeadlineSet]:
    """Begin the deadlines whose base is known and that do not run yet, or whose base has changed.

    During a pause, legal ones only: the others begin when it ends. A row whose guard does not
    hold has none: it would be shown, and give an alarm, for a deadline that is not this case's.
    """
    step, state, world = situation.step, situation.state, situation.world
    visit = state.visit
    for row, condition in step.deadlines:
        if state.status == PAUSED and condition.nature != LEGAL:
            continue
        if row.guarded and (step.key, row.key) not in world.guards:
            continue
        base, running = find_base(condition, state, world), state.deadline(row.key)
        if not visit or base is None or (running and running.base == base.isoformat()):
            continue
        due = due_date(base, condition.delay, _get_calendar(world), condition.truce)
        yield DeadlineSet(
            visit.number, row.key, base.isoformat(), due.isoformat(), condition.nature)


def freeze(situation: Situation) -> Iterator[DeadlineFrozen]:
    """Hold the internal deadlines, with the units that are left of them."""
    conditions = _get_conditions(situation.step)
    for running in situation.state.visit_deadlines:
        if running.nature == INTERNAL and not running.frozen:
            left = remaining(
                situation.today, date.fromisoformat(running.due), conditions[running.row].delay,
                _get_calendar(situation.world))
            yield DeadlineFrozen(running.visit, running.row, max(left, 0))


def unfreeze(situation: Situation) -> Iterator[DeadlineResumed]:
    """Let the held deadlines go on from today."""
    conditions = _get_conditions(situation.step)
    for running in situation.state.visit_deadlines:
        if running.remaining is not None:
            condition = conditions[running.row]
            due = resume(situation.today, running.remaining, condition.delay,
                         _get_calendar(situation.world), condition.truce)
            yield DeadlineResumed(running.visit, running.row, due.isoformat())


def find_lost(situation: Situation, anew: bool) -> tuple[str, ...]:
    """The deadlines of the visit under way that a version of the tree does not take over.

    :param situation: at the step of the new version
    :param anew: also those that are to be counted anew; frozen ones keep what is left
    :return: keys of their rows
    """
    conditions = _get_conditions(situation.step)
    return tuple(
        running.row for running in situation.state.visit_deadlines
        if running.row not in conditions or (anew and not running.frozen))


def find_missed(state: State, today: date) -> tuple[RunningDeadline, ...]:
    """:return: the legal deadlines that ran out during a pause, without an alert yet"""
    return tuple(
        running for running in state.visit_deadlines
        if running.nature == LEGAL and not running.alerted and running.is_over(today))


def _get_conditions(step: Step) -> dict[str, Deadline]:
    return {row.key: condition for row, condition in step.deadlines}


def _get_calendar(world: World) -> Calendar:
    return world.calendar or _NO_HOLIDAYS
