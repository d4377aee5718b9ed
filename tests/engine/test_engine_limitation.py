"""When a claim lapses: issue 19, L18, N12."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.limitation import (
    DAYS,
    MONTHS,
    RESTART,
    SUSPEND,
    TITLE,
    YEARS,
    Act,
    Period,
    compute,
    find_period,
)

SETTINGS = settings(derandomize=True, deadline=None, max_examples=300)
DUE = date(2024, 3, 31)
FIVE, THREE, TEN = Period(5, YEARS), Period(3, YEARS), Period(10, YEARS)

SPAN = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@st.composite
def acts(draw, effects=(RESTART, SUSPEND)):
    """Some acts, each of one day or of several."""
    found = []
    for key in range(draw(st.integers(0, 5))):
        effect, day = draw(st.sampled_from(effects)), draw(SPAN)
        length = draw(st.integers(0, 120))
        lasts = effect == SUSPEND or draw(st.booleans())
        found.append(Act(key, effect, day, day + timedelta(days=length) if lasts else None))
    return found


def count(due, days, found):
    """The same, day by day: a day counts unless the time stands still, and some begin anew."""
    still = {act.day + timedelta(days=n) for act in found if act.until
             for n in range(1, (act.until - act.day).days + 1)}
    day, left, standing = due, days, set()
    while True:
        for act in found:
            if act.day == day or act.day < due == day:
                end = act.until or act.day
                standing |= {day for day in still if act.day < day <= end}
                if act.effect == RESTART and end >= due:
                    left = days
        if not left:
            return day
        day += timedelta(days=1)
        left -= day not in standing


@tagged("post_install", "-at_install")
class TestEngineLimitation(BaseCase):
    """Issue 19: the last day on which a claim is in time."""

    def test_the_due_date_does_not_count(self):
        """L18: five years from 31 March 2024 end with 31 March 2029."""
        self.assertEqual(compute(DUE, FIVE).last_day, date(2029, 3, 31))

    def test_leap_day(self):
        """What fell due on 29 February lapses on the 28th of a year without one."""
        self.assertEqual(compute(date(2024, 2, 29), THREE).last_day, date(2027, 2, 28))

    def test_no_rule_no_date(self):
        """Issue 19: without a rule nothing is guessed."""
        self.assertIsNone(compute(DUE, None, [Act(1, RESTART, DUE)]).last_day)

    def test_an_interruption_lets_it_run_anew(self):
        """N12: the whole time runs again from the day of the act."""
        course = compute(DUE, THREE, [Act(7, RESTART, date(2025, 6, 1))])
        self.assertEqual((course.start, course.last_day, course.counted),
                         (date(2025, 6, 1), date(2028, 6, 1), (7,)))

    def test_proceedings_end_first(self):
        """A claim in court interrupts until the proceedings end."""
        course = compute(DUE, THREE, [Act(1, RESTART, date(2025, 6, 1), date(2026, 2, 1))])
        self.assertEqual(course.last_day, date(2029, 2, 1))

    def test_an_act_during_a_suspension(self):
        """What is recognised while the time stands still runs anew once it runs again."""
        found = [Act(1, SUSPEND, date(2025, 1, 1), date(2025, 4, 1)),
                 Act(2, RESTART, date(2025, 2, 1))]
        self.assertEqual(compute(DUE, THREE, found).last_day, date(2028, 4, 1))

    def test_nothing_revives_what_has_lapsed(self):
        """An act on the last day counts, one on the day after does not."""
        for day, last in ((date(2027, 3, 31), date(2030, 3, 31)),
                          (date(2027, 4, 1), date(2027, 3, 31))):
            course = compute(DUE, THREE, [Act(1, RESTART, day)])
            self.assertEqual(course.last_day, last)
            self.assertEqual(bool(course.counted), day == date(2027, 3, 31))

    def test_what_was_before_the_due_date(self):
        """What happened before an item fell due does not make it lapse earlier."""
        course = compute(DUE, THREE, [Act(1, RESTART, date(2023, 1, 1))])
        self.assertEqual((course.last_day, course.counted), (date(2027, 3, 31), ()))

    def test_a_title_has_a_time_of_its_own(self):
        """J8: ten years from the title, and ten again from an act of enforcement."""
        found = [Act(1, TITLE, date(2025, 1, 10)), Act(2, RESTART, date(2026, 1, 10))]
        self.assertEqual(compute(DUE, THREE, found, title=TEN).last_day, date(2036, 1, 10))
        self.assertIsNone(compute(DUE, THREE, found).last_day)

    def test_a_title_takes_no_time_away(self):
        """A title whose own time is shorter than what is left leaves the later day."""
        found = [Act(1, TITLE, date(2024, 5, 1))]
        self.assertEqual(
            compute(DUE, FIVE, found, title=Period(1, YEARS)).last_day, date(2029, 3, 31))

    def test_the_rule_of_the_due_date(self):
        """A dated rule holds for what fell due within its dates."""
        old = Period(10, YEARS, date_to=date(2008, 6, 18))
        new = Period(5, YEARS, date_from=date(2008, 6, 19))
        for day, period in ((date(2008, 6, 18), old), (date(2008, 6, 19), new)):
            self.assertEqual(find_period([new, old], day), period)
        self.assertIsNone(find_period([old], date(2020, 1, 1)))

    def test_wrong_values(self):
        """No unit, no time, no end: refused."""
        for wrong in (lambda: Period(1, "weeks"), lambda: Period(0, MONTHS),
                      lambda: Act(1, "notice", DUE), lambda: Act(1, SUSPEND, DUE),
                      lambda: Act(1, RESTART, DUE, DUE - timedelta(days=1))):
            self.assertRaises(ValueError, wrong)

    @SETTINGS
    @given(SPAN, st.integers(1, 400), acts())
    def test_day_by_day(self, due, days, found):
        """Any acts: the same as counting the days one by one."""
        self.assertEqual(compute(due, Period(days, DAYS), found).last_day,
                         count(due, days, found))

    @SETTINGS
    @given(SPAN, acts((RESTART, SUSPEND, TITLE)), st.randoms())
    def test_later_never_earlier(self, due, found, chance):
        """Acts put the last day off, never forward, in whatever order they are given."""
        shuffled = chance.sample(found, len(found))
        course = compute(due, THREE, found, title=TEN)
        self.assertGreaterEqual(course.last_day, compute(due, THREE).last_day)
        self.assertEqual(course, compute(due, THREE, shuffled, title=TEN))
