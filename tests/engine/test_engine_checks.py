"""What keeps a tree from being published: for each problem, the smallest tree that has it."""

from __future__ import annotations

from dataclasses import replace

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
    Switch,
    find_problems,
)
from ...engine.sequence.checks import (
    LONGEST_DELAY,
    MANY_ACTIONS,
    MOST_PARTS,
    MOST_STEPS,
    WARNING,
    Problem,
)
from ...engine.sequence.graph import find_ring
from .engine_trees import content, option, result, row, step, tree

DEFAULT = row("default", end="Closed")
CLOSED = step("closed", content("archive"), DEFAULT)


class CheckCase(BaseCase):

    def assertProblems(self, definition, *problems, others=None):
        self.assertEqual(
            find_problems(definition, others), [Problem(*problem) for problem in problems])

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

    def test_many_actions(self):
        """D-051: it is asked whether they can be kept in view; that many can."""
        for number, problems in (
                (MANY_ACTIONS, ()), (MANY_ACTIONS + 1, [("many_actions", "check", None, WARNING)])):
            asked = [content(f"file {n}") for n in range(number)]
            self.assertProblems(tree(step("check", *asked, DEFAULT)), *problems)

    def test_only_guarded(self):
        """D-056: nothing asked, and a guard before whatever may move it."""
        paid = Row("paid", Event("payment"), End("Paid"), True, True)
        self.assertProblems(
            tree(step("check", paid)), ("only_guarded", "check", None, WARNING))

    def test_expires_without_deadline(self):
        """D-034: what expires has a day on which it does."""
        self.assertProblems(
            tree(step("check", content("file", expires=True), DEFAULT)),
            ("expires_without_deadline", "check", "file"))
        self.assertProblems(
            tree(step("check", content("file", expires=True, deadline=1), DEFAULT)))

    def test_impossible_days(self):
        """Bad input: nothing is asked for before its step, nor in a hundred years."""
        for name in ("delay", "deadline"):
            for days, problems in (
                    (-1, [("impossible_days", "check", "file")]), (LONGEST_DELAY, ()),
                    (LONGEST_DELAY + 1, [("impossible_days", "check", "file")])):
                asked = content("file", **{name: days})
                self.assertProblems(tree(step("check", asked, DEFAULT)), *problems)

    def test_unknown_join(self):
        """Bad input: the engine knows three ways of joining."""
        self.assertProblems(
            tree(step("check", content("file"), DEFAULT, join="most")), ("unknown_join", "check"))

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


    def test_what_may_expire_can_be_waited_for(self):
        """D-034: expired is a result of such an action alone."""
        self.assertResult(content("file", expires=True, deadline=3), result("file", "expired"))
        self.assertResult(
            content("file"), result("file", "expired"), ("impossible_result", "check", "branch"))

    def test_nothing_due_can_be_waited_for(self):
        """D-040: an action may close as settled, whatever it asks for."""
        self.assertResult(content("file"), result("file", "settled"))

    def test_unknown_template(self):
        """D-048: it launches or switches to what is published."""
        for target in (Switch("OTHER"), LaunchChild("OTHER", "check")):
            leads = step("check", content("file"), Row("other", result("file", "done"), target),
                         DEFAULT)
            self.assertProblems(tree(leads), ("unknown_template", "check", "other"))
            self.assertProblems(tree(leads), others={"OTHER": replace(
                tree(step("x", content("file"), DEFAULT)), code="OTHER")})

    def test_unknown_kinds(self):
        """Bad input: what the engine does not know is named, and waits for ever otherwise."""
        for wait in (Event("payment", "always"), Event(""), Level("mood"),
                     Deadline(Delay(1, "days"), nature="natural")):
            self.assertProblems(
                tree(step("check", content("file"), Row("odd", wait, End(), True), DEFAULT)),
                ("unknown_kind", "check", "odd"))
        for wait in (Event("payment"), Event("payment", "launch"), Level("settled"),
                     Level("balance", 5.0), Deadline(Delay(1, "days"), nature="legal")):
            self.assertProblems(
                tree(step("check", content("file"), Row("good", wait, End(), True), DEFAULT)))


