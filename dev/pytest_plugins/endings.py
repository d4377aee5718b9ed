"""Write down each test as it ends, so that a run that breaks off is not lost.

The file is named by ENDINGS; a line is one JSON object with `test`, `ending`, `seconds`.
A test that takes longer than LIMIT seconds is broken off, and ends as TOO_LONG.
"""

import json
import os
import signal
from pathlib import Path

import pytest

#: Ending of a test that went on after its time.
TOO_LONG = "too long"


class TookTooLong(Exception):
    """A test that went on after its time."""


class Endings:
    """Collects what the phases of a test say, and writes one line when it is over."""

    def __init__(self, path, limit):
        self.path, self.limit = Path(path), limit
        self.phases, self.broken_off = {}, False

    def pytest_runtest_logreport(self, report):
        phases = self.phases.setdefault(report.nodeid, [])
        phases.append((report.when, report.outcome, report.duration))
        if report.when == "teardown":
            self._write(report.nodeid, self.phases.pop(report.nodeid))

    def _write(self, test, phases):
        line = {
            "test": test,
            "ending": TOO_LONG if self.broken_off else _get_ending(phases),
            "seconds": round(sum(duration for _when, _outcome, duration in phases), 2),
        }
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.broken_off = False
        signal.signal(signal.SIGALRM, self._stop)
        # again and again: one part of a test keeps the error to itself, and the next one begins
        signal.setitimer(signal.ITIMER_REAL, self.limit, 1)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _stop(self, _number, _frame):
        self.broken_off = True
        raise TookTooLong(f"More than {self.limit} seconds")


def _get_ending(phases):
    """The worst of a test's phases, in the words of a JUnit report."""
    for when, outcome, _duration in phases:
        if outcome == "failed":
            return "failure" if when == "call" else "error"
    outcomes = {outcome for _when, outcome, _duration in phases}
    return "skipped" if "skipped" in outcomes else "passed"


def pytest_configure(config):
    path = os.environ.get("ENDINGS")
    if path:
        config.pluginmanager.register(Endings(path, int(os.environ["LIMIT"])))
