"""The databases of a benchmark, and the measurements made on them.

Customers and items are made without either add-on; then each add-on is installed in its own
copy; then every measurement gets a fresh copy of that, and a process of its own.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from . import database, odoo, paths, postgres, process, server, templates
from .peer import CREDIT_CONTROL, FINANCIAL_REPORT
from .ui import Failure

WORKER = paths.REPOSITORY / "benchmarks" / "worker.py"
#: Overdue items of each customer.
ITEMS = 10
DECISIONS = (
    "SELECT customer_id, scenario_step_id, leader_id, date FROM collection_action"
    " WHERE origin = 'scenario' ORDER BY customer_id"
)
#: The columns that a row of a plan fills.
FILLED = (
    "SELECT DISTINCT key FROM collection_action AS action, jsonb_each(to_jsonb(action))"
    " WHERE value <> 'null' ORDER BY key"
)


def measure(task, name, *, log=None, **arguments):
    """Run a task of benchmarks/ on a database, in a process of its own; returns its result.

    :param log: what its log is called, where several run side by side
    """
    log = process.run(
        [paths.python(), WORKER, task, name, json.dumps(arguments)],
        log or f"bench-{task}",
        (f"the benchmark's task {task} failed", odoo.FIX),
        env=odoo.environment(),
        cwd=paths.DATA,
    )
    return json.loads(log.read_text().splitlines()[-1])


@dataclass(frozen=True)
class Night:
    """What a night came to.

    :ivar due: how many customers were written to
    :ivar plan: figures of planning all
    :ivar sent: figures of each worker
    :ivar follow: figures of what follows
    """

    due: int
    plan: dict
    sent: list
    follow: dict

    @property
    def seconds(self):
        """From when all workers were ready to the end of the last one."""
        return max(one["ended"] for one in self.sent) - max(one["began"] for one in self.sent)


class Databases:
    """The databases of one benchmark, each called after what it is for.

    :param size: number of customers
    :param items: overdue items of each
    """

    def __init__(self, size, items=ITEMS):
        self.size = size
        self.items = items

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        for purpose in ("run", "peer", "ours", "data"):
            database.drop(self._name(purpose))

    def _name(self, purpose):
        return database.name("bench", purpose, os.getpid())

    def _copy(self, source, purpose):
        target = self._name(purpose)
        database.drop(target)
        database.copy(source, target)
        return target

    @contextmanager
    def _fresh(self, purpose):
        """A copy of one of these databases for one measurement."""
        copy = self._copy(self._name(purpose), "run")
        yield copy
        database.drop(copy)

    # -- made --------------------------------------------------------------------------

    def make(self, steps):
        """Make the customers and their items, in a database without either add-on."""
        data = templates.copy(lambda: templates.ensure_base(steps), "data")
        with steps.step(f"{self.size:,} customers with {self.items} overdue items each"):
            measure("customers", data, customers=self.size, items=self.items)
            measure("check", data, customers=self.size, items=self.items)
            postgres.query("VACUUM (ANALYZE)", data)

    def install_ours(self, steps, setup="setup"):
        """Install this add-on in a copy, and set it up there.

        :param str setup: a task of benchmarks/; as it is, customers get scenarios
        """
        with steps.step(f"{paths.MODULE} in a copy of it"):
            ours = self._copy(self._name("data"), "ours")
            odoo.install(ours, [paths.MODULE], "bench")
            measure(setup, ours)
            postgres.query("VACUUM (ANALYZE)", ours)

    def install_empty(self, steps):
        """Install this add-on in a copy of a database without customers."""
        ours = templates.copy(lambda: templates.ensure_base(steps), "ours")
        with steps.step(f"{paths.MODULE} in an empty database"):
            odoo.install(ours, [paths.MODULE], "bench")

    def install_peer(self, steps):
        """Install the peer in a copy, and give the company its policy."""
        with steps.step(CREDIT_CONTROL.module):
            CREDIT_CONTROL.ensure(steps)
        with steps.step(f"{CREDIT_CONTROL.module} in a copy of it"):
            theirs = self._copy(self._name("data"), "peer")
            CREDIT_CONTROL.install(theirs)
            measure("peer-setup", theirs, odoo=CREDIT_CONTROL.on_path)
            postgres.query("VACUUM (ANALYZE)", theirs)

    def make_ledger(self, steps):
        """Make items of three years and their payments, with this add-on."""
        ours = templates.copy(lambda: templates.ensure(steps), "ours")
        with steps.step(f"{self.size:,} items over 36 months"):
            measure("figures", ours, items=self.size)
            postgres.query("VACUUM (ANALYZE)", ours)
            measure("figures-check", ours)

    def read_peer_balance(self, steps):
        """Install OCA's aged balance in a copy of the ledger, and read it; returns its figures."""
        with steps.step(FINANCIAL_REPORT.module):
            FINANCIAL_REPORT.ensure(steps)
        with steps.step("Its aged balance of the same ledger"):
            theirs = self._copy(self._name("ours"), "peer")
            FINANCIAL_REPORT.install(theirs)
            return measure("peer-aged", theirs, odoo=FINANCIAL_REPORT.on_path)

    # -- measured ----------------------------------------------------------------------

    def plan(self):
        """Plan, then plan again.

        :return: (figures of the first, figures of the second, what was decided)
        """
        with self._fresh("ours") as copy:
            first = measure("plan", copy)
            decided = _read_decided(copy)
            second = measure("plan", copy)
            if _read_decided(copy) != decided:
                raise Failure("a second plan changed what the first one had decided")
        return first, second, decided

    def assign(self):
        """Preview a rule, run all automatically, run them again; returns the figures of each."""
        with self._fresh("ours") as copy:
            return [measure(task, copy) for task in ("assign-preview", "assign", "assign")]

    def debtors(self):
        """Make the list of debtors, then read it; returns the figures of both."""
        with self._fresh("ours") as copy:
            return [measure(task, copy) for task in ("debtors-build", "debtors-read")]

    def take_over(self):
        """Import a ledger, look through it, look ahead and plan; returns the figures of each."""
        with self._fresh("ours") as copy:
            return [
                measure("takeover-import", copy, customers=self.size, items=self.items),
                measure("takeover-report", copy), measure("takeover-plan", copy)]

    def histories(self):
        """Write histories of as many rows as the size, then verify them; the figures of both."""
        with self._fresh("ours") as copy:
            return measure("histories-build", copy, rows=self.size), measure(
                "histories-verify", copy)

    def figures(self):
        """Read the figures of a ledger; returns how long the slowest of each kind took."""
        return measure("figures-read", self._name("ours"))

    def case_file(self, documents):
        """Write a case of as many messages as the size, then make its file; the figures of that."""
        with self._fresh("ours") as copy:
            options = {"messages": self.size, "documents": documents}
            return measure("case-make", copy, **measure("case-build", copy, **options), **options)

    def match_payments(self):
        """Match every item's payment without the module and with it, then deliver the events.

        :return: figures of matching without, of matching with it, and of delivering
        """
        with self._fresh("data") as copy:
            bare = measure("payments", copy)
        with self._fresh("ours") as copy:
            measure("payments-setup", copy)
            return bare, measure("payments", copy), measure("payments-deliver", copy)

    def work_beside(self, rounds):
        """Open a form, post and pay without the module and with it, in turn.

        :return: list of (what it took without, what it took with the module)
        """
        measure("beside-setup", self._name("ours"))
        turns = []
        for number in range(rounds):
            purposes = ["data", "ours"][::-1 if number % 2 else 1]
            found = {}
            for purpose in purposes:
                with self._fresh(purpose) as copy:
                    found[purpose] = measure("beside", copy)
            turns.append((found["data"], found["ours"]))
        return turns

    def floor(self):
        """Run the bare statement.

        :return: (its figures, what it decided)
        """
        with self._fresh("ours") as copy:
            return measure("floor", copy), _read_decided(copy)

    def run_peer(self, **context):
        """Let the peer generate its lines; returns its figures.

        :param context: what to run it with, such as `tracking_disable`
        """
        with self._fresh("peer") as copy:
            figures = measure("peer", copy, odoo=CREDIT_CONTROL.on_path, context=context)
        if figures["lines"] != self.size * self.items:
            lines, items = figures["lines"], self.size * self.items
            raise Failure(f"the peer made {lines} lines of {items} items")
        return figures

    def mails(self, count):
        """Carry out so many e-mails; returns the figures."""
        with self._fresh("ours") as copy:
            return measure("mails", copy, count=count)

    def texts(self, count):
        """Carry out so many SMS; returns the figures."""
        with self._fresh("ours") as copy:
            return measure("texts", copy, count=count)

    def pass_night(self, workers):
        """Plan all, send what is due by workers side by side, then what follows.

        :return: the :class:`Night`
        """
        with self._fresh("ours") as copy:
            measure("night-setup", copy)
            plan = measure("night-plan", copy)
            with ThreadPoolExecutor(workers) as pool:
                sent = list(pool.map(
                    lambda worker: measure(
                        "night-send", copy, log=f"bench-night-send-{worker}", beside=workers),
                    range(workers)))
            follow = measure("night-follow", copy)
            measure("night-check", copy, count=plan["due"])
        return Night(plan["due"], plan, sent, follow)

    def letters(self, count):
        """Carry out so many letters, a server giving the printer its styles; the figures."""
        with self._fresh("ours") as copy:
            port = server.find_port()
            child = server.start(copy, port, ["--log-level=warn", "--max-cron-threads=0"])
            try:
                return measure("letters", copy, count=count, url=f"http://{server.HOST}:{port}")
            finally:
                child.terminate()
                child.wait()


def _read_decided(name):
    """What a plan decided for each customer, and the columns that it filled."""
    return postgres.query(DECISIONS, name), postgres.query(FILLED, name)
