"""The ladder lived day by day, beside a reference that tries one day after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from odoo.tests import BaseCase, tagged

from ...engine.ladder import (
    CONTEXTUAL,
    FINISHED,
    FIRST,
    Chase,
    Executed,
    Ladder,
    Next,
    Planned,
    Rung,
    Stop,
    decide,
    find_wake,
)

ONE = timedelta(days=1)
BEGIN = date(2026, 1, 5)
LIVES, DAYS = 150, 150


def draw_ladder(random):
    offsets = sorted(random.sample(range(-25, 60), random.randrange(1, 6)))
    return Ladder(
        tuple(Rung(key, offset) for key, offset in enumerate(offsets, 1)),
        random.choice((FIRST, CONTEXTUAL)), random.choice((0, 1, 3, 7)), Decimal(0),
        random.choice((0, 0, 1, 10)),
        frozenset(random.choice(((), (), range(5), (1, 3), (6,)))))


def answer(ladder, chase, today):
    """The same decision, told a second time: the step first, then the first day that suits it."""
    kept = chase.planned and chase.planned.leader == chase.leader and find_rung(
        ladder, chase.planned.rung)
    if kept and not chase.planned.by_hand and kept.offset < 0 and today > chase.due:
        kept = None
    rung = kept or choose_rung(ladder, chase, today)
    if not rung:
        return Stop(FINISHED)
    if kept and chase.planned.by_hand:
        day = chase.planned.date
        while chase.last_message and day <= chase.last_message:
            day += ONE
        return Next(rung.key, chase.leader, day)
    day = chase.planned.on if kept else today
    while not suits(ladder, chase, rung, day):
        day += ONE
    again = chase.last and chase.last.rung == rung.key
    if again and rung.offset < 0 and day > chase.due:
        return Stop(FINISHED)
    return Next(rung.key, chase.leader, day)


def find_rung(ladder, key):
    found = [rung for rung in ladder.rungs if rung.key == key]
    return found[0] if found else None


def choose_rung(ladder, chase, today):
    alive = [rung for rung in ladder.rungs if rung.offset >= 0 or today <= chase.due]
    if not chase.last:
        fitting = [rung for rung in alive if chase.due + timedelta(rung.offset) <= today]
        return fitting[-1] if fitting and ladder.entry == CONTEXTUAL else (alive or [None])[0]
    known = find_rung(ladder, chase.last.rung)
    for rung in alive:
        later = ladder.rungs.index(rung) > ladder.rungs.index(known) if known else (
            rung.offset > chase.last.offset)
        if later:
            return rung
    return known if ladder.repeat and known == ladder.rungs[-1] else None


def suits(ladder, chase, rung, day):
    """Whether the step may fall on the day."""
    if day < chase.due + timedelta(rung.offset):
        return False
    if ladder.open_days and day.weekday() not in ladder.open_days:
        return False
    if chase.last_message and (day - chase.last_message).days < max(1, ladder.min_days):
        return False
    if not chase.last:
        return True
    passed = (day - chase.last.on).days
    if chase.last.rung == rung.key:
        return passed >= ladder.repeat
    return passed >= max(0, rung.offset - chase.last.offset)


class Life:
    """One customer: what is planned is mostly carried out on its day, and much else happens."""

    def __init__(self, number):
        self.random = Random(number)
        self.ladder = draw_ladder(self.random)
        self.due = BEGIN + timedelta(self.random.randrange(-40, 40))
        self.known = Chase(1, self.due, Decimal(100))
        self.messages, self.climbed = [], []
        self.before = self.wake = None

    def live(self, today):
        decision = decide(self.ladder, self.known, today)
        assert decision == answer(self.ladder, self.known, today), (
            decision, answer(self.ladder, self.known, today), self.ladder, self.known, today)
        if self.before and (self.wake is None or today < self.wake):
            assert decision == self.before, "it changed its mind without a reason"
        self.before, self.wake = decision, find_wake(self.ladder, self.known, decision)
        if isinstance(decision, Next):
            self.plan(decision, today)
        self.change(today)

    def plan(self, decision, today):
        planned = self.known.planned
        same = planned and (planned.leader, planned.rung) == (decision.leader, decision.rung)
        self.known = replace(self.known, planned=Planned(
            decision.rung, decision.leader, decision.date, planned.on if same else today,
            bool(same and planned.by_hand)))
        if decision.date <= today and self.random.random() < 0.8:
            self.execute(decision, today)

    def execute(self, decision, today):
        rung = find_rung(self.ladder, decision.rung)
        assert today not in self.messages, "two messages on one day"
        self.messages.append(today)
        self.climbed.append(rung.offset)
        assert self.climbed == sorted(self.climbed), "a step back"
        self.known = replace(
            self.known, planned=None, last=Executed(rung.key, rung.offset, today),
            last_message=today)
        self.before = None

    def change(self, today):
        kind, planned = self.random.randrange(60), self.known.planned
        if kind > 3 or (kind == 2 and not planned):
            return
        self.before = None
        if kind == 0 and today not in self.messages:  # a message of another kind
            self.messages.append(today)
            self.known = replace(self.known, last_message=today)
        elif kind == 1:  # its oldest item is paid: another one leads
            self.climbed = []
            self.due = max(self.due, today - timedelta(30)) + timedelta(self.random.randrange(30))
            self.known = replace(
                self.known, leader=self.known.leader + 1, due=self.due, last=None)
        elif kind == 2:  # a person chooses a day
            day = today + timedelta(self.random.randrange(1, 20))
            self.known = replace(
                self.known, planned=replace(planned, date=day, by_hand=True))
        elif kind == 3:  # a step is taken out of the scenario
            left = tuple(rung for rung in self.ladder.rungs if self.random.random() < 0.8)
            self.ladder = replace(self.ladder, rungs=left or self.ladder.rungs)


@tagged("standard", "at_install")
class TestLadderDayByDay(BaseCase):

    def test_lives(self):
        """S-002 to S-004, B43, E4: each day's decision is the reference's, says the same until its
        wake, and brings at most one message a day, step after step.
        """
        messages = 0
        for number in range(LIVES):
            life = Life(number)
            for day in range(DAYS):
                life.live(BEGIN + timedelta(day))
            messages += len(life.messages)
        self.assertGreater(messages, LIVES)
