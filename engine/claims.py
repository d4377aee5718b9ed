"""What may be claimed on top of a debt: late-payment interest and the fixed indemnity.

Interest is simple, by days of 365, at dated rates (law L1 to L6, L14). The due date is not late
and the payment day counts: what is due on the 31st and paid on the 1st is one day late. A payment
ends the interest on its amount at its own day. Rates have an end: a day that none covers is an
error, for yesterday's rate is not known to be today's.

The fixed indemnity (S-010) is due once for an invoice, on its first instalment that is late.

:func:`interest` and :func:`is_late` answer for one debt, :func:`claim_invoice` for all the
instalments of an invoice.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import NamedTuple, TypeVar

ONE_DAY = timedelta(days=1)
#: What turns amount x percent x days into interest (L5).
PERCENT_DAYS = Decimal(100 * 365)


@dataclass(frozen=True)
class Validity:
    """From a day to a day, both included; ``end`` None: until further notice."""

    start: date
    end: date | None

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Rate(Validity):
    """An annual rate in percent; ``percent`` None: that period's rate is not known."""

    percent: Decimal | None


@dataclass(frozen=True)
class Indemnity(Validity):
    """The fixed indemnity of a period.

    :ivar amount: for one invoice
    :ivar currency: whatever the caller calls a currency; only handed back
    """

    amount: Decimal
    currency: Hashable


@dataclass(frozen=True)
class Payment:
    """What was taken off a debt, and on which day; negative: what was given back."""

    day: date
    amount: Decimal


@dataclass(frozen=True)
class Claim:
    """What may be claimed on top of an item. It is shown, never posted (L11).

    :ivar interest: in the item's currency
    :ivar indemnity: in ``indemnity_currency``
    :ivar indemnity_currency: that of the :class:`Indemnity`, None where there is no indemnity
    :ivar missing_from: first day for which the table has no rate: interest stands as of its
        eve, and the message or screen says so; None where nothing is missing
    """

    interest: Decimal = Decimal(0)
    indemnity: Decimal = Decimal(0)
    indemnity_currency: Hashable = None
    missing_from: date | None = None

    @property
    def claims_anything(self) -> bool:
        """Whether there is interest or indemnity, or would be if its rate were known."""
        return bool(self.interest or self.indemnity or self.missing_from)


NO_CLAIM = Claim()


@dataclass(frozen=True)
class Terms:
    """What one company may claim from one customer on a day.

    :ivar rates: None where no interest is claimed
    :ivar split: each day at its own rate; otherwise the rate of the first semester
    :ivar until: last day on which interest runs
    :ivar indemnities: None where no indemnity is claimed
    """

    rates: Sequence[Rate] | None
    split: bool
    until: date
    indemnities: Sequence[Indemnity] | None

    @property
    def claims_anything(self) -> bool:
        """Whether interest or indemnity may be claimed at all."""
        return self.rates is not None or self.indemnities is not None


class RateMissing(ValueError):
    """No rate is known for a day on which interest runs.

    :ivar day: the first such day
    """

    def __init__(self, day: date) -> None:
        super().__init__(f"No penalty rate for {day.isoformat()}")
        self.day = day


@dataclass(frozen=True)
class InterestPeriod:
    """Days on which one amount was owed at one rate.

    :ivar eve: the day before the first of them: the due date, or the day of a payment
    :ivar end: the last of them
    :ivar percent: a year
    """

    eve: date
    end: date
    amount: Decimal
    percent: Decimal

    @property
    def start(self) -> date:
        """The first day."""
        return self.eve + ONE_DAY

    @property
    def days(self) -> int:
        """How many days."""
        return (self.end - self.eve).days

    @property
    def percent_days(self) -> Decimal:
        """Amount x percent x days, exact."""
        return self.amount * self.percent * self.days

    @property
    def interest(self) -> Decimal:
        """Interest of these days, not rounded."""
        return self.percent_days / PERCENT_DAYS


