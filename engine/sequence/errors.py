"""How the engine refuses a command."""

from __future__ import annotations


class CommandRefused(Exception):
    """A command that cannot be executed; nothing has changed.

    :ivar code: why, one of the keys of the model layer's messages
    :ivar data: plain values that the message names (action number, outcome, step key…)
    """

    def __init__(self, code: str, **data: str | int | None) -> None:
        super().__init__(code, data)
        self.code = code
        self.data = data