@tagged("standard", "at_install")
class TestEngineCheckDeadlines(CheckCase):

    def assertDeadline(self, base, delay, *problems, nature="internal"):
        definition = replace(
            tree(step("check", content("file"), Row(
                "late", Deadline(delay, base, nature), End("Late"), True), DEFAULT)),
            markers=frozenset({"served"}))
        self.assertProblems(definition, *problems)

    def test_unknown_base(self):
        """Bad input: a deadline counts from an action of its step, a date of the tree, or the
        day the step was entered.
        """
        day = Delay(1, "days")
        for base in (Base("action", "lease"), Base("marker", "heard"), Base("moon", "full"),
                     Base("action"), Base("marker")):
            self.assertDeadline(base, day, ("unknown_base", "check", "late"))
        for base in (Base("action", "file"), Base("marker", "served"), Base()):
            self.assertDeadline(base, day)

    def test_no_delay(self):
        """D-060: at once is no deadline, on the day of a date it is one."""
        self.assertDeadline(Base(), Delay(0, "days"), ("no_delay", "check", "late"))
        self.assertDeadline(Base("marker", "served"), Delay(0, "days"))

    def test_too_long(self):
        """Bad input: a hundred years are enough."""
        for unit in ("days", "months"):
            self.assertDeadline(Base(), Delay(LONGEST_DELAY, unit))
            self.assertDeadline(
                Base(), Delay(LONGEST_DELAY + 1, unit), ("too_long", "check", "late"))

    def test_negative(self):
        """Bad input: such a delay cannot even be said."""
        with self.assertRaisesRegex(ValueError, "cannot be negative: -1"):
            Delay(-1, "days")

    def test_procedural_as_internal(self):
        """D-060: what is counted by procedure is the law's; it is asked whether it is ours."""
        delay = Delay(1, "months", procedural=True)
        self.assertDeadline(
            Base(), delay, ("legal_as_internal", "check", "late", WARNING))
        self.assertDeadline(Base(), delay, nature="legal")
        self.assertDeadline(Base(), Delay(1, "months"))


