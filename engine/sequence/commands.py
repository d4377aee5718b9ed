"""What may be asked of a sequence. A command that is refused changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Launch:
    """Enter the first step."""


@dataclass(frozen=True, slots=True)
class Close:
    """Give an action its result; on an action being validated, the validator's answer.

    :param action: the action's number within the sequence
    :param outcome: one of :mod:`.outcomes`; None takes the option's
    :param option: code of the chosen option
    :param commented: whether a comment or reason goes with it (its text is not the
        engine's business)
    :param by_system: no person gives it: a message that would ask for money closes as settled
        where nothing is due
    """

    action: int
    outcome: str | None = None
    option: str | None = None
    commented: bool = False
    by_system: bool = False


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
    """Way out of an incident: take the row held back, else the default row; while another
    sequence is waited for, go on without it.
    """


@dataclass(frozen=True, slots=True)
class Jump:
    """Leave the current step for another one, by decision of a person.

    :param step: key of the step to enter
    """

    step: str


@dataclass(frozen=True, slots=True)
class Migrate:
    """Go on by another version of the tree: the one that this command is decided on.

    Steps, actions and rows are found again by their keys; open actions without counterpart
    are cancelled, which nothing follows from: the step goes on without them.

    :param version_from: the version left
    :param anew: running deadlines are counted anew from their base, by the new rows; else they
        keep the day they had
    """

    version_from: int
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """Look at the clock and at the world: deadlines that have run out, levels that now hold."""


@dataclass(frozen=True, slots=True)
class Receive:
    """An event has happened.

    :param key: tells this event from every other; received twice, it counts once
    :param code: of the catalogue, e.g. ``payment``
    :param amount: in company currency, for events that have one
    :param about: for the end of another sequence, the code of its template
    :param ending: for the end of another sequence, the label of the end it reached, else the
        status that it ended in
    """

    key: str
    code: str
    amount: float = 0.0
    about: str | None = None
    ending: str | None = None


@dataclass(frozen=True, slots=True)
class EndAsSwitched:
    """End: a sequence of another template takes over.

    :param template: its code
    """

    template: str


@dataclass(frozen=True, slots=True)
class Fail:
    """What a row asked for could not be executed: stay at the step, with an incident.

    :param row: key of the row that was held back, or None
    """

    row: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """Move an open action's day and deadline.

    :param action: the action's number
    :param due: the new last day of its deadline, as an ISO date, or None
    """

    action: int
    due: str | None = None


@dataclass(frozen=True, slots=True)
class AddAction:
    """Ask for something that the tree does not, within the current visit.

    :param date: the day it falls on, as an ISO date
    :param due: last day of its deadline, as an ISO date, or None
    :param required: the step waits for it too
    """

    date: str
    due: str | None = None
    required: bool = False


Command: TypeAlias = (
    Launch | Close | Pause | Resume | Stop | Retry | Skip | Jump | Migrate | Tick | Receive
    | EndAsSwitched | Fail | Move | AddAction
)

#: The names under which histories hold commands, for ever.
_NAMES: dict[type[Command], str] = {
    Launch: "launch", Close: "close", Pause: "pause", Resume: "resume", Stop: "stop",
    Retry: "retry", Skip: "skip", Jump: "jump", Migrate: "migrate", Tick: "tick",
    Receive: "receive", EndAsSwitched: "leave", Fail: "fail", Move: "move",
    AddAction: "addaction",
}


def get_name(command: Command) -> str:
    """:return: the name under which the history holds a command"""
    return _NAMES[type(command)]
