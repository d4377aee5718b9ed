"""Share the tests out among the processes of pytest-xdist.

Each worker has a database with its files, and a log, named after those of the whole run.
Workers take whole test classes, for `setUpClass` is what costs; the longest first, so that
none is left alone with a long one at the end.
"""

import os
from collections import defaultdict
from itertools import groupby

import pytest

from odoo.tests import HttpCase

#: Where pytest's cache keeps the seconds that each class has taken.
SECONDS = "collection/seconds"
#: What a test takes, for want of a measure: seconds, with and without an HTTP server.
HTTP_TEST, TEST = 1.5, 0.3


class Clock:
    """Adds up what each class takes, and keeps it for the next run."""

    def __init__(self, config):
        self.config = config
        self.seconds = defaultdict(float)

    def pytest_runtest_logreport(self, report):
        self.seconds[_get_class(report.nodeid)] += report.duration

    def pytest_sessionfinish(self):
        cache = getattr(self.config, "cache", None)
        if cache:
            cache.set(SECONDS, {**cache.get(SECONDS, {}), **self.seconds})


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Clock(config))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config):
    """Point a worker to what is its own, before Odoo and the log are set up.

    Pytest-odoo would copy the database by itself, and have all workers write to the files of
    the one copied; it is not to see that this is a worker.
    """
    worker = getattr(config, "workerinput", {}).get("workerid")
    if worker:
        os.environ.pop("PYTEST_XDIST_WORKER", None)
        config.option.odoo_database += f"_{worker}"
        config.option.log_file += f".{worker}"
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Put the classes that take longest first, where there are workers to share them."""
    if not hasattr(config, "workerinput"):
        return
    cache = getattr(config, "cache", None)
    known = cache.get(SECONDS, {}) if cache else {}
    classes = [list(group) for _name, group in groupby(items, lambda item: _get_class(item.nodeid))]
    classes.sort(key=lambda tests: -known.get(_get_class(tests[0].nodeid), _estimate(tests)))
    items[:] = [item for tests in classes for item in tests]


def _get_class(nodeid):
    return nodeid.rpartition("::")[0]


def _estimate(tests):
    is_http = issubclass(tests[0].cls or object, HttpCase)
    return len(tests) * (HTTP_TEST if is_http else TEST)
