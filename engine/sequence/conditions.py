"""What a row of a decision table may wait for.

Each condition answers one question, ``holds(situation, row)``, from plain values: nothing here
reads a clock, a balance or a database. ``is_instant`` says whether it may hold as soon as its
step is entered, with neither a person nor a day in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..dates import Delay
from . import outcomes

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
class Facts:
    """The state of the world around a sequence, gathered before each command.

    :param levels: what holds now, by level code: True / False, or an amount in company currency
    :param markers: the sequence's date properties, by name; those not filled are missing
    :param guards: (step key, row key) of the guarded rows whose guard holds
    :param calendar: the company's :class:`~.dates.Calendar`
    """

    levels: dict = field(default_factory=dict)
    markers: dict = field(default_factory=dict)
    guards: frozenset = frozenset()
    calendar: object = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What a condition may look at: the visit under way, and the world."""

    step: object
    state: object
    facts: Facts
    today: object

    @property
    def actions(self):
        return self.state.visit_actions


@dataclass(frozen=True, slots=True)
class Joined:
    """The step's join is met; where ``positive``, with nothing but success.

    On the last row, it is the default.
    """

    positive: bool = False
    is_instant: ClassVar[bool] = False

    def holds(self, situation, row):
        if not is_joined(situation.step, situation.actions):
            return False
        return not self.positive or all(
            action.outcome in outcomes.POSITIVE for action in _waited(situation.actions)
            if action.has_result)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The action of a content closed with one of these results.

    :param outcomes: outcomes that count
    :param options: option codes that count
    """

    content: str
    outcomes: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    is_instant: ClassVar[bool] = False

    def holds(self, situation, row):
        return any(
            action.outcome in self.outcomes or action.option in self.options
            for action in situation.actions
            if action.content == self.content and action.has_result
        )


@dataclass(frozen=True, slots=True)
class Event:
    """An edge: something happened. Each event is used once by a sequence, in the order received.

    :param code: of the catalogue, e.g. ``payment``
    :param since: ``visit``: while the step was current; ``launch``: at any time before
    :param minimum: smallest amount that counts, in company currency
    """

    code: str
    since: str = SINCE_VISIT
    minimum: float = 0.0
    is_instant: ClassVar[bool] = False

    def holds(self, situation, row):
        return self.find(situation.state) is not None

    def find(self, state):
        """:return: the oldest unused :class:`~.state.Received` that matches, or None"""
        return next((
            received for received in state.received
            if received.code == self.code and not received.used
            and (self.since == SINCE_LAUNCH or received.visit == state.visit.number)
            and received.amount >= self.minimum
        ), None)


@dataclass(frozen=True, slots=True)
class Level:
    """A state of the world that holds now: read on entering the step and at every command.

    :param code: of the catalogue, e.g. ``settled``
    :param below: for an amount: the level holds under this much
    """

    code: str
    below: float | None = None
    is_instant: ClassVar[bool] = True

    def holds(self, situation, row):
        value = situation.facts.levels.get(self.code)
        if value is None:
            return False
        return value < self.below if self.below is not None else bool(value)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A delay has run out since its base. Until the base is known, it does not run.

    :param delay: how long; its procedural counting is that of CPC 640 to 642
    :param base: ``visit`` (the step was entered), ``action:KEY`` (that action closed) or
        ``marker:NAME`` (a date of the sequence)
    :param nature: an ``internal`` deadline freezes with the sequence, a ``legal`` one never
    :param truce: yearly period in which it cannot fall (:class:`~.dates.Truce`), or None
    """

    delay: Delay
    base: str = "visit"
    nature: str = INTERNAL
    truce: object = None

    @property
    def is_instant(self):
        """Whether it may have run out already when its step is entered."""
        return not self.delay.amount or self.base.startswith("marker:")

    def holds(self, situation, row):
        timer = situation.state.timer(row.key)
        return bool(timer and not timer.frozen and timer.is_over(situation.today))


def _waited(actions):
    return [action for action in actions if action.required] or list(actions)


def is_joined(step, actions):
    """Whether a visit's results are complete enough to read the rows *when joined*.

    A step whose contents are all optional waits for all of them; a step without any action
    is never joined (it waits for something else).

    :param Step step: the step visited
    :param actions: the visit's :class:`~.state.Action` values
    """
    if not actions:
        return False
    if step.join == FIRST:
        return any(action.has_result for action in actions)
    if step.join == ANY and any(action.outcome in outcomes.POSITIVE for action in actions):
        return True
    return all(action.has_result for action in _waited(actions))
