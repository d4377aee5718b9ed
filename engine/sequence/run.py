"""The moves of a sequence within one command: entering, leaving, firing, routing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from . import deadlines, entries, outcomes, state as states
from .commands import AddAction
from .conditions import Deadline, Event, Level, Situation
from .definition import Definition, End, LaunchChild, Row, Step, Switch
from .effects import Alert, Ask, AskValidation, Effect, Release, StartChild, SwitchTo
from .entries import Entry
from .errors import CommandRefused
from .state import Action, RunningDeadline, State
from .values import CHILD_ENDED, format_added_key
from .world import World

#: More moves than that in one command are a ring of the tree, not a procedure.
MAX_TRANSITIONS = 25


@dataclass
class Run:
    """One command under way. Mutable, unlike all that goes in and comes out.

    It starts from the state before the command. Whatever happens goes through :meth:`add`, which
    keeps the entry and moves ``state`` on, so that ``state`` is always the first state with
    ``entries`` folded in. It lives for one :func:`~.decide.decide`, whose handlers call the
    methods below; conditions and deadlines are only shown a :attr:`situation`.

    :param definition: the tree, on the sequence's own version
    :param state: where the sequence stands by now
    :param now: the moment, in the company's time zone
    :param entries: what happened so far, in order
    :param effects: what is to be done outside the sequence, in order
    """

    definition: Definition
    state: State
    now: datetime
    world: World
    entries: list[Entry] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def add(self, entry: Entry, *effects: Effect) -> None:
        """Let something happen: the only way in which a run changes."""
        self.entries.append(entry)
        self.effects += effects
        self.state = entry.apply(self.state)

    def add_all(self, found: Iterable[Entry]) -> None:
        """Let several things happen that have no effects."""
        for entry in found:
            self.add(entry)

    @property
    def today(self) -> date:
        """The day it is, in the company's time zone."""
        return self.now.date()

    @property
    def step(self) -> Step | None:
        """The step under way; None between two, or where the tree has it no more."""
        visit = self.state.visit
        return self.definition.step(visit.step) if visit else None

    @property
    def situation(self) -> Situation | None:
        """The visit under way and the world, as conditions and deadlines read them, or None.

        :raise KeyError: the tree has the step no more
        """
        visit = self.state.visit
        if visit is None:
            return None
        step = self.definition.get_step(visit.step)
        return Situation(step, self.state, self.world, self.today)

    def need(self, *allowed: str) -> None:
        """:raise CommandRefused: the sequence is in none of the allowed statuses"""
        if self.state.status not in allowed:
            raise CommandRefused("wrong_status", status=self.state.status)

    def raise_incident(self, code: str, row: str | None = None) -> None:
        """Hold the sequence at its step.

        :param code: see :class:`~.state.Incident`
        :param row: key of the row that is held back
        """
        self.add(entries.IncidentRaised(code, self.step.key if self.step else "", row))

    # -- actions -----------------------------------------------------------------

    def close(
            self, action: Action, outcome: str, option: str | None = None, *,
            lost: bool = False) -> None:
        """Close an action today; nobody has anything to do for it any more.

        :param lost: the version of the tree does not know it
        """
        day = self.today.isoformat()
        self.add(
            entries.ActionClosed(action.number, outcome, option, day, lost),
            Release(action.number))

    def submit(self, action: Action, option: str | None) -> None:
        """Pass a done action to its validating function, with the option proposed."""
        self.add(entries.ActionSubmitted(action.number, option), AskValidation(action.number))

    def expire(self) -> None:
        """Close the actions whose deadline has passed, where their content says so.

        One that waits for its validator was done: it does not expire because they are slow.
        """
        for action in self.state.open_actions:
            content = self.definition.get_content(self.state.step_of(action), action.content)
            is_done = action.state == states.VALIDATING
            if content.expires and not is_done and action.is_overdue(self.today):
                self.close(action, outcomes.EXPIRED)

    def add_action(self, command: AddAction) -> None:
        """Create an action that the tree does not ask for, which its key shows.

        :raise CommandRefused: no step is under way
        """
        visit = self.state.visit
        if not visit:
            raise CommandRefused("no_visit")
        number = len(self.state.actions) + 1
        self.add(entries.ActionCreated(
            number, visit.number, visit.step, format_added_key(number), command.date,
            command.required, due=command.due), Ask(number))

    def shift_actions(self) -> None:
        """After a pause, give open actions the days back that it took: to their deadlines, and
        to the day of those that were still to come.

        Days chosen during the pause move by what was left of it.
        """
        paused_on = deadlines.get_paused_on(self.state)
        if not paused_on:
            return
        for action in self.state.open_actions:
            moved_on = date.fromisoformat(action.moved_on) if action.moved_on else paused_on
            since = max(paused_on, moved_on)
            paused = max(self.today - since, timedelta())
            is_coming = (action.state == states.TODO and action.day is not None
                         and date.fromisoformat(action.day) > since)
            due, day = _shift(action.due, paused), _shift(action.day, paused)
            if paused and (action.due or is_coming):
                self.add(entries.ActionMoved(action.number, due, day if is_coming else None))

    # -- deadlines ---------------------------------------------------------------

    def start_deadlines(self, former: tuple[RunningDeadline, ...] = ()) -> None:
        """Begin the deadlines that can be counted by now; see :func:`.deadlines.start`."""
        if situation := self.situation:
            self.add_all(deadlines.start(situation, former))

    def freeze_deadlines(self) -> None:
        """A pause begins: hold the internal deadlines."""
        if situation := self.situation:
            self.add_all(deadlines.freeze(situation))

    def unfreeze_deadlines(self) -> None:
        """A pause ends: the held deadlines go on, and those begin that waited for its end."""
        if situation := self.situation:
            self.add_all(deadlines.resume_all(situation))

    def alert(self) -> None:
        """Say once of each legal deadline that it passed during the pause."""
        for missed in deadlines.find_missed(self.state, self.today):
            self.add(entries.LegalDeadlinePassed(missed.visit, missed.row), Alert(missed.row))

    # -- moves -------------------------------------------------------------------

    def enter(self, step: Step) -> None:
        """Begin a visit: its actions are there at once."""
        number = len(self.state.visits) + 1
        self.add(entries.VisitEntered(number, step.key, self.today.isoformat()))
        for content in step.contents:
            day = self.today + timedelta(days=content.delay)
            due = day + timedelta(days=content.deadline) if content.deadline else None
            action = len(self.state.actions) + 1
            self.add(entries.ActionCreated(
                action, number, step.key, content.key, day.isoformat(), content.required,
                content.keep, due.isoformat() if due else None), Ask(action))

    def leave(
            self, row: str | None = None, outcome: str = outcomes.MOOT, *,
            ending: bool = False) -> None:
        """Close what the visit leaves open and leave it; an end keeps nothing open.

        :param row: key of the row that fired, None where a person decided
        :param outcome: of the actions that are closed by it
        """
        visit = self.state.visit
        for action in self.state.open_actions:
            here = visit and action.visit == visit.number
            if ending or (here and not action.keep):
                self.close(action, outcome)
        if visit:
            self.add(entries.VisitLeft(visit.number, visit.step, row))

    def fire(self, row: Row, *, limited: bool = True) -> None:
        """Follow a row of the step under way, unless an incident holds it back.

        :param limited: whether :attr:`~.definition.Step.max_visits` holds
        :raise KeyError: it leads to a step that the tree does not have
        """
        target = None if row.next_step is None else self.definition.get_step(row.next_step)
        if limited and target and self.state.visits_of(target.key) >= target.max_visits:
            self.raise_incident("max_visits", row.key)
            return
        if isinstance(row.condition, Event):
            used = row.condition.find(self.state)
            if used:
                self.add(entries.EventUsed(used.key, row.key))
        self._follow(row, target)

    def _follow(self, row: Row, step: Step | None) -> None:
        target = row.target
        self.leave(row.key, ending=isinstance(target, (End, Switch)))
        if isinstance(target, End):
            self.add(entries.Ended(target.label))
        elif isinstance(target, Switch):
            self.add(entries.Switched(target.template), SwitchTo(target.template, row.key))
        elif isinstance(target, LaunchChild):
            self.add(
                entries.ChildStarted(target.template, target.step, target.wait),
                StartChild(target.template, row.key))
        if step and not self.state.waiting:
            self.enter(step)

    # -- routing -----------------------------------------------------------------

    def route(self) -> None:
        """Follow the rows that hold, until the sequence waits, ends or is in trouble."""
        moves = 0
        while self._may_move() and (situation := self.situation):
            row = self._find_row(situation)
            if not row:
                self._check_not_stuck(situation)
                return
            if moves == MAX_TRANSITIONS:
                self.raise_incident("runaway", row.key)
                return
            self.fire(row)
            moves += 1

    def _may_move(self) -> bool:
        """Bring the deadlines up to date; return whether rows may be read."""
        is_free = self.state.status == states.RUNNING and not self.state.incident
        if self.state.waiting and is_free:
            self._stop_waiting(self.state.waiting)
        self.start_deadlines()
        return is_free and not self.state.waiting

    def _stop_waiting(self, waiting: states.Waiting) -> None:
        """Enter the next step, if the sequence waited for has ended since it is waited for."""
        ended = next((
            received for received in self.state.received[waiting.since:]
            if received.code == CHILD_ENDED and received.about == waiting.template
            and not received.used), None)
        if ended:
            self.add(entries.EventUsed(ended.key, ""))
            self.enter(self.definition.get_step(waiting.step))

    def _find_row(self, situation: Situation) -> Row | None:
        """:return: the first row that holds, or None"""
        return next((row for row in situation.step.rows if row.holds(situation)), None)

    def _check_not_stuck(self, situation: Situation) -> None:
        """A running sequence that nothing can move has an incident instead of hanging."""
        waits = any(action.is_open for action in situation.actions)
        if not waits and not any(_may_fire(row, situation) for row in situation.step.rows):
            self.raise_incident("stuck")


def _may_fire(row: Row, situation: Situation) -> bool:
    """Whether a row may still fire in a visit of which no action is open."""
    if not row.at_once and not situation.is_joined:
        return False
    if isinstance(row.condition, Deadline):
        return deadlines.may_fall(situation, row.condition)
    return isinstance(row.condition, (Event, Level))


def _shift(day: str | None, days: timedelta) -> str | None:
    """:return: the ISO date that many days later"""
    return (date.fromisoformat(day) + days).isoformat() if day else None
