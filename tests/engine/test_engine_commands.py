"""What each command writes, asks for and refuses, to the word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from odoo.tests import tagged

from ...engine import (
    AddAction,
    Close,
    CommandRefused,
    EndAsSwitched,
    Event,
    Fail,
    Goto,
    Jump,
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
    World,
    decide,
    entry_from_dict,
    entry_to_dict,
    replay,
)
from ...engine.sequence.effects import Ask, Release, SwitchTo
from ...engine.sequence.entries import ActionCreated, ActionMoved, EventReceived, EventUsed
from .engine_diary import DEFAULT, Course, CourseCase, after, child_row, ended, march
from .engine_trees import content, row, step


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

    def test_a_jump_to_nowhere_names_it(self):
        """D-066: the message says which step."""
        self.assertRefused(self.start(), Jump("nowhere"), "unknown_step", step="nowhere")


@tagged("standard", "at_install")
class TestEngineOlderHistories(CommandCase):
    """Kinds and fields as earlier versions of the module wrote them. Never change a line."""

    #: By version of the module: what its histories say without the fields that came later.
    STORED = {
        "19.0.1": (
            ("launched", {}),
            ("visit_entered", {"visit": 1, "step": "one"}),
            ("action_created", {
                "action": 1, "visit": 1, "step": "one", "content": "a", "date": "2026-03-02",
                "required": True, "keep": False}),
            ("paused", {}),
            ("resumed", {}),
            ("action_closed", {"action": 1, "outcome": "done", "option": None}),
            ("visit_left", {"visit": 1, "step": "one", "row": "default"}),
            ("ended", {"label": "Default"})),
        "19.0.2": (
            ("launched", {}),
            ("visit_entered", {"visit": 1, "step": "one", "date": "2026-03-02"}),
            ("action_created", {
                "action": 1, "visit": 1, "step": "one", "content": "a", "date": "2026-03-02",
                "required": True, "keep": False, "due": "2026-03-09"}),
            ("timer_set", {"visit": 1, "row": "late", "base": "2026-03-02", "due": "2026-03-07",
                           "nature": "internal"}),
            ("event_received", {"key": "1", "code": "payment", "visit": 1, "amount": 5.0}),
            ("paused", {"date": "2026-03-04"}),
            ("timer_frozen", {"visit": 1, "row": "late", "remaining": 3}),
            ("action_moved", {"action": 1, "due": "2026-03-19"}),
            ("timer_resumed", {"visit": 1, "row": "late", "due": "2026-03-17"}),
            ("resumed", {}),
            ("event_used", {"key": "1", "row": "paid"}),
            ("action_closed", {
                "action": 1, "outcome": "moot", "option": None, "date": "2026-03-14"}),
            ("visit_left", {"visit": 1, "step": "one", "row": "paid"}),
            ("child_started", {"template": "T1", "step": "two", "wait": True}),
            ("event_received", {
                "key": "2", "code": "child_ended", "visit": 0, "amount": 0.0, "about": "T1"}),
            ("event_used", {"key": "2", "row": ""}),
            ("visit_entered", {"visit": 2, "step": "two", "date": "2026-03-15"}),
            ("migrated", {"version_from": 1, "version": 2, "visit": 2, "timers": []}),
            ("incident_raised", {"code": "stuck", "step": "two", "row": None}),
            ("incident_cleared", {"way": "jump"}),
            ("stopped", {})),
    }

    def test_they_are_read(self):
        """D-072: to the state that they gave then."""
        first, second = (replay(entry_from_dict(kind, dict(data)) for kind, data in facts)
                         for facts in self.STORED.values())
        self.assertEqual((first.status, first.end_label, first.visits[0].row),
                         ("done", "Default", "default"))
        self.assertEqual((second.status, second.waiting, second.incident), ("stopped", None, None))
        self.assertEqual([visit.step for visit in second.visits], ["one", "two"])
        self.assertEqual([(event.key, event.used, event.ending) for event in second.received],
                         [("1", True, None), ("2", True, None)])
        self.assertEqual((second.actions[0].due, second.actions[0].closed_on),
                         ("2026-03-19", "2026-03-14"))
        self.assertEqual(
            [(running.due, running.unit, running.given_back) for running in second.deadlines],
            [("2026-03-17", None, 0)])

    def test_they_go_on_after_each_fact(self):
        """D-072: at whichever fact the module was updated, what follows is decided."""
        definition = Course(
            step("one", content("a"), Row("paid", Event("payment"), Goto("two"), True), after(5),
                 DEFAULT),
            step("two", content("b"), DEFAULT)).definition
        now = datetime(2026, 4, 20, 9)
        for facts in self.STORED.values():
            for number in range(1, len(facts) + 1):
                state = replay(entry_from_dict(kind, dict(data)) for kind, data in facts[:number])
                for command in (Tick(), Stop(), Resume(), Pause()):
                    with self.subTest(fact=facts[number - 1], command=command):
                        try:
                            decision = decide(definition, state, command, now, World())
                        except CommandRefused:
                            continue
                        again = replay(decision.entries, state)
                        self.assertEqual(again, decision.state)

    def test_a_deadline_that_does_not_say_its_unit_has_its_row_s(self):
        """D-028: it was frozen before histories said so."""
        facts = self.STORED["19.0.2"][:7]
        state = replay(entry_from_dict(kind, dict(data)) for kind, data in facts)
        definition = Course(
            step("one", content("a"), after(5, unit="working_days"), DEFAULT)).definition
        decision = decide(
            definition, state, Resume(), datetime(2026, 3, 14, 9), World())
        self.assertEqual(decision.state.deadline("late").due, "2026-03-18")

    def test_a_kind_that_is_not_known_is_refused(self):
        """D-072: a history of a later version is not half read."""
        with self.assertRaises(KeyError):
            entry_from_dict("teleported", {})
        with self.assertRaises(TypeError):
            entry_from_dict("launched", {"where": "moon"})


@tagged("standard", "at_install")
class TestEngineTrees(CommandCase):

    def test_of_two_steps_with_one_key_the_first_counts(self):
        """Bad input: a draft may have them until it is published."""
        definition = Course(step("one", content("a"), DEFAULT)).definition
        double = replace(definition, steps=(*definition.steps, step("one", content("b"))))
        self.assertEqual(double.step("one"), definition.steps[0])
        self.assertIsNone(double.step("two"))
        with self.assertRaises(KeyError):
            double.get_step("two")

    def test_a_last_day_is_in_time(self):
        """D-060: over on the next one."""
        course = self.start(after(5))
        self.assertEqual(course.due(), date(2026, 3, 7))
        course.do(7, Tick())
        self.assertStands(course, "running")
        course.do(8, Tick())
        self.assertStands(course, "done")
