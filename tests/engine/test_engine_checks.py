"""What keeps a tree from being published: for each problem, the smallest tree that has it."""

from __future__ import annotations

from odoo.tests import BaseCase, tagged

from ...engine import Definition, find_problems
from ...engine.sequence.checks import Problem
from .engine_trees import content, option, result, row, step, tree

DEFAULT = row("default", end="Closed")
CLOSED = step("closed", content("archive"), DEFAULT)


class CheckCase(BaseCase):

    def assertProblems(self, definition, *problems):
        self.assertEqual(find_problems(definition), [Problem(*problem) for problem in problems])

    def assertResult(self, asked, condition, *problems):
        """A step that asks this, with a row that waits for that."""
        self.assertProblems(
            tree(step("check", asked, row("branch", when=condition, end="Other"), DEFAULT)),
            *problems)


@tagged("standard", "at_install")
class TestEngineCheckSteps(CheckCase):

    def test_a_clean_tree(self):
        """D-056: a branch, a loop, a merge and two ends have no problem."""
        self.assertProblems(tree(
            step("serve", content("deed", options=(option("served"), option("pv659"))),
                 row("moved", when=result("deed", options=["pv659"]), goto="search"),
                 row("again", when=result("deed", "failed"), goto="serve"),
                 row("default", goto="closed")),
            step("search", content("address", required=False, validation=True, validator="head"),
                 row("found", when=result("address", "validated"), goto="serve", at_once=True),
                 row("default", end="Lost")),
            CLOSED,
            officer="external", head="internal"))

    def test_no_start(self):
        """D-051: a tree is made of steps."""
        self.assertProblems(Definition("EMPTY"), ("no_start",))

    def test_no_action(self):
        """D-052: a step asks for something."""
        self.assertProblems(tree(step("check", DEFAULT)), ("no_action", "check"))

    def test_no_function(self):
        """D-038, D-074: each action is owed by a function."""
        for function in (None, ""):
            self.assertProblems(
                tree(step("check", content("file", function), DEFAULT)),
                ("no_function", "check", "file"))

    def test_contact_responsible(self):
        """D-080, D-081: a contact receives, and owes nothing."""
        self.assertProblems(
            tree(step("check", content("file", "tenant"), DEFAULT), tenant="contact"),
            ("contact_responsible", "check", "file"))

    def test_contact_validator(self):
        """D-080: a contact does not validate either."""
        asked = content("file", validation=True, validator="tenant")
        self.assertProblems(
            tree(step("check", asked, DEFAULT), tenant="contact"),
            ("contact_validator", "check", "file"))

    def test_partners_may_be_responsible(self):
        """D-078, D-079: an external function owes actions like an internal one."""
        self.assertProblems(
            tree(step("check", content("file", "bailiff"), DEFAULT), bailiff="external"))

    def test_each_step_is_looked_at(self):
        """D-051: problems come in the order of the steps, each with its own."""
        self.assertProblems(
            tree(step("check", row("default", goto="closed")), step("closed", DEFAULT)),
            ("no_action", "check"), ("no_action", "closed"))


