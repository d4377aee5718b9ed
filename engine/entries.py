"""The facts that commands produce. Each knows what it changes; folding them is the state.

They are what the history stores, so their fields are JSON's own types and their names
are for ever: a history written today is replayed by the code of later years.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import reduce

from . import state as states
from .state import Action, Incident, State, Visit


@dataclass(frozen=True, slots=True)
class Launched:
    def apply(self, state):
        return replace(state, status=states.RUNNING)


@dataclass(frozen=True, slots=True)
class VisitEntered:
    visit: int
    step: str

    def apply(self, state):
        return replace(state, visits=(*state.visits, Visit(self.visit, self.step)))


@dataclass(frozen=True, slots=True)
class VisitLeft:
    """``row`` is the row that fired; None when a person jumped or stopped."""

    visit: int
    step: str
    row: str | None = None

    def apply(self, state):
        return replace(state, visits=tuple(
            replace(visit, is_left=True, row=self.row) if visit.number == self.visit else visit
            for visit in state.visits
        ))


@dataclass(frozen=True, slots=True)
class ActionCreated:
    """``date`` is the day it falls on, as an ISO date."""

    action: int
    visit: int
    step: str
    content: str
    date: str
    required: bool = True
    keep: bool = False

    def apply(self, state):
        action = Action(self.action, self.visit, self.content, self.required, self.keep)
        return replace(state, actions=(*state.actions, action))


@dataclass(frozen=True, slots=True)
class ActionSubmitted:
    """The responsible has done it; the validating function has the next word."""

    action: int
    option: str | None = None

    def apply(self, state):
        return state.with_action(self.action, state=states.VALIDATING, option=self.option)


@dataclass(frozen=True, slots=True)
class ActionClosed:
    action: int
    outcome: str
    option: str | None = None

    def apply(self, state):
        return state.with_action(
            self.action, state=states.CLOSED, outcome=self.outcome, option=self.option)


@dataclass(frozen=True, slots=True)
class Paused:
    def apply(self, state):
        return replace(state, status=states.PAUSED)


@dataclass(frozen=True, slots=True)
class Resumed:
    def apply(self, state):
        return replace(state, status=states.RUNNING)


@dataclass(frozen=True, slots=True)
class Ended:
    """A logical end of the tree was reached."""

    label: str = ""

    def apply(self, state):
        return replace(state, status=states.DONE, end_label=self.label)


@dataclass(frozen=True, slots=True)
class Stopped:
    def apply(self, state):
        return replace(state, status=states.STOPPED, incident=None)


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    code: str
    step: str
    row: str | None = None

    def apply(self, state):
        return replace(state, incident=Incident(self.code, self.row))


@dataclass(frozen=True, slots=True)
class IncidentCleared:
    """``way`` is the way out that a person took: retry, skip or jump."""

    way: str

    def apply(self, state):
        return replace(state, incident=None)


KINDS = {
    "launched": Launched,
    "visit_entered": VisitEntered,
    "visit_left": VisitLeft,
    "action_created": ActionCreated,
    "action_submitted": ActionSubmitted,
    "action_closed": ActionClosed,
    "paused": Paused,
    "resumed": Resumed,
    "ended": Ended,
    "stopped": Stopped,
    "incident_raised": IncidentRaised,
    "incident_cleared": IncidentCleared,
}
NAMES = {cls: kind for kind, cls in KINDS.items()}


def entry_to_dict(entry):
    """:return: (kind, fields) of an entry, fit for JSON"""
    return NAMES[type(entry)], asdict(entry)


def entry_from_dict(kind, data):
    """:return: the entry that :func:`entry_to_dict` took apart"""
    return KINDS[kind](**data)


def replay(entries, state=None):
    """:return: the :class:`~.state.State` that these entries lead to"""
    return reduce(lambda state, entry: entry.apply(state), entries, state or State())
