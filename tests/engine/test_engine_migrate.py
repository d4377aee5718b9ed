"""Going on by another version of the tree: what is kept, what is lost, what is counted anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine import (
    CommandRefused,
    Deadline,
    Delay,
    Goto,
    Launch,
    Migrate,
    Pause,
    Resume,
    Row,
    State,
    Tick,
    decide,
    entry_from_dict,
    entry_to_dict,
    replay,
)
from .engine_trees import NOW, Walk, commands_for, content, row, step, valid_trees


def late(days, key="late"):
    return Row(key, Deadline(Delay(days, "days")), Goto("two"), at_once=True)


TWO = step("two", content("b"), row("default", end="End"))


class Moved(Walk):
    """A walk that goes on by other trees."""

    def move(self, *steps, anew=False, now=NOW):
        self.definition = replace(self.definition, version=2, steps=steps)
        decision = decide(self.definition, self.state, Migrate(1, anew), now)
        self.state = decision.state
        self.entries += decision.entries
        return decision


@tagged("standard", "at_install")
class TestEngineMigrate(BaseCase):

    def test_the_same_keys_change_nothing(self):
        """D-012: but the fact that it moved."""
        steps = (step("one", content("a"), late(5), row("default", goto="two")), TWO)
        walk = Moved(*steps)
        before = walk.state
        decision = walk.move(*steps)
        self.assertEqual(walk.state, before)
        self.assertEqual([entry_to_dict(entry)[0] for entry in decision.entries], ["migrated"])

    def test_a_lost_step_is_refused(self):
        """D-012: there is nowhere to stand."""
        walk = Moved(step("one", content("a"), row("default", goto="two")), TWO)
        with self.assertRaises(CommandRefused) as refused:
            walk.move(TWO)
        self.assertEqual(refused.exception.code, "unknown_step")

    def test_lost_actions_are_cancelled_and_routed_on(self):
        """D-070: the rest is joined without them."""
        walk = Moved(step("one", content("a"), content("c"), row("default", goto="two")), TWO)
        walk.close("a", "done")
        walk.move(step("one", content("a"), row("default", goto="two")), TWO)
        self.assertEqual(walk.action("c").outcome, "cancelled")
        self.assertEqual(walk.path, ["one", "two"])

    def test_deadlines_keep_their_day_or_are_counted_anew(self):
        """D-060: from the day the step was entered."""
        for anew, due in ((False, "2026-03-07"), (True, "2026-03-22")):
            with self.subTest(anew=anew):
                walk = Moved(step("one", content("a"), late(5), row("default", goto="two")), TWO)
                walk.move(step("one", content("a"), late(20), row("default", goto="two")), TWO,
                          anew=anew)
                self.assertEqual([deadline.due for deadline in walk.state.deadlines], [due])
                self.assertEqual(replay(walk.entries), walk.state)

    def test_a_deadline_that_is_over_by_the_new_version_fires(self):
        """D-060: it would have, had the version been this one."""
        walk = Moved(step("one", content("a"), late(20), row("default", goto="two")), TWO)
        walk.move(step("one", content("a"), late(2), row("default", goto="two")), TWO,
                  anew=True, now=datetime(2026, 3, 9, 9))
        self.assertEqual(walk.path, ["one", "two"])

    def test_a_lost_deadline_fires_no_more(self):
        """D-060: even one that was frozen."""
        walk = Moved(step("one", content("a"), late(5), row("default", goto="two")), TWO)
        walk.do(Pause())
        walk.move(step("one", content("a"), late(5, "other"), row("default", goto="two")), TWO)
        self.assertFalse(walk.state.deadlines)
        walk.do(Resume(), Tick())
        self.assertEqual([deadline.row for deadline in walk.state.deadlines], ["other"])

    def test_one_that_has_ended_moves_no_more(self):
        """D-072: it stays on the tree it ended on."""
        walk = Moved(TWO)
        walk.close("b", "done")
        with self.assertRaises(CommandRefused):
            walk.move(TWO)

    @settings(max_examples=60, deadline=None, derandomize=True,
              suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_whatever_the_trees(self, data):
        """D-072: the history leads to the state, and no action stays that no one could close."""
        first, second = data.draw(valid_trees()), data.draw(valid_trees())
        state, history = State(), []
        for command in (Launch(), *[None] * 6, Migrate(1, data.draw(st.booleans()))):
            tree = second if isinstance(command, Migrate) else first
            command = command or data.draw(commands_for(state, first))
            try:
                decision = decide(tree, state, command, NOW)
            except CommandRefused:
                continue
            state, history = decision.state, [*history, *decision.entries]
            self.assertEqual(state, replay(
                entry_from_dict(*entry_to_dict(entry)) for entry in history))
            if isinstance(command, Migrate):
                for action in state.open_actions:
                    visited = state.step_of(action)
                    self.assertTrue(second.get_content(visited, action.content).function)
