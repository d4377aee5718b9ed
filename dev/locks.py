"""Locks between commands that run at the same time in one working copy."""

import fcntl
from contextlib import contextmanager

from . import paths
from .ui import tell_aside


@contextmanager
def exclusive(name):
    """Let one command at a time into a part of the setup; say when it waits."""
    with (paths.LOCKS / name).open("w") as file:
        if not try_lock(file):
            tell_aside(f"waiting for another command that has the {name}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def try_lock(file):
    """Take the lock of an open file alone, if nobody else holds it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def shared(name):
    """Hold a lock together with others; yields its file, for `try_lock`."""
    with (paths.LOCKS / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield file