@tagged("standard", "at_install")
class TestEngineCheckHidden(CheckCase):
    """Rows that never fire, as an earlier one always holds before them."""

    def hidden(self, *rows):
        """:return: keys of the hidden rows of a step that asks for two files"""
        asked = content("file", refusable=True), content("lease", refusable=True)
        return [problem.subject for problem in find_problems(tree(step("check", *asked, *rows)))
                if problem.code == "hidden_row"]

    def test_after_the_default(self):
        """D-057: it holds whenever the rows are read, but not before."""
        late = row("late", when=result("file", "done"), end="X")
        self.assertEqual(self.hidden(DEFAULT, late), ["late"])
        self.assertEqual(self.hidden(late, DEFAULT), [])
        self.assertEqual(self.hidden(DEFAULT, replace(late, at_once=True)), [])

    def test_it_is_named_with_its_step(self):
        """D-056: one can go there from the problem."""
        self.assertProblems(
            tree(step("check", content("file"), DEFAULT, replace(DEFAULT, key="again"))),
            ("hidden_row", "check", "again"))

    def test_the_same_twice(self):
        """D-057: unless a guard stands before the first, or the second is read earlier."""
        paid = Row("paid", Event("payment"), End("Paid"), True)
        again = replace(paid, key="again")
        self.assertEqual(self.hidden(paid, again, DEFAULT), ["again"])
        self.assertEqual(self.hidden(replace(paid, guarded=True), again, DEFAULT), [])
        self.assertEqual(self.hidden(paid, replace(again, guarded=True), DEFAULT), ["again"])
        self.assertEqual(self.hidden(replace(paid, at_once=False), again, DEFAULT), [])
        self.assertEqual(
            self.hidden(replace(paid, at_once=False), replace(again, at_once=False), DEFAULT),
            ["again"])

    def test_a_part_of_what_an_earlier_one_takes(self):
        """D-057: the same results of the same action, or fewer."""
        wide = row("wide", when=result("file", "done", "refused"), end="X")
        for results, hidden in (
                (result("file", "done"), ["then"]), (result("file", "refused"), ["then"]),
                (result("file", "done", "refused"), ["then"]),
                (result("file", "done", "ignored"), []), (result("lease", "done"), [])):
            with self.subTest(results=results):
                then = row("then", when=results, end="Y")
                self.assertEqual(self.hidden(wide, then, DEFAULT), hidden)

    def test_options_too(self):
        """D-057: an option more is not hidden, the same ones are."""
        def hidden(first, second):
            asked = content("file", options=(option("yes"), option("no")))
            rows = [row(key, when=result("file", options=codes), end="X")
                    for key, codes in (("first", first), ("second", second))]
            found = find_problems(tree(step("check", asked, *rows, DEFAULT)))
            return [problem.subject for problem in found if problem.code == "hidden_row"]

        self.assertEqual(hidden(["yes", "no"], ["yes"]), ["second"])
        self.assertEqual(hidden(["yes"], ["yes"]), ["second"])
        self.assertEqual(hidden(["yes"], ["yes", "no"]), [])

    def hides(self, wide, narrow):
        """:return: whether a row that waits for one condition hides one that waits for another"""
        rows = [Row(key, condition, End(key), at_once=True)
                for key, condition in (("wide", wide), ("narrow", narrow))]
        return self.hidden(*rows, DEFAULT) == ["narrow"]

    def test_events_that_an_earlier_row_takes(self):
        """D-059: the same ones, larger ones, those of one template, of one way to end."""
        paid, ended = Event("payment", minimum=10), Event("child_ended")
        for wide, narrow, expected in (
                (paid, replace(paid, minimum=50), True), (paid, replace(paid, minimum=9), False),
                (paid, Event("dispute_opened", minimum=10), False),
                (replace(paid, since="launch"), paid, True),
                (paid, replace(paid, since="launch"), False),
                (ended, replace(ended, about="OTHER", ending="Paid"), True),
                (replace(ended, about="OTHER"), ended, False),
                (replace(ended, about="OTHER"), replace(ended, about="MORE"), False),
                (replace(ended, ending="Paid"), ended, False)):
            with self.subTest(wide=wide, narrow=narrow):
                self.assertEqual(self.hides(wide, narrow), expected)

    def test_levels_that_an_earlier_row_takes(self):
        """D-059: less is due than a smaller sum, and so than a larger one."""
        little, settled = Level("balance", below=100), Level("settled")
        for wide, narrow, expected in (
                (little, replace(little, below=50), True), (little, little, True),
                (little, replace(little, below=101), False), (little, settled, False),
                (settled, little, False), (settled, settled, True),
                (little, replace(little, below=0), True)):
            with self.subTest(wide=wide, narrow=narrow):
                self.assertEqual(self.hides(wide, narrow), expected)

    def test_success_hides_nothing_but_itself(self):
        """D-057: another condition may hold where it does not."""
        well = Row("well", Joined(positive=True), End("Well"))
        done = row("done", when=result("file", "done"), end="X")
        self.assertEqual(self.hidden(well, done, DEFAULT), [])
        self.assertEqual(self.hidden(well, replace(well, key="again"), DEFAULT), ["again"])


