"""Every way through a tree, and a sequence played in memory. One behaviour a test."""

from __future__ import annotations

from datetime import date
from time import monotonic

from hypothesis import HealthCheck, given, settings

from odoo.tests import BaseCase, tagged

from ...engine import (
    Base,
    Deadline,
    Definition,
    Delay,
    End,
    Event,
    Goto,
    Joined,
    LaunchChild,
    Level,
    Row,
    Step,
    Switch,
    Truce,
    enumerate_paths,
    play,
)
from ...engine.sequence.checks import LONGEST_DELAY
from ...engine.sequence.paths import longest_days
from ...engine.sequence.values import ACTION, MARKER
from .engine_trees import content, option, result, row, step, tree, valid_trees

DAY = date(2026, 3, 2)  # a Monday


def deadline(key, days, target, **fields):
    """A row read at once whose deadline runs from entering the step."""
    return Row(key, Deadline(Delay(days, "days"), **fields), target, at_once=True)


def routes(found):
    return [[*path.steps, path.label] for path in found.paths]


TWO_ENDS = tree(
    step("serve", content("deed", deadline=10, validation=True),
         row("refused", when=result("deed", "refused"), goto="serve", at_once=True),
         row("default", goto="pay")),
    step("pay", content("ask", delay=2, deadline=5),
         row("paid", when=result("ask", "done"), end="Paid"),
         row("default", end="Unpaid")))


