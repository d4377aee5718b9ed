"""The deadlines of the visit under way: which begin, freeze, go on, pass or are lost.

Each function reads a :class:`~.conditions.Situation` and answers with entries or deadlines; none
changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ..dates import Calendar, Delay, due_date, remaining, resume
from .conditions import INTERNAL, LEGAL, Deadline, Situation
from .definition import Row, Step
from .entries import DeadlineDropped, DeadlineFrozen, DeadlineResumed, DeadlineSet
from .state import PAUSED, GivenBack, RunningDeadline, State
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


def start(
        situation: Situation,
        former: tuple[RunningDeadline, ...] = ()) -> Iterator[DeadlineSet | DeadlineDropped]:
    """Begin the deadlines whose base is known and that do not run yet, or whose base has changed;
    drop those whose base is known no more.

    During a pause, only legal ones begin or change: the others do when it ends, see
    :func:`resume_all`. A row whose guard does not hold has none: it would be shown, and give an
    alarm, for a deadline that is not this case's.

    :param former: those that a migration has just taken away, to be counted anew
    """
    for row, condition in situation.step.deadlines:
        base, running = _find_base(situation, row, condition), situation.state.deadline(row.key)
        if running and base is None:
            yield DeadlineDropped(running.visit, row.key, running.given_back, running.unit)
        elif situation.state.status == PAUSED and condition.nature != LEGAL:
            continue
        elif base is not None and not (running and running.base == base.isoformat()):
            lost = next((deadline for deadline in former if deadline.row == row.key), None)
            yield _set(situation, row, condition, base, running or lost)


def _find_base(situation: Situation, row: Row, condition: Deadline) -> date | None:
    """:return: the day that a row's deadline counts from, None while it has none"""
    if not situation.guard_holds(row):
        return None
    return find_base(condition, situation.state, situation.world)


def _set(
        situation: Situation, row: Row, condition: Deadline, base: date,
        former: RunningDeadline | None) -> DeadlineSet:
    """:return: a deadline counted from its base, with the days that pauses gave back to it, also
        before it was dropped"""
    calendar = _get_calendar(situation.world)
    due = counted = due_date(base, condition.delay, calendar, condition.truce)
    given_back = former or situation.state.given_back(row.key)
    if given_back and given_back.given_back and condition.nature == INTERNAL:
        delay = _get_delay(given_back, condition)
        due = resume(counted, given_back.given_back, delay, calendar, condition.truce)
    given = remaining(counted, due, condition.delay, calendar)
    visit = situation.state.visits[-1].number
    return DeadlineSet(
        visit, row.key, base.isoformat(), due.isoformat(), condition.nature,
        condition.delay.unit, given)


def freeze(situation: Situation) -> Iterator[DeadlineFrozen]:
    """Hold the internal deadlines, with the units that are left of them.

    One that is over already is not held: nothing is left, and it is due at once after the pause.
    """
    conditions = _get_conditions(situation.step)
    for running in situation.state.visit_deadlines:
        if running.nature == INTERNAL and not running.frozen:
            yield from _freeze(situation, running, conditions[running.row], situation.today)


def _freeze(
        situation: Situation, running: RunningDeadline, condition: Deadline,
        since: date) -> Iterator[DeadlineFrozen]:
    if not running.is_over(since):
        left = remaining(since, date.fromisoformat(running.due), _get_delay(running, condition),
                         _get_calendar(situation.world))
        yield DeadlineFrozen(running.visit, running.row, left)


def resume_all(situation: Situation) -> Iterator[DeadlineSet | DeadlineResumed]:
    """The pause ends today: the held deadlines go on, and those begin that would have meanwhile.

    The pause counts for none of them, whenever its base became known: of one that counts from a
    day before the pause, the days up to the pause have run; of one that counts from a day within
    it, none. None ends before the day that was told, also where days off were taken back.
    """
    for row, condition in situation.step.deadlines:
        base, running = _find_base(situation, row, condition), situation.state.deadline(row.key)
        if base is None:
            continue
        is_new = not running or running.base != base.isoformat()
        if is_new and condition.nature == INTERNAL:
            yield _begin_after_pause(situation, row, condition, base, running)
        elif running and running.remaining is not None:
            delay, told = _get_delay(running, condition), date.fromisoformat(running.due)
            due = max(told, _resume(situation, condition, delay, running.remaining))
            moved = remaining(told, due, delay, _get_calendar(situation.world))
            yield DeadlineResumed(
                running.visit, running.row, due.isoformat(), running.given_back + moved)