@tagged("standard", "at_install")
class TestEngineCheckRows(CheckCase):

    def test_no_default(self):
        """D-057: what no row names must lead somewhere too."""
        done = row("done", when=result("file", "done"), end="Done")
        self.assertProblems(tree(step("check", content("file"), done)), ("no_default", "check"))

    def test_a_row_at_once_is_no_default(self):
        """D-057: it does not wait for the join as a default does."""
        self.assertProblems(
            tree(step("check", content("file"), row("joined", end="Done", at_once=True))),
            ("no_default", "check"))

    def test_unknown_target(self):
        """D-054: a row leads to a step of the tree."""
        lost = row("lost", when=result("file", "done"), goto="nowhere")
        self.assertProblems(
            tree(step("check", content("file"), lost, DEFAULT)),
            ("unknown_target", "check", "nowhere"))

    def test_unknown_content(self):
        """D-040: a row reads the results of its own step."""
        self.assertResult(
            content("file"), result("lease", "done"), ("unknown_content", "check", "branch"))

    def test_no_result(self):
        """D-040: a row that waits for no result never holds."""
        self.assertResult(content("file"), result("file"), ("no_result", "check", "branch"))

    def test_impossible_outcome(self):
        """D-068: a row waits for what the action can come to."""
        impossible = ("impossible_result", "check", "branch")
        self.assertResult(content("file"), result("file", "validated"), impossible)
        self.assertResult(content("file", validation=True), result("file", "done"), impossible)

    def test_one_impossible_outcome_is_enough(self):
        """D-068: among possible ones, it is still an error of the tree."""
        self.assertResult(
            content("file"), result("file", "done", "refused"),
            ("impossible_result", "check", "branch"))

    def test_impossible_option(self):
        """D-039: a row waits for an option that the action offers."""
        asked = content("file", options=(option("served"),))
        self.assertResult(
            asked, result("file", options=["plan"]), ("impossible_result", "check", "branch"))

    def test_what_only_the_engine_writes_is_impossible(self):
        """D-040: nothing follows from moot or stopped."""
        for outcome in ("moot", "stopped"):
            self.assertResult(
                content("file"), result("file", outcome), ("impossible_result", "check", "branch"))

    def test_a_judged_action_gives_the_validator_s_word(self):
        """D-058: done is only submitted; validated or refused is the result."""
        judged = content("file", validation=True, validator="head")
        self.assertResult(judged, result("file", "done"), ("impossible_result", "check", "branch"))
        self.assertResult(judged, result("file", "validated", "refused"))

    def test_a_judged_decision_keeps_its_options(self):
        """D-039: the option confirmed can be branched on, its own outcome cannot."""
        judged = content(
            "file", validation=True, validator="head", options=(option("plan"),))
        self.assertResult(judged, result("file", options=["plan"]))
        self.assertResult(judged, result("file", "done"), ("impossible_result", "check", "branch"))

    def test_a_decision_gives_its_options_outcomes(self):
        """D-039: only those that some option stands for."""
        asked = content("file", options=(option("no", "refused"),))
        self.assertResult(asked, result("file", "refused"))
        self.assertResult(asked, result("file", "done"), ("impossible_result", "check", "branch"))

    def test_not_doing_it_is_always_possible(self):
        """D-057: cancelled, ignored and failed can be branched on everywhere."""
        for asked in (content("file"), content("file", validation=True, validator="head")):
            self.assertResult(asked, result("file", "cancelled", "ignored", "failed"))


@tagged("standard", "at_install")
class TestEngineCheckPaths(CheckCase):

    def test_no_end(self):
        """D-041: a tree has a logical end; without one the rest is not looked at."""
        self.assertProblems(
            tree(step("check", content("file"), row("default", goto="check")), step(
                "lost", content("file"), row("default", goto="check"))),
            ("no_end",))

    def test_unreachable(self):
        """D-061: each step is somewhere in the tree."""
        self.assertProblems(
            tree(step("check", content("file"), DEFAULT), CLOSED), ("unreachable", "closed"))

    def test_reached_from_an_unreachable_step_only(self):
        """D-061: reached from the start, that is."""
        self.assertProblems(
            tree(step("check", content("file"), DEFAULT),
                 step("lost", content("file"), row("default", goto="closed")), CLOSED),
            ("unreachable", "lost"), ("unreachable", "closed"))

    def test_dead_end(self):
        """D-041: from each step an end can be reached."""
        self.assertProblems(
            tree(
                step("check", content("file"),
                     row("in", when=result("file", "ignored"), goto="trap"), DEFAULT),
                step("trap", content("file"), row("default", goto="trap"))),
            ("dead_end", "trap"))

    def test_a_far_end_is_an_end(self):
        """D-041: directly or through other steps, forward or back."""
        self.assertProblems(
            tree(
                step("check", content("file"),
                     row("in", when=result("file", "ignored"), goto="wait"), DEFAULT),
                step("wait", content("file"), row("default", goto="ask")),
                step("ask", content("file"), row("default", goto="check"))))
