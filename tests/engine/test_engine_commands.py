"""What each command writes, asks for and refuses, to the word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from odoo.tests import tagged

from ...engine import (
    AddAction,
    Close,
    CommandRefused,
    Content,
    EndAsSwitched,
    Event,
    Fail,
    Goto,
    Jump,
    Migrate,
    Move,
    Pause,
    Receive,
    Resume,
    Row,
    Skip,
    State,
    Stop,
    Switch,
    Tick,
    decide,
    entry_from_dict,
    entry_to_dict,
)
from ...engine.sequence.effects import Ask, Release, SwitchTo
from ...engine.sequence.entries import (
    ActionClosed,
    ActionCreated,
    ActionMoved,
    ActionSubmitted,
    EventReceived,
    EventUsed,
    IncidentCleared,
    IncidentRaised,
    Migrated,
)
from .engine_diary import DEFAULT, Course, CourseCase, after, child_row, ended, march
from .engine_trees import content, option, result, row, step, tree


class CommandCase(CourseCase):

    def start(self, *rows, **fields):
        return Course(step("one", content("a"), *rows, DEFAULT, **fields),
                      step("two", content("b"), DEFAULT))

    def say(self, course, day, command):
        """Do it. :return: its entries"""
        before = len(course.history)
        course.do(day, command)
        return [entry_from_dict(kind, data) for kind, data in course.history[before:]]

    def assertRefused(self, course, command, code, **data):
        with self.assertRaises(CommandRefused) as refused:
            course.do(3, command)
        self.assertEqual((refused.exception.code, refused.exception.data), (code, data))


@tagged("standard", "at_install")
class TestEngineAddedActions(CommandCase):
    """An action that the tree does not ask for."""

    def test_it_is_asked_of_somebody(self):
        """D-065: under a key of its own, for its own day."""
        course = self.start()
        self.assertEqual(
            self.say(course, 3, AddAction("2026-03-05", "2026-03-09", True)),
            [ActionCreated(2, 1, "one", "added:2", "2026-03-05", True, False, "2026-03-09")])
        self.assertEqual(course.effects[-1], Ask(2))

    def test_the_step_waits_for_it_where_it_is_required(self):
        """D-065: else the step goes on without it."""
        for required, status in ((True, "running"), (False, "done")):
            course = self.start()
            course.do(3, AddAction("2026-03-05", required=required))
            course.close(4, "a")
            self.assertStands(course, status)

    def test_it_is_closed_like_any_other(self):
        """D-065: it only asks to be done."""
        course = self.start()
        course.do(3, AddAction("2026-03-05", required=True))
        self.assertRefused(course, Close(2, "validated"), "unknown_outcome",
                           action=2, outcome="validated")
        course.do(4, Close(2, "done"))
        course.close(4, "a")
        self.assertStands(course, "done")

    def test_not_in_a_pause(self):
        """D-065: nothing is created while it is paused."""
        course = self.start()
        course.do(3, Pause())
        self.assertRefused(course, AddAction("2026-03-05"), "wrong_status", status="paused")


@tagged("standard", "at_install")
class TestEngineAnswers(CommandCase):
    """What an answer becomes."""

    def answer(self, command, **asked):
        course = Course(step("one", content("a", **asked), DEFAULT))
        return self.say(course, 3, command)[0]

    def test_what_failed_or_was_settled_is_recorded(self):
        """D-040: whatever was asked for."""
        for outcome, by_system in (("failed", False), ("settled", True)):
            self.assertEqual(
                self.answer(Close(1, outcome, by_system=by_system)),
                ActionClosed(1, outcome, None, "2026-03-03"))

    def test_only_the_system_settles(self):
        """D-040: and it closes with nothing else than a person does."""
        course = self.start()
        self.assertRefused(
            course, Close(1, "settled"), "unknown_outcome", action=1, outcome="settled")
        self.assertRefused(course, Close(1, "validated", by_system=True), "unknown_outcome",
                           action=1, outcome="validated")

    def test_each_is_asked_of_its_own_step(self):
        """D-020: a later visit's action, and one that an earlier visit left open."""
        course = Course(
            step("one", content("a"), content("kept", required=False, keep=True, validation=True),
                 row("default", goto="two")),
            step("two", content("b", validation=True), content("kept"), DEFAULT))
        course.close(3, "a")
        self.assertEqual(course.path, ["one", "two"])
        course.do(3, Close(2, "validated"))
        self.assertRefused(course, Close(3, "done"), "unknown_outcome", action=3, outcome="done")
        course.do(4, Close(3, "validated"), Close(4, "done"))
        self.assertStands(course, "done")

    def test_a_refusal_that_is_ours_goes_to_no_validator(self):
        """D-058: what cannot be given is refused at once; what is given, is validated."""
        judged = {"validation": True, "validator": "head"}
        self.assertEqual(
            self.answer(Close(1, "refused", commented=True), refusable=True, **judged),
            ActionClosed(1, "refused", None, "2026-03-03"))
        self.assertEqual(
            self.answer(Close(1, "done"), refusable=True, **judged), ActionSubmitted(1))
        self.assertEqual(
            self.answer(Close(1, "refused", "no", commented=True),
                        options=(option("yes"), option("no", "refused")), **judged),
            ActionSubmitted(1, "no"))


