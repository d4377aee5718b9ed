"""Histories that earlier versions of the module wrote: they are read for ever.

``fixtures/histories.json`` holds, by version, courses with all kinds of facts that its last commit
knew, as its own engine stored them, and the state that it was in. Never change a line of it: add
the next version's, from the last commit before it.
"""

from __future__ import annotations

import ast
import json
from datetime import datetime
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ...engine import (
    CommandRefused,
    EndAsSwitched,
    Pause,
    Resume,
    Stop,
    decide,
    entry_from_dict,
    replay,
)
from ...engine.sequence.entries import KINDS
from .engine_diary import DEFAULT, after
from .engine_trees import content, step, tree

STORED = json.loads((Path(__file__).parent / "fixtures" / "histories.json").read_text())
#: Kinds of facts that no version before this one knew, by the first that did.
SINCE = {"19.0.4.0.0": {"timer_dropped"}}


def read(facts):
    return replay(entry_from_dict(kind, dict(data)) for kind, data in facts)


def describe(state):
    """A state in the words of the fixture."""
    return {
        "status": state.status, "end_label": state.end_label,
        "incident": state.incident and state.incident.code,
        "waiting": state.waiting and [state.waiting.template, state.waiting.step],
        "visits": [[visit.step, visit.row] for visit in state.visits],
        "actions": [[action.content, action.state, action.outcome, action.option, action.due]
                    for action in state.actions],
        "deadlines": [
            [running.visit, running.row, running.due, running.nature, running.remaining,
             running.alerted] for running in state.deadlines],
        "received": [[event.key, event.code, event.visit, event.used]
                     for event in state.received],
    }


@tagged("standard", "at_install")
class TestEngineOlderHistories(BaseCase):

    def test_they_lead_where_they_led(self):
        """D-072: each history of each version, to the same state."""
        for version, courses in STORED.items():
            for number, course in enumerate(courses):
                with self.subTest(version=version, course=number):
                    self.assertEqual(describe(read(course["facts"])), course["state"])

    def test_each_earlier_version_has_some(self):
        """D-072: with a new version come those of the one before it."""
        manifest = Path(__file__).parents[2] / "__manifest__.py"
        major = int(ast.literal_eval(manifest.read_text())["version"].split(".")[2])
        self.assertEqual(list(STORED), [f"19.0.{number}.0.0" for number in range(1, major)])

    def test_all_kinds_are_among_them(self):
        """D-072: a kind that is new gets a history with the next version."""
        for version, courses in STORED.items():
            new = set().union(*(kinds for first, kinds in SINCE.items() if first > version))
            self.assertEqual(
                {kind for course in courses for kind, _data in course["facts"]},
                set(KINDS) - new, version)

    def test_they_go_on_from_each_fact(self):
        """D-072: wherever the module was updated, a person may pause, resume, stop or switch."""
        now = datetime(2026, 9, 1, 9)
        steps = [step(key, *map(content, "abc"), DEFAULT, max_visits=99)
                 for key in ("s1", "s2", "s3")]
        for courses in STORED.values():
            for course in courses:
                facts, gone_on = course["facts"], 0
                for number in range(1, len(facts) + 1):
                    state = read(facts[:number])
                    if state.deadlines:
                        continue  # their rows are not in this tree
                    for command in (Pause(), Resume(), Stop(), EndAsSwitched("T1")):
                        try:
                            decision = decide(tree(*steps), state, command, now)
                        except CommandRefused:
                            continue
                        self.assertEqual(replay(decision.entries, state), decision.state)
                        gone_on += 1
                self.assertTrue(gone_on)

    def test_a_deadline_that_does_not_say_its_unit_has_its_row_s(self):
        """D-028: it was frozen before histories said so."""
        state = read((
            ("launched", {}),
            ("visit_entered", {"visit": 1, "step": "one", "date": "2026-03-02"}),
            ("action_created", {
                "action": 1, "visit": 1, "step": "one", "content": "a", "date": "2026-03-02"}),
            ("timer_set", {"visit": 1, "row": "late", "base": "2026-03-02", "due": "2026-03-07",
                           "nature": "internal"}),
            ("paused", {"date": "2026-03-04"}),
            ("timer_frozen", {"visit": 1, "row": "late", "remaining": 3})))
        definition = tree(step("one", content("a"), after(5, unit="working_days"), DEFAULT))
        decision = decide(definition, state, Resume(), datetime(2026, 3, 14, 9))
        self.assertEqual(decision.state.deadline("late").due, "2026-03-18")

    def test_a_kind_that_is_not_known_is_refused(self):
        """D-072: a history of a later version is not half read."""
        with self.assertRaises(KeyError):
            entry_from_dict("teleported", {})
        with self.assertRaises(TypeError):
            entry_from_dict("launched", {"where": "moon"})
