"""Where one running sequence stands. Immutable: entries make a new state of an old one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from . import outcomes

NEW = "new"
RUNNING = "running"
PAUSED = "paused"
DONE = "done"
STOPPED = "stopped"
SWITCHED = "switched"

STATUSES = (NEW, RUNNING, PAUSED, DONE, STOPPED, SWITCHED)

#: A sequence that still holds its template's place on the customer.
OPEN = frozenset({RUNNING, PAUSED})

#: Why a running sequence cannot go on by itself.
INCIDENTS = ("stuck", "max_visits", "runaway", "refused")

TODO = "todo"
VALIDATING = "validating"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a visit.

    :param number: 1, 2, 3… within the sequence
    :param option: what was chosen, proposed while the action is being validated
    :param due: last day of its deadline, as an ISO date, or None
    :param closed_on: day it was closed, as an ISO date
    """

    number: int
    visit: int
    content: str
    required: bool = True
    keep: bool = False
    state: str = TODO
    outcome: str | None = None
    option: str | None = None
    due: str | None = None
    closed_on: str | None = None

    @property
    def is_open(self):
        return self.state != CLOSED

    @property
    def has_result(self):
        """Whether it closed with something that routing may read."""
        return self.state == CLOSED and self.outcome not in outcomes.SILENT

    def is_overdue(self, today):
        return self.is_open and self.due is not None and today.isoformat() > self.due


@dataclass(frozen=True, slots=True)
class Visit:
    """One entry into a step. ``row`` is the row that it was left by, if one was."""

    number: int
    step: str
    entered_on: str = ""
    is_left: bool = False
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """The running deadline of a row, within a visit.

    :param base: the day it counts from, as an ISO date
    :param due: last day on which one is in time, as an ISO date
    :param remaining: units left while frozen, else None
    :param alerted: a legal deadline passed during a pause, and it was said
    """

    visit: int
    row: str
    base: str
    due: str
    nature: str
    remaining: int | None = None
    alerted: bool = False

    @property
    def frozen(self):
        return self.remaining is not None

    def is_over(self, today):
        return today > date.fromisoformat(self.due)


@dataclass(frozen=True, slots=True)
class Received:
    """An event that reached the sequence, during which visit, and whether a row used it."""

    key: str
    code: str
    visit: int
    amount: float = 0.0
    about: str | None = None
    used: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Between two steps, until a sequence of another template ends."""

    template: str
    step: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Why a running sequence cannot go on by itself.

    :param code: one of :data:`INCIDENTS`
    :param row: the row that was held back, if one was
    """

    code: str
    row: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A sequence's whole memory."""

    status: str = NEW
    visits: tuple[Visit, ...] = ()
    actions: tuple[Action, ...] = ()
    timers: tuple[Timer, ...] = ()
    received: tuple[Received, ...] = ()
    waiting: Waiting | None = None
    paused_on: str | None = None
    incident: Incident | None = None
    end_label: str = ""

    @property
    def visit(self):
        """The visit under way, or None."""
        return self.visits[-1] if self.visits and not self.visits[-1].is_left else None

    @property
    def open_actions(self):
        return tuple(action for action in self.actions if action.is_open)

    @property
    def visit_actions(self):
        """The actions of the visit under way."""
        visit = self.visit
        return tuple(a for a in self.actions if visit and a.visit == visit.number)

    @property
    def visit_timers(self):
        """The timers of the visit under way."""
        visit = self.visit
        return tuple(t for t in self.timers if visit and t.visit == visit.number)

    def action(self, number):
        """:return: the :class:`Action` of that number, or None"""
        return next((action for action in self.actions if action.number == number), None)

    def timer(self, row):
        """:return: the :class:`Timer` of a row in the visit under way, or None"""
        return next((timer for timer in self.visit_timers if timer.row == row), None)

    def visits_of(self, step):
        """:return: how often the step of that key was entered"""
        return sum(visit.step == step for visit in self.visits)

    def with_action(self, number, **changes):
        """:return: the state with one action changed"""
        return replace(self, actions=tuple(
            replace(action, **changes) if action.number == number else action
            for action in self.actions
        ))

    def with_timer(self, timer):
        """:return: the state with a timer set, in the place of its row's old one"""
        kept = [t for t in self.timers if (t.visit, t.row) != (timer.visit, timer.row)]
        return replace(self, timers=tuple(sorted(
            [*kept, timer], key=lambda t: (t.visit, t.row))))
