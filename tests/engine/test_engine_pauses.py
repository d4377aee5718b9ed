"""What a pause does to deadlines and to the days of actions."""

from __future__ import annotations

from datetime import date

from odoo.tests import tagged

from ...engine import (
    Base,
    Calendar,
    Deadline,
    Delay,
    End,
    Move,
    Pause,
    Resume,
    Row,
    Tick,
    Truce,
    World,
)
from ...engine.sequence.deadlines import find_missing_markers
from ...engine.sequence.effects import Alert
from .engine_diary import DEFAULT, SERVED, Course, CourseCase, after, march
from .engine_trees import content, step


@tagged("standard", "at_install")
class TestEnginePauseDeadlines(CourseCase):
    """Issue 14: the pause counts for no internal deadline, whenever it begins."""

    def pause_on_the_second_day(self, unit):
        """:return: :class:`Course` with a deadline of five units that ran for a day, was paused
            from the 4th to the 20th, and runs on"""
        course = Course(
            step("one", content("a"), after(5, base=SERVED, unit=unit), DEFAULT), on=3,
            markers={"served": march(3)})
        course.do(4, Pause())
        course.do(20, Resume())
        return course

    def test_one_that_begins_in_a_pause(self):
        """D-028: counted from an action that was closed meanwhile, it begins when it ends."""
        course = Course(step(
            "one", content("a"), content("b"), after(5, base=Base("action", "a")), DEFAULT))
        course.do(2, Pause())
        course.close(3, "a")
        course.do(30, Resume())
        self.assertEqual(course.due(), date(2026, 4, 4))
        self.assertStands(course, "running", "one")

    def test_one_whose_date_is_filled_in_a_pause(self):
        """D-028: ten days are left when it ends."""
        course = Course(step("one", content("a"), after(10, base=SERVED), DEFAULT))
        course.do(3, Pause())
        course.do(4, Tick(), markers={"served": march(4)})
        course.do(25, Resume())
        self.assertEqual(course.due(), date(2026, 4, 4))

    def test_working_days_of_one_that_begins_in_a_pause(self):
        """D-028: its calendar's days off count neither before the pause nor after it, nor among
        the days that the pause gives back.
        """
        days_off = Calendar(
            country=None, closures=((march(5), march(5)), (march(26), march(26))))
        course = Course(
            step("one", content("a"), after(5, base=SERVED, unit="working_days"), DEFAULT),
            calendar=days_off)
        course.do(4, Pause())
        course.do(6, Tick(), markers={"served": march(3)})
        course.do(25, Resume())
        self.assertEqual(course.due(), date(2026, 4, 1))
        course.do(25, Tick(), markers={"served": march(2)})
        self.assertEqual(course.due(), march(31))

    def test_a_day_off_named_later_brings_no_deadline_forward(self):
        """D-028: the last day that was told is one now; a pause of no length puts it off to the
        next working day."""
        course = Course(step("one", content("a"), after(5, unit="working_days"), DEFAULT),
                        calendar=Calendar(country=None))
        shut = Calendar(country=None, closures=((march(9), march(9)),))
        course.do(4, Tick(), calendar=shut)
        self.assertEqual(course.due(), march(9))
        course.do(5, Pause(), Resume())
        self.assertEqual(course.due(), march(10))
        self.assertStands(course, "running", "one")

    def test_a_day_off_taken_back_in_a_pause_brings_no_deadline_forward(self):
        """D-028: nobody has less time than was told."""
        shut = Calendar(country=None, closures=((march(6), march(6)),))
        course = Course(step("one", content("a"), after(5, unit="working_days"), DEFAULT),
                        calendar=shut)
        self.assertEqual(course.due(), march(10))
        course.do(4, Pause())
        course.do(4, Resume(), calendar=Calendar(country=None))
        self.assertEqual(course.due(), march(10))
        self.assertStands(course, "running", "one")

    def test_days_before_the_pause_count(self):
        """D-028: of a date filled in later too; two of the ten days had passed."""
        course = Course(step("one", content("a"), after(10, base=SERVED), DEFAULT), on=1)
        course.do(3, Pause())
        course.do(4, Tick(), markers={"served": march(1)})
        course.do(25, Resume())
        self.assertEqual(course.due(), date(2026, 4, 2))

    def test_a_date_after_the_pause_is_not_moved_by_it(self):
        """D-028: the ten days lie behind it."""
        course = Course(step("one", content("a"), after(10, base=SERVED), DEFAULT))
        course.do(3, Pause())
        course.do(4, Tick(), markers={"served": date(2026, 4, 20)})
        course.do(25, Resume())
        self.assertEqual(course.due(), date(2026, 4, 30))

    def test_one_whose_date_is_corrected_in_a_pause(self):
        """D-028: a day later than before, and nine days left instead of eight."""
        course = Course(step("one", content("a"), after(10, base=SERVED), DEFAULT), on=1,
                        markers={"served": march(1)})
        course.do(3, Pause())
        course.do(4, Tick(), markers={"served": march(2)})
        course.do(25, Resume())
        self.assertEqual(course.due(), date(2026, 4, 3))
        self.assertStands(course, "running", "one")

    def test_one_whose_guard_comes_to_hold_in_a_pause(self):
        """D-028: it is counted as if the guard had always held."""
        course = Course(step("one", content("a"), after(10, guarded=True), DEFAULT))
        course.do(3, Pause())
        course.do(10, Tick(), guards=frozenset({("one", "late")}))
        course.do(25, Resume())
        self.assertEqual(course.due(), date(2026, 4, 3))

    def test_a_legal_one_begins_in_the_pause(self):
        """D-060: it never waits."""
        course = Course(step(
            "one", content("a"), content("b"),
            after(5, base=Base("action", "a"), nature="legal"), DEFAULT))
        course.do(2, Pause())
        course.close(3, "a")
        self.assertEqual(course.due(), march(8))
        course.do(9, Tick(), Tick())
        self.assertEqual(course.effects.count(Alert("late")), 1)

    def test_a_legal_one_begins_whatever_stands_before_it(self):
        """D-060: one of ours, which waits for the end of the pause."""
        course = Course(step(
            "one", content("a"), after(5, "ours", base=SERVED),
            after(5, base=SERVED, nature="legal"), DEFAULT))
        course.do(3, Pause())
        course.do(4, Tick(), markers={"served": march(4)})
        self.assertEqual((course.due("ours"), course.due()), (None, march(9)))

    def test_an_emptied_date_takes_it_away(self):
        """D-060: until its base is known, a deadline does not run, running, paused or legal."""
        for nature, paused in (("internal", False), ("internal", True), ("legal", True)):
            with self.subTest(nature=nature, paused=paused):
                course = Course(
                    step("one", content("a"), after(5, base=SERVED, nature=nature), DEFAULT),
                    markers={"served": march(2)})
                course.do(3, *[Pause()] * paused)
                course.do(4, Tick(), markers={"served": None})
                self.assertIsNone(course.due())
                course.do(20, *[Resume()] * paused, Tick())
                self.assertStands(course, "running", "one")
                self.assertNotIn(Alert("late"), course.effects)

    def test_a_guard_that_fails_takes_it_away(self):
        """D-060: it is this case's deadline no more, and gives no alarm."""
        course = Course(
            step("one", content("a"), after(5, nature="legal", guarded=True), DEFAULT),
            guards=frozenset({("one", "late")}))
        self.assertEqual(course.due(), march(7))
        course.do(3, Pause())
        course.do(4, Tick(), guards=frozenset())
        course.do(20, Tick())
        self.assertIsNone(course.due())
        self.assertNotIn(Alert("late"), course.effects)
        self.assertStands(course, "paused")

    def test_one_over_before_the_pause_is_due_at_once_after_it(self):
        """D-029: nothing was left of it, so nothing is given back."""
        course = Course(step("one", content("a"), after(5), DEFAULT))
        course.do(8, Pause())
        self.assertFalse(course.state.deadline("late").frozen)
        course.do(20, Resume())
        self.assertStands(course, "done")

    def test_on_its_last_day_the_pause_leaves_that_day(self):
        """D-028: paused on it, it ends on the day of resuming, which is in time."""
        course = Course(step("one", content("a"), after(5), DEFAULT))
        course.do(7, Pause())
        course.do(20, Resume())
        self.assertEqual(course.due(), march(20))
        self.assertStands(course, "running", "one")

    def test_a_correction_keeps_what_a_pause_gave_back(self):
        """D-060: a day earlier, so is the deadline."""
        for unit, due, corrected in (("days", 24, 23), ("working_days", 26, 25)):
            with self.subTest(unit=unit):
                course = self.pause_on_the_second_day(unit)
                self.assertEqual(course.due(), march(due))
                course.do(20, Tick(), markers={"served": march(2)})
                self.assertEqual(course.due(), march(corrected))
                self.assertStands(course, "running", "one")

    def test_a_date_emptied_and_filled_again_keeps_what_pauses_gave_back(self):
        """D-060: of all pauses, also of the one in which it was emptied."""
        for unit, due, later in (("days", 24, 26), ("working_days", 26, 30)):
            with self.subTest(unit=unit):
                course = self.pause_on_the_second_day(unit)
                course.do(20, Tick(), markers={"served": None})
                self.assertIsNone(course.due())
                course.do(20, Tick(), markers={"served": march(3)})
                self.assertEqual(course.due(), march(due))
                course.do(21, Pause())
                course.do(22, Tick(), markers={"served": None})
                course.do(22, Tick(), markers={"served": march(3)})
                course.do(23 if unit == "days" else 24, Resume())
                self.assertEqual(course.due(), march(later))
                self.assertStands(course, "running", "one")

    def test_a_guard_that_holds_again_keeps_what_a_pause_gave_back(self):
        """D-060: as a date that was emptied does."""
        guards = frozenset({("one", "late")})
        course = Course(step("one", content("a"), after(5, guarded=True), DEFAULT), guards=guards)
        course.do(4, Pause())
        course.do(20, Resume())
        due = course.due()
        course.do(20, Tick(), guards=frozenset())
        self.assertIsNone(course.due())
        course.do(20, Tick(), guards=guards)
        self.assertEqual(course.due(), due)

    def test_filled_in_on_its_last_day_the_pause_leaves_that_day(self):
        """D-028: it would have ended on the first day of the pause."""
        course = Course(step("one", content("a"), after(5, base=SERVED), DEFAULT), on=1)
        course.do(3, Pause())
        course.do(4, Tick(), markers={"served": date(2026, 2, 26)})
        course.do(20, Resume())
        self.assertEqual(course.due(), march(20))

    def test_a_truce_is_minded_after_a_pause_too(self):
        """D-060: whatever was given back, it cannot fall in the winter."""
        condition = Deadline(Delay(5, "days"), SERVED, truce=Truce(11, 1, 3, 31))
        served = step("one", content("a"), Row("late", condition, End("Late"), True), DEFAULT)

        def october(day):
            return date(2026, 10, day)

        course = Course(served, markers={"served": march(2)})
        self.assertEqual(course.due(), date(2026, 4, 1))
        for filled in (20, 23):
            course = Course(served, on=october(20))
            course.do(october(min(filled, 22)), Tick())
            if filled == 20:
                course.do(october(20), Tick(), markers={"served": october(20)})
            course.do(october(22), Pause())
            course.do(october(23), Tick(), markers={"served": october(20)})
            course.do(october(30), Resume())
            self.assertEqual(course.due(), date(2027, 4, 1))
        course = Course(served, on=october(20), markers={"served": october(20)})
        course.do(october(22), Pause())
        course.do(october(28), Resume())
        self.assertEqual(course.due(), october(31))
        course.do(october(28), Tick(), markers={"served": october(21)})
        self.assertEqual(course.due(), date(2027, 4, 1))

    def test_dates_that_are_waited_for(self):
        """D-060: each once, and none that is filled or waits for something else."""
        waiting = step(
            "one", after(1, "x", base=SERVED), after(2, "y", base=SERVED),
            after(3, "z", base=Base("marker", "heard")), after(4, base=Base("action", "a")))
        self.assertEqual(find_missing_markers(waiting, World()), ("served", "heard"))
        self.assertEqual(
            find_missing_markers(waiting, World(markers={"served": march(2)})), ("heard",))

    def test_two_pauses_give_back_both(self):
        """D-028: and a correction within the second keeps the first."""
        course = Course(
            step("one", content("a"), after(10, base=SERVED), DEFAULT), on=1,
            markers={"served": march(1)})
        course.do(3, Pause())
        course.do(8, Resume())
        course.do(10, Pause())
        course.do(14, Tick(), markers={"served": march(2)})
        course.do(20, Resume())
        self.assertEqual(course.due(), march(27))
        course.do(21, Tick(), markers={"served": march(1)})
        self.assertEqual(course.due(), march(26))

    def test_units_left_keep_their_kind(self):
        """D-012: three working days do not become three weeks by another version."""
        course = Course(step("one", content("a"), after(5, unit="working_days"), DEFAULT))
        course.do(4, Pause())
        course.move(4, step("one", content("a"), after(5, unit="weeks"), DEFAULT))
        course.do(11, Resume())
        self.assertEqual(course.due(), march(16))

    def test_a_clock_set_back_in_a_pause_changes_nothing(self):
        """Clock: resumed before it was paused, each day is what it was."""
        course = Course(step(
            "one", content("a", deadline=10), content("b", delay=20), after(5), DEFAULT))
        course.do(6, Pause())
        course.do(3, Resume())
        self.assertEqual(course.due(), march(7))
        self.assertEqual(course.action("a").due, "2026-03-12")
        self.assertEqual(course.action("b").day, "2026-03-22")
        self.assertStands(course, "running", "one")


