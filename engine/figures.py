"""Figures of receivables, from the sums that the ledger gives: days of sales, shares, delays.

Amounts are :class:`~decimal.Decimal` in one currency, days too. A figure that does not exist,
such as the days of sales of a company that sold nothing, is None, never 0.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)
#: Most bounds of the buckets of an aged balance: a screen shows no more.
MOST_BOUNDS = 8


def parse_bounds(text: str) -> tuple[int, ...]:
    """Read the bounds of the buckets of an aged balance.

    :param text: the last day late of each bucket but the open one at the end, as "30, 60, 90"
    :raise ValueError: no whole days, not rising, none or too many
    """
    bounds = tuple(int(part) for part in text.split(","))
    rising = all(before < after for before, after in zip((0, *bounds), bounds))
    if not rising or len(bounds) > MOST_BOUNDS:
        raise ValueError(text)
    return bounds


def get_starts(bounds: tuple[int, ...]) -> tuple[int, ...]:
    """:return: the first day late of each bucket after the one that is not due: 1, 31, 61, 91"""
    return (1, *(bound + 1 for bound in bounds))


def divide_by_age(
        items: Iterable[tuple[date, Decimal]], day: date, bounds: tuple[int, ...],
) -> tuple[Decimal, ...]:
    """Divide open amounts by their age.

    :param items: due date and amount of each
    :param bounds: see :func:`parse_bounds`
    :return: sums of what is not due, and of each bucket, the youngest first; what is due on the
        day is not late
    """
    starts, sums = get_starts(bounds), [ZERO] * (len(bounds) + 2)
    for due, amount in items:
        sums[bisect_right(starts, (day - due).days)] += amount
    return tuple(sums)


def find_first_day(day: date, months: int) -> date:
    """:return: the first day of so many calendar months, of which the day's is the last"""
    month = day.year * 12 + day.month - months
    return date(month // 12, month % 12 + 1, 1)


def find_month_end(day: date) -> date:
    """:return: the last day of the day's month"""
    return day.replace(day=monthrange(day.year, day.month)[1])


def get_sales_days(balance: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Days of sales that a balance stands for.

    :param sales: of the ``days``; where nothing was sold, or more was credited, there is no figure
    """
    return balance * days / sales if sales > 0 else None


def count_back(balance: Decimal, sales: Mapping[date, Decimal], day: date) -> Decimal | None:
    """Days of sales by countback: whole months are taken off, and the last one by its share.

    :param sales: by the first day of their month; the day's own month up to the day
    :return: days, 0 where nothing is owed; None where more is owed than was ever sold
    """
    if balance <= 0:
        return ZERO
    rest, days, length, month = balance, 0, day.day, day.replace(day=1)
    earliest = min(sales, default=day)
    while month >= earliest:
        sold = sales.get(month, ZERO)
        if sold >= rest:
            return days + rest * length / sold
        rest, days = rest - sold, days + length
        month = find_first_day(month, 2)
        length = find_month_end(month).day
    return None


def get_effectiveness(
        opening: Decimal, sales: Decimal, closing: Decimal, not_due: Decimal) -> Decimal | None:
    """Collection effectiveness index, in percent: of what could be collected, what was.

    :param opening: outstanding before the period
    :param closing: outstanding at its end, of which ``not_due``
    """
    collectable = opening + sales - not_due
    return (opening + sales - closing) * HUNDRED / collectable if collectable else None


def get_delinquency(actual: Decimal | None, best: Decimal | None) -> Decimal | None:
    """:return: average days delinquent: days of sales, less the best possible ones"""
    return None if actual is None or best is None else actual - best


def get_mean(weighted: Decimal, weight: Decimal) -> Decimal | None:
    """:param weighted: sum of values, each times its weight
    :return: their mean; None without any
    """
    return weighted / weight if weight else None


def get_share(part: Decimal, whole: Decimal) -> Decimal | None:
    """:return: in percent; None of nothing"""
    return part * HUNDRED / whole if whole else None


def list_month_ends(day: date, count: int) -> list[date]:
    """:return: the last days of so many months, the last of them the day itself"""
    return [*(find_month_end(find_first_day(day, back)) for back in range(count, 1, -1)), day]


def count_days(day: date, months: int) -> int:
    """:return: days from the first day of so many calendar months to the day, both included"""
    return (day - find_first_day(day, months)).days + 1


def find_day_before(day: date, months: int) -> date:
    """:return: the day before so many calendar months, of which the day's is the last"""
    return find_first_day(day, months) - timedelta(days=1)
