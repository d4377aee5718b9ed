"""How an action is closed: what may be answered, who has the word, what is refused."""

from __future__ import annotations

from datetime import datetime

from odoo.tests import BaseCase, tagged

from ...engine import (
    Close,
    CommandRefused,
    Definition,
    Option,
    Stop,
    decide,
    get_allowed_answers,
)
from ...engine.sequence.effects import Ask, AskValidation, Release
from .engine_trees import Walk, content, option, result, row, step

TASK = content("task")
OWN_WORD = content("task", validation=True)
JUDGED = content("task", validation=True, validator="head")
DECISION = content("task", options=(option("served"), option("pv659"), option("no", "refused")))
JUDGED_DECISION = content(
    "task", validation=True, validator="head",
    options=(option("plan"), option("no", "refused")))


def asked(*contents, rows=()):
    """A walk to a step that asks for something more, so that no answer ends it."""
    more = content("more")
    return Walk(step("check", *contents, more, *rows, row("default", end="Closed")))


class ClosingCase(BaseCase):

    def assertRefused(self, code, walk, *answer, commented=True):
        """The answer is refused, and nothing came of it."""
        state, written = walk.state, list(walk.entries)
        with self.assertRaises(CommandRefused) as refused:
            walk.close("task", *answer, commented=commented)
        self.assertEqual(refused.exception.code, code)
        self.assertEqual((walk.state, walk.entries), (state, written))

    def assertClosed(self, walk, outcome, option=None):
        action = walk.action("task")
        self.assertEqual((action.state, action.outcome, action.option), ("closed", outcome, option))


@tagged("standard", "at_install")
class TestEngineAllowedAnswers(BaseCase):
    """What the closing dialog is told."""

    def test_a_task_is_done_or_not(self):
        """D-039, D-068: a realisation; cancelling and ignoring are always there."""
        allowed = get_allowed_answers(TASK, "todo")
        self.assertEqual(allowed.outcomes, ("done", "cancelled", "ignored"))
        self.assertEqual((allowed.options, allowed.submits), ((), False))

    def test_a_validation_is_given_or_refused(self):
        """D-039, D-058: without a second function, one's own word."""
        allowed = get_allowed_answers(OWN_WORD, "todo")
        self.assertEqual(allowed.outcomes, ("validated", "refused", "cancelled", "ignored"))
        self.assertFalse(allowed.submits)

    def test_a_judged_task_is_done_then_validated(self):
        """D-039: the first answer is submitted, the second is the validator's."""
        self.assertEqual(
            get_allowed_answers(JUDGED, "todo").outcomes, ("done", "cancelled", "ignored"))
        self.assertTrue(get_allowed_answers(JUDGED, "todo").submits)
        allowed = get_allowed_answers(JUDGED, "validating")
        self.assertEqual(allowed.outcomes, ("validated", "refused", "cancelled", "ignored"))
        self.assertFalse(allowed.submits)

    def test_a_decision_chooses_an_option(self):
        """D-039: the words of the trade, and each outcome that they stand for once."""
        allowed = get_allowed_answers(DECISION, "todo")
        self.assertEqual(allowed.options, ("served", "pv659", "no"))
        self.assertEqual(allowed.outcomes, ("done", "refused", "cancelled", "ignored"))

    def test_the_validator_does_not_choose_again(self):
        """D-039: decision and validation combine, one after the other."""
        self.assertTrue(get_allowed_answers(JUDGED_DECISION, "todo").submits)
        self.assertEqual(get_allowed_answers(JUDGED_DECISION, "validating").options, ())

    def test_a_validator_without_validation_has_no_say(self):
        """D-039: the function is named, but nothing is asked of it."""
        self.assertFalse(get_allowed_answers(content("task", validator="head"), "todo").submits)


