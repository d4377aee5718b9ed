"""The reminder ladder: which step of its scenario a customer comes to, and on which day.

Pure and stable: deciding again with what was decided, on any later day, gives the same, until
what is known of the customer changes. The rules stand in :func:`decide`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias

#: A date, where a field is called so.
Day: TypeAlias = date

#: How a ladder is entered for a new leader (B43).
FIRST, CONTEXTUAL = "first", "contextual"

#: Why a customer is not chased, in the order in which they are looked at. Those from
#: ``DISPUTED`` to ``OLD`` keep items out; they are the reason when no item is left.
ARCHIVED, NO_SCENARIO, EMPTY = "archived", "no_scenario", "empty"
#: Its scenario is in use no more.
SCENARIO_ARCHIVED = "scenario_archived"
#: It is collected as a part of another customer now.
MOVED = "moved"
INSOLVENT, HOLD, NO_RATE = "insolvent", "hold", "no_rate"
DISPUTED, LITIGATION, PROMISED = "disputed", "litigation", "promised"
SPECIFIC, SUSPENDED = "specific", "suspended"
BLOCKED, IN_PAYMENT, SMALL = "blocked", "in_payment", "small"
#: It fell due before reminders began, and is left alone until a day.
OLD = "old"
SETTLED, COVERED, BELOW_MINIMUM, FINISHED = "settled", "covered", "below_minimum", "finished"

#: Causes that keep an item out of the scenario, the strongest first.
CAUSES = (DISPUTED, LITIGATION, PROMISED, SPECIFIC, SUSPENDED, BLOCKED, IN_PAYMENT, SMALL, OLD)
#: Reasons that mean: there is nothing left to collect.
NOTHING_DUE = frozenset({SETTLED, COVERED, IN_PAYMENT})


@dataclass(frozen=True, slots=True)
class Rung:
    """A step: its key, and its day as an offset from the leader's due date (negative: before)."""

    key: int
    offset: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """A scenario.

    :param rungs: by offset
    :param entry: ``FIRST`` or ``CONTEXTUAL``
    :param min_days: days at least between two messages to a customer; never less than one
    :param minimum: what must be due at least, in the company's currency
    :param repeat: the last step comes again after so many days; 0: never
    :param net: credits count against what is compared with the minimum
    :param open_days: weekdays (Monday 0) on which a step may fall; empty: all
    :param stop: a reason for which nobody is chased by it now, or None
    """

    rungs: tuple[Rung, ...]
    entry: str = FIRST
    min_days: int = 1
    minimum: Decimal = Decimal(0)
    repeat: int = 0
    net: bool = True
    open_days: frozenset[int] = frozenset()
    stop: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """The open action: its step, for which leader, planned when, for when.

    :param on: the day it was first planned; it never falls before
    :param by_hand: a person chose its day
    """

    rung: int
    leader: int
    date: Day
    on: Day
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Executed:
    """The last step executed (or skipped) for the leader, and the day it was."""

    rung: int
    offset: int
    on: date


@dataclass(frozen=True, slots=True)
class Chase:
    """What is known of a customer in a company.

    :param leader: id of the oldest open item that nothing excludes, or None
    :param due: the leader's due date; there is one wherever there is a leader
    :param amount: what is due by the leader's day or today, credits netted, in the company's
        currency
    :param debts: the same without the credits; None: as the amount
    :param causes: those of :data:`CAUSES` for which items are left out
    :param stop: a reason that stops the whole customer, or None
    :param last: the last step executed for the leader
    :param last_message: day of the last message to the customer
    :param planned: the open action
    :param wakes: days on which what is known changes by itself: a hold ends, a promise has
        passed, another item falls due
    """

    leader: int | None = None
    due: date | None = None
    amount: Decimal = Decimal(0)
    debts: Decimal | None = None
    causes: frozenset[str] = frozenset()
    stop: str | None = None
    last: Executed | None = None
    last_message: date | None = None
    planned: Planned | None = None
    wakes: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Next:
    """The step to take, for which leader, on which day."""

    rung: int
    leader: int
    date: Day


@dataclass(frozen=True, slots=True)
class Stop:
    """The customer is not chased."""

    reason: str

    @property
    def nothing_due(self) -> bool:
        """Whether nothing is left to collect."""
        return self.reason in NOTHING_DUE


def decide(ladder: Ladder | None, chase: Chase, today: date) -> Next | Stop:
    """Which step comes next for a customer.

    - The leader's due date carries the ladder. A new leader starts it again: from the first
      step, or from the one that fits its age (S-002, B43). A reminder before the due date is
      passed over once that date is gone.
    - The days between two steps are kept when the first was late (S-003); a step that was early
      brings nothing forward.
    - Two messages are ``min_days`` apart.
    - What is planned stays as planned, as long as leader and step hold; a day chosen by a person
      is theirs. Where a message left on that day or since, it is the day after it (S-008).

    :param ladder: the customer's scenario, or None
    :param chase: what is known
    :param today: the company's day
    """
    reason = _find_stop(ladder, chase)
    if reason:
        return Stop(reason)
    assert ladder and chase.leader is not None and chase.due  # else there is a reason to stop
    leader = _Leader(chase.leader, chase.due)
    planned = chase.planned if _holds(ladder, chase, leader, today) else None
    found = _find_rung(ladder, chase, leader, today, planned)
    if found is None:
        return Stop(FINISHED)
    rung, earliest = found
    if planned and planned.by_hand:
        return Next(rung.key, leader.key, _find_day_by_hand(chase, planned.date))
    earliest = max(earliest, planned.on if planned else today)
    if chase.last_message:
        earliest = max(earliest, chase.last_message + timedelta(days=max(ladder.min_days, 1)))
    day = next_open_day(earliest, ladder.open_days)
    if rung.offset < 0 and leader.due < day and _is_repeated(rung, chase):
        return Stop(FINISHED)
    return Next(rung.key, leader.key, day)


