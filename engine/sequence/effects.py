"""What a decision asks the shell to do outside the sequence itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Ask:
    """The responsible of a new action has something to do."""

    action: int


@dataclass(frozen=True, slots=True)
class AskValidation:
    """The validating function has something to do; the responsible no more."""

    action: int


@dataclass(frozen=True, slots=True)
class Release:
    """Nobody has anything to do for this action any more."""

    action: int


@dataclass(frozen=True, slots=True)
class StartChild:
    """Launch the template of that code for the same customer, or link the one that runs."""

    template: str
    row: str


@dataclass(frozen=True, slots=True)
class SwitchTo:
    """Launch the template of that code in the place of this sequence."""

    template: str
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody must know at once: a legal deadline passed during a pause.

    :param row: key of the row whose deadline it is
    """

    row: str


#: What concerns an action of the sequence itself.
ActionEffect: TypeAlias = Ask | AskValidation | Release
Effect: TypeAlias = ActionEffect | StartChild | SwitchTo | Alert