@tagged("standard", "at_install")
class TestEngineAnswers(ClosingCase):

    def test_each_outcome_stays_its_own(self):
        """D-068: done, cancelled and ignored are not merged."""
        for outcome in ("done", "cancelled", "ignored"):
            walk = asked(TASK)
            walk.close("task", outcome)
            self.assertClosed(walk, outcome)

    def test_a_reason_is_asked_for(self):
        """D-063: refused, cancelled or ignored, one says why."""
        for outcome in ("refused", "cancelled", "ignored"):
            self.assertRefused("comment_missing", asked(OWN_WORD), outcome, commented=False)

    def test_a_success_needs_no_reason(self):
        """D-068: done and validated speak for themselves."""
        for task, outcome in ((TASK, "done"), (OWN_WORD, "validated")):
            walk = asked(task)
            walk.close("task", outcome, commented=False)
            self.assertClosed(walk, outcome)

    def test_an_outcome_must_be_expected(self):
        """D-068: no outcome that was not asked for, none that only the engine writes."""
        self.assertRefused("unknown_outcome", asked(OWN_WORD), "done")
        for outcome in ("validated", "refused", "moot", "stopped", "settled", "nonsense", None):
            self.assertRefused("unknown_outcome", asked(TASK), outcome)

    def test_a_technical_fault_is_always_told(self):
        """D-071: whatever was asked for, without a choice or a comment."""
        for task in (TASK, OWN_WORD, JUDGED, DECISION):
            walk = asked(task)
            walk.close("task", "failed", commented=False)
            self.assertClosed(walk, "failed")

    def test_an_option_gives_its_outcome(self):
        """D-039: a word of the trade stands for one outcome, and is kept beside it."""
        walk = asked(DECISION)
        walk.close("task", option="pv659")
        self.assertClosed(walk, "done", "pv659")

    def test_an_option_of_one_s_own_word_is_kept(self):
        """D-039: where the responsible validates by choosing, the choice is the result."""
        agreed = option("agreed", "validated")
        walk = asked(content("task", validation=True, options=(agreed,)))
        walk.close("task", option="agreed")
        self.assertClosed(walk, "validated", "agreed")

    def test_an_option_may_need_a_reason(self):
        """D-063: an option that stands for a refusal is one."""
        self.assertRefused("comment_missing", asked(DECISION), None, "no", commented=False)

    def test_an_option_must_be_chosen(self):
        """D-039: done, but which of them?"""
        self.assertRefused("option_missing", asked(DECISION), "done")

    def test_an_option_of_another_action_is_refused(self):
        """D-039: each action has its own choices."""
        self.assertRefused("unknown_option", asked(DECISION), "done", "plan")
        self.assertRefused("unknown_option", asked(TASK), "done", "served")

    def test_an_option_cannot_stand_for_something_else(self):
        """D-039: outcome and option have to agree."""
        self.assertRefused("unknown_outcome", asked(DECISION), "refused", "served")

    def test_cancelling_chooses_nothing(self):
        """D-063: the option that came with it is dropped."""
        walk = asked(DECISION)
        walk.close("task", "cancelled", "served")
        self.assertClosed(walk, "cancelled")

    def test_an_option_can_be_branched_on(self):
        """D-054: the table may read the trade's word instead of the outcome."""
        walk = asked(DECISION, rows=[
            row("pv659", when=result("task", options=["pv659"]), end="Moved away", at_once=True)])
        walk.close("task", option="pv659")
        self.assertEqual(walk.state.end_label, "Moved away")

    def test_what_is_closed_stays_closed(self):
        """D-035: a second answer says what the first was, and changes nothing."""
        walk = asked(TASK)
        walk.close("task", "done")
        self.assertRefused("already_closed", walk, "cancelled")
        with self.assertRaises(CommandRefused) as refused:
            walk.close("task", "done")
        self.assertEqual(refused.exception.data, {"action": 1, "outcome": "done"})

    def test_what_was_stopped_stays_closed(self):
        """D-035: closed by the stop, not by the late answer."""
        walk = asked(TASK)
        walk.do(Stop())
        self.assertRefused("already_closed", walk, "done")

    def test_an_action_must_exist(self):
        """D-037: each action is one of the sequence's."""
        walk = asked(TASK)
        with self.assertRaises(CommandRefused) as refused:
            walk.do(Close(99, "done"))
        self.assertEqual(refused.exception.code, "unknown_action")


@tagged("standard", "at_install")
class TestEngineValidation(ClosingCase):

    def test_the_first_answer_is_submitted(self):
        """D-039: not closed yet; the validating function is asked."""
        walk = asked(JUDGED)
        decision = walk.close("task", "done")
        self.assertEqual(walk.action("task").state, "validating")
        self.assertEqual(decision.effects, (AskValidation(1),))

    def test_the_second_answer_closes(self):
        """D-058: validated or refused, as the validator says."""
        for outcome in ("validated", "refused"):
            walk = asked(JUDGED)
            walk.close("task", "done")
            decision = walk.close("task", outcome)
            self.assertClosed(walk, outcome)
            self.assertEqual(decision.effects, (Release(1),))

    def test_the_validator_cannot_just_do_it(self):
        """D-039: its word is validated or refused."""
        walk = asked(JUDGED)
        walk.close("task", "done")
        self.assertRefused("unknown_outcome", walk, "done")

    def test_a_validator_s_refusal_needs_a_reason(self):
        """D-063: the one who did it will ask."""
        walk = asked(JUDGED)
        walk.close("task", "done")
        self.assertRefused("comment_missing", walk, "refused", commented=False)

    def test_what_was_proposed_is_confirmed(self):
        """D-039: the option submitted is the option validated."""
        walk = asked(JUDGED_DECISION)
        walk.close("task", option="plan")
        self.assertEqual(walk.action("task").option, "plan")
        walk.close("task", "validated")
        self.assertClosed(walk, "validated", "plan")

    def test_what_was_refused_was_not_chosen(self):
        """D-039: no row may read the option that the validator refused."""
        walk = asked(JUDGED_DECISION)
        walk.close("task", option="plan")
        walk.close("task", "refused")
        self.assertClosed(walk, "refused")

    def test_the_validator_chooses_no_other_option(self):
        """D-039: it may refuse the choice, not replace it."""
        walk = asked(JUDGED_DECISION)
        walk.close("task", option="plan")
        self.assertRefused("unknown_option", walk, "validated", "no")

    def test_cancelling_needs_no_validation(self):
        """D-063: a person's decision, before or during the validation."""
        walk = asked(JUDGED)
        walk.close("task", "cancelled")
        self.assertClosed(walk, "cancelled")
        walk = asked(JUDGED_DECISION)
        walk.close("task", option="plan")
        walk.close("task", "ignored")
        self.assertClosed(walk, "ignored")


@tagged("standard", "at_install")
class TestEngineEffects(ClosingCase):

    def test_each_new_action_is_asked_for(self):
        """D-020: whoever owes it learns of it."""
        self.assertEqual(asked(TASK).effects, [Ask(1), Ask(2)])

    def test_the_clock_is_the_caller_s(self):
        """D-055: the same command at another moment falls on another day."""
        walk = asked(TASK, rows=[
            row("again", when=result("task", "done"), goto="check", at_once=True)])
        decision = decide(
            Definition("TREE", steps=walk.definition.steps), walk.state, Close(1, "done"),
            datetime(2027, 12, 31, 23, 59))
        self.assertEqual(decision.entries[-1].date, "2027-12-31")

    def test_an_option_means_done_unless_said(self):
        """D-039: most words of the trade report something done."""
        self.assertEqual(Option("served").outcome, "done")
