"""One version of a decision tree, as plain values.

A definition is immutable, and equal definitions are interchangeable: the model layer
caches that of a published version and reads that of a draft afresh.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from . import outcomes

ALL_REQUIRED = "all"
ANY = "any"
FIRST = "first"


@dataclass(frozen=True, slots=True)
class Option:
    """A word of the trade for an outcome, among which a decision chooses."""

    code: str
    outcome: str = outcomes.DONE


@dataclass(frozen=True, slots=True)
class Content:
    """What a step asks for: one action at each visit.

    :param key: survives copies of the tree
    :param function: code of the function that owes the action
    :param validator: code of the function that validates the result; with ``validation``
        and no validator, the responsible function's own word is the validation
    :param options: the choices of a decision; empty when none is asked
    :param delay: days between entering the step and the day the action falls on
    """

    key: str
    function: str | None
    required: bool = True
    keep: bool = False
    delay: int = 0
    validation: bool = False
    validator: str | None = None
    options: tuple[Option, ...] = ()

    def option(self, code):
        """:return: the :class:`Option` of that code, or None"""
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, slots=True)
class Joined:
    """Condition: the step's join is met. On the last row, it is the default."""

    def holds(self, step, actions):
        return is_joined(step, actions)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Condition: the action of a content closed with one of these results.

    :param outcomes: outcomes that count
    :param options: option codes that count
    """

    content: str
    outcomes: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()

    def holds(self, step, actions):
        return any(
            action.outcome in self.outcomes or action.option in self.options
            for action in actions
            if action.content == self.content and action.has_result
        )


@dataclass(frozen=True, slots=True)
class Goto:
    """Target: enter another step, or the same one again."""

    step: str


@dataclass(frozen=True, slots=True)
class End:
    """Target: the sequence has reached a logical end."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a step's decision table.

    :param at_once: read at every result (it interrupts); else only once the step is joined
    """

    key: str
    condition: Joined | Outcome
    target: Goto | End
    at_once: bool = False

    @property
    def is_default(self):
        """Whether it holds whenever the step is joined."""
        return not self.at_once and isinstance(self.condition, Joined)

    def holds(self, step, actions):
        """:return: whether the row fires, given the step and the visit's actions"""
        if not self.at_once and not is_joined(step, actions):
            return False
        return self.condition.holds(step, actions)


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what it asks for and what follows from the results.

    :param join: ``all`` required actions closed; ``any`` action closed positively, or all
        closed; the ``first`` action closed, whatever its outcome
    :param max_visits: entering the step more often than that is an incident
    """

    key: str
    contents: tuple[Content, ...] = ()
    rows: tuple[Row, ...] = ()
    join: str = ALL_REQUIRED
    max_visits: int = 3

    def content(self, key):
        """:return: the :class:`Content` of that key, or None"""
        return next((content for content in self.contents if content.key == key), None)

    @property
    def default(self):
        """The row that fires when the step is joined and no other holds, or None."""
        return next((row for row in self.rows if row.is_default), None)


@dataclass(frozen=True)
class Definition:
    """A tree: its steps in order, the first one being the start.

    :param kinds: kind (internal, external, contact) of each function's code
    """

    code: str
    version: int = 1
    steps: tuple[Step, ...] = ()
    kinds: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def start(self):
        """The step that a launch enters, or None in an empty tree."""
        return self.steps[0] if self.steps else None

    def step(self, key):
        """:return: the :class:`Step` of that key, or None"""
        return next((step for step in self.steps if step.key == key), None)


def is_joined(step, actions):
    """Whether a visit's results are complete enough to read the rows *when joined*.

    A step whose contents are all optional waits for all of them; a step without any action
    is never joined (it waits for something else).

    :param Step step: the step visited
    :param actions: the visit's :class:`~.state.Action` values
    """
    if not actions:
        return False
    waited = [action for action in actions if action.required] or list(actions)
    if step.join == FIRST:
        return any(action.has_result for action in actions)
    if step.join == ANY and any(action.outcome in outcomes.POSITIVE for action in actions):
        return True
    return all(action.has_result for action in waited)
