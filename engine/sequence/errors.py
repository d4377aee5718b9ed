"""How the engine says no."""


class CommandRefused(Exception):
    """A command that cannot be carried out; nothing has changed.

    :param str code: why, one of the keys of the model layer's messages
    :param data: plain values that the message names (action number, outcome, step key…)
    """

    def __init__(self, code, **data):
        super().__init__(code, data)
        self.code = code
        self.data = data
