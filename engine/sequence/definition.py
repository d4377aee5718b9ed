"""One version of a decision tree, as plain values.

A definition is immutable, and equal definitions are interchangeable: the model layer
caches that of a published version and reads that of a draft afresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from . import outcomes
from .conditions import (
    ALL_REQUIRED,
    Condition,
    Deadline,
    Event,
    Joined,
    Level,
    Situation,
)


@dataclass(frozen=True, slots=True)
class Option:
    """A term of the trade for an outcome, among which a decision chooses."""

    code: str
    outcome: str = outcomes.DONE


@dataclass(frozen=True, slots=True)
class Content:
    """What a step asks for: one action at each visit.

    :param key: survives copies of the tree
    :param function: code of the function that owes the action
    :param validator: code of the function that validates the result; with ``validation``
        and no validator, the responsible function validates it itself
    :param options: the choices of a decision; empty when none is asked
    :param delay: days between entering the step and the day the action falls on
    :param deadline: days between that day and the action's deadline; 0 for none
    :param expires: the action closes as expired when its deadline has passed
    :param refusable: without a validation too it may close as refused: a document request
    """

    key: str
    function: str | None
    required: bool = True
    keep: bool = False
    delay: int = 0
    validation: bool = False
    validator: str | None = None
    options: tuple[Option, ...] = ()
    deadline: int = 0
    expires: bool = False
    refusable: bool = False

    def option(self, code: str | None) -> Option | None:
        """:return: the option of that code, or None"""
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, slots=True)
class Goto:
    """Target: enter another step, or the same one again."""

    step: str


@dataclass(frozen=True, slots=True)
class End:
    """Target: the sequence has reached a logical end."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """Target: this sequence ends as switched, and one of another template starts."""

    template: str


@dataclass(frozen=True, slots=True)
class LaunchChild:
    """Target: launch a sequence of another template and go on at a step of this one.

    :param template: code of the template to launch; one already running is linked instead
    :param step: key of the step to go on at
    :param wait: enter that step only when the other sequence has ended
    """

    template: str
    step: str
    wait: bool = False


Target: TypeAlias = Goto | End | Switch | LaunchChild


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a step's decision table.

    :param condition: what it waits for
    :param target: where it leads
    :param at_once: read at every command (it interrupts); else only once the step is joined
    :param guarded: it also needs its guard to hold, a question that the world answers
    """

    key: str
    condition: Condition
    target: Target
    at_once: bool = False
    guarded: bool = False

    @property
    def is_default(self) -> bool:
        """Whether it holds whenever the step is joined."""
        return self.condition == Joined() and not self.at_once and not self.guarded

    @property
    def next_step(self) -> str | None:
        """Key of the step that it leads to, or None."""
        return self.target.step if isinstance(self.target, (Goto, LaunchChild)) else None

    @property
    def template(self) -> str | None:
        """Code of the other template that it leads to, or None."""
        return self.target.template if isinstance(self.target, (Switch, LaunchChild)) else None

    def holds(self, situation: Situation) -> bool:
        """:return: whether the row fires"""
        if not self.at_once and not situation.is_joined:
            return False
        if not situation.guard_holds(self):
            return False
        return self.condition.holds(situation, self)


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what it asks for and what follows from the results.

    :param join: ``all`` required actions closed; ``any`` action closed positively, or all
        required ones closed; the ``first`` action closed, whatever its outcome
    :param max_visits: entering the step more often than that is an incident
    """

    key: str
    contents: tuple[Content, ...] = ()
    rows: tuple[Row, ...] = ()
    join: str = ALL_REQUIRED
    max_visits: int = 3

    def content(self, key: str) -> Content | None:
        """:return: the content of that key, or None"""
        return next((content for content in self.contents if content.key == key), None)

    def row(self, key: str | None) -> Row | None:
        """:return: the row of that key, or None"""
        return next((row for row in self.rows if row.key == key), None)

    @property
    def default(self) -> Row | None:
        """The row that fires when the step is joined and no other holds, or None."""
        return next((row for row in self.rows if row.is_default), None)

    @property
    def deadlines(self) -> tuple[tuple[Row, Deadline], ...]:
        """The rows that wait for a deadline, each with it."""
        return tuple(
            (row, row.condition) for row in self.rows if isinstance(row.condition, Deadline))

    @property
    def outside_rows(self) -> tuple[Row, ...]:
        """The rows by which something other than its own actions may move it."""
        return tuple(
            row for row in self.rows
            if row.at_once and isinstance(row.condition, (Event, Level, Deadline)))


@dataclass(frozen=True)
class Definition:
    """A tree: its steps in order, the first one being the start.

    :param kinds: kind (internal, external, contact) of each function's code
    :param markers: names of the dates that its sequences carry
    """

    code: str
    version: int = 1
    steps: tuple[Step, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict, hash=False)
    markers: frozenset[str] = frozenset()

    @property
    def start(self) -> Step | None:
        """The step that a launch enters, or None in an empty tree."""
        return self.steps[0] if self.steps else None

    @property
    def events(self) -> frozenset[str]:
        """Codes of the events that some row waits for."""
        return frozenset(
            row.condition.code for step in self.steps for row in step.rows
            if isinstance(row.condition, Event))

    @cached_property
    def reads_levels(self) -> bool:
        """Whether some row waits for a state of the world."""
        return any(isinstance(row.condition, Level) for step in self.steps for row in step.rows)

    def step(self, key: str | None) -> Step | None:
        """:return: the step of that key, or None"""
        return self._steps.get(key)

    @cached_property
    def _steps(self) -> dict[str | None, Step]:
        """Its steps by key; of two with one key, the first."""
        return {step.key: step for step in reversed(self.steps)}

    def get_step(self, key: str) -> Step:
        """:return: the step of that key, which the tree is known to have
        :raise KeyError: it has none
        """
        found = self.step(key)
        if found is None:
            raise KeyError(key)
        return found

    def get_content(self, step: str, key: str) -> Content:
        """:return: what an action of a step asks for; one that a person added is not in the tree,
            and only asks to be done
        """
        return self.get_step(step).content(key) or Content(key, None)
