class Refusal(Exception):
    """A file from outside is not taken.

    :ivar str reason: one of :data:`REASONS`; whoever speaks to people has words for it
    """

    REASONS = ("type", "damaged", "protected", "active", "macros", "bomb", "pixels")

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason
