"""Late-payment interest: simple, by days of 365, at dated rates (law L1 to L6, L14).

The due date is not late and the payment day counts: what is due on the 31st and paid on the 1st
is one day late. A payment ends the interest on its amount at its own day. Rates have an end: a
day that none covers is an error, for yesterday's rate is not known to be today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

ONE_DAY = timedelta(days=1)
#: What turns amount x percent x days into interest (L5).
PERCENT_DAYS = Decimal(100 * 365)


@dataclass(frozen=True)
class Rate:
    """An annual rate in percent, from a day to a day, both included.

    ``end`` None: until further notice. ``percent`` None: that period's rate is not known.
    """

    start: date
    end: date | None
    percent: Decimal | None

    def covers(self, day):
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Payment:
    """What was taken off a debt, and on which day."""

    day: date
    amount: Decimal


class RateMissing(ValueError):
    """No rate is known for a day on which interest runs.

    :ivar day: the first such day
    """

    def __init__(self, day):
        super().__init__(f"No penalty rate for {day.isoformat()}")
        self.day = day


def interest(amount, due, until, payments, rates, split=True, digits=2):
    """Interest on a debt, rounded once, half up.

    :param Decimal amount: the debt, taxes included
    :param date due: its due date
    :param date until: last day that counts; the debt may have been settled before
    :param payments: iterable of :class:`Payment`; those after ``until`` change nothing
    :param rates: sequence of :class:`Rate`; where two cover a day, the first one holds
    :param bool split: each day at its own rate (L4). Otherwise the whole delay at the rate of
        the first day of the semester in which interest began (public buyers, L14)
    :param int digits: of the currency
    :return: Decimal, never negative
    :raise RateMissing: no rate for a day on which something was owed
    """
    exact = weigh(amount, due, until, payments, rates, split) / PERCENT_DAYS
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def weigh(amount, due, until, payments, rates, split=True):
    """The same before division and rounding: the sum of amount x percent x days, exact."""
    owed = list(_stretch(amount, due, until, payments))
    if not owed:
        return Decimal(0)
    if not split:
        percent = _percent_on(semester_start(due + ONE_DAY), rates)
        return sum(base * percent * (end - start).days for start, end, base in owed)
    return sum(
        base * _percent_on(begin + ONE_DAY, rates) * (stop - begin).days
        for start, end, base in owed for begin, stop in _cut(start, end, rates))


def is_late(amount, due, until, payments):
    """Whether something was still owed after the due date, the due date itself being in time."""
    return any(True for _stretch_owed in _stretch(amount, due, until, payments))


def semester_start(day):
    """:return: 1 January or 1 July, whichever opens the day's semester"""
    return date(day.year, 7 if day.month > 6 else 1, 1)


def find_rate(day, rates):
    """:return: the first of the rates that covers a day, None where there is none"""
    return next((rate for rate in rates if rate.covers(day)), None)


def _percent_on(day, rates):
    """:raise RateMissing: no rate covers the day, or the one that does is not known"""
    rate = find_rate(day, rates)
    if rate is None or rate.percent is None:
        raise RateMissing(day)
    return rate.percent


def _stretch(amount, due, until, payments):
    """Yield ``(start, end, owed)``: what was owed on each of the days after start, up to end.

    Nothing is yielded once the debt is settled: a rate is not needed any more.
    """
    payments = list(payments)
    inside = {payment.day for payment in payments if due < payment.day < until}
    days = sorted(inside | {due, until}) if due < until else []
    for start, end in zip(days, days[1:]):
        owed = amount - sum(payment.amount for payment in payments if payment.day <= start)
        if owed > 0:
            yield start, end, owed


def _cut(start, end, rates):
    """Yield ``(start, end)`` parts of a stretch in which the rate does not change."""
    last_days = {rate.start - ONE_DAY for rate in rates} | {rate.end for rate in rates if rate.end}
    days = sorted({start, end} | {day for day in last_days if start < day < end})
    yield from zip(days, days[1:])
