"""When a delay ends.

Civil procedure counts in its own way (Code of Civil Procedure, articles 640 to 642):

* the day of the act, event, decision or notice does not count (641, first paragraph);
* a delay in months ends on the day of the last month that bears the number of the day of
  the act, else on the last day of that month (641, second paragraph);
* of a delay in months and days, the months are counted first (641, third paragraph): count
  the days from the months' :func:`term`;
* the delay ends at midnight at the end of its last day, and one that would end on a
  Saturday, a Sunday or a holiday runs to the end of the next working day (642).

The Code is silent about weeks: one is counted as seven days.

Everything here is a date, never a moment: the caller says which day it is, in the time
zone of the company. A result is the last day on which one is still in time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from .holidays import french_holidays

DAYS = "days"
WEEKS = "weeks"
MONTHS = "months"
WORKING_DAYS = "working_days"  # "jours ouvrés": Monday to Friday, less holidays
BUSINESS_DAYS = "business_days"  # "jours ouvrables": Monday to Saturday, less holidays

UNITS = (DAYS, WEEKS, MONTHS, WORKING_DAYS, BUSINESS_DAYS)

_FRIDAY, _SATURDAY = 4, 5
#: Days over which an open one is looked for: rules that leave none are a mistake.
_SEARCHED = 30 * 366


@dataclass(frozen=True, slots=True)
class Delay:
    """How long something may take.

    :param amount: how many units; none means the very day
    :param unit: one of :data:`UNITS`
    :param procedural: a delay of procedure: its last day is never a Saturday, a Sunday or a
        holiday (article 642), and the closures of a company do not prolong it
    """

    amount: int
    unit: str
    procedural: bool = False

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit of delay {self.unit!r}, not one of {', '.join(UNITS)}")
        _check_amount(self.amount)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which nobody works.

    :param country: whose legal holidays are computed: ``FR``, or None for no country's
    :param alsace_moselle: with those of Alsace and Moselle
    :param closures: first and last days of periods in which the company is closed; such days
        are no working days for a plain delay, and mean nothing to a procedural one
    """

    country: str | None = "FR"
    alsace_moselle: bool = False
    closures: tuple[tuple[date, date], ...] = ()

    def __post_init__(self) -> None:
        if self.country not in ("FR", None):
            raise ValueError(f"the holidays of country {self.country!r} are not known")
        for first, last in self.closures:
            if first > last:
                raise ValueError(f"a closure cannot begin on {first} and end before, on {last}")

    def is_holiday(self, day: date) -> bool:
        """Whether the day is a public holiday."""
        return self.country == "FR" and day in french_holidays(day.year, self.alsace_moselle)

    def is_closure(self, day: date) -> bool:
        """Whether the company is closed on that day."""
        return any(first <= day <= last for first, last in self.closures)

    def is_working_day(self, day: date) -> bool:
        """Whether the day is from Monday to Friday and no holiday (closures apart)."""
        return day.weekday() <= _FRIDAY and not self.is_holiday(day)

    def is_business_day(self, day: date) -> bool:
        """Whether the day is from Monday to Saturday and no holiday (closures apart)."""
        return day.weekday() <= _SATURDAY and not self.is_holiday(day)


@dataclass(frozen=True, slots=True)
class Truce:
    """A part of each year in which the thing may not be done, first and last day included.

    It may run across the new year, as the winter truce of evictions does: from 1 November to
    31 March (Code of Civil Enforcement Procedures, L. 412-6).
    """

    start_month: int
    start_day: int
    end_month: int
    end_day: int

    def __post_init__(self) -> None:
        _check_day_of_year(*self._start)
        _check_day_of_year(*self._end)
        first = date(2001, 1, 1)
        if all(self.covers(first + timedelta(days=days)) for days in range(365)):
            raise ValueError("a truce that covers the whole year would never end")

    @property
    def _start(self) -> tuple[int, int]:
        return self.start_month, self.start_day

    @property
    def _end(self) -> tuple[int, int]:
        return self.end_month, self.end_day

    def covers(self, day: date) -> bool:
        """Whether the day lies within the truce."""
        after_start = self._start <= (day.month, day.day)
        before_end = (day.month, day.day) <= self._end
        if self._start <= self._end:
            return after_start and before_end
        return after_start or before_end

    def next_open_day(self, day: date) -> date:
        """:return: the day itself when the truce does not cover it, else the first one after"""
        return _first(day, lambda found: not self.covers(found))


def due_date(
        start: date, delay: Delay, calendar: Calendar, truce: Truce | None = None) -> date:
    """The last day on which one is in time.

    :param start: the day of the act, which does not count
    :param truce: when the thing may not be done: a last day within it waits for its end
    :return: for a delay in working or business days, it is always such a day
    :raise ValueError: there is no such day before the year 10000
    """
    return _open_day(term(start, delay, calendar), delay, calendar, truce)


