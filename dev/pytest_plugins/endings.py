"""Write down each test as it ends, so that a run that breaks off is not lost.

The file is named by ENDINGS; a line is one JSON object with `test`, `ending`, `seconds`.
A test that takes longer than LIMIT seconds ends as an error and says so.
"""

import json
import os
import signal
from pathlib import Path

import pytest


class TookTooLong(Exception):
    """A test that went on after its time."""


class Endings:
    """Collects what the phases of a test say, and writes one line when it is over."""

    def __init__(self, path, limit):
        self.path, self.limit = Path(path), limit
        self.phases = {}

    def pytest_runtest_logreport(self, report):
        phases = self.phases.setdefault(report.nodeid, [])
        phases.append((report.when, report.outcome, report.duration))
        if report.when == "teardown":
            self._write(report.nodeid, self.phases.pop(report.nodeid))

    def _write(self, test, phases):
        line = {
            "test": test,
            "ending": _get_ending(phases),
            "seconds": round(sum(duration for _when, _outcome, duration in phases), 2),
        }
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        signal.signal(signal.SIGALRM, self._stop)
        signal.alarm(self.limit)
        try:
            return (yield)
        finally:
            signal.alarm(0)

    def _stop(self, _number, _frame):
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
