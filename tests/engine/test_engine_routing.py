"""How a sequence finds its way: rows, joins, leaving, ends. One behaviour a test."""

from __future__ import annotations

from odoo.tests import BaseCase, tagged

from ...engine import CommandRefused, Definition, Launch, State, decide, entry_to_dict
from ...engine.sequence import entries
from .engine_reference import TODAY
from .engine_trees import NOW, Walk, content, result, row, step, tree

CLOSED = step("closed", content("archive"), row("default", end="Closed"))
APPEAL = step("appeal", content("plead"), row("default", end="Appealed"))


def outcome_of(walk, key):
    return walk.action(key).outcome


@tagged("standard", "at_install")
class TestEngineLaunch(BaseCase):

    def test_launch_enters_the_first_step(self):
        """D-010: launched, a sequence stands at its first step."""
        walk = Walk(step("check", content("file"), row("default", goto="closed")), CLOSED)
        self.assertEqual(walk.state.status, "running")
        self.assertEqual(walk.path, ["check"])

    def test_launch_creates_the_first_step_s_actions_only(self):
        """D-018, D-052: one action for each content of the first step, none of the next."""
        walk = Walk(
            step("check", content("file"), content("lease"), row("default", goto="closed")), CLOSED)
        self.assertEqual([a.content for a in walk.state.actions], ["file", "lease"])
        self.assertEqual([a.number for a in walk.state.actions], [1, 2])

    def test_an_action_belongs_to_its_step(self):
        """D-037: the fact of its creation names step, visit and content."""
        walk = Walk(step("check", content("file"), row("default", end="Closed")))
        kind, fact = entry_to_dict(walk.entries[-1])
        self.assertEqual(kind, "action_created")
        self.assertEqual((fact["step"], fact["visit"], fact["content"]), ("check", 1, "file"))

    def test_an_action_falls_on_its_day(self):
        """D-106: the delay counts from the day the step is entered."""
        walk = Walk(step("check", content("file", delay=30), row("default", end="Closed")))
        self.assertEqual(walk.entries[-1].date, "2026-04-01")

    def test_an_empty_tree_is_not_launched(self):
        """D-010: there is no first step to enter."""
        with self.assertRaises(CommandRefused) as refused:
            decide(Definition("EMPTY"), State(), Launch(), NOW)
        self.assertEqual(refused.exception.code, "no_start")

    def test_a_sequence_is_launched_once(self):
        """D-010: once launched, it goes on from where it stands."""
        walk = Walk(step("check", content("file"), row("default", end="Closed")))
        with self.assertRaises(CommandRefused) as refused:
            walk.do(Launch())
        self.assertEqual(refused.exception.code, "wrong_status")


