"""Every way through a tree, to an end: what a draft's author reads before publishing.

A path says which step leads to which by which row, whatever the world would have to do for
it. Its longest duration is what delays and deadlines say, before holidays and weekends put
them off: where neither a deadline nor a delay holds a step, it is open, and the duration is
only a minimum.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from ..dates import BUSINESS_DAYS, MONTHS, WEEKS, WORKING_DAYS
from .checks import find_problems
from .conditions import Deadline, Event, Level, Outcome
from .definition import End, Start, Switch
from .graph import closure, invert

#: Paths listed at most: nobody reads more, and a tree with loops has very many.
MANY_PATHS = 500
#: Moves looked at for each path listed at most, so that the search ends soon.
EFFORT = 50
#: How often a path may enter the same step.
TWICE = 2

#: Problems by which a row can never fire.
_DEAD = ("hidden_row", "unknown_content", "no_result", "unknown_base")


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a path, left by a row.

    :param days: the longest that the step may last, or the least where it is open
    :param is_open: nothing says how long the step may last
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

    legs: tuple[Leg, ...]
    label: str = ""
    switches: bool = False

    @property
    def days(self):
        """The longest that it may take; the least where it :attr:`is_open`."""
        return sum(leg.days for leg in self.legs)

    @property
    def is_open(self):
        return any(leg.is_open for leg in self.legs)

    @property
    def steps(self):
        """Keys of the steps entered, in order."""
        return tuple(leg.step for leg in self.legs)


@dataclass(frozen=True, slots=True)
class Paths:
    """What was found.

    :param paths: the shortest to each end first, then the others in the order of the tables
    :param unreached: (step key, row key) of the ends that no path leads to
    :param truncated: there are more paths than these
    """

    paths: tuple[Path, ...]
    unreached: tuple[tuple[str, str], ...] = ()
    truncated: bool = False


def enumerate_paths(definition, limit=MANY_PATHS):
    """Find the ways through a tree, each step at most twice in each.

    :param Definition definition: a draft may have problems; rows that can never fire are
        left out
    :param int limit: paths listed at most; the shortest to each end is always among them
    :return: :class:`Paths`
    """
    if not definition.start:
        return Paths(())
    rows = _get_live_rows(definition)
    shortest = _find_shortest(definition, rows)
    found = dict.fromkeys(shortest.values())
    limit = max(limit, len(found))
    truncated = False
    for trail in _walk(definition, rows, limit * EFFORT):
        if trail is None or (trail not in found and len(found) >= limit):
            truncated = True
            break
        found.setdefault(trail)
    ends = [(step.key, row.key) for step in definition.steps for row in step.rows if _ends(row)]
    return Paths(
        tuple(_make_path(definition, trail) for trail in found),
        tuple(end for end in ends if end not in shortest),
        truncated)


def _ends(row):
    return isinstance(row.target, (End, Switch))


def _get_live_rows(definition):
    """:return: dict of the rows that may fire and lead somewhere, by step key"""
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


def _find_shortest(definition, rows):
    """:return: dict of the shortest trail to each end, by (step key, row key)"""
    found, seen = {}, {definition.start.key}
    waiting = deque([(definition.start.key, ())])
    while waiting:
        key, trail = waiting.popleft()
        for row in rows[key]:
            longer = (*trail, (key, row.key))
            if _ends(row):
                found[key, row.key] = longer
            elif row.next_step not in seen:
                seen.add(row.next_step)
                waiting.append((row.next_step, longer))
    return found


def _walk(definition, rows, effort):
    """Yield every trail, in the order of the tables; None when the effort is spent."""
    waiting = [(definition.start.key, ())]
    while waiting:
        effort -= 1
        if effort < 0:
            yield None
            return
        key, trail = waiting.pop()
        onward = []
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


def _make_path(definition, trail):
    legs = tuple(_make_leg(definition.step(step), row) for step, row in trail)
    target = definition.step(trail[-1][0]).row(trail[-1][1]).target
    if isinstance(target, Switch):
        return Path(legs, target.template, switches=True)
    return Path(legs, target.label)


# -- how long a step may last --------------------------------------------------


def _make_leg(step, key):
    row = step.row(key)
    days, is_open = _get_stay(step, row)
    if isinstance(row.target, Start) and row.target.wait:
        is_open = True  # for as long as the other sequence takes
    return Leg(step.key, key, days, is_open)


def _get_stay(step, row):
    """:return: (days, is open): the longest from entering the step to the row's firing"""
    if isinstance(row.condition, Deadline):
        return _get_fall(step, row.condition)
    bounds = [
        _get_fall(step, other.condition) for other in step.deadline_rows
        if other.at_once and not other.guarded and other.condition.base == "visit"]
    stay = _get_work(step, row)
    if bounds:
        longest = min(days for days, _open in bounds)
        return (longest if stay[1] else min(stay[0], longest)), False
    return stay


def _get_fall(step, condition):
    """:return: (days, is open): from entering the step to the end of a deadline"""
    days = longest_days(condition.delay)
    if condition.truce:
        days += _get_truce_days(condition.truce)
    kind, _colon, name = condition.base.partition(":")
    if kind == "visit":
        return days, False
    content = kind == "action" and step.content(name)
    if not content:
        return days, True  # a date of the case: nobody knows how far it is
    return content.delay + content.deadline + days, not content.deadline


def _get_work(step, row):
    """:return: (days, is open): until the actions that the row waits for are closed"""
    if isinstance(row.condition, (Event, Level)):
        return 0, True
    if isinstance(row.condition, Outcome) and row.at_once:
        contents = [c for c in step.contents if c.key == row.condition.content]
    else:
        contents = [c for c in step.contents if c.required] or list(step.contents)
    days = max((c.delay + c.deadline for c in contents), default=0)
    return days, not contents or not all(c.deadline for c in contents)


@lru_cache(maxsize=256)
def longest_days(delay):
    """:return: how many calendar days a :class:`~.dates.Delay` takes at most, holidays apart"""
    if delay.unit == MONTHS:
        starts = [date(year, month, 1) for year in (2023, 2024) for month in range(1, 13)]
        return max((start + relativedelta(months=delay.amount) - start).days for start in starts)
    if delay.unit in (WORKING_DAYS, BUSINESS_DAYS):
        a_week = 5 if delay.unit == WORKING_DAYS else 6
        weeks, days = divmod(delay.amount, a_week)
        return weeks * 7 + (days + 7 - a_week if days else 0)
    return delay.amount * (7 if delay.unit == WEEKS else 1)


@lru_cache(maxsize=64)
def _get_truce_days(truce):
    """:return: by how many days a truce may put a deadline off"""
    first = date(2024, 1, 1).toordinal()
    return sum(truce.covers(date.fromordinal(first + day)) for day in range(366))