@tagged("standard", "at_install")
class TestEngineCheckRings(CheckCase):
    """Rings that neither a person nor a day holds up."""

    @staticmethod
    def paid(target, at_once=True, wait=None):
        return Row("paid", wait or Level("settled"), target, at_once)

    def ring(self, first, second, **fields):
        """:return: the steps named, of two with these rows"""
        definition = tree(
            step("one", content("a"), first, DEFAULT), step("two", content("b"), second, DEFAULT),
            step("three", content("c"), self.paid(Goto("one")), DEFAULT))
        return [problem for problem in find_problems(definition, **fields)
                if problem.code != "unreachable"]

    def test_a_ring(self):
        """D-066: while nothing is due, from one to the other and back."""
        there, back = self.paid(Goto("two")), self.paid(Goto("one"))
        self.assertEqual(self.ring(there, back), [Problem("ring", "one")])
        self.assertEqual(self.ring(self.paid(End()), self.paid(Goto("two"))), [
            Problem("ring", "two")])

    def test_no_ring(self):
        """D-066: a person's answer, an event or a day holds it up, and so does an end."""
        there = self.paid(Goto("two"))
        for back in (
                self.paid(Goto("one"), at_once=False), self.paid(End()),
                self.paid(Goto("one"), wait=Event("payment")),
                self.paid(Goto("one"), wait=Deadline(Delay(1, "days"))),
                row("paid", when=result("b", "done"), goto="one", at_once=True)):
            with self.subTest(back=back):
                self.assertEqual(self.ring(there, back), [])

    def test_rows_after_one_that_waits_are_looked_at(self):
        """D-066: whatever stands before them."""
        definition = tree(step(
            "one", content("a"), self.paid(End(), wait=Event("payment")),
            replace(self.paid(Goto("one")), key="again"), DEFAULT))
        self.assertEqual(find_problems(definition), [Problem("ring", "one")])

    def test_dates_that_may_be_over(self):
        """D-066: a deadline that counts from a date may have run out when its step is entered."""
        late = Deadline(Delay(1, "days"), Base("marker", "served"))
        definition = replace(
            tree(step("one", content("a"), self.paid(Goto("one"), wait=late), DEFAULT)),
            markers=frozenset({"served"}))
        self.assertEqual(find_problems(definition), [Problem("ring", "one")])

    def test_over_another_template(self):
        """D-066: it switches there, which switches back; its own older version is not asked."""
        def switching(code, target, **fields):
            return replace(tree(step(
                f"{code} asks", content("a"), self.paid(target, **fields), DEFAULT)), code=code)

        here, there = switching("HERE", Switch("THERE")), switching("THERE", Switch("HERE"))
        self.assertEqual(
            find_problems(here, {"THERE": there, "HERE": here}), [Problem("ring", "HERE asks")])
        held = switching("THERE", Switch("HERE"), wait=Event("payment"))
        self.assertEqual(find_problems(here, {"THERE": held, "HERE": here}), [])
        old = switching("HERE", Switch("HERE"))
        self.assertEqual(find_problems(here, {"THERE": held, "HERE": old}), [])
        # a ring among others alone is theirs
        other = switching("OTHER", Switch("THERE"))
        self.assertEqual(find_problems(
            switching("HERE", Switch("OTHER")),
            {"THERE": switching("THERE", Switch("OTHER")), "OTHER": other}), [])

    def test_on_a_ring_or_only_before_it(self):
        """D-066: what leads to a ring, or away from it, is not on it."""
        for edges, ring in (
                ({}, []), ({1: [2], 2: [3]}, []), ({1: [1]}, [1]), ({1: [2], 2: [1]}, [1, 2]),
                ({0: [1], 1: [2], 2: [3], 3: [1, 4], 4: []}, [1, 2, 3]),
                ({1: [2], 2: [1], 3: [4, 2], 4: [3], 5: [5, 6]}, [1, 2, 3, 4, 5]),
                ({2: [9], 1: [2, 3], 3: [1]}, [1, 3])):
            with self.subTest(edges=edges):
                self.assertEqual(find_ring(edges), ring)


@tagged("standard", "at_install")
class TestEngineCheckSizes(CheckCase):
    """Bad input: what nobody draws, and files may hold."""

    def test_two_of_one_key(self):
        """Bad input: steps, actions and rows; one key in two steps is none of it."""
        self.assertProblems(
            tree(step("check", content("file"), DEFAULT), step("check", content("x"), DEFAULT)),
            ("double_key", "check"))
        self.assertProblems(
            tree(step("check", content("file"), content("file"), DEFAULT, DEFAULT)),
            ("double_key", "check", "file"), ("double_key", "check", "default"))
        self.assertProblems(
            tree(step("check", content("file"), row("default", goto="then")),
                 step("then", content("file"), DEFAULT)))

    def test_ten_thousand_steps(self):
        """Bad input: refused at once; as many as may be are looked at in a moment, a ring too."""
        def ring(number):
            return tree(*(
                step(f"s{n}", content("a"), Row(
                    "on", Level("settled"), Goto(f"s{(n + 1) % number}"), True), DEFAULT)
                for n in range(number)))

        self.assertProblems(ring(10_000), ("too_many_steps",))
        self.assertProblems(ring(MOST_STEPS + 1), ("too_many_steps",))
        self.assertProblems(ring(MOST_STEPS), ("ring", "s0"))

    def test_ten_thousand_rows(self):
        """Bad input: the step is named."""
        for number, problems in ((MOST_PARTS, ()), (MOST_PARTS + 1, [("too_many_parts", "check")]),
                                 (10_000, [("too_many_parts", "check")])):
            rows = [Row(f"r{n}", Event(f"manual:{n}"), End(), True) for n in range(number - 1)]
            self.assertProblems(
                tree(step("check", content("file"), *rows, DEFAULT)), *problems)
        asked = [content(f"file {n}") for n in range(MOST_PARTS + 1)]
        self.assertProblems(tree(step("check", *asked, DEFAULT)), ("too_many_parts", "check"))


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
