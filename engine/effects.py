"""What a decision asks the shell to do outside the sequence itself."""

from __future__ import annotations

from dataclasses import dataclass


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
