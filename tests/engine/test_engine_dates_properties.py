"""When delays end: what holds for all of them, whatever the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from dateutil.easter import easter
from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.dates import Calendar, Delay, Truce, due_date, remaining, resume, term
from .test_engine_dates import WINTER

SETTINGS = settings(derandomize=True, deadline=None, max_examples=80)

#: Some years with all that differs: leap years, 1 April a holiday, week-ends on bounds.
DAYS = st.dates(date(2023, 9, 1), date(2029, 3, 31))
DELAYS = st.one_of(
    st.builds(Delay, st.integers(0, 120), st.just("days"), st.booleans()),
    st.builds(Delay, st.integers(0, 30), st.just("weeks"), st.booleans()),
    st.builds(Delay, st.integers(0, 36), st.just("months"), st.booleans()),
    st.builds(Delay, st.integers(0, 60), st.sampled_from(["working_days", "business_days"]),
              st.booleans()),
)
CLOSURES = st.builds(
    lambda first, days: (first, first + timedelta(days=days)), DAYS, st.integers(0, 40))
OPEN_CALENDARS = st.builds(
    Calendar,
    country=st.sampled_from(["FR", None]),
    alsace_moselle=st.booleans(),
)
CALENDARS = st.builds(
    replace, OPEN_CALENDARS, closures=st.lists(CLOSURES, max_size=3).map(tuple))
TRUCES = st.sampled_from([WINTER, Truce(8, 1, 8, 31), Truce(12, 20, 1, 3), Truce(2, 1, 2, 29)])
ANY_TRUCES = st.one_of(st.none(), TRUCES)


def is_worked(day, calendar, last_weekday):
    """Read from the calendar's own words: neither week-end, nor holiday."""
    named = False
    if calendar.country:
        after = (day - easter(day.year)).days
        named = named or after in (1, 39, 50) or f"{day:%d%m}" in {
            "0101", "0105", "0805", "1407", "1508", "0111", "1111", "2512"}
        named = named or (calendar.alsace_moselle and (after == -2 or f"{day:%d%m}" == "2612"))
    return day.weekday() <= last_weekday and not named


def is_shut(day, calendar):
    return any(first <= day <= last for first, last in calendar.closures)


def days_between(first, last):
    """The days after the first one, up to the last one."""
    return [first + timedelta(days=days) for days in range(1, (last - first).days + 1)]