@tagged("standard", "at_install")
class TestEnginePaths(BaseCase):

    def test_all_paths_are_found(self):
        """D-056, D-061: each way to an end, a step at most twice; the shortest first."""
        self.assertEqual(routes(enumerate_paths(TWO_ENDS)), [
            ["serve", "pay", "Paid"], ["serve", "pay", "Unpaid"],
            ["serve", "serve", "pay", "Paid"], ["serve", "serve", "pay", "Unpaid"]])

    def test_the_rows_taken_are_said(self):
        """D-061: a path is its steps and the rows that left them."""
        first = enumerate_paths(TWO_ENDS).paths[0]
        self.assertEqual([(stay.step, stay.row) for stay in first.stays],
                         [("serve", "default"), ("pay", "paid")])

    def test_the_same_tree_gives_the_same_paths(self):
        """D-061: in the same order, whenever it is asked."""
        self.assertEqual(enumerate_paths(TWO_ENDS), enumerate_paths(TWO_ENDS))

    def test_the_longest_duration_adds_delays_and_deadlines(self):
        """D-060: an action lasts its delay and its deadline."""
        first = enumerate_paths(TWO_ENDS).paths[0]
        self.assertEqual((first.days, first.is_open), (10 + 2 + 5, False))

    def test_a_step_without_deadline_makes_it_a_minimum(self):
        """D-055: nobody knows how long people take."""
        path = enumerate_paths(tree(
            step("one", content("a", delay=3), row("default", end="End")))).paths[0]
        self.assertEqual((path.days, path.is_open), (3, True))

    def test_a_deadline_of_the_step_bounds_it(self):
        """D-060: whatever its actions take, it is left by then."""
        paths = enumerate_paths(tree(step(
            "one", content("a"), deadline("late", 45, End("Late")), row("default", end="In time"),
        ))).paths
        self.assertEqual([(p.label, p.days, p.is_open) for p in paths],
                         [("Late", 45, False), ("In time", 45, False)])

    def test_a_deadline_from_an_action_adds_up(self):
        """D-060: it begins when the action is closed."""
        paths = enumerate_paths(tree(step(
            "one", content("a", deadline=10),
            deadline("late", 8, End("Late"), base=Base(ACTION, "a")),
            row("default", end="Done")))).paths
        self.assertEqual((paths[0].days, paths[0].is_open), (18, False))

    def test_a_date_of_the_case_is_open(self):
        """D-060: how far it is, nobody knows yet."""
        paths = enumerate_paths(Definition("T", markers=frozenset({"served"}), steps=(step(
            "one", content("a", deadline=1),
            deadline("late", 8, End("Late"), base=Base(MARKER, "served")),
            row("default", end="Done")),))).paths
        self.assertEqual((paths[0].days, paths[0].is_open), (8, True))

    def test_a_truce_may_put_it_off(self):
        """D-060: 152 days at most, from 1 November to 31 March of a leap year."""
        paths = enumerate_paths(tree(step(
            "one", content("a"), deadline("evict", 10, End("Evicted"), truce=Truce(11, 1, 3, 31)),
            row("default", end="Left")))).paths
        self.assertEqual(paths[0].days, 10 + 152)

    def test_units_count_their_longest(self):
        """D-060: two months may be 62 days, six working days span a week-end."""
        self.assertEqual(
            [longest_days(Delay(amount, unit)) for amount, unit in (
                (2, "months"), (12, "months"), (6, "weeks"), (6, "working_days"),
                (5, "working_days"), (7, "business_days"), (0, "days"))],
            [62, 366, 42, 10, 7, 9, 0])

    def test_ends_never_reached_are_named(self):
        """D-061: of a step that nothing leads to, or a row that never fires."""
        found = enumerate_paths(tree(
            step("one", content("a"), row("default", end="End"), row("after", end="Hidden")),
            step("two", content("b"), row("default", end="Alone"))))
        self.assertEqual(found.unreached, (("one", "after"), ("two", "default")))
        self.assertEqual(routes(found), [["one", "End"]])

    def test_a_switch_is_an_end(self):
        """D-043: another template takes over."""
        path = enumerate_paths(tree(step(
            "one", content("a"), Row("to", Joined(), Switch("OTHER"))))).paths[0]
        self.assertEqual((path.label, path.switches), ("OTHER", True))

    def test_waiting_for_another_sequence_is_open(self):
        """D-048: it takes as long as it takes."""
        path = enumerate_paths(tree(
            step("one", content("a", deadline=1),
                 Row("to", Joined(), LaunchChild("OTHER", "two", wait=True))),
            step("two", content("b", deadline=1), row("default", end="End")))).paths[0]
        self.assertEqual((path.steps, path.is_open), (("one", "two"), True))

    def test_too_many_paths_are_cut_and_every_end_is_kept(self):
        """D-061: the shortest way to each end is always among those listed."""
        keys = [f"s{number}" for number in range(14)]
        steps = [
            step(key, content("a", options=tuple(map(option, keys))), *(
                row(f"to_{target}", when=result("a", options=[target]), goto=target)
                for target in keys if target != key), row("default", end=f"End {key}"))
            for key in keys]
        began = monotonic()
        found = enumerate_paths(tree(*steps), limit=50)
        self.assertLess(monotonic() - began, 5)
        self.assertTrue(found.truncated)
        self.assertEqual(len(found.paths), 50)
        self.assertEqual({path.label for path in found.paths}, {f"End {key}" for key in keys})
        self.assertFalse(found.unreached)

    def test_an_empty_tree_has_no_path(self):
        """D-061: a draft that was just made."""
        self.assertEqual(enumerate_paths(Definition("T")).paths, ())

    def test_rows_that_lead_nowhere_are_left_out(self):
        """D-061: a draft may have problems; its paths are shown all the same."""
        found = enumerate_paths(tree(
            step("one", content("a"), row("lost", when=result("a", "done"), goto="nowhere"),
                 row("default", end="End"))))
        self.assertEqual(routes(found), [["one", "End"]])

    @settings(max_examples=60, deadline=None, derandomize=True,
              suppress_health_check=list(HealthCheck))
    @given(valid_trees())
    def test_whatever_the_tree(self, definition):
        """D-056: paths start at the start, end at an end, and enter no step a third time."""
        found = enumerate_paths(definition, limit=40)
        self.assertTrue(found.paths or found.unreached)
        self.assertEqual(len(set(found.paths)), len(found.paths))
        for path in found.paths:
            self.assertEqual(path.steps[0], definition.start.key)
            self.assertLessEqual(max(map(path.steps.count, path.steps)), 2)
            for stay, following in zip(path.stays, path.stays[1:]):
                target = definition.step(stay.step).row(stay.row).target
                self.assertEqual(target, Goto(following.step))
            last = path.stays[-1]
            self.assertIsInstance(definition.step(last.step).row(last.row).target, End)


PLAYED = Definition("T", markers=frozenset({"served"}), steps=(
    Step("one", (content("a", delay=1, deadline=3, expires=True),), (
        Row("paid", Event("payment", minimum=10), End("Paid"), at_once=True),
        Row("settled", Level("settled"), End("Settled"), at_once=True),
        Row("rich", Level("balance", below=100), Goto("two"), at_once=True, guarded=True),
        Row("served", Deadline(Delay(8, "days"), base=Base(MARKER, "served")), Goto("two"),
            at_once=True),
        Row("gone", result("a", "expired"), Goto("two"), at_once=True),
        row("default", goto="two"))),
    Step("two", (content("b"),), (row("default", end="End"),))))


