"""What must hold whatever a tree holds, whatever the world does, and whenever.

:class:`Rules` reads a random course fact by fact, as its history holds it, beside a short
reference of its own: none of the engine's own reading of a tree is used.
"""

from __future__ import annotations

import os
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine import (
    Deadline,
    Event,
    Joined,
    Level,
    Outcome,
)
from ...engine.sequence.effects import StartChild, SwitchTo
from .engine_courses import Reader, run_course
from .engine_tally import Tally

#: Courses that a run of the tests plays, and the number of the first: more of them, and others,
#: by ``make properties N=… FROM=…``.
COURSES = int(os.environ.get("N") or 2000)
FIRST = int(os.environ.get("FROM") or 0)
#: So many hold all that there is.
ENOUGH = 2000
POSITIVE = ("done", "validated")
SILENT = ("moot", "stopped")
ENDED = ("done", "stopped", "switched")
#: What no pause allows, but the command that ends the sequence.
MOVES = ("visit_entered", "visit_left", "action_created", "child_started", "ended")


class Rules(Reader):
    """What must hold of one course. An assertion fails where something cannot be."""

    tally = Tally()

    def __init__(self):
        self.expected = {}  # last day by (visit, row), of the deadlines that Expected tells
        self.is_first_version = True
        self.waiting = None  # for which template, and the ends of it since

    def refuse(self, turn, state, refusal):
        self.tally.refuse(turn, state, refusal)
        check_refusal(turn.command, state, refusal)

    def read(self, done):
        self.tally.read(done)
        self.is_first_version &= not any(kind == "migrated" for kind, _data in done.facts)
        check_closed(done)
        check_ended(done)
        check_pause(done)
        check_expired(done)
        check_rows(done)
        check_children(done)
        for kind, data in done.facts:
            self.check_wait(kind, data, type(done.turn.command).__name__)
        check_deadlines(done)
        check_way_forward(done)
        if self.is_first_version:
            self.check_days(done)

    def check_wait(self, kind, data, command):
        """A wait ends by an end of its template that came after it began, or by a person."""
        if kind == "child_started":
            self.waiting = (data["template"], set()) if data["wait"] else None
        elif kind == "event_received" and data["code"] == "child_ended" and self.waiting:
            if data["about"] == self.waiting[0]:
                self.waiting[1].add(data["key"])
        elif kind == "event_used" and not data["row"]:
            assert self.waiting and data["key"] in self.waiting[1], "the end of something else"
            self.waiting[1].add("over")
        elif kind == "visit_entered" and self.waiting:
            assert "over" in self.waiting[1] or command in ("Jump", "Skip"), "did not wait"
            self.waiting = None

    # -- the last days of internal deadlines in days -----------------------------

    def check_days(self, done):
        """Day by day: no day of a pause counts."""
        state = done.after
        visit = state.visit
        if not visit:
            return
        for row in done.turn.definition.step(visit.step).rows:
            running = state.deadline(row.key)
            key = visit.number, row.key
            known = self.expected.get(key)
            if not running or not is_plain(row):  # what pauses gave back stays its row's
                self.expected[key] = None, None, known[2] if known else 0
                continue
            self.expected[key] = self.expect(done, row, running, known)
            assert running.due == str(self.expected[key][1]), "not its last day"

    def expect(self, done, row, running, known):
        """:return: (base, last day, days given back)"""
        base, today = date.fromisoformat(running.base), done.turn.day
        before = done.before
        resumed = before.status == "paused" and any(kind == "resumed" for kind, _ in done.facts)
        given = known[2] if known else 0
        if known and known[0] == base and not resumed:
            return known
        due = base + timedelta(days=row.condition.delay.amount + given)
        if resumed and before.visit and before.visit.number == running.visit:
            paused_on = date.fromisoformat(before.paused_on)
            since = paused_on
            if not known or known[0] != base:
                since = max(paused_on, min(base, today))
            if due >= since:
                shift = max((max(today, paused_on) - since).days, 0)
                due, given = due + timedelta(days=shift), given + shift
        return base, due, given


def is_plain(row):
    """Whether a row's deadline is one of ours that counts calendar days, and only these."""
    condition = row.condition
    return (condition.nature == "internal" and condition.delay.unit == "days"
            and not condition.delay.procedural and not condition.truce)


