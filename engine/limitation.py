"""When a claim can no longer be brought before a court.

The time runs from the day on which an item falls due: that day does not count, and the last day is
the one on which a claim is still in time. What interrupts it lets the whole time run anew, what
suspends it adds the days for which it stood still, and a title enforceable by law runs by a time
of its own. Nothing revives a claim that has lapsed: what comes later is left out, for counsel to
judge.

Which acts interrupt is not decided here: a person or a marked decision says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta

DAYS, MONTHS, YEARS = "days", "months", "years"
UNITS: Final = (DAYS, MONTHS, YEARS)

#: What an act does to the time that runs.
RESTART, SUSPEND, TITLE = "restart", "suspend", "title"
EFFECTS: Final = (RESTART, SUSPEND, TITLE)


@dataclass(frozen=True, slots=True)
class Period:
    """How long a claim may be brought.

    :param amount: how many units, at least one
    :param unit: one of :data:`UNITS`
    :param date_from: the first due date for which it holds; None for all before
    :param date_to: the last due date for which it holds; None for all after
    """

    amount: int
    unit: str
    date_from: date | None = None
    date_to: date | None = None

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit {self.unit!r}, not one of {', '.join(UNITS)}")
        if self.amount < 1:
            raise ValueError(f"a period lasts one unit at least, not {self.amount}")

    def covers(self, due: date) -> bool:
        """:return: whether it holds for what fell due on a day"""
        return (self.date_from or due) <= due <= (self.date_to or due)

    def get_end(self, start: date) -> date:
        """:return: the last day of the time that runs from a day; the 28th of February where
            the last year lacks the 29th"""
        years, months, days = (
            self.amount if self.unit == unit else 0 for unit in (YEARS, MONTHS, DAYS))
        return start + relativedelta(years=years, months=months, days=days)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that bears on the time that runs.

    :param key: identifies it in the result
    :param effect: one of :data:`EFFECTS`
    :param day: when it happened; of a suspension the first day
    :param until: last day for which it has effect: until then the time does not run. None for an
        act of one day
    """

    key: int
    effect: str
    day: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"unknown effect {self.effect!r}, not one of {', '.join(EFFECTS)}")
        if self.until and self.until < self.day:
            raise ValueError("an act has no effect before its day")
        if self.effect == SUSPEND and not self.until:
            raise ValueError("a suspension has an end")


@dataclass(frozen=True, slots=True)
class Course:
    """How the time runs.

    :param start: the day from which it runs now
    :param last_day: the last day on which a claim is in time; None: no rule says so
    :param counted: keys of the acts that had an effect, in their order
    """

    start: date
    last_day: date | None
    counted: tuple[int, ...] = ()


def find_period(periods: Iterable[Period], due: date) -> Period | None:
    """:return: the first of some periods that holds for a due date; None where none does"""
    return next((period for period in periods if period.covers(due)), None)


def compute(
        due: date, period: Period | None, acts: Sequence[Act] = (), *,
        title: Period | None = None) -> Course:
    """Work out the last day on which a claim can be brought.

    :param due: the day on which it fell due
    :param period: what the law gives, see :func:`find_period`; None: no rule is known
    :param acts: what has interrupted or suspended it, in any order
    :param title: what the law gives once there is an enforceable title; None: no rule is known
    """
    if period is None:
        return Course(due, None)
    start, last_day, stands, counted = due, period.get_end(due), due, []
    for act in sorted(acts, key=lambda act: (act.day, act.until or act.day, act.key)):
        end = act.until or act.day
        if act.day > last_day or end < start:
            continue
        counted.append(act.key)
        if act.effect == SUSPEND:
            last_day += timedelta(days=max((end - max(act.day, stands)).days, 0))
            stands = max(stands, end)
            continue
        if act.effect == TITLE:
            if title is None:
                return Course(max(stands, end), None, tuple(counted))
            period = title
        start = stands = max(stands, end)
        last_day = max(last_day, period.get_end(start))
    return Course(start, last_day, tuple(counted))
