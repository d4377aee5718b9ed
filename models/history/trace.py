"""What a command leaves in the history: plain values, which know no recordset's methods."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4


@dataclass(frozen=True)
class Trace:
    """One command, as all rows that it writes share it.

    :param str command: technical name of what was asked for, e.g. ``close``
    :param str cause: one of :data:`~.kinds.CAUSES`
    :param str text: comment or reason
    :param str on_behalf: name of the holder for whom the user acts, empty when acting for oneself
    :param str reference: the same in all rows of one command, and in no other
    """

    command: str
    cause: str = "person"
    text: str = ""
    on_behalf: str = ""
    reference: str = field(default_factory=lambda: uuid4().hex)

    @property
    def by_person(self):
        """Whether the user did it, and not the system in the user's name."""
        return self.cause == "person"

    def prepare_vals(self):
        """:return: dict of the field values that each of its history rows has"""
        return {
            "command": self.command, "command_ref": self.reference, "cause": self.cause,
            "text": self.text, "on_behalf": self.on_behalf,
        }


@dataclass(frozen=True)
class TraceRow:
    """One thing that happened to an action.

    :param action: the ``collection.action``
    :param str kind: one of :data:`~.kinds.KINDS`
    :param dict data: values that a program reads, to be stored as JSON
    :param str old: value before, as it is shown
    :param str new: value after
    :param str on_behalf: where it is not the same for all rows of the command
    """

    action: Any
    kind: str
    data: dict = field(default_factory=dict)
    old: str = ""
    new: str = ""
    on_behalf: str = ""

    def prepare_vals(self, trace):
        """:return: dict of the field values of its history row, as part of a command"""
        return {
            **trace.prepare_vals(), "action_id": self.action.id, "action_name": self.action.name,
            "kind": self.kind, "data": self.data, "old_value": self.old, "new_value": self.new,
            "on_behalf": self.on_behalf or trace.on_behalf,
        }