def check_refusal(command, state, refusal):
    """A refusal names what was asked for, or what stands in its way."""
    action = state.action(getattr(command, "action", None))
    here = state.visit or state.waiting
    expected = {
        "wrong_status": lambda: {"status": state.status},
        "unknown_action": lambda: {"action": command.action},
        "already_closed": lambda: {"action": action.number, "outcome": action.outcome},
        "unknown_option": lambda: {"action": action.number, "option": command.option},
        "option_missing": lambda: {"action": action.number},
        "nothing_to_skip_to": lambda: {"step": here.step},
    }.get(refusal.code)
    if expected:
        assert refusal.data == expected(), f"{refusal} says something else"
    elif refusal.code in ("unknown_outcome", "comment_missing"):
        assert refusal.data["action"] == action.number
        assert refusal.data["outcome"] == (command.outcome or refusal.data["outcome"])
        assert command.outcome or command.option or refusal.data["outcome"] is None
    elif refusal.code == "unknown_step":
        assert refusal.data == {"step": getattr(command, "step", None) or here.step}


def check_closed(done):
    """What was closed stays as it was closed; what happened once does not happen again."""
    now = {action.number: action for action in done.after.actions}
    for action in done.before.actions:
        assert action.is_open or now[action.number] == action, "a closed action has changed"
    assert all(visit.is_left for visit in done.after.visits[:-1]), "two visits at once"
    past = tuple(visit for visit in done.before.visits if visit.is_left)
    assert done.after.visits[:len(past)] == past, "a visit that was left has changed"
    used = {event.key for event in done.before.received if event.used}
    again = [data["key"] for kind, data in done.facts if kind == "event_used"]
    assert len(set(again)) == len(again) and not used & set(again), "an event was used twice"
    keys = [event.key for event in done.after.received]
    assert len(set(keys)) == len(keys), "an event was received twice"


def check_ended(done):
    if done.before.status in ENDED:
        assert done.after == done.before, "what has ended has moved"
    if done.after.status in ENDED:
        assert not done.after.open_actions and not done.after.visit, "an end leaves something"
        assert not done.after.waiting


def check_pause(done):
    if done.before.status != "paused" or done.after.status in ("stopped", "switched"):
        return
    kinds = [kind for kind, _data in done.facts]
    if "resumed" in kinds:
        kinds = kinds[:kinds.index("resumed")]
    assert not set(kinds) & set(MOVES), "it moved within a pause"


def check_expired(done):
    """What may expire does, at the first tick after its last day; nothing else ever does."""
    late = set()
    if type(done.turn.command).__name__ == "Tick" and done.before.status == "running":
        late = {action.number for action in done.before.actions
                if action.state == "todo" and action.due and action.due < str(done.turn.day)
                and may_expire(action, done)}
    expired = {data["action"] for kind, data in done.facts
               if kind == "action_closed" and data["outcome"] == "expired"}
    assert expired == late, "it expired too early, too late, or for no reason"


def may_expire(action, done):
    step = done.turn.definition.step(done.before.step_of(action))
    content = step.content(action.content)
    return bool(content and content.expires)


def check_rows(done):
    """Each visit is left by the first row that holds, and by none where a person decided."""
    for index, (kind, data) in enumerate(done.facts):
        fires = kind == "visit_left" and data["row"] is not None
        if fires and not is_skipped(done.facts[:index]):
            start = find_start(done.facts, index, data["row"])
            row = find_row(done.turn, done.states[start])
            assert row and row.key == data["row"], f"{row} should have fired"
    running = done.after.status == "running" and not done.after.incident
    reads = any(kind not in ("action_moved", "action_submitted") for kind, _data in done.facts)
    if running and done.after.visit and reads and not is_adding(done.facts):
        assert not find_row(done.turn, done.after), "a row holds and has not fired"


def is_adding(facts):
    """Whether a person only asked for one more action."""
    return len(facts) == 1 and facts[0][0] == "action_created"


def is_skipped(facts):
    """Whether this is the move that a person asked for by skipping an incident."""
    cleared = [data["way"] for kind, data in facts if kind == "incident_cleared"]
    moved = [kind for kind, _data in facts if kind in ("visit_left", "visit_entered")]
    return cleared == ["skip"] and not moved


def find_start(facts, index, row):
    """:return: index of the first fact of the move that leaves a visit by a row"""
    while index and (
            facts[index - 1][0] == "action_closed" and facts[index - 1][1]["outcome"] in SILENT
            or facts[index - 1][0] == "event_used" and facts[index - 1][1]["row"] == row):
        index -= 1
    return index


