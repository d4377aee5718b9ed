"""What a person sees: numbered steps with their times, failures with a remedy."""

import sys
import time
from contextlib import contextmanager


class Failure(Exception):
    """Something expected went wrong: told with its remedy, without a traceback.

    :param message: what happened, in one sentence
    :param remedy: what the person can do about it
    :param log: the file with everything that was printed, if there is one
    :param excerpt: the lines of that file that matter
    """

    def __init__(self, message, remedy="", log=None, excerpt=""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.log = log
        self.excerpt = excerpt

    def __str__(self):
        parts = [self.excerpt, f"Failed: {self.message}"]
        if self.remedy:
            parts.append(f"Remedy: {self.remedy}")
        if self.log:
            parts.append(f"Log: {self.log}")
        return "\n".join(filter(None, parts))


class Steps:
    """Print `[2/5] Python packages … 31 s` for a known number of steps."""

    def __init__(self, total):
        self.total = total
        self.current = 0
        self.result = ""

    @contextmanager
    def step(self, title):
        """Announce a step, run it, print what it found (`say`) or its time."""
        self.current += 1
        self.result = ""
        tell(f"[{self.current}/{self.total}] {title} … ", end="")
        started = time.monotonic()
        try:
            yield self
        except BaseException:
            tell("failed")
            raise
        seconds = f"{time.monotonic() - started:.1f} s"
        tell(f"{self.result}, {seconds}" if self.result else seconds)

    def say(self, result):
        """Set what the step's line ends with: "in place", "fetched"."""
        self.result = result


_in_a_line = False


def tell(text, end="\n"):
    """Print at once, so that a line read through a pipe comes when it is true."""
    global _in_a_line
    sys.stdout.write(text + end)
    sys.stdout.flush()
    _in_a_line = not end.endswith("\n")


def tell_aside(text):
    """Print within a step's line, or on a line of its own between steps."""
    tell(f"({text})", end=" " if _in_a_line else "\n")