@tagged("standard", "at_install")
class TestEngineMovedActions(CommandCase):

    def test_its_deadline_alone(self):
        """D-028: the day that it falls on stays, and no pause is known of."""
        course = Course(step("one", content("a", delay=3, deadline=5), DEFAULT))
        self.assertEqual(
            self.say(course, 3, Move(1, "2026-04-01")), [ActionMoved(1, "2026-04-01")])
        self.assertEqual((course.action("a").day, course.action("a").due),
                         ("2026-03-05", "2026-04-01"))

    def test_in_a_pause_it_is_known_when(self):
        """D-028: it moves by what is left of the pause alone."""
        course = self.start()
        course.do(3, Pause())
        self.assertEqual(
            self.say(course, 5, Move(1, "2026-04-01")),
            [ActionMoved(1, "2026-04-01", on="2026-03-05")])

    def test_without_any_deadline_nothing_is_written(self):
        """D-028: what has no day to come is not moved by a pause."""
        course = self.start()
        course.do(3, Pause())
        self.assertEqual([kind for kind, _data in map(
            entry_to_dict, self.say(course, 9, Resume()))], ["resumed"])

    def test_only_what_was_to_come_gets_another_day(self):
        """D-028: what had come by the day of the pause has only its deadline moved."""
        for delay, day in ((0, None), (1, None), (2, "2026-03-06")):
            course = Course(step("one", content("a", delay=delay, deadline=5), DEFAULT))
            course.do(3, Pause())
            due = f"2026-03-{9 + delay:02}"
            self.assertEqual(
                self.say(course, 5, Resume())[0], ActionMoved(1, due, day), f"{delay} days")

    def test_resumed_on_the_same_day_nothing_is_written(self):
        """D-028: a pause of no day moves nothing."""
        course = Course(step("one", content("a", deadline=5), DEFAULT))
        course.do(3, Pause())
        self.assertEqual([kind for kind, _data in map(
            entry_to_dict, self.say(course, 3, Resume()))], ["resumed"])


@tagged("standard", "at_install")
class TestEngineEvents(CommandCase):

    def test_one_is_used_and_the_others_wait(self):
        """D-048: each moves the sequence once."""
        course = Course(
            step("one", content("a"), Row("paid", Event("payment", "launch"), Goto("two"),
                                          at_once=False), DEFAULT),
            step("two", content("b"), DEFAULT))
        for key in "123":
            course.do(3, Receive(key, "payment", 10.0))
        course.close(4, "a")
        self.assertEqual([event.used for event in course.state.received], [True, False, False])
        self.assertEqual(course.path, ["one", "two"])

    def test_of_an_earlier_visit(self):
        """D-048: it does not count since this one began; one of now does."""
        again = step("one", content("a"), Row(
            "paid", Event("payment", minimum=50.0), Goto("two"), True), row("default", goto="one"))
        course = Course(again, step("two", content("b"), DEFAULT))
        course.do(3, Receive("1", "payment", 49.0))
        course.close(3, "a")
        self.assertEqual(course.path, ["one", "one"])
        course.do(4, Jump("one"), Receive("2", "payment", 49.99))
        self.assertEqual(course.path, ["one", "one", "one"])
        course.do(4, Receive("3", "payment", 50.0))
        self.assertEqual(course.path[-1], "two")

    def test_left_unused_in_an_earlier_visit(self):
        """D-048: a row of a later visit counts only what came within that visit."""
        course = Course(
            step("one", content("a"), row("default", goto="two")),
            step("two", content("b"), Row("paid", Event("payment"), Goto("one"), True), DEFAULT))
        course.do(3, Receive("1", "payment"))
        course.close(3, "a")
        self.assertEqual(course.path, ["one", "two"])

    def test_between_two_steps_it_is_of_no_visit(self):
        """D-048: while another sequence is waited for."""
        course = Course(
            step("one", content("a"), child_row("on", "T1", "two", True)),
            step("two", content("b"), DEFAULT))
        course.close(2, "a")
        self.assertEqual(
            self.say(course, 3, Receive("1", "payment", 5.0)),
            [EventReceived("1", "payment", 0, 5.0)])
        said = self.say(course, 4, ended("2", "T1", "Paid"))
        self.assertEqual(said[:2], [
            EventReceived("2", "child_ended", 0, 0.0, "T1", "Paid"), EventUsed("2", "")])

    def test_received_twice_or_too_late_it_says_nothing(self):
        """D-048: neither another time, nor once it has ended; in a pause it is kept."""
        course = self.start()
        self.assertEqual(len(self.say(course, 3, Receive("1", "payment"))), 1)
        self.assertEqual(self.say(course, 3, Receive("1", "payment")), [])
        course.do(3, Pause())
        self.assertEqual(len(self.say(course, 3, Receive("2", "payment"))), 1)
        course.do(4, Stop())
        self.assertEqual(self.say(course, 4, Receive("3", "payment")), [])


