"""Where one running sequence stands. Immutable: entries make a new state of an old one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

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
    :param lost: a migration cancelled it, as its version does not know it: nobody answered
    :param day: the one it falls on, as an ISO date. A person moves it without a command, so that
        histories do not know of it
    :param moved_on: day on which a person moved it during a pause, or None
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
    lost: bool = False
    day: str | None = field(default=None, compare=False)
    moved_on: str | None = field(default=None, compare=False)

    @property
    def is_open(self) -> bool:
        return self.state != CLOSED

    @property
    def has_result(self) -> bool:
        """Whether it closed with something that routing may read."""
        return (
            self.state == CLOSED and not self.lost and self.outcome not in outcomes.SILENT)

    def is_overdue(self, today: date) -> bool:
        """Whether it is still open after the last day of its deadline."""
        return self.is_open and self.due is not None and today.isoformat() > self.due


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What pauses had given back to a deadline that has been dropped: should its row have one
    again within the visit, it has these units too.

    :param row: key of the row
    :param given_back: units
    :param unit: what they are counted in, None for that of its row
    """

    row: str
    given_back: int
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One entry into a step.

    :param row: key of the row that it was left by, if one was
    :param given_back: what pauses had given back to those of its deadlines that were dropped
    """

    number: int
    step: str
    entered_on: str = ""
    is_left: bool = False
    row: str | None = None
    given_back: tuple[GivenBack, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningDeadline:
    """The deadline of a row, under way within a visit.

    :param base: the day it counts from, as an ISO date
    :param due: last day on which one is in time, as an ISO date
    :param remaining: units left while frozen, else None
    :param alerted: a legal deadline passed during a pause, and an alert was given
    :param unit: that it is counted in, whatever another version of its row says since; None in
        histories that do not know it: its row's
    :param given_back: units that pauses have given back to it
    """

    visit: int
    row: str
    base: str
    due: str
    nature: str
    remaining: int | None = None
    alerted: bool = False
    unit: str | None = None
    given_back: int = 0

    @property
    def frozen(self) -> bool:
        """Whether a pause holds it."""
        return self.remaining is not None

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return today > date.fromisoformat(self.due)


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """An event that reached the sequence.

    :param key: tells it from every other
    :param visit: number of the visit during which it came, 0 for none
    :param about: for the end of another sequence, the code of its template
    :param used: a row fired on it
    :param ending: for the end of another sequence, how it ended: see
        :class:`~.commands.Receive`
    """

    key: str
    code: str
    visit: int
    amount: float = 0.0
    about: str | None = None
    used: bool = False
    ending: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Between two steps, until a sequence of another template ends.

    :param since: number of the events received before: no end among them is the one waited for
    """

    template: str
    step: str
    since: int = 0


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
    deadlines: tuple[RunningDeadline, ...] = ()
    received: tuple[ReceivedEvent, ...] = ()
    waiting: Waiting | None = None
    paused_on: str | None = None
    incident: Incident | None = None
    end_label: str = ""

    @property
    def visit(self) -> Visit | None:
        """The visit under way, or None."""
        return self.visits[-1] if self.visits and not self.visits[-1].is_left else None

    @property
    def open_actions(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.is_open)

    @property
    def visit_actions(self) -> tuple[Action, ...]:
        """The actions of the visit under way."""
        visit = self.visit
        return tuple(a for a in self.actions if visit and a.visit == visit.number)

    @property
    def visit_deadlines(self) -> tuple[RunningDeadline, ...]:
        """The deadlines of the visit under way."""
        visit = self.visit
        return tuple(d for d in self.deadlines if visit and d.visit == visit.number)

    def action(self, number: int) -> Action | None:
        """:return: the action of that number, or None"""
        return next((action for action in self.actions if action.number == number), None)

    def deadline(self, row: str) -> RunningDeadline | None:
        """:return: the deadline of the row of that key in the visit under way, or None"""
        return next((found for found in self.visit_deadlines if found.row == row), None)

    def given_back(self, row: str) -> GivenBack | None:
        """:return: what pauses had given back to the deadline of the row of that key in the visit
            under way, before it was dropped; or None"""
        kept = self.visit.given_back if self.visit else ()
        return next((found for found in kept if found.row == row), None)

    def step_of(self, action: Action) -> str:
        """:return: key of the step whose visit an action belongs to"""
        return self.visits[action.visit - 1].step

    def visits_of(self, step: str) -> int:
        """:return: how often the step of that key was entered"""
        return sum(visit.step == step for visit in self.visits)

    def with_action(self, number: int, **changes: Any) -> State:
        """:return: the state with one action changed"""
        return replace(self, actions=tuple(
            replace(action, **changes) if action.number == number else action
            for action in self.actions
        ))

    def with_deadline(self, deadline: RunningDeadline) -> State:
        """:return: the state with a deadline set, in the place of its row's old one"""
        kept = [d for d in self.deadlines if (d.visit, d.row) != (deadline.visit, deadline.row)]
        return self._with_given_back(deadline.visit, deadline.row, None, deadlines=tuple(sorted(
            [*kept, deadline], key=lambda d: (d.visit, d.row))))

    def without_deadline(self, visit: int, given: GivenBack) -> State:
        """:return: the state without the deadline of a row, and with what pauses gave back to it"""
        return self._with_given_back(
            visit, given.row, given if given.given_back else None, deadlines=tuple(
                deadline for deadline in self.deadlines
                if (deadline.visit, deadline.row) != (visit, given.row)))

    def _with_given_back(
            self, number: int, row: str, given: GivenBack | None,
            deadlines: tuple[RunningDeadline, ...]) -> State:
        """:return: the state with these deadlines, and with what a visit keeps for one row"""
        def keep(visit: Visit) -> Visit:
            kept = [found for found in visit.given_back if found.row != row]
            return replace(visit, given_back=tuple(sorted(
                [*kept, *filter(None, [given])], key=lambda found: found.row)))

        return replace(self, deadlines=deadlines, visits=tuple(
            keep(visit) if visit.number == number else visit for visit in self.visits))
