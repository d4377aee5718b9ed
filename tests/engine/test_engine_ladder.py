from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine import ladder
from ...engine.ladder import (
    Chase,
    Executed,
    Ladder,
    Next,
    Planned,
    Rung,
    Stop,
    decide,
    find_wake,
    foresee,
)

DUE = date(2026, 2, 1)
RUNGS = (Rung(1, -5), Rung(2, 3), Rung(3, 15), Rung(4, 30))


def chase(**vals):
    return Chase(**{"leader": 7, "due": DUE, "amount": Decimal(100), **vals})


def plan_of(decision, on, **vals):
    return Planned(decision.rung, decision.leader, decision.date, on, **vals)


@tagged("standard", "at_install")
class TestLadder(BaseCase):
    """The ladder by examples: entry, intervals, contacts, stops."""

    def assertNext(self, decision, rung, day):
        self.assertEqual((decision.rung, decision.date), (rung, day))

    def test_first_entry_starts_at_the_bottom_whatever_the_age(self):
        """B43: first action; the reminder before the due date is gone."""
        found = decide(Ladder(RUNGS), chase(), DUE + timedelta(40))
        self.assertNext(found, 2, DUE + timedelta(40))

    def test_contextual_entry_takes_the_step_of_the_age(self):
        """B43: contextual."""
        entered = Ladder(RUNGS, entry=ladder.CONTEXTUAL)
        for age, rung in ((-20, 1), (-5, 1), (0, 1), (1, 2), (3, 2), (14, 2), (15, 3), (400, 4)):
            with self.subTest(age=age):
                found = decide(entered, chase(), DUE + timedelta(age))
                self.assertEqual(found.rung, rung)

    def test_a_reminder_before_the_due_date_waits_for_its_day(self):
        """S-004: a negative offset."""
        found = decide(Ladder(RUNGS), chase(), DUE - timedelta(30))
        self.assertNext(found, 1, DUE - timedelta(5))

    def test_a_reminder_not_sent_in_time_is_passed_over(self):
        """S-004: before the due date, or not at all."""
        planned = Planned(1, 7, DUE - timedelta(5), DUE - timedelta(30))
        found = decide(Ladder(RUNGS), chase(planned=planned), DUE + timedelta(1))
        self.assertNext(found, 2, DUE + timedelta(3))

    def test_a_last_reminder_before_the_due_date_repeats_until_then(self):
        """S-004: before the due date, or not at all; however long it is planned already."""
        for offset, repeat, day in ((-5, 7, None), (-5, 5, 0), (-5, 6, None), (-20, 7, -8)):
            once = Ladder((Rung(1, offset),), repeat=repeat)
            last = Executed(1, offset, DUE + timedelta(max(offset, -15)))
            chased = chase(last=last, last_message=last.on)
            for today in (last.on, last.on + timedelta(1), DUE + timedelta(1)):
                with self.subTest(offset=offset, repeat=repeat, today=today):
                    found = decide(once, chased, today)
                    if day is None or today > DUE:
                        self.assertEqual(found, Stop(ladder.FINISHED))
                    else:
                        self.assertNext(found, 1, DUE + timedelta(day))

    def test_nothing_is_left_after_the_due_date(self):
        """S-004: a scenario of reminders before it alone, for a leader that came late."""
        for entry in (ladder.FIRST, ladder.CONTEXTUAL):
            found = decide(Ladder((Rung(1, -5),), entry=entry), chase(), DUE + timedelta(1))
            self.assertEqual(found, Stop(ladder.FINISHED))

    def test_a_day_chosen_by_hand_is_no_second_message_of_a_day(self):
        """S-008: a message left on the day that a person chose, or after it."""
        for left, day in ((0, 1), (3, 4), (-1, 0), (-9, 0)):
            with self.subTest(left=left):
                planned = Planned(2, 7, DUE + timedelta(3), DUE, by_hand=True)
                found = decide(
                    Ladder(RUNGS, min_days=5),
                    chase(planned=planned, last_message=DUE + timedelta(3 + left)),
                    DUE + timedelta(3))
                self.assertEqual(found, Next(2, 7, DUE + timedelta(3 + day)))

    def test_a_last_step_on_the_due_date_repeats_after_it(self):
        """S-004: only what comes before it has no sense after it."""
        last = Executed(1, 0, DUE)
        found = decide(Ladder((Rung(1, 0),), repeat=7), chase(last=last), DUE + timedelta(1))
        self.assertNext(found, 1, DUE + timedelta(7))

    def test_a_first_reminder_put_off_by_another_message(self):
        """S-004: it stays planned until the due date is gone, which wakes the customer."""
        chased = chase(last_message=DUE - timedelta(2))
        found = decide(Ladder(RUNGS, min_days=5), chased, DUE - timedelta(1))
        self.assertNext(found, 1, DUE + timedelta(3))
        self.assertEqual(find_wake(Ladder(RUNGS), chased, found), DUE + timedelta(1))

    def test_small_debts(self):
        """B43: less than the minimum is too little, the minimum itself is not; nothing is none."""
        least = Ladder(RUNGS, minimum=Decimal("0.5"))
        for amount, reason in (("0.49", ladder.BELOW_MINIMUM), ("0.5", None), ("0", ladder.COVERED),
                               ("-3", ladder.COVERED)):
            with self.subTest(amount=amount):
                found = decide(least, chase(amount=Decimal(amount)), DUE)
                self.assertEqual(getattr(found, "reason", None), reason)

    def test_small_debts_with_credits_netted_or_not(self):
        """S-008, issue 17: debts alone are compared where credits do not count; what credits
        cover is not chased in either case."""
        for net, amount, debts, reason in (
                (True, 90, 200, ladder.BELOW_MINIMUM), (False, 90, 200, None),
                (False, 90, 99, ladder.BELOW_MINIMUM), (False, 0, 200, ladder.COVERED),
                (False, 90, None, ladder.BELOW_MINIMUM)):
            with self.subTest(net=net, amount=amount, debts=debts):
                known = chase(
                    amount=Decimal(amount), debts=None if debts is None else Decimal(debts))
                found = decide(Ladder(RUNGS, minimum=Decimal(100), net=net), known, DUE)
                self.assertEqual(getattr(found, "reason", None), reason)

    def test_what_is_to_come(self):
        """Issue 17: one step after the other, with their intervals, up to a day."""
        today = DUE + timedelta(20)
        found = foresee(Ladder(RUNGS), chase(), today, today + timedelta(27))
        self.assertEqual([(step.rung, (step.date - today).days) for step in found],
                         [(2, 0), (3, 12), (4, 27)])
        self.assertEqual(foresee(Ladder(RUNGS), chase(), today, today + timedelta(26)), found[:2])

    def test_what_is_to_come_again_and_again(self):
        """Issue 17: a last step that is repeated; at the end, nothing; without ladder, nothing."""
        today = DUE + timedelta(30)
        once = Ladder((Rung(4, 30),), repeat=10)
        found = foresee(once, chase(), today, today + timedelta(25))
        self.assertEqual([(step.date - today).days for step in found], [0, 10, 20])
        self.assertEqual(
            len(foresee(Ladder((Rung(4, 30),)), chase(), today, today + timedelta(99))), 1)
        self.assertEqual(foresee(None, chase(), today, today + timedelta(99)), [])

    def test_steps_that_are_no_more(self):
        """B43: planned or executed by a step that was deleted."""
        planned = Planned(99, 7, DUE, DUE)
        self.assertNext(decide(Ladder(RUNGS), chase(planned=planned), DUE), 1, DUE)
        last = Executed(99, 3, DUE + timedelta(3))
        found = decide(Ladder(RUNGS), chase(last=last), DUE + timedelta(4))
        self.assertNext(found, 3, DUE + timedelta(15))

    def test_two_steps_of_one_day(self):
        """S-003: no days lie between them."""
        both = Ladder((Rung(1, 3), Rung(2, 3)))
        last = Executed(1, 3, DUE + timedelta(5))
        self.assertNext(decide(both, chase(last=last), DUE + timedelta(5)), 2, DUE + timedelta(5))

    def test_when_to_decide_again(self):
        """S-007: when something known changes by itself, the due date passing included."""
        soon, later = DUE + timedelta(2), DUE + timedelta(9)
        for rung, wakes, wake in (
                (1, (), DUE + timedelta(1)), (1, (later,), DUE + timedelta(1)),
                (1, (later, DUE), DUE), (2, (later, soon), soon), (2, (), None)):
            with self.subTest(rung=rung, wakes=wakes):
                found = find_wake(Ladder(RUNGS), chase(wakes=wakes), Next(rung, 7, DUE))
                self.assertEqual(found, wake)
        on_the_day = Ladder((Rung(1, 0),))
        self.assertIsNone(find_wake(on_the_day, chase(), Next(1, 7, DUE)))
        self.assertEqual(find_wake(None, chase(wakes=(soon,)), Stop(ladder.NO_SCENARIO)), soon)
        self.assertIsNone(find_wake(Ladder(RUNGS), chase(), Stop(ladder.HOLD)))

    def test_the_interval_is_kept_when_a_step_was_late(self):
        """S-003: +3 done ten days late, so +15 comes twelve days after it."""
        last = Executed(2, 3, DUE + timedelta(13))
        found = decide(Ladder(RUNGS), chase(last=last), DUE + timedelta(14))
        self.assertNext(found, 3, DUE + timedelta(25))

    def test_a_step_done_early_brings_nothing_forward(self):
        """S-003: +3 sent on the due date; +15 stays at +15."""
        last = Executed(2, 3, DUE)
        found = decide(Ladder(RUNGS), chase(last=last), DUE)
        self.assertNext(found, 3, DUE + timedelta(15))

    def test_a_new_leader_starts_again(self):
        """S-002: what was done for another item does not count."""
        planned = Planned(4, 6, DUE, DUE)
        found = decide(Ladder(RUNGS), chase(planned=planned), DUE + timedelta(20))
        self.assertNext(found, 2, DUE + timedelta(20))

    def test_messages_are_kept_apart(self):
        """E4: days between two messages, and never two on a day."""
        today = DUE + timedelta(20)
        for days, apart in ((0, 1), (1, 1), (7, 7)):
            with self.subTest(days=days):
                found = decide(Ladder(RUNGS, min_days=days), chase(last_message=today), today)
                self.assertEqual(found.date, today + timedelta(apart))

    def test_a_step_falls_on_an_open_day(self):
        """S-008: 1 March 2026 is a Sunday."""
        office = Ladder((Rung(1, 28),), open_days=frozenset(range(5)))
        found = decide(office, chase(), DUE)
        self.assertEqual(found.date, date(2026, 3, 2))

    def test_a_day_chosen_by_hand_is_kept(self):
        """S-009: re-dated in the agenda, whatever the rest says."""
        planned = Planned(2, 7, DUE + timedelta(60), DUE, by_hand=True)
        found = decide(Ladder(RUNGS), chase(planned=planned, last_message=DUE), DUE)
        self.assertNext(found, 2, DUE + timedelta(60))

    def test_the_ladder_ends_after_its_last_step(self):
        """S-002: nothing more, unless the last step repeats."""
        last = Executed(4, 30, DUE + timedelta(30))
        done = chase(last=last)
        self.assertEqual(decide(Ladder(RUNGS), done, last.on), Stop(ladder.FINISHED))
        found = decide(Ladder(RUNGS, repeat=10), done, last.on)
        self.assertNext(found, 4, DUE + timedelta(40))

    def test_a_step_taken_out_of_the_scenario_is_followed_by_the_next_later_one(self):
        """S-002: the last step executed is no longer in the ladder."""
        last = Executed(99, 10, DUE + timedelta(10))
        found = decide(Ladder(RUNGS), chase(last=last), DUE + timedelta(10))
        self.assertEqual(found.rung, 3)

    def test_each_stop_says_its_reason(self):
        """A-001: why a customer is not chased."""
        for reason, ladder_, facts in (
                (ladder.NO_SCENARIO, None, chase()),
                (ladder.EMPTY, Ladder(()), chase()),
                (ladder.NO_RATE, Ladder(RUNGS, stop=ladder.NO_RATE), chase()),
                (ladder.HOLD, Ladder(RUNGS), chase(stop=ladder.HOLD)),
                (ladder.SETTLED, Ladder(RUNGS), Chase()),
                (ladder.DISPUTED, Ladder(RUNGS), Chase(
                    causes=frozenset({ladder.PROMISED, ladder.DISPUTED}))),
                (ladder.COVERED, Ladder(RUNGS), chase(amount=Decimal(0))),
                (ladder.BELOW_MINIMUM, Ladder(RUNGS, minimum=Decimal("100.01")), chase())):
            with self.subTest(reason=reason):
                self.assertEqual(decide(ladder_, facts, DUE), Stop(reason))


patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
days = st.integers(-60, 400).map(lambda n: DUE + timedelta(n))
ladders = st.builds(
    lambda offsets, **vals: Ladder(tuple(
        Rung(key, offset) for key, offset in enumerate(sorted(offsets), 1)), **vals),
    st.lists(st.integers(-30, 120), min_size=1, max_size=6),
    entry=st.sampled_from((ladder.FIRST, ladder.CONTEXTUAL)),
    min_days=st.integers(0, 10), repeat=st.integers(0, 30),
    open_days=st.frozensets(st.integers(0, 6), max_size=7))
facts = st.builds(
    chase,
    last=st.none() | st.builds(Executed, st.integers(1, 8), st.integers(-30, 120), days),
    last_message=st.none() | days)


@tagged("standard", "at_install")
class TestLadderProperties(BaseCase):
    """What holds for every ladder, customer and day."""

    @patient
    @given(ladders, facts, days, st.integers(0, 30))
    def test_deciding_again_says_the_same(self, ladder_, known, today, later):
        """S-002: planning is idempotent, today and on any day before the step is gone."""
        found = decide(ladder_, known, today)
        if isinstance(found, Stop):
            return
        again_on = today + timedelta(later)
        offset = next(r.offset for r in ladder_.rungs if r.key == found.rung)
        if offset < 0 and again_on > known.due:
            return
        planned = chase(last=known.last, last_message=known.last_message,
                        planned=plan_of(found, today))
        self.assertEqual(decide(ladder_, planned, again_on), found)

    @patient
    @given(ladders, facts, days)
    def test_a_step_is_never_brought_forward(self, ladder_, known, today):
        """S-003, E4: not before its offset, today, the interval, or the last message's delay."""
        found = decide(ladder_, known, today)
        if isinstance(found, Stop):
            return
        offset = next(r.offset for r in ladder_.rungs if r.key == found.rung)
        self.assertGreaterEqual(found.date, known.due + timedelta(offset))
        self.assertGreaterEqual(found.date, today)
        if known.last_message:
            self.assertGreater(found.date, known.last_message)
        if ladder_.open_days:
            self.assertIn(found.date.weekday(), ladder_.open_days)

    @patient
    @given(ladders, days)
    def test_climbing_takes_each_step_once(self, ladder_, today):
        """S-003: executed one after the other, the steps come in order, and the ladder ends."""
        climbed, last, known = [], None, chase()
        ladder_ = Ladder(ladder_.rungs, ladder_.entry, ladder_.min_days)
        while isinstance(found := decide(ladder_, known, today), Next):
            climbed.append(found.rung)
            today = found.date
            last = Executed(
                found.rung, next(r.offset for r in ladder_.rungs if r.key == found.rung), today)
            known = chase(last=last, last_message=today)
        self.assertEqual(climbed, sorted(set(climbed)))
        self.assertIsNotNone(found.reason)
