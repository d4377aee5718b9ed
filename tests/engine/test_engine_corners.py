"""Where pauses, corrections, migrations and waiting for other sequences meet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from odoo.tests import BaseCase, tagged

from ...engine import (
    AddAction,
    Base,
    Close,
    CommandRefused,
    Deadline,
    Delay,
    End,
    Event,
    Fail,
    Goto,
    Joined,
    Launch,
    LaunchChild,
    Level,
    Migrate,
    Move,
    Outcome,
    Pause,
    Receive,
    Resume,
    Retry,
    Row,
    Skip,
    State,
    Tick,
    Truce,
    World,
    decide,
    entry_from_dict,
    entry_to_dict,
    find_problems,
    replay,
)
from ...engine.sequence.deadlines import find_missing_markers
from ...engine.sequence.effects import Alert, StartChild
from .engine_trees import content, row, step, tree

DEFAULT = row("default", end="Default")


def march(day):
    return date(2026, 3, day)


def after(days, key="late", *, base=None, unit="days", nature="internal", guarded=False,
          at_once=True, goto=""):
    """A row that holds once so many units have passed."""
    condition = Deadline(Delay(days, unit), base or Base(), nature)
    return Row(key, condition, Goto(goto) if goto else End("Late"), at_once, guarded)


SERVED = Base("marker", "served")


class Course:
    """A sequence on a tree, day by day, in a world that a test changes."""

    def __init__(self, *steps, on=2, **world):
        self.definition = tree(*steps)
        self.state, self.history, self.effects = State(), [], []
        self.world = World(**world)
        self.do(on, Launch())

    def do(self, day, *commands, **world):
        """Do something on a day: a day of March, or a date."""
        day = march(day) if isinstance(day, int) else day
        self.world = replace(self.world, **world)
        for command in commands:
            decision = decide(
                self.definition, self.state, command, datetime.combine(day, time(9)), self.world)
            self.state = decision.state
            self.history += [entry_to_dict(entry) for entry in decision.entries]
            self.effects += decision.effects

    def close(self, day, key, outcome="done"):
        self.do(day, Close(self.action(key).number, outcome, commented=True))

    def move(self, day, *steps, anew=False, **world):
        """Go on by another version."""
        self.definition = replace(self.definition, version=2, steps=steps)
        self.do(day, Migrate(1, anew), **world)

    def action(self, key):
        return [action for action in self.state.actions if action.content == key][-1]

    def due(self, key="late"):
        """:return: last day of a row's deadline, None where it has none"""
        running = self.state.deadline(key)
        return running and date.fromisoformat(running.due)

    @property
    def path(self):
        return [visit.step for visit in self.state.visits]


class CourseCase(BaseCase):

    def assertStands(self, course, status="running", *path):
        self.assertEqual(course.state.status, status)
        if path:
            self.assertEqual(course.path, list(path))
        self.assertEqual(course.state, replay(
            entry_from_dict(kind, data) for kind, data in course.history))

    def assertIncident(self, course, code):
        self.assertIsNotNone(course.state.incident)
        self.assertEqual(course.state.incident.code, code)


def child_row(key, template, goto, wait):
    return Row(key, Joined(), LaunchChild(template, goto, wait))


def ended(key, template, ending=None):
    return Receive(key, "child_ended", 0.0, template, ending)


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


@tagged("standard", "at_install")
class TestEnginePauseDeadlines(CourseCase):
    """The pause counts for no internal deadline, whenever it begins."""

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
                course = Course(
                    step("one", content("a"), after(5, base=SERVED, unit=unit), DEFAULT), on=3,
                    markers={"served": march(3)})
                course.do(4, Pause())
                course.do(20, Resume())
                self.assertEqual(course.due(), march(due))
                course.do(20, Tick(), markers={"served": march(2)})
                self.assertEqual(course.due(), march(corrected))
                self.assertStands(course, "running", "one")

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
        self.assertEqual(self.joined("first", ("b", "done")), "Well")
        self.assertEqual(self.joined("all", ("a", "done")), "Well")
        self.assertEqual(self.joined("all", ("b", "done"), ("a", "done")), "Well")


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