@tagged("standard", "at_install")
class TestEngineRows(BaseCase):

    def test_the_result_decides_what_follows(self):
        """D-040, D-054: two results, two ways on."""
        check = step(
            "check", content("file"),
            row("ignored", when=result("file", "ignored"), goto="appeal"),
            row("default", goto="closed"))
        for outcome, following in (("ignored", "appeal"), ("done", "closed")):
            walk = Walk(check, CLOSED, APPEAL)
            walk.close("file", outcome)
            self.assertEqual(walk.path, ["check", following])

    def test_the_first_row_that_holds_fires(self):
        """D-040: of two rows that hold, the first in the table."""
        walk = Walk(
            step("check", content("file"),
                 row("no", when=result("file", "refused"), end="Refused"),
                 row("first", when=result("file", "done"), end="First"),
                 row("second", when=result("file", "done"), end="Second"),
                 row("default", end="Default")))
        walk.close("file", "done")
        self.assertEqual(walk.state.end_label, "First")
        self.assertEqual(walk.state.visits[0].row, "first")

    def test_the_default_row_takes_what_no_other_does(self):
        """D-057: an outcome that no row names still leads somewhere."""
        walk = Walk(
            step("check", content("file"),
                 row("done", when=result("file", "done"), end="Done"),
                 row("default", end="Otherwise")))
        walk.close("file", "cancelled")
        self.assertEqual(walk.state.end_label, "Otherwise")

    def test_a_row_at_once_interrupts(self):
        """D-058: a refusal is a veto, whatever is still open."""
        walk = Walk(
            step("check", content("file"), content("lease", validation=True),
                 row("veto", when=result("lease", "refused"), goto="appeal", at_once=True),
                 row("default", goto="closed")),
            CLOSED, APPEAL)
        walk.close("lease", "refused")
        self.assertEqual(walk.path, ["check", "appeal"])
        self.assertEqual(outcome_of(walk, "file"), "moot")

    def test_a_row_when_joined_waits(self):
        """D-053: the same row, not at once, is read when all is in."""
        walk = Walk(
            step("check", content("file"), content("lease", validation=True),
                 row("veto", when=result("lease", "refused"), goto="appeal"),
                 row("default", goto="closed")),
            CLOSED, APPEAL)
        walk.close("lease", "refused")
        self.assertEqual(walk.path, ["check"])
        walk.close("file", "done")
        self.assertEqual(walk.path, ["check", "appeal"])

    def test_a_row_at_once_may_wait_for_the_join(self):
        """D-053: at once and joined means when joined, and before the default."""
        walk = Walk(
            step("check", content("file"), content("lease"),
                 row("both", end="Both", at_once=True), row("default", end="Default")))
        walk.close("file", "done")
        self.assertEqual(walk.state.status, "running")
        walk.close("lease", "done")
        self.assertEqual(walk.state.end_label, "Both")

    def test_a_row_reads_its_own_content(self):
        """D-040: another action's outcome is not its business."""
        walk = Walk(
            step("check", content("file"), content("lease"),
                 row("stop", when=result("lease", "cancelled"), end="Stop", at_once=True),
                 row("default", end="Closed")))
        walk.close("file", "cancelled")
        self.assertEqual(walk.state.status, "running")

    def test_nothing_moves_without_a_result(self):
        """D-022: what is submitted for validation has no result yet."""
        judged = content("file", validation=True, validator="head")
        walk = Walk(step("check", judged, row("default", goto="closed"), join="first"), CLOSED)
        walk.close("file", "done")
        self.assertEqual(walk.path, ["check"])

    def test_a_step_may_lead_back_to_itself(self):
        """D-056: a loop is a new visit with actions of its own."""
        walk = Walk(
            step("serve", content("deed"),
                 row("again", when=result("deed", "failed"), goto="serve"),
                 row("default", end="Served")))
        walk.close("deed", "failed")
        self.assertEqual(walk.path, ["serve", "serve"])
        self.assertEqual([a.visit for a in walk.state.actions], [1, 2])
        walk.close("deed", "done")
        self.assertEqual(walk.state.end_label, "Served")

    def test_an_earlier_visit_s_results_are_past(self):
        """D-055: a new visit waits for its own results."""
        walk = Walk(
            step("serve", content("deed"), content("report"),
                 row("again", when=result("deed", "failed"), goto="serve", at_once=True),
                 row("default", end="Served")))
        walk.close("report", "done")
        walk.close("deed", "failed")
        walk.close("deed", "done")
        self.assertEqual(walk.state.status, "running")
        self.assertTrue(walk.action("report").is_open)


