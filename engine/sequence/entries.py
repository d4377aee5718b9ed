"""What commands produce. Each entry knows what it changes; folding them gives the state.

They are what the history stores, so their fields are JSON's own types and the names of kinds
and fields are for ever: a history written today is replayed by the code of later years.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import reduce
from typing import Any, TypeAlias

from . import state as states
from .state import (
    Action,
    GivenBack,
    Incident,
    ReceivedEvent,
    RunningDeadline,
    State,
    Visit,
    Waiting,
)


@dataclass(frozen=True, slots=True)
class Launched:
    def apply(self, state: State) -> State:
        return replace(state, status=states.RUNNING)


@dataclass(frozen=True, slots=True)
class VisitEntered:
    """``date`` is the day it was entered, as an ISO date."""

    visit: int
    step: str
    date: str = ""

    def apply(self, state: State) -> State:
        visit = Visit(self.visit, self.step, self.date)
        return replace(state, visits=(*state.visits, visit), waiting=None)


@dataclass(frozen=True, slots=True)
class VisitLeft:
    """``row`` is the row that fired; None when a person jumped or stopped."""

    visit: int
    step: str
    row: str | None = None

    def apply(self, state: State) -> State:
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
    due: str | None = None

    def apply(self, state: State) -> State:
        action = Action(
            self.action, self.visit, self.content, self.required, self.keep, due=self.due,
            day=self.date)
        return replace(state, actions=(*state.actions, action))


@dataclass(frozen=True, slots=True)
class ActionSubmitted:
    """The responsible has done it; the validating function is next."""

    action: int
    option: str | None = None

    def apply(self, state: State) -> State:
        return state.with_action(self.action, state=states.VALIDATING, option=self.option)


@dataclass(frozen=True, slots=True)
class ActionClosed:
    """``date`` is the day it was closed, as an ISO date; ``lost``: by a migration."""

    action: int
    outcome: str
    option: str | None = None
    date: str | None = None
    lost: bool = False

    def apply(self, state: State) -> State:
        return state.with_action(
            self.action, state=states.CLOSED, outcome=self.outcome, option=self.option,
            closed_on=self.date, lost=self.lost)


@dataclass(frozen=True, slots=True)
class ActionMoved:
    """``due`` is the new last day of its deadline, ``date`` the new day that it falls on (None:
    the day it fell on), ``on`` the day on which a person chose them during a pause: ISO dates.
    """

    action: int
    due: str | None = None
    date: str | None = None
    on: str | None = None

    def apply(self, state: State) -> State:
        moved = state.with_action(self.action, due=self.due, moved_on=self.on)
        return moved.with_action(self.action, day=self.date) if self.date else moved


@dataclass(frozen=True, slots=True)
class Paused:
    """``date`` is the day it was paused, as an ISO date."""

    date: str | None = None

    def apply(self, state: State) -> State:
        return replace(state, status=states.PAUSED, paused_on=self.date)


@dataclass(frozen=True, slots=True)
class Resumed:
    def apply(self, state: State) -> State:
        return replace(state, status=states.RUNNING, paused_on=None)


@dataclass(frozen=True, slots=True)
class Ended:
    """A logical end of the tree was reached."""

    label: str = ""

    def apply(self, state: State) -> State:
        return replace(state, status=states.DONE, end_label=self.label)


@dataclass(frozen=True, slots=True)
class Stopped:
    def apply(self, state: State) -> State:
        return replace(state, status=states.STOPPED, incident=None, waiting=None)


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    code: str
    step: str
    row: str | None = None

    def apply(self, state: State) -> State:
        return replace(state, incident=Incident(self.code, self.row))


@dataclass(frozen=True, slots=True)
class IncidentCleared:
    """``way`` is the way out that a person took: retry, skip or jump."""

    way: str

    def apply(self, state: State) -> State:
        return replace(state, incident=None)


@dataclass(frozen=True, slots=True)
class DeadlineSet:
    """The deadline of a row runs from ``base`` to ``due``, both ISO dates.

    ``unit`` is that of its delay, ``given_back`` the units that pauses have given back to it.
    """

    visit: int
    row: str
    base: str
    due: str
    nature: str
    unit: str | None = None
    given_back: int = 0

    def apply(self, state: State) -> State:
        return state.with_deadline(RunningDeadline(
            self.visit, self.row, self.base, self.due, self.nature, unit=self.unit,
            given_back=self.given_back))


@dataclass(frozen=True, slots=True)
class DeadlineDropped:
    """The day that it counts from was emptied, or the row's guard holds no more.

    ``given_back`` are the units that pauses had given back to it: they come back with it.
    Histories that do not know of them had forgotten them.
    """

    visit: int
    row: str
    given_back: int = 0
    unit: str | None = None

    def apply(self, state: State) -> State:
        return state.without_deadline(
            self.visit, GivenBack(self.row, self.given_back, self.unit))


@dataclass(frozen=True, slots=True)
class DeadlineFrozen:
    """A pause holds an internal deadline; ``remaining`` units of its delay are left."""

    visit: int
    row: str
    remaining: int

    def apply(self, state: State) -> State:
        return state.with_deadline(replace(_get_deadline(state, self), remaining=self.remaining))


@dataclass(frozen=True, slots=True)
class DeadlineResumed:
    """``given_back`` are the units that pauses have given back to it by now."""

    visit: int
    row: str
    due: str
    given_back: int = 0

    def apply(self, state: State) -> State:
        return state.with_deadline(replace(
            _get_deadline(state, self), due=self.due, remaining=None,
            given_back=self.given_back))


@dataclass(frozen=True, slots=True)
class LegalDeadlinePassed:
    """A legal deadline ran out while the sequence was paused: it never freezes."""

    visit: int
    row: str

    def apply(self, state: State) -> State:
        return state.with_deadline(replace(_get_deadline(state, self), alerted=True))


@dataclass(frozen=True, slots=True)
class EventReceived:
    key: str
    code: str
    visit: int
    amount: float = 0.0
    about: str | None = None
    ending: str | None = None

    def apply(self, state: State) -> State:
        received = ReceivedEvent(
            self.key, self.code, self.visit, self.amount, self.about, ending=self.ending)
        return replace(state, received=(*state.received, received))


@dataclass(frozen=True, slots=True)
class EventUsed:
    """A row fired on the event; it moves this sequence no more."""

    key: str
    row: str

    def apply(self, state: State) -> State:
        return replace(state, received=tuple(
            replace(received, used=True) if received.key == self.key else received
            for received in state.received))


@dataclass(frozen=True, slots=True)
class ChildStarted:
    """A sequence of another template was started, and is waited for or not."""

    template: str
    step: str
    wait: bool = False

    def apply(self, state: State) -> State:
        waiting = Waiting(self.template, self.step, len(state.received))
        return replace(state, waiting=waiting if self.wait else None)


@dataclass(frozen=True, slots=True)
class Switched:
    """A sequence of another template takes over."""

    template: str

    def apply(self, state: State) -> State:
        return replace(state, status=states.SWITCHED, incident=None, waiting=None)


@dataclass(frozen=True, slots=True)
class Migrated:
    """The sequence goes on by another version.

    ``timers`` are the keys of the rows whose deadlines it lost.
    """

    version_from: int
    version: int
    visit: int = 0
    timers: tuple[str, ...] = ()

    def apply(self, state: State) -> State:
        return replace(state, deadlines=tuple(
            deadline for deadline in state.deadlines
            if deadline.visit != self.visit or deadline.row not in self.timers))


def _get_deadline(
        state: State,
        entry: DeadlineFrozen | DeadlineResumed | LegalDeadlinePassed) -> RunningDeadline:
    return next(d for d in state.deadlines if (d.visit, d.row) == (entry.visit, entry.row))


Entry: TypeAlias = (
    Launched | VisitEntered | VisitLeft | ActionCreated | ActionSubmitted | ActionClosed
    | ActionMoved | DeadlineSet | DeadlineDropped | DeadlineFrozen | DeadlineResumed
    | LegalDeadlinePassed
    | EventReceived | EventUsed | ChildStarted | Switched | Migrated | Paused | Resumed | Ended
    | Stopped | IncidentRaised | IncidentCleared
)

#: Entries by the kind under which histories hold them. A class may get another name, a kind never;
#: nor may a field: both are in databases.
KINDS: dict[str, type[Entry]] = {
    "launched": Launched,
    "visit_entered": VisitEntered,
    "visit_left": VisitLeft,
    "action_created": ActionCreated,
    "action_submitted": ActionSubmitted,
    "action_closed": ActionClosed,
    "action_moved": ActionMoved,
    "timer_set": DeadlineSet,
    "timer_dropped": DeadlineDropped,
    "timer_frozen": DeadlineFrozen,
    "timer_resumed": DeadlineResumed,
    "legal_deadline_passed": LegalDeadlinePassed,
    "event_received": EventReceived,
    "event_used": EventUsed,
    "child_started": ChildStarted,
    "switched": Switched,
    "migrated": Migrated,
    "paused": Paused,
    "resumed": Resumed,
    "ended": Ended,
    "stopped": Stopped,
    "incident_raised": IncidentRaised,
    "incident_cleared": IncidentCleared,
}
_KIND_OF: dict[type[Entry], str] = {cls: kind for kind, cls in KINDS.items()}
_FIELDS_OF: dict[type[Entry], tuple[str, ...]] = {
    cls: tuple(field.name for field in fields(cls)) for cls in KINDS.values()}


def entry_to_dict(entry: Entry) -> tuple[str, dict[str, Any]]:
    """:return: (kind, fields) of an entry, fit for JSON"""
    cls = type(entry)
    return _KIND_OF[cls], {name: getattr(entry, name) for name in _FIELDS_OF[cls]}


def entry_from_dict(kind: str, data: dict[str, Any]) -> Entry:
    """:return: the entry that :func:`entry_to_dict` took apart
    :raise KeyError: there is no such kind
    """
    return KINDS[kind](**data)


def replay(entries: Iterable[Entry], state: State | None = None) -> State:
    """:return: the state that these entries lead to, from a new one where none is given"""
    return reduce(lambda state, entry: entry.apply(state), entries, state or State())