def find_row(turn, state):
    """The reference: which row of the table holds, by the spec alone."""
    step = turn.definition.step(state.visit.step)
    asked = [a for a in state.actions if a.visit == state.visit.number and not a.lost]
    results = [a for a in asked if a.state == "closed" and a.outcome not in SILENT]
    joined = is_met(step.join, asked, results)
    for row in step.rows:
        if not row.at_once and not joined:
            continue
        if row.guarded and (step.key, row.key) not in turn.world.guards:
            continue
        if holds(row, turn, state, joined, results):
            return row
    return None


def is_met(join, asked, results):
    """Whether the results are complete enough."""
    needed = {a.number for a in asked if a.required} or {a.number for a in asked}
    complete = bool(asked) and needed <= {a.number for a in results}
    if join == "first":
        return bool(results)
    return complete or (join == "any" and any(a.outcome in POSITIVE for a in results))


def holds(row, turn, state, joined, results):
    wait = row.condition
    if isinstance(wait, Joined):
        well = bool(results) and all(a.outcome in POSITIVE for a in results)
        return joined and (well or not wait.positive)
    if isinstance(wait, Outcome):
        return any(a.outcome in wait.outcomes or a.option in wait.options
                   for a in results if a.content == wait.content)
    if isinstance(wait, Event):
        return any(
            not event.used and event.code == wait.code and event.amount >= wait.minimum
            and (wait.since == "launch" or event.visit == state.visit.number)
            and wait.about in (None, event.about) and wait.ending in (None, event.ending)
            for event in state.received)
    if isinstance(wait, Level):
        value = turn.world.levels.get(wait.code)
        return value is not None and (value < wait.below if wait.below else bool(value))
    running = state.deadline(row.key)
    return bool(running and running.remaining is None and str(turn.day) > running.due)


def check_children(done):
    """Effects are what the history says."""
    started = [data["template"] for kind, data in done.facts if kind == "child_started"]
    assert started == [e.template for e in done.effects if isinstance(e, StartChild)]
    switched = [data["template"] for kind, data in done.facts if kind == "switched"]
    asked = [e.template for e in done.effects if isinstance(e, SwitchTo)]
    assert asked == ([] if type(done.turn.command).__name__ == "EndAsSwitched" else switched)


def check_deadlines(done):
    """Legal ones never freeze, and others only within a pause; a guard or a date missing: none."""
    state = done.after
    for running in state.visit_deadlines:
        assert running.nature == "internal" or not running.frozen, "a legal one is frozen"
        assert state.status == "paused" or not running.frozen, "frozen without a pause"
    looked = type(done.turn.command).__name__ in ("Tick", "Resume", "Migrate")
    if not state.visit or not looked or state.status not in ("running", "paused"):
        return
    step = done.turn.definition.step(state.visit.step)
    for row in step.rows:
        running = state.deadline(row.key)
        if not isinstance(row.condition, Deadline) or not running:
            continue
        assert running.nature == row.condition.nature
        assert not row.guarded or (step.key, row.key) in done.turn.world.guards
        if row.condition.base.kind == "marker":
            assert done.turn.world.markers.get(row.condition.base.name), "its date is empty"


def check_way_forward(done):
    """It runs without an incident: then somebody, something or a day moves it."""
    state = done.after
    if state.status != "running" or state.incident or state.waiting:
        return
    here = [action for action in state.actions if action.visit == state.visit.number]
    if any(action.is_open for action in here):
        return
    step = done.turn.definition.step(state.visit.step)
    closed = {a.content for a in here if a.outcome not in SILENT and not a.lost}
    for row in step.rows:
        wait = row.condition
        comes = isinstance(wait, (Event, Level)) or (isinstance(wait, Deadline) and (
            wait.base.kind != "action" or wait.base.name in closed))
        results = [a for a in here if a.content in closed]
        if comes and (row.at_once or is_met(step.join, results, results)):
            return
    raise AssertionError("it hangs in silence")


@tagged("standard", "at_install")
class TestEngineCourses(BaseCase):

    def test_every_course(self):
        """D-022, D-028, D-035, D-048, D-060, D-066, D-072: whatever the tree, the world, the days
        and the commands; and all that there is was drawn and happened."""
        Rules.tally = tally = Tally()
        for number in range(FIRST, FIRST + COURSES):
            run_course(number, Rules)
        if COURSES >= ENOUGH:
            self.assertEqual(tally.find_missing(), {})

    @settings(max_examples=20, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def test_courses_that_grow_shorter(self, random):
        """The same, of courses of which hypothesis draws and shortens each choice, trees too."""
        run_course(random, Rules)
