"""The one place where a sequence's next move is decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from . import commands, entries, outcomes, state as states
from .definition import End
from .effects import Ask, AskValidation, Release
from .errors import CommandRefused
from .ways import read_answer

#: More moves than that in one command are a ring of the tree, not a procedure.
MAX_TRANSITIONS = 25


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command leads to: ``entries`` to write and trace, ``effects`` to carry out."""

    entries: tuple
    effects: tuple
    state: states.State


def decide(definition, state, command, now):
    """Decide what a command does to a sequence.

    :param Definition definition: the tree, on the sequence's own version
    :param State state: where the sequence stands
    :param command: one of :mod:`.commands`
    :param datetime now: the moment, in the company's time zone
    :return: :class:`Decision`; folding its entries into ``state`` gives its ``state``
    :raise CommandRefused: the command cannot be carried out; nothing happened
    """
    run = _Run(definition, state, now)
    _HANDLERS[type(command)](run, command)
    return Decision(tuple(run.entries), tuple(run.effects), run.state)


@dataclass
class _Run:
    """One command under way: the state so far, and what was said to get there."""

    definition: object
    state: states.State
    now: object
    entries: list = field(default_factory=list)
    effects: list = field(default_factory=list)

    def add(self, entry, *effects):
        self.entries.append(entry)
        self.effects += effects
        self.state = entry.apply(self.state)

    @property
    def step(self):
        visit = self.state.visit
        return visit and self.definition.step(visit.step)

    def need(self, *allowed):
        """:raise CommandRefused: the sequence is in none of the allowed statuses"""
        if self.state.status not in allowed:
            raise CommandRefused("wrong_status", status=self.state.status)

    # -- moves ---------------------------------------------------------------

    def enter(self, step):
        number = len(self.state.visits) + 1
        self.add(entries.VisitEntered(number, step.key))
        for content in step.contents:
            date = self.now.date() + timedelta(days=content.delay)
            action = len(self.state.actions) + 1
            self.add(entries.ActionCreated(
                action, number, step.key, content.key, date.isoformat(),
                content.required, content.keep), Ask(action))

    def leave(self, row=None, outcome=outcomes.MOOT, *, ending=False):
        """Close what the visit leaves open and leave it; an end keeps nothing open."""
        visit = self.state.visit
        for action in self.state.open_actions:
            if ending or (action.visit == visit.number and not action.keep):
                self.add(entries.ActionClosed(action.number, outcome), Release(action.number))
        if visit:
            self.add(entries.VisitLeft(visit.number, visit.step, row))

    def fire(self, row, *, limited=True):
        """Follow a row, unless its target was visited too often: an incident holds it back."""
        if isinstance(row.target, End):
            self.leave(row.key, ending=True)
            self.add(entries.Ended(row.target.label))
            return
        target = self.definition.step(row.target.step)
        if limited and self.state.visits_of(target.key) >= target.max_visits:
            self.add(entries.IncidentRaised("max_visits", self.step.key, row.key))
            return
        self.leave(row.key)
        self.enter(target)

    def route(self):
        """Follow the rows that hold, until the sequence waits, ends or is in trouble."""
        moves = 0
        while self.state.status == states.RUNNING and not self.state.incident:
            row = self._row_that_holds()
            if not row:
                self._check_not_stuck()
                return
            if moves == MAX_TRANSITIONS:
                self.add(entries.IncidentRaised("runaway", self.step.key, row.key))
                return
            self.fire(row)
            moves += 1

    def _row_that_holds(self):
        step, actions = self.step, self.state.visit_actions
        return next((row for row in step.rows if row.holds(step, actions)), None)

    def _check_not_stuck(self):
        """A running sequence that nothing can move says so instead of hanging."""
        if not any(action.is_open for action in self.state.visit_actions):
            self.add(entries.IncidentRaised("stuck", self.step.key))


# -- one handler a command -----------------------------------------------------


def _launch(run, command):
    run.need(states.NEW)
    if not run.definition.start:
        raise CommandRefused("no_start")
    run.add(entries.Launched())
    run.enter(run.definition.start)
    run.route()


def _close(run, command):
    action = run.state.action(command.action)
    if not action:
        raise CommandRefused("unknown_action", action=command.action)
    if not action.is_open:
        raise CommandRefused("already_closed", action=action.number, outcome=action.outcome)
    run.need(states.RUNNING, states.PAUSED)
    visit = run.state.visits[action.visit - 1]
    content = run.definition.step(visit.step).content(action.content)
    outcome, option, submits = read_answer(content, action, command)
    if submits:
        run.add(entries.ActionSubmitted(action.number, option), AskValidation(action.number))
        return
    if action.state == states.VALIDATING and outcome == outcomes.VALIDATED:
        option = action.option  # the validator confirms what was proposed
    run.add(entries.ActionClosed(action.number, outcome, option), Release(action.number))
    run.route()


def _pause(run, command):
    run.need(states.RUNNING)
    run.add(entries.Paused())


def _resume(run, command):
    run.need(states.PAUSED)
    run.add(entries.Resumed())
    run.route()


def _stop(run, command):
    run.need(states.RUNNING, states.PAUSED)
    run.leave(outcome=outcomes.STOPPED, ending=True)
    run.add(entries.Stopped())


def _need_incident(run):
    run.need(states.RUNNING)
    if not run.state.incident:
        raise CommandRefused("no_incident")
    return run.state.incident


def _retry(run, command):
    _need_incident(run)
    run.add(entries.IncidentCleared("retry"))
    run.route()


def _skip(run, command):
    incident = _need_incident(run)
    row = next((row for row in run.step.rows if row.key == incident.row), run.step.default)
    if not row:
        raise CommandRefused("nothing_to_skip_to", step=run.step.key)
    run.add(entries.IncidentCleared("skip"))
    run.fire(row, limited=False)
    run.route()


def _jump(run, command):
    run.need(states.RUNNING)
    target = run.definition.step(command.step)
    if not target:
        raise CommandRefused("unknown_step", step=command.step)
    if run.state.incident:
        run.add(entries.IncidentCleared("jump"))
    run.leave()
    run.enter(target)
    run.route()


_HANDLERS = {
    commands.Launch: _launch,
    commands.Close: _close,
    commands.Pause: _pause,
    commands.Resume: _resume,
    commands.Stop: _stop,
    commands.Retry: _retry,
    commands.Skip: _skip,
    commands.Jump: _jump,
}