@tagged("standard", "at_install")
class TestEngineEnds(CommandCase):

    def test_another_template_takes_over_by_decision(self):
        """D-031: running, paused or in trouble; what is open is moot, what it waited for too."""
        for before in ((), (Pause(),), (Fail(None),)):
            course = self.start()
            course.do(3, *before)
            course.do(4, EndAsSwitched("OTHER"))
            self.assertStands(course, "switched")
            self.assertEqual(course.history[-1], ("switched", {"template": "OTHER"}))
            self.assertEqual(course.action("a").outcome, "moot")
            self.assertIsNone(course.state.incident)
            self.assertNotIn(SwitchTo("OTHER"), course.effects)
            self.assertEqual(course.effects[-1], Release(1))

    def test_not_before_it_began_nor_after_it_ended(self):
        """D-031, D-042: there is nothing to take over, or to stop."""
        for command in (EndAsSwitched("OTHER"), Stop()):
            course = self.start()
            course.close(3, "a")
            self.assertRefused(course, command, "wrong_status", status="done")
            with self.assertRaises(CommandRefused) as refused:
                decide(course.definition, State(), command, datetime.combine(march(2), time(9)))
            self.assertEqual(refused.exception.data, {"status": "new"})

    def test_a_row_switches(self):
        """D-031: the other one is asked for, by this row."""
        course = self.start(Row("over", Event("payment"), Switch("OTHER"), True))
        course.do(3, Receive("1", "payment"))
        self.assertStands(course, "switched")
        self.assertEqual(course.effects[-1], SwitchTo("OTHER", "over"))
        self.assertEqual(course.history[-1], ("switched", {"template": "OTHER"}))

    def test_while_another_is_waited_for(self):
        """D-042: stopped or switched, nothing is waited for any more."""
        for command, status in ((Stop(), "stopped"), (EndAsSwitched("T9"), "switched")):
            course = Course(
                step("one", content("a"), child_row("on", "T1", "two", True)),
                step("two", content("b"), DEFAULT))
            course.close(2, "a")
            self.assertIsNotNone(course.state.waiting)
            course.do(3, command)
            self.assertStands(course, status)
            self.assertIsNone(course.state.waiting)


    def test_what_was_kept_ends_too_while_another_is_waited_for(self):
        """D-042: between two steps as well."""
        course = Course(
            step("one", content("a"), content("kept", required=False, keep=True),
                 child_row("on", "T1", "two", True)),
            step("two", content("b"), DEFAULT))
        course.close(2, "a")
        self.assertTrue(course.action("kept").is_open)
        course.do(3, Stop())
        self.assertEqual(course.action("kept").outcome, "stopped")


