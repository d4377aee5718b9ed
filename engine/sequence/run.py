"""The moves of a sequence within one command: entering, leaving, firing, routing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from . import entries, outcomes, state as states, timers
from .conditions import Event, Situation
from .definition import End, Start, Switch
from .effects import Alert, Ask, AskValidation, Release, StartChild, SwitchTo
from .errors import CommandRefused
from .ways import find_content

#: More moves than that in one command are a ring of the tree, not a procedure.
MAX_TRANSITIONS = 25

#: Code of the event by which the end of another sequence reaches the one that waits for it.
CHILD_ENDED = "child_ended"


@dataclass
class Run:
    """One command under way: the state so far, and what was said to get there."""

    definition: object
    state: states.State
    now: object
    facts: object
    entries: list = field(default_factory=list)
    effects: list = field(default_factory=list)

    def add(self, entry, *effects):
        self.entries.append(entry)
        self.effects += effects
        self.state = entry.apply(self.state)

    @property
    def today(self):
        return self.now.date()

    @property
    def step(self):
        """The step under way, or None."""
        visit = self.state.visit
        return visit and self.definition.step(visit.step)

    def need(self, *allowed):
        """:raise CommandRefused: the sequence is in none of the allowed statuses"""
        if self.state.status not in allowed:
            raise CommandRefused("wrong_status", status=self.state.status)

    # -- actions -----------------------------------------------------------------

    def close(self, action, outcome, option=None):
        self.add(
            entries.ActionClosed(action.number, outcome, option, self.today.isoformat()),
            Release(action.number))

    def submit(self, action, option):
        self.add(entries.ActionSubmitted(action.number, option), AskValidation(action.number))

    def expire(self):
        """Close the actions whose deadline has passed, where their content says so."""
        for action in self.state.open_actions:
            step = self.state.visits[action.visit - 1].step
            content = find_content(self.definition, step, action.content)
            if content.expires and action.is_overdue(self.today):
                self.close(action, outcomes.EXPIRED)

    def add_action(self, command):
        """Create an action that the tree does not ask for; its key says so."""
        number = len(self.state.actions) + 1
        self.add(entries.ActionCreated(
            number, self.state.visit.number, self.step.key, f"added:{number}", command.date,
            command.required, due=command.due), Ask(number))

    def shift_actions(self):
        """After a pause, give open actions the days back that it took."""
        if not self.state.paused_on:
            return
        paused = self.today - date.fromisoformat(self.state.paused_on)
        for action in self.state.open_actions:
            if action.due and paused:
                due = date.fromisoformat(action.due) + paused
                self.add(entries.ActionMoved(action.number, due.isoformat()))

    def alert(self):
        """Say once of each legal deadline that it passed during the pause."""
        for timer in timers.find_missed(self.state, self.today):
            self.add(entries.LegalDeadlinePassed(timer.visit, timer.row), Alert(timer.row))

    # -- moves -------------------------------------------------------------------

    def enter(self, step):
        number = len(self.state.visits) + 1
        self.add(entries.VisitEntered(number, step.key, self.today.isoformat()))
        for content in step.contents:
            day = self.today + timedelta(days=content.delay)
            due = content.deadline and day + timedelta(days=content.deadline)
            action = len(self.state.actions) + 1
            self.add(entries.ActionCreated(
                action, number, step.key, content.key, day.isoformat(), content.required,
                content.keep, due.isoformat() if due else None), Ask(action))

    def leave(self, row=None, outcome=outcomes.MOOT, *, ending=False):
        """Close what the visit leaves open and leave it; an end keeps nothing open."""
        visit = self.state.visit
        for action in self.state.open_actions:
            here = visit and action.visit == visit.number
            if ending or (here and not action.keep):
                self.close(action, outcome)
        if visit:
            self.add(entries.VisitLeft(visit.number, visit.step, row))

    def fire(self, row, *, limited=True):
        """Follow a row, unless an incident holds it back."""
        target = self.definition.step(row.next_step) if row.next_step else None
        if limited and target and self.state.visits_of(target.key) >= target.max_visits:
            self.add(entries.IncidentRaised("max_visits", self.step.key, row.key))
            return
        if isinstance(row.condition, Event):
            used = row.condition.find(self.state)
            if used:
                self.add(entries.EventUsed(used.key, row.key))
        self._follow(row, target)

    def _follow(self, row, target):
        self.leave(row.key, ending=isinstance(row.target, (End, Switch)))
        if isinstance(row.target, End):
            self.add(entries.Ended(row.target.label))
        elif isinstance(row.target, Switch):
            self.add(entries.Switched(row.target.template),
                     SwitchTo(row.target.template, row.key))
        elif isinstance(row.target, Start):
            self.add(
                entries.ChildStarted(row.target.template, target.key, row.target.wait),
                StartChild(row.target.template, row.key))
        if target and not self.state.waiting:
            self.enter(target)

    # -- routing -----------------------------------------------------------------

    def route(self):
        """Follow the rows that hold, until the sequence waits, ends or is in trouble."""
        moves = 0
        while self._may_move():
            row = self._row_that_holds()
            if not row:
                self._check_not_stuck()
                return
            if moves == MAX_TRANSITIONS:
                self.add(entries.IncidentRaised("runaway", self.step.key, row.key))
                return
            self.fire(row)
            moves += 1

    def _may_move(self):
        """Bring the deadlines up to date; return whether rows may be read."""
        if self.state.waiting and self.state.status == states.RUNNING:
            self._stop_waiting()
        timers.set_timers(self)
        return (self.state.status == states.RUNNING and not self.state.incident
                and not self.state.waiting)

    def _stop_waiting(self):
        """Enter the next step, if the sequence waited for has ended."""
        waiting = self.state.waiting
        ended = next((
            received for received in self.state.received
            if received.code == CHILD_ENDED and received.about == waiting.template
            and not received.used and not received.visit), None)
        if ended:
            self.add(entries.EventUsed(ended.key, ""))
            self.enter(self.definition.step(waiting.step))

    def _row_that_holds(self):
        situation = Situation(self.step, self.state, self.facts, self.today)
        return next((row for row in self.step.rows if row.holds(situation)), None)

    def _check_not_stuck(self):
        """A running sequence that nothing can move says so instead of hanging."""
        waits = any(action.is_open for action in self.state.visit_actions)
        if not waits and not self.step.waits_outside:
            self.add(entries.IncidentRaised("stuck", self.step.key))
