"""The history's own form: what is stored today is read by the code of later years."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

from odoo.tests import BaseCase, tagged

from ...engine import (
    Action,
    Incident,
    Jump,
    Launch,
    Retry,
    Skip,
    State,
    Stop,
    Visit,
    entry_from_dict,
    entry_to_dict,
    replay,
)
from ...engine.sequence import commands, outcomes, state as states
from ...engine.sequence.entries import KINDS
from .engine_trees import Walk, content, option, result, row, step

#: A history as it lies in the database. Never change a line of it: databases have such lines.
STORED = (
    ("launched", {}),
    ("visit_entered", {"visit": 1, "step": "serve"}),
    ("action_created", {
        "action": 1, "visit": 1, "step": "serve", "content": "deed", "date": "2026-03-02",
        "required": True, "keep": False}),
    ("action_created", {
        "action": 2, "visit": 1, "step": "serve", "content": "letter", "date": "2026-04-01",
        "required": False, "keep": True}),
    ("paused", {}),
    ("action_submitted", {"action": 1, "option": "served"}),
    ("resumed", {}),
    ("action_closed", {"action": 1, "outcome": "validated", "option": "served"}),
    ("incident_raised", {"code": "max_visits", "step": "serve", "row": "again"}),
    ("incident_cleared", {"way": "skip"}),
    ("visit_left", {"visit": 1, "step": "serve", "row": "again"}),
    ("visit_entered", {"visit": 2, "step": "serve"}),
    ("action_created", {
        "action": 3, "visit": 2, "step": "serve", "content": "deed", "date": "2026-03-02",
        "required": True, "keep": False}),
)
DEED = Action(1, 1, "deed", state="closed", outcome="validated", option="served")
LETTER = Action(2, 1, "letter", required=False, keep=True)


def stored(*more):
    return replay(entry_from_dict(kind, dict(fact)) for kind, fact in (*STORED, *more))


@tagged("standard", "at_install")
class TestEngineHistory(BaseCase):

    def test_a_stored_history_gives_its_state(self):
        """D-072: every fact of it, fact by fact."""
        self.assertEqual(stored(), State(
            "running",
            (Visit(1, "serve", is_left=True, row="again"), Visit(2, "serve")),
            (DEED, LETTER, Action(3, 2, "deed"))))

    def test_a_stored_end_gives_its_label(self):
        """D-041, D-072: how it ended is part of the state."""
        state = stored(
            ("action_closed", {"action": 3, "outcome": "done", "option": None}),
            ("action_closed", {"action": 2, "outcome": "moot", "option": None}),
            ("visit_left", {"visit": 2, "step": "serve", "row": "default"}),
            ("ended", {"label": "Served"}))
        self.assertEqual((state.status, state.end_label, state.visit), ("done", "Served", None))
        self.assertEqual([a.outcome for a in state.actions], ["validated", "moot", "done"])

    def test_a_stored_stop_clears_the_incident(self):
        """D-042, D-072: stopped by a person, without a row."""
        raised = ("incident_raised", {"code": "stuck", "step": "serve", "row": None})
        left = ("visit_left", {"visit": 2, "step": "serve", "row": None})
        self.assertEqual(stored(raised).incident, Incident("stuck"))
        state = stored(raised, left, ("stopped", {}))
        self.assertEqual((state.status, state.incident), ("stopped", None))

    def test_each_kind_of_fact_is_stored_and_read_back(self):
        """D-072: all that the engine can say goes through the database unchanged."""
        for kind, cls in KINDS.items():
            fact = {field.name: field.name for field in fields(cls)}
            entry = cls(**fact)
            self.assertEqual(entry_to_dict(entry), (kind, fact))
            self.assertEqual(entry_from_dict(kind, fact), entry)

    def test_a_history_can_be_read_on_from_a_state(self):
        """D-072: the facts of one command, on the state that they found."""
        more = entry_from_dict("action_closed", {"action": 2, "outcome": "done", "option": None})
        self.assertEqual(replay([more], stored()).action(2).outcome, "done")

    def test_the_way_out_of_an_incident_is_told(self):
        """D-071: retried, skipped or jumped, the trace says which."""
        loop = step(
            "serve", content("deed"), row("again", when=result("deed", "failed"), goto="serve"),
            row("default", end="Served"), max_visits=1)
        for command, way in ((Retry(), "retry"), (Skip(), "skip"), (Jump("serve"), "jump")):
            walk = Walk(loop)
            walk.close("deed", "failed")
            entry = walk.do(command).entries[0]
            self.assertEqual(entry_to_dict(entry), ("incident_cleared", {"way": way}))

    def test_names_that_are_stored_stay(self):
        """D-068, D-072: outcomes and statuses lie in the database under these names."""
        self.assertEqual(outcomes.ALL, (
            "done", "validated", "refused", "cancelled", "ignored", "expired", "moot",
            "stopped", "settled", "failed"))
        self.assertEqual(
            [states.NEW, states.RUNNING, states.PAUSED, states.DONE, states.STOPPED,
             states.SWITCHED, states.TODO, states.VALIDATING, states.CLOSED],
            ["new", "running", "paused", "done", "stopped",
             "switched", "todo", "validating", "closed"])

    def test_stored_deadlines_give_their_state(self):
        """D-072: histories call them timers, whatever the code calls them."""
        timer = {"visit": 2, "row": "late"}
        state = stored(
            ("timer_set", {**timer, "base": "2026-03-02", "due": "2026-03-07",
                           "nature": "internal"}),
            ("timer_set", {"visit": 2, "row": "gone", "base": "2026-03-02", "due": "2026-03-09",
                           "nature": "legal"}),
            ("timer_frozen", {**timer, "remaining": 3}),
            ("timer_resumed", {**timer, "due": "2026-03-12"}),
            ("legal_deadline_passed", {"visit": 2, "row": "gone"}),
            ("migrated", {"version_from": 1, "version": 2, "visit": 2, "timers": ["gone"]}))
        self.assertEqual(state.deadlines, (states.RunningDeadline(
            2, "late", "2026-03-02", "2026-03-12", "internal"),))

    def test_the_names_of_commands_stay(self):
        """D-072: a class may get another name, the word in the histories never."""
        words = {commands.get_name(command): type(command) for command in (
            commands.AddAction("2026-03-02"), commands.EndAsSwitched("OTHER"), commands.Tick())}
        self.assertEqual(words, {
            "addaction": commands.AddAction, "leave": commands.EndAsSwitched,
            "tick": commands.Tick})

    def test_before_its_launch_a_sequence_is_nowhere(self):
        """D-010: no visit, no action, no end."""
        self.assertEqual(State(), State("new", (), ()))
        self.assertIsNone(State().visit)
        self.assertEqual(State().visit_actions, ())

    def test_what_was_said_cannot_be_changed(self):
        """D-035, D-072: neither facts nor states nor the tree can be written over."""
        walk = Walk(step(
            "serve", content("deed", options=(option("served"),)),
            row("again", when=result("deed", "failed"), goto="serve"),
            row("default", end="Served")))
        decision, definition = walk.do(Stop()), walk.definition
        asked, way = definition.start.contents[0], definition.start.rows
        for said in (
            decision, *decision.entries, *decision.effects, Launch(),
            walk.state, *walk.state.visits, *walk.state.actions,
            definition, definition.start, asked, *asked.options,
            *way, way[0].condition, way[0].target, way[1].target,
        ):
            for field in fields(said):
                with self.assertRaises(FrozenInstanceError):
                    setattr(said, field.name, None)
