"""What may be asked of a sequence. A command that cannot be carried out changes nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Launch:
    """Enter the first step."""


@dataclass(frozen=True, slots=True)
class Close:
    """Give an action its result; on an action being validated, the validator's word.

    :param action: the action's number within the sequence
    :param outcome: one of :mod:`.outcomes`; None takes the option's
    :param option: code of the chosen option
    :param commented: whether a comment or reason goes with it (its text is not the
        engine's business)
    """

    action: int
    outcome: str | None = None
    option: str | None = None
    commented: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Record results, but route nothing and create nothing, until resumed."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on, with what was recorded meanwhile."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End now, by decision of a person."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Way out of an incident: read the decision table again."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Way out of an incident: take the row held back, else the default row."""


@dataclass(frozen=True, slots=True)
class Jump:
    """Leave the current step for another one, by decision of a person.

    :param step: key of the step to enter
    """

    step: str