def _begin_after_pause(
        situation: Situation, row: Row, condition: Deadline, base: date,
        former: RunningDeadline | None) -> DeadlineSet:
    """:return: a deadline that began, or whose base changed, while a pause went on"""
    begun = _set(situation, row, condition, base, former)
    due = date.fromisoformat(begun.due)
    paused_on = get_paused_on(situation.state) or situation.today
    since = max(paused_on, min(base, situation.today))
    if due < since:
        return begun
    calendar = _get_calendar(situation.world)
    left = remaining(since, due, condition.delay, calendar)
    moved = _resume(situation, condition, condition.delay, left)
    given = remaining(due, moved, condition.delay, calendar)
    return replace(begun, due=moved.isoformat(), given_back=begun.given_back + given)


def _resume(situation: Situation, condition: Deadline, delay: Delay, left: int) -> date:
    """:return: the last day of a deadline that goes on today; where the clock was set back to
        before the pause, as if it had ended on its first day
    """
    today = max(situation.today, get_paused_on(situation.state) or situation.today)
    return resume(today, left, delay, _get_calendar(situation.world), condition.truce)


def get_paused_on(state: State) -> date | None:
    """:return: the day on which the pause began, None where there is none"""
    return _read_day(state.paused_on)


def change_natures(situation: Situation) -> Iterator[DeadlineSet | DeadlineFrozen]:
    """Go on by the natures that another version of the tree gives its rows.

    A deadline that is legal now runs, whatever the pause, to the day it had; one that is internal
    now is held from the pause's first day on.
    """
    for row, condition in situation.step.deadlines:
        running = situation.state.deadline(row.key)
        if not running or running.nature == condition.nature:
            continue
        changed = DeadlineSet(
            running.visit, running.row, running.base, running.due, condition.nature,
            running.unit, running.given_back)
        yield changed
        paused_on = get_paused_on(situation.state)
        if condition.nature == INTERNAL and situation.state.status == PAUSED and paused_on:
            yield from _freeze(situation, running, condition, paused_on)


def find_lost(situation: Situation, anew: bool) -> tuple[str, ...]:
    """The deadlines of the visit under way that a version of the tree does not take over.

    :param situation: at the step of the new version
    :param anew: also those that are to be counted anew; during a pause, those that stay internal
        keep what is left
    :return: keys of their rows
    """
    conditions = _get_conditions(situation.step)
    paused = situation.state.status == PAUSED

    def is_lost(running: RunningDeadline) -> bool:
        condition = conditions.get(running.row)
        if condition is None:
            return True
        return anew and not (paused and running.nature == condition.nature == INTERNAL)

    return tuple(
        running.row for running in situation.state.visit_deadlines if is_lost(running))


def may_fall(situation: Situation, condition: Deadline) -> bool:
    """Whether a deadline may still run out in a visit of which no action is open: one that counts
    from an action that was never closed does not.
    """
    if condition.base.kind != ACTION:
        return True
    return find_base(condition, situation.state, situation.world) is not None


def find_missed(state: State, today: date) -> tuple[RunningDeadline, ...]:
    """:return: the legal deadlines that ran out during a pause, without an alert yet"""
    return tuple(
        running for running in state.visit_deadlines
        if running.nature == LEGAL and not running.alerted and running.is_over(today))


def _get_conditions(step: Step) -> dict[str, Deadline]:
    return {row.key: condition for row, condition in step.deadlines}


def _get_delay(running: RunningDeadline | GivenBack, condition: Deadline) -> Delay:
    """:return: the row's delay, in the unit in which the deadline is counted"""
    return replace(condition.delay, unit=running.unit) if running.unit else condition.delay


def _get_calendar(world: World) -> Calendar:
    return world.calendar or _NO_HOLIDAYS
