"""How a debt is cut into instalments: equal parts to the coin, on days that follow each other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta

MONTHS = "months"
WEEKS = "weeks"


def split_amount(total: Decimal, count: int, coin: Decimal) -> list[Decimal]:
    """Cut an amount into equal parts, the last of which takes what is left over.

    :param total: above zero
    :param count: of instalments
    :param coin: the smallest one of the currency, of which the total is a multiple
    :return: the parts in order; their sum is the total, exactly
    :raise ValueError: less than one part, or parts that would come to nothing
    """
    if count < 1:
        raise ValueError("at least one instalment")
    part = total / count // coin * coin
    if part <= 0:
        raise ValueError(f"{total} is too little for {count} instalments")
    return [part] * (count - 1) + [total - part * (count - 1)]


def list_days(first: date, count: int, unit: str) -> list[date]:
    """The days of instalments, a week or a month apart.

    A day that a month does not have is its last one; the next month has it again.

    :param unit: :data:`MONTHS` or :data:`WEEKS`
    :raise ValueError: another unit
    """
    if unit not in (MONTHS, WEEKS):
        raise ValueError(f"unknown unit {unit!r}")
    return [first + (relativedelta(months=step) if unit == MONTHS else relativedelta(weeks=step))
            for step in range(count)]
