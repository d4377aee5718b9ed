"""Whether the properties see anything: each test puts one bug into the engine, and they must
fail. A bug that goes unseen is a property that is missing."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

from hypothesis import Phase, Verbosity

from odoo.tests import BaseCase, tagged

from ...engine import Close, Resume
from ...engine.sequence import conditions, decide as deciding, entries, outcomes
from ...engine.sequence.definition import Row
from ...engine.sequence.entries import ActionClosed, VisitEntered
from ...engine.sequence.run import Run
from ...engine.sequence.state import State, Visit
from .test_engine_properties import run_properties


@tagged("standard", "at_install")
class TestEngineSeededBugs(BaseCase):

    def assertSeen(self, *bugs):
        """The properties fail under these patches, and say it by an assertion."""
        for bug in bugs:
            bug.start()
            self.addCleanup(bug.stop)
        # the first example that fails is enough: nobody reads the smallest one
        with self.assertRaises(AssertionError):
            run_properties(
                phases=[Phase.generate], verbosity=Verbosity.quiet, print_blob=False,
                report_multiple_bugs=False)

    def test_control(self):
        """D-022: without a bug, a shorter look at the properties finds nothing."""
        run_properties(max_examples=20)

    def test_join_forgets_a_required_action(self):
        """D-053: *all* waits for each required action."""
        is_joined = conditions.is_joined

        def forgetful(step, actions):
            required = [action for action in actions if action.required]
            return is_joined(step, required[1:] or actions)
        self.assertSeen(mock.patch.object(conditions, "is_joined", forgetful))

    def test_any_join_takes_a_refusal_for_success(self):
        """D-054: *any* is met early by a positive result only."""
        everything = frozenset(outcomes.ALL)
        self.assertSeen(mock.patch.object(outcomes, "POSITIVE", everything))

    def test_optional_actions_hold_the_join_up(self):
        """D-053: an optional action is not waited for."""
        is_joined = conditions.is_joined

        def strict(step, actions):
            return is_joined(step, [replace(action, required=True) for action in actions])
        self.assertSeen(mock.patch.object(conditions, "is_joined", strict))

    def test_last_row_wins(self):
        """D-040: the first row that holds fires."""
        def last_row(run, situation):
            rows = situation.step.rows[::-1]
            return next((row for row in rows if row.holds(situation)), None)
        self.assertSeen(mock.patch.object(Run, "_find_row", last_row))

    def test_at_once_rows_wait_for_the_join(self):
        """D-054: a row at once interrupts."""
        def patient(row, situation):
            joined = conditions.is_joined(situation.step, situation.actions)
            return joined and row.condition.holds(situation, row)
        self.assertSeen(mock.patch.object(Row, "holds", patient))

    def test_closed_actions_close_again(self):
        """D-035: what is done does not change."""
        find = State.action

        def reopened(state, number):
            action = find(state, number)
            return action and replace(action, state="todo")
        self.assertSeen(mock.patch.object(State, "action", reopened))

    def test_refusal_without_comment(self):
        """D-063: refusing, cancelling and ignoring need a reason."""
        self.assertSeen(mock.patch.object(outcomes, "NEED_REASON", frozenset()))

    def test_leaving_forgets_what_is_open(self):
        """D-040: what a left step asked for is moot."""
        def leave(run, row=None, outcome="moot", *, ending=False):
            visit = run.state.visit
            run.add(entries.VisitLeft(visit.number, visit.step, row))
        self.assertSeen(mock.patch.object(Run, "leave", leave))

    def test_leaving_closes_what_is_kept(self):
        """D-040: *keep* outlives its step."""
        leave = Run.leave

        def thorough(run, *args, ending=False, **kwargs):
            return leave(run, *args, ending=True, **kwargs)
        self.assertSeen(mock.patch.object(Run, "leave", thorough))

    def test_end_leaves_kept_actions_open(self):
        """D-041: an end closes everything."""
        leave = Run.leave

        def careless(run, *args, ending=False, **kwargs):
            return leave(run, *args, **kwargs)
        self.assertSeen(mock.patch.object(Run, "leave", careless))

    def test_visits_are_not_limited(self):
        """D-056: loops are allowed, endless ones are not."""
        fire = Run.fire

        def unlimited(run, row, *, limited=True):
            return fire(run, row, limited=False)
        self.assertSeen(mock.patch.object(Run, "fire", unlimited))

    def test_pause_still_routes(self):
        """D-028: a pause moves nothing."""
        route = Run.route

        def restless(run):
            paused = run.state.status == "paused"
            run.state = replace(run.state, status="running") if paused else run.state
            route(run)
            if paused and run.state.status == "running":
                run.state = replace(run.state, status="paused")
        self.assertSeen(mock.patch.object(Run, "route", restless))

    def test_resume_forgets_to_route(self):
        """D-029: resuming goes on with what was recorded."""
        def resume(run, command):
            run.need("paused")
            run.add(entries.Resumed())
        self.assertSeen(mock.patch.dict(deciding._HANDLERS, {Resume: resume}))

    def test_incident_is_not_reported(self):
        """D-032: a sequence that cannot go on says so."""
        self.assertSeen(mock.patch.object(
            entries.IncidentRaised, "apply", lambda entry, state: state))

    def test_replay_drops_the_option(self):
        """D-072: the history keeps what was decided."""
        def forgetful(entry, state):
            return state.with_action(
                entry.action, state="closed", outcome=entry.outcome, closed_on=entry.date)
        self.assertSeen(mock.patch.object(ActionClosed, "apply", forgetful))

    def test_validator_loses_the_proposal(self):
        """D-039: a decision and its validation combine."""
        close = deciding._close

        def lossy(run, command):
            action = run.state.action(command.action)
            if action and action.state == "validating":
                run.state = run.state.with_action(action.number, option=None)
            close(run, command)
        self.assertSeen(mock.patch.dict(deciding._HANDLERS, {Close: lossy}))

    def test_validation_is_skipped(self):
        """D-039: what asks for a validation is not closed by its responsible."""
        check = deciding.check_answer

        def trusting(content, action, command):
            return replace(check(content, action, command), submits=False)
        self.assertSeen(mock.patch.object(deciding, "check_answer", trusting))

    def test_effect_is_forgotten(self):
        """D-020: whoever had something to do is released."""
        add = Run.add

        def silent(run, entry, *_effects):
            add(run, entry)
        self.assertSeen(mock.patch.object(Run, "add", silent))

    def test_numbers_have_gaps(self):
        """D-071: visits are numbered in the order they were made."""
        def skipping(entry, state):
            visit = Visit(entry.visit + 1, entry.step, entry.date)
            return replace(state, visits=(*state.visits, visit))
        self.assertSeen(mock.patch.object(VisitEntered, "apply", skipping))