@tagged("standard", "at_install")
class TestEnginePauseActions(CourseCase):
    """What a pause does to the days of actions."""

    def test_a_day_chosen_in_a_pause_moves_by_what_is_left_of_it(self):
        """D-028: chosen on the tenth of twenty days, by fourteen."""
        course = Course(step("one", content("a", deadline=10), DEFAULT))
        course.do(4, Pause())
        course.do(10, Move(1, "2026-04-30"))
        course.do(24, Resume())
        self.assertEqual(course.action("a").due, "2026-05-14")

    def test_a_later_pause_moves_it_whole(self):
        """D-028: what was chosen in an earlier one counts as any day."""
        course = Course(step("one", content("a", deadline=10), DEFAULT))
        course.do(4, Pause())
        course.do(5, Move(1, "2026-04-30"))
        course.do(5, Resume())
        course.do(6, Pause())
        course.do(16, Resume())
        self.assertEqual(course.action("a").due, "2026-05-10")

    def test_the_day_of_a_scheduled_action_moves_too(self):
        """D-028: what was to come comes later; what was there already stays."""
        course = Course(step("one", content("a"), content("b", delay=10), DEFAULT))
        course.do(4, Pause())
        course.do(14, Resume())
        self.assertEqual(course.action("b").day, "2026-03-22")
        self.assertEqual(course.action("a").day, "2026-03-02")
        self.assertEqual(
            [kind for kind, _data in course.history].count("action_moved"), 1)

    def test_what_came_in_the_pause_comes_after_it(self):
        """D-028: its day passed while nothing could be done."""
        course = Course(step("one", content("a", delay=10, deadline=3), DEFAULT))
        course.do(4, Pause())
        course.do(24, Resume())
        self.assertEqual(
            (course.action("a").day, course.action("a").due), ("2026-04-01", "2026-04-04"))

    def test_its_last_day_is_in_time(self):
        """D-034: an action expires once that day is over; one without such a day never does."""
        course = Course(step(
            "one", content("a", deadline=3, expires=True), content("b", expires=True), DEFAULT))
        course.do(5, Tick())
        self.assertTrue(course.action("a").is_open)
        course.do(6, Tick())
        self.assertEqual(course.action("a").outcome, "expired")
        self.assertTrue(course.action("b").is_open)

    def test_a_slow_validator_lets_nothing_expire(self):
        """D-034: submitted in time is done in time."""
        asked = content("a", deadline=3, expires=True, validation=True, validator="head")
        course = Course(step("one", asked, DEFAULT))
        course.close(3, "a")
        course.do(20, Tick())
        self.assertEqual(course.action("a").state, "validating")
        late = Course(step("one", asked, DEFAULT))
        late.do(20, Tick())
        self.assertEqual(late.action("a").outcome, "expired")