@dataclass(frozen=True)
class Debt:
    """One instalment of an invoice.

    :ivar amount: taxes included
    :ivar payments: what was taken off it, in its currency, in any order
    :ivar digits: of its currency
    """

    amount: Decimal
    due: date
    payments: Sequence[Payment]
    digits: int

    def claim_interest(self, terms: Terms) -> Claim:
        """:return: interest on the debt up to the terms' last day, or up to the eve of the first
            day for which no rate is known; see :func:`interest`
        """
        rates = terms.rates
        if rates is None:
            return NO_CLAIM

        def compute(last: date) -> Decimal:
            return interest(
                self.amount, self.due, last, self.payments, rates, terms.split, self.digits)

        try:
            return Claim(interest=compute(terms.until))
        except RateMissing as missing:
            last = min(terms.until, missing.day - ONE_DAY)
            return Claim(interest=compute(last), missing_from=missing.day)

    def explain_interest(self, terms: Terms) -> list[InterestPeriod]:
        """:return: what :meth:`claim_interest` adds up before it rounds"""
        if terms.rates is None:
            return []
        last = terms.until
        if missing := self.claim_interest(terms).missing_from:
            last = min(last, missing - ONE_DAY)
        return list_periods(
            self.amount, self.due, last, self.payments, terms.rates, terms.split)

    def is_late(self, day: date) -> bool:
        """Whether something was still owed after the due date, up to a day."""
        return is_late(self.amount, self.due, day, self.payments)

    def is_settled(self, day: date) -> bool:
        """Whether nothing is owed any more at the end of a day."""
        return self.amount <= sum(paid.amount for paid in self.payments if paid.day <= day)


_Key = TypeVar("_Key", bound=Hashable)
_Period = TypeVar("_Period", bound=Validity)


def claim_invoice(debts: Mapping[_Key, Debt], terms: Terms, day: date) -> dict[_Key, Claim]:
    """What may be claimed for one invoice.

    The first late instalment that is still open carries the indemnity, the first late one when
    all are settled: open ones name it once, and so do all instalments together.

    :param debts: the invoice's instalments by a key of the caller's, the earliest due first
    :param terms: of the invoice's customer
    :param day: day of the claim; that day counts
    :return: a claim by key, one for each debt
    """
    claims = {key: debt.claim_interest(terms) for key, debt in debts.items()}
    late = [key for key, debt in debts.items() if debt.is_late(day)]
    if terms.indemnities is None or not late:
        return claims
    bearer = next((key for key in late if not debts[key].is_settled(day)), late[0])
    first_late_day = debts[late[0]].due + ONE_DAY
    claims[bearer] = _add_indemnity(claims[bearer], terms.indemnities, first_late_day)
    return claims


def _add_indemnity(claim: Claim, indemnities: Sequence[Indemnity], day: date) -> Claim:
    """:return: the claim with the indemnity of a day; none where the table has none for it

    Other than a rate, it is not missing then: before the law that made it there was none.
    """
    found = find_valid(day, indemnities)
    if found is None:
        return claim
    return replace(claim, indemnity=found.amount, indemnity_currency=found.currency)


def spread_on_account(
        debts: Mapping[_Key, Debt], account: Iterable[Payment]) -> dict[_Key, list[Payment]]:
    """Count money on account, which nobody has set against a debt yet, from its own day on.

    Each day it covers what is still owed, the first debt first. What covers a debt is free for
    the next one once that debt is paid otherwise. Other than a payment, it may be taken back.

    :param debts: all debts of a customer, the earliest due first, each with its own payments
    :param account: what came on account; negative: what was paid back
    :return: by debt, what to take off it besides its payments; debts never covered are not in it
    """
    account = sorted(account, key=lambda paid: paid.day)
    if not account:
        return {}
    owed = {key: debt.amount for key, debt in debts.items()}
    covered: dict[_Key, Decimal] = {}
    payments: dict[date, list[tuple[_Key, Decimal]]] = {paid.day: [] for paid in account}
    for key, debt in debts.items():
        for paid in debt.payments:
            payments.setdefault(paid.day, []).append((key, paid.amount))
    spread: dict[_Key, list[Payment]] = {}
    for day in sorted(payments):
        for key, amount in payments[day]:
            owed[key] -= amount
        held = sum((paid.amount for paid in account if paid.day <= day), Decimal(0))
        for key, cover in _cover(owed, covered, held):
            before = covered.pop(key, Decimal(0))
            spread.setdefault(key, []).append(Payment(day, cover - before))
            if cover:
                covered[key] = cover
    return spread


def _cover(
        owed: Mapping[_Key, Decimal], covered: Mapping[_Key, Decimal],
        held: Decimal) -> list[tuple[_Key, Decimal]]:
    """:return: the debts whose cover is another one than before, each with the new one"""
    changed: list[tuple[_Key, Decimal]] = []
    left = set(covered)
    for key, amount in owed.items():
        if held <= 0 and not left:
            break
        cover = max(min(amount, held), Decimal(0))
        held -= cover
        if cover != covered.get(key, Decimal(0)):
            changed.append((key, cover))
        left.discard(key)
    return changed


