"""What must hold for every tree and every course of events.

:class:`SequenceMachine` drives the engine through random valid trees with random commands,
most of them fitting, some to be refused, and looks after each at all that must hold.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from odoo.tests import BaseCase, tagged

from ...engine import (
    CommandRefused,
    State,
    decide,
    entry_from_dict,
    entry_to_dict,
    find_problems,
    replay,
)
from ...engine.sequence.effects import Ask, AskValidation, Release
from .engine_reference import Book
from .engine_trees import NOW, commands_for, valid_trees

#: The same examples at every run. A slow machine is no fault, so slowness is not judged.
SETTINGS = settings(
    derandomize=True,
    deadline=None,
    max_examples=120,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow],
)

EFFECTS = {"action_created": Ask, "action_submitted": AskValidation, "action_closed": Release}


class SequenceMachine(RuleBasedStateMachine):
    """One sequence on a random tree, and a book that reads the history beside it."""

    @initialize(definition=valid_trees())
    def choose_tree(self, definition):
        self.definition = definition
        self.begin()

    def begin(self):
        self.state = self.before = State()
        self.book = Book(self.definition)
        self.history = []
        self.closed = {}

    @rule(data=st.data())
    def command(self, data):
        """Ask something of the sequence; when it has ended, mostly of a new one."""
        if self.state.status in ("done", "stopped") and data.draw(st.integers(0, 2)) < 2:
            self.begin()
        command = data.draw(commands_for(self.state, self.definition), label="command")
        expected = self.book.expected(command)
        decision = self.decide(command)
        assert bool(decision) == bool(expected), "refused or accepted against the rules"
        if decision:
            self.write(command, decision, expected)

    def decide(self, command):
        """:return: the decision, None when refused; anything else raised is a fault"""
        shown = repr((self.definition, self.state))
        try:
            decision = decide(self.definition, self.state, command, NOW)
        except CommandRefused:
            decision = None
        assert repr((self.definition, self.state)) == shown, "what is decided on is not touched"
        return decision

    def write(self, command, decision, expected):
        """Store the facts as the database does, and have the book read them."""
        self.book.begin(command)
        facts = json.loads(json.dumps([entry_to_dict(entry) for entry in decision.entries]))
        for kind, fact in facts:
            self.book.read(kind, fact)
        assert any(
            kind == expected[0] and expected[1].items() <= fact.items() for kind, fact in facts)
        self.history += facts
        self.before, self.state = self.state, decision.state
        assert decision.effects == tuple(
            EFFECTS[kind](fact["action"]) for kind, fact in facts if kind in EFFECTS)

    # -- what must hold ------------------------------------------------------

    @invariant()
    def history_gives_the_state(self):
        past = replay(entry_from_dict(kind, fact) for kind, fact in self.history)
        assert past == self.state

    @invariant()
    def book_and_state_agree(self):
        state, book = asdict(self.state), self.book
        assert state["status"] == book.status
        assert state["incident"] == book.incident
        assert state["end_label"] == book.end_label
        assert list(state["visits"]) == book.visits
        assert list(state["actions"]) == list(book.actions.values())

    @invariant()
    def a_visit_asks_for_all_of_its_step(self):
        if self.state.visit:
            contents = self.definition.step(self.state.visit.step).contents
            assert [a.content for a in self.state.visit_actions] == [c.key for c in contents]

    @invariant()
    def closed_actions_never_change(self):
        now = {a.number: a for a in self.state.actions if a.state == "closed"}
        assert self.closed.items() <= now.items()
        self.closed = now

    @invariant()
    def ended_sequences_never_move(self):
        if self.before.status in ("done", "stopped"):
            assert self.state == self.before

    @invariant()
    def ended_sequences_hold_nothing_open(self):
        if self.state.status in ("done", "stopped"):
            assert not self.state.open_actions and not self.state.visit

    @invariant()
    def open_actions_are_of_the_visit_or_kept(self):
        for action in self.state.open_actions:
            assert action.keep or action.visit == self.state.visit.number

    @invariant()
    def what_should_fire_has_fired(self):
        if self.state.status == "running" and not self.state.incident:
            assert self.book.next_row() is None

    @invariant()
    def something_can_move_it(self):
        if self.state.status == "running" and not self.state.incident:
            assert any(action.is_open for action in self.state.visit_actions)

    @invariant()
    def pausing_moves_nothing(self):
        if self.state.status == "paused":
            assert self.state.visits == self.before.visits
            assert len(self.state.actions) == len(self.before.actions)


def run_properties(machine=SequenceMachine, **changes):
    """Look at everything that must hold. :raise AssertionError: something does not"""
    run_state_machine_as_test(machine, settings=settings(SETTINGS, **changes))


@tagged("standard", "at_install")
class TestEngineProperties(BaseCase):

    def test_every_course_of_events(self):
        """D-022, D-035, D-040, D-071: whatever happens, a sequence is where its history says."""
        run_properties()

    @settings(SETTINGS, max_examples=60)
    @given(valid_trees())
    def test_random_trees_may_be_published(self, definition):
        """D-056: branches, merges and loops pass the checks that publishing makes."""
        problems = [p for p in find_problems(definition) if p.code != "hidden_row"]
        self.assertEqual(problems, [])
