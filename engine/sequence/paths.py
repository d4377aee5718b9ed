"""Every way through a tree, to an end: what a draft's author reads before publishing.

A path says which step leads to which by which row, whatever the world would have to do for
it. Its longest duration is what delays and deadlines say, before holidays and weekends put
them off: where neither a deadline nor a delay holds a step, it is open, and the duration is
only a minimum.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from ..dates import BUSINESS_DAYS, MONTHS, WEEKS, WORKING_DAYS, Delay, Truce
from .checks import find_problems
from .conditions import Deadline, Event, Level, Outcome
from .definition import Definition, End, LaunchChild, Row, Step, Switch
from .graph import closure, invert
from .values import ACTION, SINCE_ENTRY, VISIT
from .world import RowKey

#: Paths listed at most: nobody reads more, and a tree with loops has very many.
MANY_PATHS = 500
#: Moves looked at for each path listed at most, so that the search ends soon.
EFFORT = 50
#: How often a path may enter the same step.
TWICE = 2

#: Problems by which a row can never fire.
_DEAD = ("hidden_row", "unknown_content", "no_result", "unknown_base")

#: The rows by which a path leaves its steps, in order.
_Trail = tuple[RowKey, ...]
#: The rows of each step that a path may leave it by, by step key.
_Rows = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Stay:
    """A path's stay in one step.

    :param step: key of the step
    :param row: key of the row by which the path leaves it
    :param days: the longest that it may last, or the least where it is open
    :param is_open: nothing says how long it may last
    """

    step: str
    row: str
    days: int = 0
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """A way from the start to an end.

    :param label: of the end reached, or the code of the template switched to
    :param switches: it ends by switching to another template
    """

    stays: tuple[Stay, ...]
    label: str = ""
    switches: bool = False

    @property
    def days(self) -> int:
        """The longest that it may take; the least where it :attr:`is_open`."""
        return sum(stay.days for stay in self.stays)

    @property
    def is_open(self) -> bool:
        """Whether nothing says how long it may take."""
        return any(stay.is_open for stay in self.stays)

    @property
    def steps(self) -> tuple[str, ...]:
        """Keys of the steps entered, in order."""
        return tuple(stay.step for stay in self.stays)


@dataclass(frozen=True, slots=True)
class Paths:
    """What was found.

    :param paths: the shortest to each end first, then the others in the order of the tables
    :param unreached: the rows that end the sequence and that no path leads to
    :param truncated: there are more paths than these
    """

    paths: tuple[Path, ...]
    unreached: tuple[RowKey, ...] = ()
    truncated: bool = False


def enumerate_paths(definition: Definition, limit: int = MANY_PATHS) -> Paths:
    """Find the ways through a tree, each step at most twice in each.

    :param definition: a draft may have problems; rows that can never fire are left out
    :param limit: paths listed at most; the shortest to each end is always among them
    """
    if not definition.start:
        return Paths(())
    start = definition.start.key
    rows = _get_live_rows(definition)
    shortest = _find_shortest(start, rows)
    found = dict.fromkeys(shortest.values())
    limit = max(limit, len(found))
    truncated = False
    for trail in _walk(start, rows, limit * EFFORT):
        if trail is None or (trail not in found and len(found) >= limit):
            truncated = True
            break
        found.setdefault(trail)
    ends = [(step.key, row.key) for step in definition.steps for row in step.rows if _ends(row)]
    return Paths(
        tuple(_make_path(definition, trail) for trail in found),
        tuple(end for end in ends if end not in shortest),
        truncated)


def _ends(row: Row) -> bool:
    return isinstance(row.target, (End, Switch))


def _get_live_rows(definition: Definition) -> _Rows:
    """:return: the rows that may fire and lead to an end, by step key"""
    dead = {(problem.step, problem.subject) for problem in find_problems(definition)
            if problem.code in _DEAD}
    rows = {
        step.key: [row for row in step.rows if (step.key, row.key) not in dead
                   and (_ends(row) or definition.step(row.next_step))]
        for step in definition.steps
    }
    ending = {key for key, found in rows.items() if any(map(_ends, found))}
    edges = {key: {row.next_step for row in found if row.next_step is not None}
             for key, found in rows.items()}
    useful = closure(ending, invert(edges))
    return {key: [row for row in found if _ends(row) or row.next_step in useful]
            for key, found in rows.items()}


def _find_shortest(start: str, rows: _Rows) -> dict[RowKey, _Trail]:
    """:return: the shortest trail to each end, by the row that ends it"""
    found: dict[RowKey, _Trail] = {}
    seen = {start}
    waiting: deque[tuple[str, _Trail]] = deque([(start, ())])
    while waiting:
        key, trail = waiting.popleft()
        for row in rows[key]:
            longer = (*trail, (key, row.key))
            if _ends(row):
                found[key, row.key] = longer
            elif row.next_step is not None and row.next_step not in seen:
                seen.add(row.next_step)
                waiting.append((row.next_step, longer))
    return found


def _walk(start: str, rows: _Rows, effort: int) -> Iterator[_Trail | None]:
    """Yield every trail, in the order of the tables; None when the effort is spent.

    :param effort: moves that may be looked at
    """
    waiting: list[tuple[str, _Trail]] = [(start, ())]
    while waiting:
        effort -= 1
        if effort < 0:
            yield None
            return
        key, trail = waiting.pop()
        onward: list[tuple[str | None, _Trail]] = []
        for row in rows[key]:
            longer = (*trail, (key, row.key))
            if _ends(row):
                onward.append((None, longer))
            elif sum(step == row.next_step for step, _row in longer) < TWICE:
                onward.append((row.next_step, longer))
        for target, longer in reversed(onward):
            if target is not None:
                waiting.append((target, longer))
        yield from (longer for target, longer in onward if target is None)


def _make_path(definition: Definition, trail: _Trail) -> Path:
    rows = [_get_row(definition.get_step(step), row) for step, row in trail]
    stays = tuple(
        _make_stay(definition.get_step(step), row) for (step, _key), row in zip(trail, rows))
    target = rows[-1].target
    if isinstance(target, Switch):
        return Path(stays, target.template, switches=True)
    return Path(stays, target.label if isinstance(target, End) else "")


def _get_row(step: Step, key: str) -> Row:
    return next(row for row in step.rows if row.key == key)


# -- how long a step may last --------------------------------------------------


class _Duration(NamedTuple):
    """The longest that something takes from entering its step; the least where it is open."""

    days: int
    is_open: bool


def _make_stay(step: Step, row: Row) -> Stay:
    days, is_open = _get_stay(step, row)
    if isinstance(row.target, LaunchChild) and row.target.wait:
        is_open = True  # for as long as the other sequence takes
    return Stay(step.key, row.key, days, is_open)


def _get_stay(step: Step, row: Row) -> _Duration:
    """:return: until the row fires"""
    if isinstance(row.condition, Deadline):
        return _get_fall(step, row.condition)
    bounds = [
        _get_fall(step, condition).days for other, condition in step.deadlines
        if other.at_once and not other.guarded and condition.base == SINCE_ENTRY]
    work = _get_work(step, row)
    if bounds:
        longest = min(bounds)
        return _Duration(longest if work.is_open else min(work.days, longest), False)
    return work


def _get_fall(step: Step, condition: Deadline) -> _Duration:
    """:return: until a deadline ends"""
    days = longest_days(condition.delay)
    if condition.truce:
        days += _get_truce_days(condition.truce)
    base = condition.base
    if base.kind == VISIT:
        return _Duration(days, False)
    content = step.content(base.name) if base.kind == ACTION else None
    if not content:
        return _Duration(days, True)  # a date of the case: nobody knows how far it is
    return _Duration(content.delay + content.deadline + days, not content.deadline)


def _get_work(step: Step, row: Row) -> _Duration:
    """:return: until the actions that the row waits for are closed"""
    if isinstance(row.condition, (Event, Level)):
        return _Duration(0, True)
    if isinstance(row.condition, Outcome) and row.at_once:
        contents = [c for c in step.contents if c.key == row.condition.content]
    else:
        contents = [c for c in step.contents if c.required] or list(step.contents)
    days = max((c.delay + c.deadline for c in contents), default=0)
    return _Duration(days, not contents or not all(c.deadline for c in contents))


@lru_cache(maxsize=256)
def longest_days(delay: Delay) -> int:
    """:return: how many calendar days a delay takes at most, holidays apart"""
    if delay.unit == MONTHS:
        starts = [date(year, month, 1) for year in (2023, 2024) for month in range(1, 13)]
        return max((start + relativedelta(months=delay.amount) - start).days for start in starts)
    if delay.unit in (WORKING_DAYS, BUSINESS_DAYS):
        a_week = 5 if delay.unit == WORKING_DAYS else 6
        weeks, days = divmod(delay.amount, a_week)
        return weeks * 7 + (days + 7 - a_week if days else 0)
    return delay.amount * (7 if delay.unit == WEEKS else 1)


@lru_cache(maxsize=64)
def _get_truce_days(truce: Truce) -> int:
    """:return: by how many days a truce may put a deadline off"""
    first = date(2024, 1, 1).toordinal()
    return sum(truce.covers(date.fromordinal(first + day)) for day in range(366))