def interest(
        amount: Decimal, due: date, until: date, payments: Iterable[Payment],
        rates: Sequence[Rate], split: bool = True, digits: int = 2) -> Decimal:
    """Interest on a debt, rounded once, half up.

    :param amount: the debt, taxes included
    :param due: its due date
    :param until: last day that counts; the debt may have been settled before
    :param payments: those after ``until`` change nothing
    :param rates: where two cover a day, the first one holds
    :param split: each day at its own rate (L4). Otherwise the whole delay at the rate of
        the first day of the semester in which interest began (public buyers, L14)
    :param digits: of the currency
    :return: in the debt's currency, never negative
    :raise RateMissing: no rate for a day on which something was owed
    """
    exact = sum_percent_days(amount, due, until, payments, rates, split) / PERCENT_DAYS
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def sum_percent_days(
        amount: Decimal, due: date, until: date, payments: Iterable[Payment],
        rates: Sequence[Rate], split: bool = True) -> Decimal:
    """:func:`interest` before division and rounding.

    :return: the sum of amount x percent x days, exact
    :raise RateMissing: as there
    """
    return sum((period.percent_days for period in list_periods(
        amount, due, until, payments, rates, split)), Decimal(0))


def list_periods(
        amount: Decimal, due: date, until: date, payments: Iterable[Payment],
        rates: Sequence[Rate], split: bool = True) -> list[InterestPeriod]:
    """The computation of :func:`interest`, period by period; its parameters and errors.

    :return: the periods in which neither what was owed nor the rate changed, in order
    """
    owed = list(_split_by_payment(amount, due, until, payments))
    if not owed:
        return []
    if not split:
        percent = _get_percent(semester_start(due + ONE_DAY), rates)
        return [InterestPeriod(stretch.start, stretch.end, stretch.amount, percent)
                for stretch in owed]
    return [
        InterestPeriod(
            part.start, part.end, part.amount, _get_percent(part.start + ONE_DAY, rates))
        for stretch in owed for part in _split_by_rate(stretch, rates)]


def is_late(amount: Decimal, due: date, until: date, payments: Iterable[Payment]) -> bool:
    """Whether something was still owed after the due date, the due date itself being in time.

    :param until: last day that counts; the others as in :func:`interest`
    """
    return any(True for _stretch in _split_by_payment(amount, due, until, payments))


def semester_start(day: date) -> date:
    """:return: 1 January or 1 July, whichever opens the day's semester"""
    return date(day.year, 7 if day.month > 6 else 1, 1)


def find_valid(day: date, periods: Iterable[_Period]) -> _Period | None:
    """:return: the first of the rates or indemnities in force on a day, None where none is"""
    return next((period for period in periods if period.covers(day)), None)


def _get_percent(day: date, rates: Sequence[Rate]) -> Decimal:
    """:raise RateMissing: no rate covers the day, or the one that does is not known"""
    rate = find_valid(day, rates)
    if rate is None or rate.percent is None:
        raise RateMissing(day)
    return rate.percent


class _Stretch(NamedTuple):
    """What was owed on each of the days after ``start``, up to ``end``."""

    start: date
    end: date
    amount: Decimal


def _split_by_payment(
        amount: Decimal, due: date, until: date,
        payments: Iterable[Payment]) -> Iterator[_Stretch]:
    """Yield the stretches in which what is owed does not change.

    None is yielded once the debt is settled: a rate is not needed any more.
    """
    payments = list(payments)
    inside = {payment.day for payment in payments if due < payment.day < until}
    days = sorted(inside | {due, until}) if due < until else []
    for start, end in pairwise(days):
        owed = amount - sum(payment.amount for payment in payments if payment.day <= start)
        if owed > 0:
            yield _Stretch(start, end, owed)


def _split_by_rate(stretch: _Stretch, rates: Sequence[Rate]) -> Iterator[_Stretch]:
    """Yield the parts of a stretch in which the rate does not change."""
    last_days = {rate.start - ONE_DAY for rate in rates} | {rate.end for rate in rates if rate.end}
    inside = {day for day in last_days if stretch.start < day < stretch.end}
    for start, end in pairwise(sorted({stretch.start, stretch.end} | inside)):
        yield _Stretch(start, end, stretch.amount)
