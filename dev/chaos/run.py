"""A run: everything is started, suffers, heals, and is audited."""

import bisect
import json
import os
import random
import shutil
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from .. import database, odoo, paths, process
from . import hosts as hosts_of, job_queue
from .clients import Client
from .cluster import FOLDER, WITH
from .faults import Faults
from .files import Files
from .owners import WATCH
from .rpc import Refused, Session, Story, Unknown
from .sink import Sink

PREPARE = Path(__file__).parent / "inside" / "prepare.py"
#: How long whatever was decided may take to be done once nothing goes wrong any more.
HEALING = 150
#: What still waits, as the database says it.
WAITING = """
    SELECT (SELECT count(*) FROM collection_signal WHERE delivered_at IS NULL)
         + (SELECT count(*) FROM mail_mail WHERE state = 'outgoing')
         + (SELECT count(*) FROM collection_plan_mark)
         + (SELECT count(*) FROM collection_debtor_mark)"""


class Run:
    """:param cluster: the running :class:`~.cluster.Cluster`
    :param templates: (name of the database with the module, of the one without)
    :param Plan plan: see :class:`~.plan.Plan`
    """

    def __init__(self, cluster, templates, plan):
        self.cluster, self.plan, self.seed = cluster, plan, plan.seed
        self.clients, self.pause = plan.clients, plan.pause
        self.with_module, self.without = templates
        self.database = f"chaos_{os.getpid()}"
        self.folder = FOLDER / plan.name
        self.files = Files(self.folder / "disk")
        self.data = self.folder / "disk" / "data"
        self.first_port = 18100 + os.getpid() % 400 * 10
        self.addons, self.loaded, self.variables = [], [], {}
        self.hosts, self.refusals = [], []
        self.ended, self.gone = threading.Event(), threading.Event()

    # -- set up and put away -------------------------------------------------------------------

    def __enter__(self):
        process.output(["umount", "-l", self.folder / "disk"])
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.files.__enter__()
        self.data.mkdir()
        self.clock = hosts_of.Clock(self.folder)
        self.programs, self.pdf_hangs = hosts_of.make_pdf_program(self.folder)
        self.program = hosts_of.make_program(self.folder)
        self.story = Story(self.folder / "story.jsonl")
        self.sink = Sink(self.folder / "mails.jsonl").__enter__()
        self.hosts = hosts_of.make_hosts(self, self.plan.hosts)
        self._make_database()
        return self

    def __exit__(self, *_exception):
        self.ended.set()
        self.gone.set()
        hosts_of.remove_hosts(self.hosts)
        self.sink.__exit__()
        self.files.__exit__()
        for name in (self.database, f"{self.database}_bare"):
            self.cluster.drop(name)

    def _make_database(self):
        self.cluster.copy(self.with_module, self.database)
        self.cluster.query(WATCH, self.database)
        source = database.filestore(self.with_module.removeprefix(WITH))
        if source.is_dir():
            shutil.copytree(source, self.data / "filestore" / self.database)
        self._install()
        first = self.hosts[0]
        self.prepared = self.work_in_odoo(
            "prepare", self.database, clients=self.clients, customers=self.plan.customers,
            smtp=[first.services, self.sink.port], url=first.url)

    def _install(self):
        """Have what the plan needs beside the module."""
        if self.plan.seeded:
            self.addons.append(hosts_of.ADDONS)
            self.loaded.append("collection_chaos")
            self.variables["CHAOS_SEEDED"] = str(self.plan.seeded)
        if self.plan.queue:
            job_queue.prepare(self)

    def work_in_odoo(self, task, name, **arguments):
        """:return: the result of a task of :mod:`.prepare`, in a process of its own"""
        log = process.run(
            [paths.python(), PREPARE, task, name, json.dumps(
                {"data": str(self.data), **arguments})], f"chaos-{self.plan.name}-{task}",
            (f"the task {task} failed", odoo.FIX), cwd=paths.DATA, env={
                **odoo.environment(), **self.cluster.environment(),
                **self.clock.environment()})
        return json.loads(log.read_text().splitlines()[-1])

    # -- what clients ask for --------------------------------------------------------------------

    def get_urls(self, choice=random):
        urls = [host.url for host in self.hosts]
        return choice.sample(urls, len(urls))

    def get_today(self):
        return (datetime.now() + timedelta(seconds=self.clock.offset)).date()

    def get_admin(self, number):
        """:return: the administrator's session of one client"""
        if number not in self.admins:
            self.admins[number] = Session(lambda: self.get_urls(), self.database, "admin")
        return self.admins[number]

    def calm(self, choice):
        """Wait until a request that nobody hears from has come to its end, whatever it was."""
        time.sleep(1 + choice.random() * (4 if self.hosts[0].namespace else 1))

    # -- the run itself ------------------------------------------------------------------------

    def work(self):
        """Do business under faults for as long as planned, then heal."""
        self.admins = {}
        for host in self.hosts:
            host.start()
        threading.Thread(target=self._keep_up, daemon=True).start()
        for host in self.hosts:
            host.wait()
        clients = [Client(self, number) for number in range(self.clients)]
        faults = Faults(self, self.plan.fault_pause)
        for thread in (*clients, *([faults] if self.plan.fault_pause else [])):
            thread.start()
        self._wait(clients)
        self.ended.set()
        if self.plan.fault_pause:
            faults.join(60)
        faults.heal()
        for thread in clients:
            thread.join(120)
        if self.plan.fault_pause:
            self.clock_hours()
        self.recovery = self._settle()
        for thread in (*clients, faults):
            if thread.crash:
                raise thread.crash
        self.faults = faults.counts
        self.books = [entry for client in clients for entry in client.books]

    def _keep_up(self):
        """Start a host again whose main process has ended, as a machine's service manager does."""
        while not self.gone.wait(1):
            for host in self.hosts:
                if host.is_up and host.child.poll() is not None:
                    host.start()

    def _wait(self, clients):
        until = time.monotonic() + self.plan.seconds
        while time.monotonic() < until and not any(client.crash for client in clients):
            time.sleep(0.5)

    def clock_hours(self):
        """Whatever was put off for hours is due: the clock goes on by a day and a half."""
        if self.clock.can_jump:
            self.clock.jump(36 * 3600)

    def _settle(self):
        """Wait until nothing waits any more.

        :return: seconds that it took
        """
        began = time.monotonic()
        for host in self.hosts:
            host.wait()
        session, calm = Session(lambda: self.get_urls(), self.database, "admin"), 0
        while time.monotonic() < began + HEALING and calm < 2:
            for cron in self.prepared["crons"]:
                try:
                    session.call("ir.cron", "method_direct_trigger", [[cron]])
                except (Refused, Unknown):
                    time.sleep(0.2)  # a cron thread is at it
            [waiting] = self.cluster.query(
                WAITING + (job_queue.WAITING if self.plan.queue else ""), self.database)
            calm = calm + 1 if waiting == "0" else 0
        self.verified = self._verify(session)
        return time.monotonic() - began

    def _verify(self, session):
        """:return: list of the customers whose history the product itself finds broken"""
        ids = [row["customer_id"][0] for row in self._ask(
            session, "collection.history.chain", "search_read", [[], ["customer_id"]])]
        return [id_ for id_ in sorted(set(ids)) if not self._ask(
            session, "collection.history", "verify", [[], id_])]

    def _ask(self, session, *call):
        """Ask until there is an answer: a session may have come to its end with the clock."""
        while True:
            try:
                return session.call(*call)
            except Unknown:
                time.sleep(1)

    def stop(self):
        self.gone.set()
        for host in self.hosts:
            host.stop()

    # -- what it was --------------------------------------------------------------------------

    def get_digests(self):
        """:return: list of the digests of files whose senders were told that they arrived"""
        return [digest for line in self._read_story() if line["kind"] == "page.upload"
                and line["result"] == "ok" for digest in line["digests"]]

    def _read_story(self):
        return [json.loads(line) for line in (
            self.folder / "story.jsonl").read_text().splitlines()]

    def measure_resumption(self):
        """:return: dict of the longest seconds, by what was killed, until a call was answered"""
        return find_resumptions(self._read_story())

    def compare_books(self):
        """Do the accountants' business without the module, and compare.

        :return: list of str: where the two ledgers differ
        """
        bare = f"{self.database}_bare"
        self.cluster.copy(self.without, bare)
        prepared = self.work_in_odoo(
            "bare", bare, clients=self.clients, customers=self.plan.customers)
        path = self.folder / "books.jsonl"
        path.write_text("".join(json.dumps(entry) + "\n" for entry in self.books))
        self.work_in_odoo("replay", bare, places=prepared["places"], path=str(path))
        one, other = (self._read_ledger(name) for name in (self.database, bare))
        return [f"ledger: {key}: {one.get(key)} with the module, {other.get(key)} without"
                for key in sorted({*one, *other}, key=str) if one.get(key) != other.get(key)]

    def _read_ledger(self, name):
        rows = {}
        for statement in LEDGER:
            for line in self.cluster.query(statement, name):
                key, _bar, value = line.partition("|")
                rows[key] = value
        return rows

    def get_dsn(self):
        reached = self.cluster.environment()
        return f"host={reached['PGHOST']} port={reached['PGPORT']} user={reached['PGUSER']} " \
               f"dbname={self.database}"


