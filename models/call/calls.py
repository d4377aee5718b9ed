"""What comes of a call, and the shape in which it is noted."""

from dataclasses import dataclass
from datetime import timedelta

#: How a call ended.
RESULTS = [
    ("reached", "Spoken to"),
    ("no_answer", "No answer"),
    ("message", "Message left"),
    ("wrong_number", "Wrong number"),
    ("refused", "Refuses to pay"),
    ("copy", "Asks for a copy"),
]

#: Results after which somebody has to call again: nobody was spoken to.
UNANSWERED = ("no_answer", "message", "wrong_number")

#: Weekdays on which nobody is called back (Monday 0).
WEEKEND = (5, 6)


@dataclass(frozen=True)
class Call:
    """A call as it is noted.

    :ivar str result: a code of :data:`RESULTS`
    :ivar contact: ``res.partner`` who was called, or empty
    :ivar str text: what was said
    :ivar int attempt: which call in a row without answer this is; 0: somebody answered
    """

    result: str
    contact: object
    text: str = ""
    attempt: int = 0

    @property
    def is_answered(self):
        return self.result not in UNANSWERED


def find_next_working_day(day):
    """:return: date, the first day after ``day`` that is neither Saturday nor Sunday"""
    day += timedelta(days=1)
    while day.weekday() in WEEKEND:
        day += timedelta(days=1)
    return day