def _is_repeated(rung: Rung, chase: Chase) -> bool:
    return chase.last is not None and chase.last.rung == rung.key


def _find_day_by_hand(chase: Chase, day: date) -> date:
    """:return: the day that a person chose, or the one after a message that left on it or since"""
    if chase.last_message is None:
        return day
    return max(day, chase.last_message + timedelta(days=1))


def find_wake(ladder: Ladder | None, chase: Chase, decision: Next | Stop) -> date | None:
    """The next day on which deciding again may give something else although nothing was changed.

    :param ladder: that of the decision
    :param decision: what :func:`decide` answered for them
    :return: the day, or None
    """
    days = list(chase.wakes)
    if isinstance(decision, Next) and ladder and chase.due:
        rung = next(rung for rung in ladder.rungs if rung.key == decision.rung)
        if rung.offset < 0:
            days.append(chase.due + timedelta(days=1))
    return min(days, default=None)


def foresee(ladder: Ladder | None, chase: Chase, today: date, until: date) -> list[Next]:
    """The steps to come for a customer, if nothing is paid and nothing else happens meanwhile.

    :param ladder: the customer's scenario, or None
    :param chase: what is known
    :param today: the day from which on steps are taken
    :param until: the last day looked at
    :return: the steps, by day; empty where the customer is not chased
    """
    found: list[Next] = []
    decision = decide(ladder, chase, today)
    while ladder and isinstance(decision, Next) and decision.date <= until:
        found.append(decision)
        rung = next(rung for rung in ladder.rungs if rung.key == decision.rung)
        chase = replace(
            chase, planned=None, last_message=decision.date,
            last=Executed(rung.key, rung.offset, decision.date))
        decision = decide(ladder, chase, decision.date)
    return found


def next_open_day(day: date, open_days: frozenset[int]) -> date:
    """:return: the day, or the next one whose weekday is among ``open_days`` (empty: any)"""
    while open_days and day.weekday() not in open_days:
        day += timedelta(days=1)
    return day


class _Leader(NamedTuple):
    """The item that carries the ladder."""

    key: int
    due: date


def _find_stop(ladder: Ladder | None, chase: Chase) -> str | None:
    if chase.stop:
        return chase.stop
    if ladder is None:
        return NO_SCENARIO
    if ladder.stop or not ladder.rungs:
        return ladder.stop or EMPTY
    if chase.leader is None:
        return next((cause for cause in CAUSES if cause in chase.causes), SETTLED)
    if chase.amount <= 0:
        return COVERED
    compared = chase.amount if ladder.net or chase.debts is None else chase.debts
    return BELOW_MINIMUM if compared < ladder.minimum else None


def _holds(ladder: Ladder, chase: Chase, leader: _Leader, today: date) -> bool:
    """Whether the open action still stands for the customer's next step."""
    planned = chase.planned
    if not planned or planned.leader != leader.key:
        return False
    rung = next((rung for rung in ladder.rungs if rung.key == planned.rung), None)
    return rung is not None and (planned.by_hand or not _is_gone(rung, leader, today))


def _is_gone(rung: Rung, leader: _Leader, today: date) -> bool:
    """A reminder before the due date makes no sense after it."""
    return rung.offset < 0 and leader.due < today


def _find_rung(
        ladder: Ladder, chase: Chase, leader: _Leader, today: date,
        planned: Planned | None) -> tuple[Rung, date] | None:
    """:return: (the rung, the earliest day it may fall on), or None at the ladder's end"""
    rungs = [rung for rung in ladder.rungs if not _is_gone(rung, leader, today)]
    last = chase.last
    rung: Rung | None
    if planned:
        rung = next(rung for rung in ladder.rungs if rung.key == planned.rung)
    elif last:
        rung = _find_following(rungs, ladder, last)
    else:
        rung = _find_entry(rungs, ladder.entry, (today - leader.due).days)
    if rung is None:
        return None
    ideal = leader.due + timedelta(days=rung.offset)
    if last is None:
        return rung, ideal
    again = rung.key == last.rung
    interval = ladder.repeat if again else max(rung.offset - last.offset, 0)
    return rung, max(ideal, last.on + timedelta(days=interval))


def _find_entry(rungs: Sequence[Rung], entry: str, age: int) -> Rung | None:
    """:return: the rung at which a new leader of that age enters, or None"""
    reached = [rung for rung in rungs if rung.offset <= age]
    if entry == CONTEXTUAL and reached:
        return reached[-1]
    return rungs[0] if rungs else None


def _find_following(rungs: Sequence[Rung], ladder: Ladder, last: Executed) -> Rung | None:
    """:return: the rung after the last one executed, which may be gone from the ladder"""
    keys = [rung.key for rung in ladder.rungs]
    if last.rung in keys:
        done = keys[:keys.index(last.rung) + 1]
        after = [rung for rung in rungs if rung.key not in done]
    else:
        after = [rung for rung in rungs if rung.offset > last.offset]
    if after:
        return after[0]
    final = ladder.rungs[-1]
    return final if ladder.repeat and final.key == last.rung else None