@tagged("standard", "at_install")
class TestEngineDryRun(BaseCase):

    def play(self, *moves):
        return play(PLAYED, list(moves), DAY)

    def path(self, played):
        return [visit.step for visit in played.state.visits]

    def test_it_starts_at_the_start(self):
        """D-010: on the day it is launched."""
        played = self.play()
        self.assertEqual((self.path(played), played.today), (["one"], DAY))

    def test_answers_route_it(self):
        """D-054: as those of people would."""
        played = self.play({"do": "close", "step": "one", "content": "a", "outcome": "done"},
                           {"do": "close", "step": "two", "content": "b", "outcome": "done"})
        self.assertEqual((self.path(played), played.state.status, played.state.end_label),
                         (["one", "two"], "done", "End"))

    def test_the_clock_goes_night_by_night(self):
        """D-060: what expires on the way expires on its day."""
        played = self.play({"do": "wait", "days": 10})
        self.assertEqual(self.path(played), ["one", "two"])
        self.assertEqual(played.state.visits[1].entered_on, "2026-03-07")
        self.assertEqual(played.today, date(2026, 3, 12))

    def test_a_run_lasts_a_hundred_years_at_most(self):
        """D-066: however often it waits."""
        stop, much = {"do": "stop"}, {"do": "wait", "days": LONGEST_DELAY - 1}
        for days, refused in ((1, None), (2, (2, "unknown_move"))):
            self.assertEqual(self.play(stop, much, {"do": "wait", "days": days}).refused, refused)

    def test_events_reach_it(self):
        """D-059: with their amount."""
        small = self.play({"do": "event", "code": "payment", "amount": 5})
        self.assertEqual(small.state.status, "running")
        large = self.play({"do": "event", "code": "payment", "amount": 5},
                          {"do": "event", "code": "payment", "amount": 50})
        self.assertEqual(large.state.end_label, "Paid")

    def test_levels_and_guards_hold_once_set(self):
        """D-059: the guarded row needs both."""
        level = {"do": "level", "code": "balance", "value": 50}
        guard = {"do": "guard", "step": "one", "row": "rich", "value": True}
        self.assertEqual(self.path(self.play(level)), ["one"])
        self.assertEqual(self.path(self.play(guard, level)), ["one", "two"])
        self.assertEqual(self.path(self.play(guard, {**guard, "value": False}, level)), ["one"])
        settled = self.play({"do": "level", "code": "settled", "value": True})
        self.assertEqual(settled.state.end_label, "Settled")

    def test_dates_start_their_deadlines(self):
        """D-060: eight days after it was served, before the action expires."""
        played = self.play({"do": "marker", "name": "served", "value": "2026-02-20"})
        self.assertEqual(self.path(played), ["one", "two"])

    def test_people_steer(self):
        """D-032: pause, resume, jump, stop."""
        played = self.play({"do": "pause"}, {"do": "wait", "days": 5}, {"do": "resume"},
                           {"do": "jump", "step": "two"}, {"do": "stop"})
        self.assertEqual((self.path(played), played.state.status), (["one", "two"], "stopped"))

    def test_a_refused_move_is_named_and_ends_the_run(self):
        """D-066: the rest is not played."""
        for move, code in (
            ({"do": "resume"}, "wrong_status"),
            ({"do": "close", "step": "one", "content": "nothing"}, "unknown_action"),
            ({"do": "close", "step": "one"}, "unknown_move"),
            ({"do": "wait", "days": -1}, "unknown_move"),
            ({"do": "wait", "days": 10 ** 9}, "unknown_move"),
            ({"do": "marker", "name": "served", "value": "yesterday"}, "unknown_move"),
            ({"do": "launch"}, "unknown_move"),
            ({}, "unknown_move"),
        ):
            with self.subTest(move=move):
                played = self.play({"do": "wait", "days": 1}, move, {"do": "stop"})
                self.assertEqual((played.refused, played.state.status), ((1, code), "running"))

    def test_the_summary_says_path_and_end(self):
        """D-061: what a kept run must lead to again."""
        self.assertEqual(
            self.play({"do": "event", "code": "payment", "amount": 50}).summary,
            {"path": [["one", "paid"]], "status": "done", "incident": None})
