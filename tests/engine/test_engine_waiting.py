"""Waiting for another sequence, and what its end says."""

from __future__ import annotations

from odoo.tests import tagged

from ...engine import End, Event, Fail, Retry, Row, Skip
from ...engine.sequence.effects import StartChild
from .engine_diary import DEFAULT, Course, CourseCase, child_row, ended
from .engine_trees import content, step


@tagged("standard", "at_install")
class TestEngineWaiting(CourseCase):
    """A wait ends by the end of what it waits for, or by a person's decision."""

    def test_the_end_of_an_earlier_one_ends_no_wait(self):
        """D-048: the same template was launched before, and ended after that."""
        course = Course(
            step("one", content("a"), child_row("on", "T1", "two", False)),
            step("two", content("b"), child_row("on", "T2", "three", True)),
            step("three", content("c"), child_row("on", "T1", "four", True)),
            step("four", content("d"), DEFAULT))
        course.close(2, "a")
        course.close(3, "b")
        course.do(4, ended("1", "T1"), ended("2", "T2"))
        course.close(5, "c")
        self.assertEqual(course.effects[-1], StartChild("T1", "on"))
        self.assertStands(course, "running", "one", "two", "three")
        course.do(6, ended("3", "T1"))
        self.assertStands(course, "running", "one", "two", "three", "four")

    def test_only_the_end_of_its_own_template_ends_it(self):
        """D-048: others that end meanwhile are recorded."""
        course = Course(
            step("one", content("a"), child_row("on", "T1", "two", True)),
            step("two", content("b"), DEFAULT))
        course.close(2, "a")
        course.do(3, ended("1", "T2"))
        self.assertEqual(course.path, ["one"])

    def waiting_with_incident(self):
        course = Course(
            step("one", content("a"), child_row("on", "T1", "two", True)),
            step("two", content("b"), DEFAULT))
        course.close(2, "a")
        course.do(3, Fail(None))
        return course

    def test_an_incident_holds_it(self):
        """D-066: what it waited for ends, and it stays until a person has decided."""
        course = self.waiting_with_incident()
        course.do(4, ended("1", "T1"))
        self.assertStands(course, "running", "one")
        course.do(5, Retry())
        self.assertStands(course, "running", "one", "two")

    def test_it_can_be_skipped(self):
        """D-032: go on without the other's end, at the step that it would have led to."""
        course = self.waiting_with_incident()
        course.do(4, Skip())
        self.assertStands(course, "running", "one", "two")
        self.assertIsNone(course.state.incident)
        self.assertTrue(course.action("b").is_open)

    def test_a_row_may_ask_which_one_ended_and_how(self):
        """D-048: paid leads elsewhere than failed, and another template nowhere."""
        def on(template, ending):
            return Row(f"{template} {ending}", Event(
                "child_ended", about=template, ending=ending), End(f"{template} {ending}"), True)

        for template, ending, label in (
                ("T1", "Paid", "T1 Paid"), ("T1", "Failed", "T1 Failed"), ("T2", "Paid", "")):
            with self.subTest(template=template, ending=ending):
                course = Course(step(
                    "one", content("a"), on("T1", "Failed"), on("T1", "Paid"), DEFAULT))
                course.do(3, ended("1", template, ending))
                self.assertEqual(course.state.end_label, label)
                self.assertStands(course, "done" if label else "running")

    def test_a_row_may_ask_for_any_end(self):
        """D-048: as rows did before they could ask."""
        course = Course(step(
            "one", content("a"), Row("x", Event("child_ended"), End("Ended"), True), DEFAULT))
        course.do(3, ended("1", "T9", "Paid"))
        self.assertEqual(course.state.end_label, "Ended")