@tagged("standard", "at_install")
class TestEngineJoins(BaseCase):

    def walk(self, join, *contents):
        return Walk(step("check", *contents, row("default", end="Joined"), join=join))

    def assertJoined(self, walk, joined=True):
        self.assertEqual(walk.state.status, "done" if joined else "running")

    def test_all_waits_for_each_required_action(self):
        """D-053: with one of two in, it waits."""
        walk = self.walk("all", content("file"), content("lease"))
        walk.close("file", "done")
        self.assertJoined(walk, False)
        walk.close("lease", "ignored")
        self.assertJoined(walk)

    def test_optional_actions_are_not_waited_for(self):
        """D-053: the optional action left open becomes moot."""
        walk = self.walk("all", content("file"), content("photo", required=False))
        walk.close("file", "done")
        self.assertJoined(walk)
        self.assertEqual(outcome_of(walk, "photo"), "moot")

    def test_an_optional_result_is_not_enough(self):
        """D-053: nor does an optional action stand in for the required one."""
        walk = self.walk("all", content("file"), content("photo", required=False))
        walk.close("photo", "done")
        self.assertJoined(walk, False)

    def test_all_optional_waits_for_all(self):
        """D-053: where nothing is required, everything is waited for."""
        walk = self.walk(
            "all", content("file", required=False), content("photo", required=False))
        walk.close("photo", "done")
        self.assertJoined(walk, False)
        walk.close("file", "done")
        self.assertJoined(walk)

    def test_any_takes_the_first_success(self):
        """D-054: one positive result is enough."""
        walk = self.walk("any", content("call"), content("visit"))
        walk.close("visit", "done")
        self.assertJoined(walk)

    def test_any_goes_on_after_a_failure(self):
        """D-054: what did not succeed leaves the others their chance."""
        walk = self.walk("any", content("call"), content("visit"))
        walk.close("call", "ignored")
        self.assertJoined(walk, False)

    def test_any_gives_up_when_all_failed(self):
        """D-057: without any success, the last result joins."""
        walk = self.walk("any", content("call"), content("visit"))
        walk.close("call", "ignored")
        walk.close("visit", "cancelled")
        self.assertJoined(walk)

    def test_any_takes_an_optional_success(self):
        """D-054: *any* does not ask whether the action was required."""
        walk = self.walk("any", content("call"), content("visit", required=False))
        walk.close("visit", "done")
        self.assertJoined(walk)

    def test_first_takes_whatever_comes(self):
        """D-054: the first action closed decides, success or not."""
        walk = self.walk("first", content("call"), content("visit"))
        walk.close("visit", "cancelled")
        self.assertJoined(walk)
        self.assertEqual(outcome_of(walk, "call"), "moot")


@tagged("standard", "at_install")
class TestEngineLeaving(BaseCase):

    def test_what_is_kept_outlives_its_step(self):
        """D-040: left open, owed still, and closed later without moving anything."""
        walk = Walk(
            step("check", content("file"), content("letter", required=False, keep=True),
                 row("default", goto="closed")),
            CLOSED)
        walk.close("file", "done")
        self.assertTrue(walk.action("letter").is_open)
        walk.close("letter", "done")
        self.assertEqual(outcome_of(walk, "letter"), "done")
        self.assertEqual(walk.path, ["check", "closed"])

    def test_an_end_closes_everything(self):
        """D-041: what was kept is moot too, and the row's label is the end's."""
        walk = Walk(
            step("check", content("file"), content("letter", required=False, keep=True),
                 row("default", goto="closed")),
            CLOSED)
        walk.close("file", "done")
        walk.close("archive", "done")
        self.assertEqual((walk.state.status, walk.state.end_label), ("done", "Closed"))
        self.assertEqual(outcome_of(walk, "letter"), "moot")
        self.assertFalse(walk.state.open_actions)

    def test_each_move_says_which_row_it_followed(self):
        """D-071: left by a row, entered a step, both facts of the trace."""
        walk = Walk(step("check", content("file"), row("default", goto="closed")), CLOSED)
        decision = walk.close("file", "done")
        self.assertEqual(decision.entries[:3], (
            entries.ActionClosed(1, "done", date=TODAY),
            entries.VisitLeft(1, "check", "default"),
            entries.VisitEntered(2, "closed", TODAY),
        ))

    def test_steps_of_a_tree_are_found_by_key(self):
        """D-051: the first step starts; a key that is none gives nothing."""
        steps = tree(CLOSED, APPEAL)
        self.assertEqual(steps.start, CLOSED)
        self.assertEqual(steps.step("appeal"), APPEAL)
        self.assertIsNone(steps.step("nowhere"))