@tagged("standard", "at_install")
class TestEngineTroubles(CommandCase):

    def test_the_row_that_could_not_be_executed_is_skipped_to(self):
        """D-066: that row, not the default one."""
        course = self.start(Row("over", Event("payment"), Goto("two"), True))
        course.do(3, Fail("over"))
        self.assertEqual(course.state.incident.row, "over")
        self.assertEqual(course.history[-1], (
            "incident_raised", {"code": "refused", "step": "one", "row": "over"}))
        course.do(4, Skip())
        self.assertEqual(course.path, ["one", "two"])

    def test_between_two_steps_it_is_at_none(self):
        """D-066: the trace names no step."""
        course = Course(
            step("one", content("a"), child_row("on", "T1", "two", True)),
            step("two", content("b"), DEFAULT))
        course.close(2, "a")
        self.assertEqual(self.say(course, 3, Fail(None)), [IncidentRaised("refused", "")])

    def test_skipping_is_told(self):
        """D-071: with a row to follow, and where another sequence is waited for."""
        course = self.start()
        course.do(3, Fail(None))
        self.assertEqual(self.say(course, 4, Skip())[0], IncidentCleared("skip"))
        course = Course(
            step("one", content("a"), child_row("on", "T1", "two", True)),
            step("two", content("b"), DEFAULT))
        course.close(2, "a")
        course.do(3, Fail(None))
        self.assertEqual(self.say(course, 4, Skip())[0], IncidentCleared("skip"))

    def test_without_a_row_there_is_nothing_to_skip_to(self):
        """D-066: the message says where; a step that the tree lacks has no name."""
        course = Course(step("one", content("a"), row("x", when=result("a", "failed"), end="X")))
        course.close(3, "a")
        self.assertIncident(course, "stuck")
        self.assertRefused(course, Skip(), "nothing_to_skip_to", step="one")
        course.definition = tree(step("two", content("b"), DEFAULT))
        self.assertRefused(course, Skip(), "nothing_to_skip_to", step=None)

    def test_a_jump_to_nowhere_names_it(self):
        """D-066: the message says which step."""
        self.assertRefused(self.start(), Jump("nowhere"), "unknown_step", step="nowhere")


@tagged("standard", "at_install")
class TestEngineMigrations(CommandCase):
    """Going on by another version."""

    def migrate(self, course, *steps):
        """:return: the entries of going on by version 2"""
        course.definition = replace(course.definition, version=2, steps=steps)
        return self.say(course, 4, Migrate(1))

    def test_it_says_from_where_to_where_and_what_is_lost(self):
        """D-012, D-072: the visit, and the rows whose deadlines it lost."""
        course = self.start(after(5), after(6, "later"))
        same = step("one", content("a"), after(5), DEFAULT)
        self.assertEqual(self.migrate(course, same), [Migrated(1, 2, 1, ("later",))])

    def test_between_two_steps_there_is_no_visit(self):
        """D-012: it goes on waiting, for the step that the new version has."""
        course = Course(
            step("one", content("a"), child_row("on", "T1", "two", True)),
            step("two", content("b"), DEFAULT))
        course.close(2, "a")
        self.assertEqual(
            self.migrate(course, step("two", content("b"), DEFAULT)), [Migrated(1, 2, 0)])
        self.assertStands(course, "running", "one")

    def test_an_incident_is_over(self):
        """D-066: the new version may have what the old one lacked; the trace says so."""
        course = self.start()
        course.do(3, Fail(None))
        self.assertEqual(
            self.migrate(course, *course.definition.steps),
            [Migrated(1, 2, 1), IncidentCleared("migrate")])

    def test_without_the_step_it_is_refused(self):
        """D-012: the message says which step it lacks."""
        course = self.start()
        course.definition = replace(course.definition, steps=course.definition.steps[1:])
        self.assertRefused(course, Migrate(1), "unknown_step", step="one")


@tagged("standard", "at_install")
class TestEngineTrees(CommandCase):

    def test_of_two_steps_with_one_key_the_first_counts(self):
        """Bad input: a draft may have them until it is published."""
        definition = Course(step("one", content("a"), DEFAULT)).definition
        double = replace(definition, steps=(*definition.steps, step("one", content("b"))))
        self.assertEqual(double.step("one"), definition.steps[0])
        self.assertIsNone(double.step("two"))
        with self.assertRaisesRegex(KeyError, "two"):
            double.get_step("two")

    def test_what_a_person_added_only_asks_to_be_done(self):
        """D-065: no tree knows it; it is nobody's function."""
        definition = Course(step("one", content("a"), DEFAULT)).definition
        self.assertEqual(definition.get_content("one", "a"), content("a"))
        self.assertEqual(definition.get_content("one", "added:2"), Content("added:2", None))

    def test_a_refusal_shows_what_it_is_about(self):
        """D-066: in a log too."""
        self.assertEqual(
            CommandRefused("unknown_step", step="x").args, ("unknown_step", {"step": "x"}))

    def test_a_last_day_is_in_time(self):
        """D-060: over on the next one."""
        course = self.start(after(5))
        self.assertEqual(course.due(), date(2026, 3, 7))
        course.do(7, Tick())
        self.assertStands(course, "running")
        course.do(8, Tick())
        self.assertStands(course, "done")
