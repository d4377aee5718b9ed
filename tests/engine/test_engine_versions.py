"""What another version of the tree may not do by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from odoo.tests import tagged

from ...engine import Base, End, Event, Outcome, Pause, Receive, Resume, Row, Skip, Tick
from ...engine.sequence.effects import Alert
from .engine_diary import DEFAULT, SERVED, Course, CourseCase, after, march
from .engine_trees import content, step


@tagged("standard", "at_install")
class TestEngineVersions(CourseCase):
    """What another version of the tree may not do by itself."""

    def test_its_cancellations_meet_no_join(self):
        """D-012: nobody answered anything."""
        for join in ("first", "any"):
            with self.subTest(join=join):
                course = Course(step("one", content("a"), content("b"), DEFAULT, join=join))
                course.move(3, step("one", content("a"), DEFAULT, join=join))
                self.assertEqual(course.action("b").outcome, "cancelled")
                self.assertStands(course, "running", "one")
                # nor when a third version knows it again
                course.move(4, step("one", content("a"), content("b"), DEFAULT, join=join))
                self.assertStands(course, "running", "one")
                course.close(5, "a")
                self.assertStands(course, "done")

    def test_its_cancellations_are_no_results(self):
        """D-012: a row that looks for a cancellation looks for a person's."""
        def rows(*contents):
            return step("one", *contents, Row(
                "x", Outcome("b", frozenset({"cancelled"})), End("X"), True), DEFAULT)

        course = Course(rows(content("a"), content("b")))
        course.move(3, rows(content("a")))
        self.assertStands(course, "running", "one")

    def test_an_internal_deadline_becomes_legal(self):
        """D-060: the next pause does not freeze it, the one under way lets it go."""
        def one(nature):
            return step("one", content("a"), after(5, nature=nature), DEFAULT)

        for paused in (False, True):
            for anew in (False, True):
                with self.subTest(paused=paused, anew=anew):
                    course = Course(one("internal"))
                    course.do(3, *[Pause()] * paused)
                    course.move(4, one("legal"), anew=anew)
                    course.do(5, *[Pause()] * (not paused))
                    running = course.state.deadline("late")
                    self.assertEqual((running.nature, running.frozen), ("legal", False))
                    self.assertEqual(course.due(), march(7))
                    course.do(8, Tick())
                    self.assertIn(Alert("late"), course.effects)

    def test_a_change_of_nature_changes_nothing_else(self):
        """D-060: neither what it counts from nor what a pause gave back, nor its neighbours."""
        def one(nature):
            return step("one", content("a"), after(9, "other"),
                        after(5, nature=nature, base=SERVED), DEFAULT)

        course = Course(one("internal"), markers={"served": march(2)})
        course.do(3, Pause())
        course.do(13, Resume())
        before = course.state.deadlines
        course.move(13, one("legal"))
        self.assertEqual(course.state.deadlines, tuple(
            replace(running, nature="legal") if running.row == "late" else running
            for running in before))
        self.assertEqual([running.row for running in before], ["late", "other"])
        self.assertEqual({running.unit for running in before}, {"days"})

    def test_a_legal_deadline_becomes_internal(self):
        """D-060: the pause under way counts for it no more."""
        def one(nature):
            return step("one", content("a"), after(5, nature=nature), DEFAULT)

        for anew in (False, True):
            with self.subTest(anew=anew):
                course = Course(one("legal"))
                course.do(3, Pause())
                course.move(4, one("internal"), anew=anew)
                course.do(20, Tick())
                self.assertNotIn(Alert("late"), course.effects)
                course.do(23, Resume())
                self.assertEqual(course.due(), march(27))

    def test_counted_anew_it_keeps_what_a_pause_gave_back(self):
        """D-060: twenty days instead of five, and the ten of the pause."""
        course = Course(step("one", content("a"), after(5), DEFAULT))
        course.do(3, Pause())
        course.do(13, Resume())
        course.move(14, step("one", content("a"), after(20), DEFAULT), anew=True)
        self.assertEqual(course.due(), date(2026, 4, 1))

    def test_counted_anew_in_a_pause_it_keeps_what_is_left(self):
        """D-060: what is held is held."""
        course = Course(step("one", content("a"), after(5), DEFAULT))
        course.do(3, Pause())
        course.move(4, step("one", content("a"), after(20), DEFAULT), anew=True)
        self.assertEqual(course.state.deadline("late").remaining, 4)

    def test_it_never_ends_in_silence(self):
        """D-066: nothing was asked, and nothing will be: a person must decide."""
        course = Course(step("one", Row("x", Event("payment"), End("Paid"), True)))
        course.move(3, step("one", content("new"), after(1, base=Base("action", "new")), DEFAULT))
        self.assertIncident(course, "stuck")
        course.do(4, Skip())
        self.assertStands(course, "done")

    def test_an_event_of_before_counts_since_launch(self):
        """D-048: no row waited for it when it came."""
        course = Course(step("one", content("a"), DEFAULT))
        course.do(3, Receive("1", "payment", 50.0))
        course.move(4, step("one", content("a"), Row(
            "paid", Event("payment", "launch"), End("Paid"), True), DEFAULT))
        self.assertEqual(course.state.end_label, "Paid")
