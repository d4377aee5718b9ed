"""Where one running sequence stands. Immutable: entries make a new state of an old one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import outcomes

NEW = "new"
RUNNING = "running"
PAUSED = "paused"
DONE = "done"
STOPPED = "stopped"
SWITCHED = "switched"

#: A sequence that still holds its template's place on the customer.
OPEN = frozenset({RUNNING, PAUSED})

TODO = "todo"
VALIDATING = "validating"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a visit.

    :param number: 1, 2, 3… within the sequence
    :param option: what was chosen, proposed while the action is being validated
    """

    number: int
    visit: int
    content: str
    required: bool = True
    keep: bool = False
    state: str = TODO
    outcome: str | None = None
    option: str | None = None

    @property
    def is_open(self):
        return self.state != CLOSED

    @property
    def has_result(self):
        """Whether it closed with something that routing may read."""
        return self.state == CLOSED and self.outcome not in outcomes.SILENT


@dataclass(frozen=True, slots=True)
class Visit:
    """One entry into a step. ``row`` is the row that it was left by, if one was."""

    number: int
    step: str
    is_left: bool = False
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Why a running sequence cannot go on by itself.

    :param code: ``stuck``, ``max_visits`` or ``runaway``
    :param row: the row that was held back, if one was
    """

    code: str
    row: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A sequence's whole memory: status, visits, actions, incident."""

    status: str = NEW
    visits: tuple[Visit, ...] = ()
    actions: tuple[Action, ...] = ()
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

    def action(self, number):
        """:return: the :class:`Action` of that number, or None"""
        return next((action for action in self.actions if action.number == number), None)

    def visits_of(self, step):
        """:return: how often the step of that key was entered"""
        return sum(visit.step == step for visit in self.visits)

    def with_action(self, number, **changes):
        """:return: the state with one action changed"""
        return replace(self, actions=tuple(
            replace(action, **changes) if action.number == number else action
            for action in self.actions
        ))