def term(start: date, delay: Delay, calendar: Calendar) -> date:
    """The last day as counted, before article 642 and a truce put it off.

    :raise ValueError: there is no such day before the year 10000
    """
    _check_dates(start)
    if delay.unit == MONTHS:
        try:
            return start + relativedelta(months=delay.amount)
        except (OverflowError, ValueError):
            raise _too_late(start, f"{delay.amount} months") from None
    return _count(start, delay.amount * (7 if delay.unit == WEEKS else 1), delay, calendar)


def remaining(today: date, due: date, delay: Delay, calendar: Calendar) -> int:
    """What is still to run of a delay, for instance when it is paused.

    Give it the due date, and what put that off runs too: the eviction put off to 1 April
    moves by as many days as the pause lasts. Give it the :func:`term`, where that was kept,
    and only the delay itself runs.

    :param due: due date, or :func:`term`; it counts even if it has become a day off since
    :return: in the delay's own unit, but in calendar days for weeks and months (part of
        which no whole number can say); 0 once it is over
    """
    _check_dates(today, due)
    span = max((due - today).days, 0)
    if not _is_selective(delay) or not span:
        return span
    days = (today + timedelta(days=days) for days in range(1, span))
    return sum(_is_counted(day, delay, calendar) for day in days) + 1


def resume(
        today: date, left: int, delay: Delay, calendar: Calendar,
        truce: Truce | None = None) -> date:
    """The due date of a delay of which only a part is still to run.

    Resuming on the day of the pause changes nothing: for each ``today`` up to ``due``,
    ``resume(today, remaining(today, due, …), …) == due``, whatever 642 or a truce did, when
    ``due`` comes from :func:`due_date` or from here with the same delay, calendar and truce.
    The same holds when :func:`remaining` was given the :func:`term`. A due date that a person
    chose otherwise, on a day these rules would not give, is put off to the next they would.

    :param left: what :func:`remaining` returned
    :return: see :func:`due_date`
    :raise ValueError: there is no such day before the year 10000
    """
    _check_dates(today)
    _check_amount(left)
    return _open_day(_count(today, left, delay, calendar), delay, calendar, truce)


def _is_selective(delay: Delay) -> bool:
    """Whether the delay's unit counts some days and not others."""
    return delay.unit in (WORKING_DAYS, BUSINESS_DAYS)


def _is_counted(day: date, delay: Delay, calendar: Calendar) -> bool:
    """Whether the delay's unit counts this day."""
    if not _is_selective(delay):
        return True
    if calendar.is_closure(day) and not delay.procedural:
        return False
    if delay.unit == WORKING_DAYS:
        return calendar.is_working_day(day)
    return calendar.is_business_day(day)


def _count(start: date, amount: int, delay: Delay, calendar: Calendar) -> date:
    """:return: the day that many counted days after the start; for 0, the first from it on"""
    if not _is_selective(delay) or amount > (date.max - start).days:
        return _plus(start, amount)

    def counts(found: date) -> bool:
        return _is_counted(found, delay, calendar)

    day = start
    for _unit in range(amount):
        day = _first(_plus(day, 1), counts)
    return _first(day, counts)


def _open_day(day: date, delay: Delay, calendar: Calendar, truce: Truce | None) -> date:
    """:return: the first day, from this one on, on which the delay may end"""

    def may_end(found: date) -> bool:
        if delay.procedural and not calendar.is_working_day(found):
            return False
        if truce and truce.covers(found):
            return False
        return _is_counted(found, delay, calendar)

    return _first(day, may_end)


def _first(start: date, accepts: Callable[[date], bool]) -> date:
    """:return: the first day, from this one on, that the test accepts"""
    day = start
    for _searched in range(_SEARCHED):
        if accepts(day):
            return day
        day = _plus(day, 1)
    raise ValueError(f"no open day in the {_SEARCHED // 366} years after {start}")


def _plus(start: date, days: int) -> date:
    """:return: the day that many days later"""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise _too_late(start, f"{days} days") from None


def _too_late(start: date, delay: str) -> ValueError:
    return ValueError(f"no date can be written for {delay} after {start}: past the year 9999")


def _check_amount(amount: int) -> None:
    if not isinstance(amount, int):
        raise ValueError(f"a delay is a whole number of units, not {amount!r}")
    if amount < 0:
        raise ValueError(f"a delay cannot be negative: {amount}")


def _check_day_of_year(month: int, day: int) -> None:
    try:
        date(2000, month, day)  # a leap year, for 29 February
    except ValueError:
        raise ValueError(f"a truce has no day {day} of month {month}") from None


def _check_dates(*days: date) -> None:
    """Refuse a moment: it would equal no holiday, and its day depends on a time zone."""
    for day in days:
        if isinstance(day, datetime):
            raise ValueError(f"a date is needed, not the moment {day}")