@tagged("standard", "at_install")
class TestEngineDatesProperties(BaseCase):

    @SETTINGS
    @given(DAYS, DELAYS, st.integers(1, 10), CALENDARS, ANY_TRUCES)
    def test_more_is_never_earlier(self, start, delay, more, calendar, truce):
        """D-060: a longer delay ends on the same day or later."""
        longer = replace(delay, amount=delay.amount + more)
        self.assertLessEqual(
            due_date(start, delay, calendar, truce), due_date(start, longer, calendar, truce))

    @SETTINGS
    @given(DAYS, st.integers(1, 20), DELAYS, CALENDARS, ANY_TRUCES)
    def test_later_is_never_earlier(self, start, wait, delay, calendar, truce):
        """D-060: a delay that starts later ends on the same day or later."""
        later = start + timedelta(days=wait)
        self.assertLessEqual(
            due_date(start, delay, calendar, truce), due_date(later, delay, calendar, truce))

    @SETTINGS
    @given(DAYS, DELAYS, CALENDARS, ANY_TRUCES)
    def test_not_before_the_term(self, start, delay, calendar, truce):
        """D-060, CPC 642: never before the start nor the term, and on it if it may be."""
        last = term(start, delay, calendar)
        due = due_date(start, delay, calendar, truce)
        self.assertLessEqual(start, last)
        self.assertLessEqual(last, due)
        if not delay.procedural and not truce:
            self.assertEqual(due, last)

    @SETTINGS
    @given(DAYS, DELAYS, CALENDARS, ANY_TRUCES)
    def test_procedure_ends_on_a_working_day(self, start, delay, calendar, truce):
        """CPC 642: the last day is never a Saturday, a Sunday or a holiday."""
        due = due_date(start, replace(delay, procedural=True), calendar, truce)
        self.assertTrue(is_worked(due, calendar, 4))

    @SETTINGS
    @given(DAYS, DELAYS, OPEN_CALENDARS, ANY_TRUCES)
    def test_procedure_is_never_shorter(self, start, delay, calendar, truce):
        """CPC 642: it only prolongs (but the closures of an office do not, so none here)."""
        plain = due_date(start, replace(delay, procedural=False), calendar, truce)
        due = due_date(start, replace(delay, procedural=True), calendar, truce)
        self.assertLessEqual(plain, due)
        skipped = [plain, *days_between(plain, due)][:-1]
        self.assertFalse([
            day for day in skipped
            if is_worked(day, calendar, 4) and not (truce and truce.covers(day))])

    @SETTINGS
    @given(DAYS, DELAYS, CALENDARS, TRUCES)
    def test_outside_the_truce(self, start, delay, calendar, truce):
        """CPCE L. 412-6: nothing ends within it; what ended outside is left alone."""
        due = due_date(start, delay, calendar, truce)
        self.assertFalse(truce.covers(due))
        without = due_date(start, delay, calendar)
        if truce.covers(without):
            self.assertGreaterEqual(due, truce.next_open_day(without))
        else:
            self.assertEqual(due, without)

    @SETTINGS
    @given(DAYS, TRUCES)
    def test_next_open_day(self, day, truce):
        """CPCE L. 412-6: the first day that the truce does not cover."""
        found = truce.next_open_day(day)
        self.assertFalse(truce.covers(found))
        self.assertTrue(all(truce.covers(skipped) for skipped in [day, *days_between(day, found)]
                            if skipped != found))

    @SETTINGS
    @given(DAYS, st.integers(0, 60), CALENDARS, st.booleans(), st.booleans())
    def test_days_worked_up_to_the_end(self, start, amount, calendar, saturday, procedural):
        """D-060: as many days are worked up to the end as the delay has."""
        delay = Delay(amount, "business_days" if saturday else "working_days", procedural)
        worked = [
            day for day in days_between(start, term(start, delay, calendar))
            if is_worked(day, calendar, 5 if saturday else 4)
            and (procedural or not is_shut(day, calendar))
        ]
        if amount:
            self.assertEqual(len(worked), amount)
            self.assertEqual(worked[-1], term(start, delay, calendar))
        else:
            self.assertLessEqual(len(worked), 1)  # none, or the next one from a closed day

    @SETTINGS
    @given(DAYS, st.integers(0, 36), CALENDARS, st.booleans())
    def test_day_of_the_month(self, start, amount, calendar, procedural):
        """CPC 641: the day number never grows, and only shrinks to the end of a month."""
        last = term(start, Delay(amount, "months", procedural), calendar)
        self.assertEqual(
            (last.year - start.year) * 12 + last.month - start.month, amount)
        self.assertLessEqual(last.day, start.day)
        if last.day < start.day:
            self.assertEqual((last + timedelta(days=1)).day, 1)

    @SETTINGS
    @given(DAYS, DELAYS, CALENDARS, ANY_TRUCES, st.data())
    def test_resuming_at_once(self, start, delay, calendar, truce, data):
        """D-028: a pause of no length moves nothing, whenever and however it is counted."""
        due = due_date(start, delay, calendar, truce)
        last = term(start, delay, calendar)
        today = data.draw(st.dates(min(start, due) - timedelta(days=30), due), label="today")
        left = remaining(today, due, delay, calendar)
        self.assertEqual(resume(today, left, delay, calendar, truce), due)
        left = remaining(today, last, delay, calendar)
        self.assertEqual(resume(today, left, delay, calendar, truce), due)

    @SETTINGS
    @given(DAYS, DELAYS, CALENDARS, ANY_TRUCES, st.integers(0, 90), st.data())
    def test_pause(self, start, delay, calendar, truce, pause, data):
        """D-028: a pause never brings the end forward, and the new end can be paused too."""
        due = due_date(start, delay, calendar, truce)
        today = data.draw(st.dates(start, due), label="today")
        then = today + timedelta(days=pause)
        moved = resume(then, remaining(today, due, delay, calendar), delay, calendar, truce)
        self.assertGreaterEqual(moved, due)
        left = remaining(then, moved, delay, calendar)
        self.assertEqual(resume(then, left, delay, calendar, truce), moved)
        if delay.unit in ("days", "weeks", "months") and not delay.procedural and not truce:
            self.assertEqual(moved, due + timedelta(days=pause))

    @SETTINGS
    @given(DAYS, DELAYS, CALENDARS, st.integers(0, 400))
    def test_left_shrinks(self, start, delay, calendar, days):
        """D-028: each day takes at most one unit off, and none is left at the end."""
        due = due_date(start, delay, calendar)
        today = min(start + timedelta(days=days), due)
        left = remaining(today, due, delay, calendar)
        after = remaining(today + timedelta(days=1), due, delay, calendar)
        self.assertIn(left - after, (0, 1))
        self.assertEqual(remaining(due, due, delay, calendar), 0)