#: What two ledgers are compared by: each document, each customer, each account.
LEDGER = (
    """SELECT 'document ' || move.ref, move.state, move.payment_state, move.amount_residual,
              customer.ref, move.invoice_date_due - move.invoice_date
         FROM account_move AS move JOIN res_partner AS customer ON customer.id = move.partner_id
        WHERE move.move_type = 'out_invoice'""",
    """SELECT 'customer ' || customer.ref, sum(line.balance), sum(line.amount_residual), count(*)
         FROM account_move_line AS line JOIN res_partner AS customer
           ON customer.id = line.partner_id
        WHERE line.parent_state = 'posted' GROUP BY customer.ref""",
    """SELECT 'account ' || account.name::text, sum(line.debit), sum(line.credit),
              sum(line.amount_residual), count(*)
         FROM account_move_line AS line JOIN account_account AS account
           ON account.id = line.account_id WHERE line.parent_state = 'posted'
     GROUP BY account.name::text""",
    """SELECT 'matched', sum(amount), count(*) FROM account_partial_reconcile""",
)


def find_resumptions(story):
    """How long nobody was answered after something was killed.

    :param story: list of the lines of a :class:`~.rpc.Story`
    :return: dict: by what was killed, the most seconds until the next call that was answered
    """
    answered = sorted(line["at"] for line in story if line["result"] == "ok")
    longest = {}
    for line in story:
        name = line["result"].removeprefix("kill_")
        place = bisect.bisect(answered, line["began"]) if name != line["result"] else None
        if place is not None and place < len(answered):
            seconds = answered[place] - line["began"]
            longest[name] = max(longest.get(name, 0), round(seconds, 2))
    return longest
