"""What a row of a decision table may wait for.

Each condition answers one question, ``holds(situation, row)``, from plain values: nothing here
reads a clock, a balance or a database. ``is_instant`` says whether it may hold as soon as its
step is entered, with neither a person nor a day in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from ..dates import Delay, Truce
from . import outcomes
from .state import Action, ReceivedEvent, State
from .values import MARKER, SINCE_ENTRY, Base
from .world import World

if TYPE_CHECKING:
    from .definition import Row, Step

ALL_REQUIRED = "all"
ANY = "any"
FIRST = "first"
JOINS = (ALL_REQUIRED, ANY, FIRST)

SINCE_VISIT = "visit"
SINCE_LAUNCH = "launch"

INTERNAL = "internal"
LEGAL = "legal"
NATURES = (INTERNAL, LEGAL)

SETTLED = "settled"  # nothing is due any more
BALANCE = "balance"  # an amount: what is due
LEVELS = (SETTLED, BALANCE)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a condition may look at: the visit under way, and the world.

    :param step: the step visited
    :param state: the sequence, of which :attr:`~.state.State.visit` is under way
    """

    step: Step
    state: State
    world: World
    today: date

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions of the visit under way, but those that a migration has cancelled."""
        return tuple(action for action in self.state.visit_actions if not action.lost)

    @property
    def is_joined(self) -> bool:
        """Whether the rows *when joined* may be read."""
        return is_joined(self.step, self.actions)

    def guard_holds(self, row: Row) -> bool:
        """Whether a row of the step has no guard, or one that holds."""
        return not row.guarded or (self.step.key, row.key) in self.world.guards


@dataclass(frozen=True, slots=True)
class Joined:
    """The step's join is met; where ``positive``, with nothing but success, which somebody had.

    Optional actions that were answered count as the required ones do. On the last row, it is the
    default.
    """

    positive: bool = False
    is_instant: ClassVar[bool] = False

    def holds(self, situation: Situation, row: Row) -> bool:
        if not situation.is_joined:
            return False
        found = {action.outcome for action in situation.actions if action.has_result}
        return not self.positive or (bool(found) and found <= outcomes.POSITIVE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The action of a content closed with one of these results.

    :param content: key of the content
    :param outcomes: outcomes that count
    :param options: option codes that count
    """

    content: str
    outcomes: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    is_instant: ClassVar[bool] = False

    def holds(self, situation: Situation, row: Row) -> bool:
        return any(
            action.outcome in self.outcomes or action.option in self.options
            for action in situation.actions
            if action.content == self.content and action.has_result
        )


@dataclass(frozen=True, slots=True)
class Event:
    """An edge: something happened. Each event is used once by a sequence, in the order received.

    :param code: of the catalogue, e.g. ``payment``; see :class:`~.values.EventCode`
    :param since: ``visit``: while the step was current; ``launch``: at any time before
    :param minimum: smallest amount that counts, in company currency
    :param about: for the end of another sequence: code of its template, None for any
    :param ending: for the end of another sequence: how it must have ended, None for anyhow;
        see :class:`~.commands.Receive`
    """

    code: str
    since: str = SINCE_VISIT
    minimum: float = 0.0
    about: str | None = None
    ending: str | None = None
    is_instant: ClassVar[bool] = False

    def holds(self, situation: Situation, row: Row) -> bool:
        return self.find(situation.state) is not None

    def find(self, state: State) -> ReceivedEvent | None:
        """:return: the oldest unused event that matches, or None"""
        visit = state.visit
        return next((
            received for received in state.received
            if received.code == self.code and not received.used
            and (self.since == SINCE_LAUNCH
                 or (visit is not None and received.visit == visit.number))
            and received.amount >= self.minimum
            and self.about in (None, received.about)
            and self.ending in (None, received.ending)
        ), None)


@dataclass(frozen=True, slots=True)
class Level:
    """A state of the world that holds now: read on entering the step and at every command.

    :param code: of the catalogue, e.g. ``settled``
    :param below: for an amount: the level holds under this much, in company currency
    """

    code: str
    below: float | None = None
    is_instant: ClassVar[bool] = True

    def holds(self, situation: Situation, row: Row) -> bool:
        value = situation.world.levels.get(self.code)
        if value is None:
            return False
        return value < self.below if self.below is not None else bool(value)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A delay has run out since its base. Until the base is known, it does not run.

    :param delay: how long; its procedural counting is that of CPC 640 to 642
    :param base: the day that it counts from
    :param nature: an ``internal`` deadline freezes with the sequence, a ``legal`` one never
    :param truce: yearly period in which it cannot fall, or None
    """

    delay: Delay
    base: Base = SINCE_ENTRY
    nature: str = INTERNAL
    truce: Truce | None = None

    @property
    def is_instant(self) -> bool:
        """Whether it may have run out already when its step is entered."""
        return not self.delay.amount or self.base.kind == MARKER

    def holds(self, situation: Situation, row: Row) -> bool:
        running = situation.state.deadline(row.key)
        return running is not None and not running.frozen and running.is_over(situation.today)


Condition: TypeAlias = Joined | Outcome | Event | Level | Deadline


def is_joined(step: Step, actions: Sequence[Action]) -> bool:
    """Whether a visit's results are complete enough to read the rows *when joined*.

    A step whose contents are all optional waits for all of them; a step without any action
    is never joined (it waits for something else).

    :param step: the step visited
    :param actions: those of the visit
    """
    if not actions:
        return False
    if step.join == FIRST:
        return any(action.has_result for action in actions)
    if step.join == ANY and any(action.outcome in outcomes.POSITIVE for action in actions):
        return True
    return all(action.has_result for action in _get_awaited(actions))


def _get_awaited(actions: Sequence[Action]) -> list[Action]:
    """:return: the required actions, all of them where none is"""
    return [action for action in actions if action.required] or list(actions)
