"""What counts as success, what still moves a sequence, and what does not."""

from __future__ import annotations

from dataclasses import replace

from odoo.tests import tagged

from ...engine import (
    AddAction,
    CommandRefused,
    End,
    Event,
    Joined,
    Level,
    Row,
    Tick,
    find_problems,
)
from .engine_diary import DEFAULT, Course, CourseCase, after, child_row
from .engine_trees import content, row, step, tree


@tagged("standard", "at_install")
class TestEngineSuccess(CourseCase):
    """All successful: nothing but success, and some."""

    def joined(self, join, *closings):
        course = Course(step(
            "one", content("a"), content("b", required=False, refusable=True),
            Row("well", Joined(positive=True), End("Well")), DEFAULT, join=join))
        for key, outcome in closings:
            course.close(2, key, outcome)
        return course.state.end_label

    def test_a_refusal_is_no_success(self):
        """D-024: the first answer was a refusal of what is optional."""
        self.assertEqual(self.joined("first", ("b", "refused")), "Default")

    def test_a_refusal_of_what_is_optional_counts(self):
        """D-024: however the step is joined."""
        self.assertEqual(self.joined("all", ("b", "refused"), ("a", "done")), "Default")
        self.assertEqual(self.joined("any", ("b", "refused"), ("a", "done")), "Default")

    def test_success(self):
        """D-024: what is still open does not matter."""
        both = Course(step(
            "one", content("a"), content("b", validation=True),
            Row("well", Joined(positive=True), End("Well")), DEFAULT))
        both.close(2, "a", "done")
        both.close(2, "b", "validated")
        self.assertEqual(both.state.end_label, "Well")
        self.assertEqual(self.joined("first", ("b", "done")), "Well")
        self.assertEqual(self.joined("all", ("a", "done")), "Well")
        self.assertEqual(self.joined("all", ("b", "done"), ("a", "done")), "Well")


@tagged("standard", "at_install")
class TestEngineWaysForward(CourseCase):
    """What still moves a sequence, and what does not."""

    def test_a_deadline_read_when_joined_is_waited_for(self):
        """D-066: the join is met, and the day will come."""
        course = Course(step(
            "one", content("a"), after(5, at_once=False), row("x", when=Joined(True), end="X")))
        course.close(3, "a", "ignored")
        self.assertIsNone(course.state.incident)
        course.do(8, Tick())
        self.assertEqual(course.state.end_label, "Late")

    def test_when_it_never_joins_it_is_stuck(self):
        """D-066: a row read when joined moves nothing where no action can join the step."""
        course = Course(step("one", after(5, at_once=False), DEFAULT))
        self.assertIncident(course, "stuck")

    def test_a_guard_alone_is_warned_of(self):
        """D-056: while it fails, nothing moves the step, and nobody has anything to do."""
        free = Row("paid", Event("payment"), End("Paid"), True)
        for rows, found in (
                ((replace(free, guarded=True),), ["only_guarded"]), ((free,), []),
                ((free, replace(free, key="x", guarded=True)), [])):
            problems = find_problems(tree(step("one", *rows)))
            self.assertEqual(
                [problem.code for problem in problems if problem.code != "hidden_row"], found)
            self.assertTrue(all(problem.severity == "warning" for problem in problems
                                if problem.code == "only_guarded"))
        asked = step("one", content("a"), replace(free, guarded=True), DEFAULT)
        self.assertEqual(find_problems(tree(asked)), [])

    def test_no_action_is_added_between_two_steps(self):
        """D-065: there is no visit that it would belong to."""
        course = Course(
            step("one", content("a"), child_row("on", "T1", "two", True)),
            step("two", content("b"), DEFAULT))
        course.close(2, "a")
        with self.assertRaises(CommandRefused) as refused:
            course.do(3, AddAction("2026-03-04"))
        self.assertEqual(refused.exception.code, "no_visit")

    def test_a_level_ends_what_was_kept(self):
        """D-031: a switch keeps nothing open, as an end does."""
        course = Course(step(
            "one", content("a", keep=True), Row("x", Level("settled"), End("Paid"), True),
            DEFAULT))
        course.do(3, Tick(), levels={"settled": True})
        self.assertFalse(course.state.open_actions)
