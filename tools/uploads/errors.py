"""How a file is refused."""

from __future__ import annotations


class Refusal(Exception):
    """An uploaded file is not taken.

    :ivar reason: one of :data:`REASONS`, for which the model layer has a message
    """

    REASONS = ("type", "damaged", "protected", "active", "macros", "bomb", "pixels", "heavy",
               "busy")

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
