"""What a few strings of a tree and of its history mean: each is built and read here alone.

The text of an event's code and of an added action's key stands in databases and histories: it
stays as it is for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

# -- events ----------------------------------------------------------------------

#: Code of the events that a person notes, each under a name of its own.
MANUAL = "manual"
#: Code of the event by which the end of another sequence reaches the one that waits for it.
CHILD_ENDED = "child_ended"


@dataclass(frozen=True, slots=True)
class EventCode:
    """What happened: a code of the catalogue, and the name of an event noted by hand.

    >>> EventCode.parse("manual:Heirs known")
    EventCode(code='manual', name='Heirs known')
    >>> EventCode.parse("payment").format()
    'payment'
    """

    code: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> EventCode:
        """Read what :meth:`format` wrote."""
        code, _colon, name = text.partition(":")
        return cls(code, name)

    def format(self) -> str:
        """:return: the text that conditions, commands and histories hold"""
        return f"{self.code}:{self.name}" if self.code == MANUAL else self.code


# -- actions ---------------------------------------------------------------------

_ADDED = "added:"


def format_added_key(number: int) -> str:
    """:return: content key of an action that a person added, by its number in the sequence"""
    return f"{_ADDED}{number}"


def is_added_key(key: str) -> bool:
    """Whether the content key is one of :func:`format_added_key`: no tree knows it."""
    return key.startswith(_ADDED)


# -- deadlines -------------------------------------------------------------------

VISIT, ACTION, MARKER = "visit", "action", "marker"


@dataclass(frozen=True, slots=True)
class Base:
    """The day that a deadline counts from.

    :param kind: ``visit`` (the step was entered), ``action`` (an action of the visit closed) or
        ``marker`` (a date of the sequence); a draft may hold another, which is a problem
    :param name: key of the action's content, or technical name of the marker
    """

    kind: str = VISIT
    name: str = ""


#: The day on which the step was entered.
SINCE_ENTRY = Base()
