"""Half a minute of faults, audited: the short form of `make chaos`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from unittest import skipUnless

from odoo.tests import BaseCase, tagged

from . import runtime
from .common import CollectionCase

owners, run = runtime.find("chaos.owners"), runtime.find("chaos.run")
COMMAND = Path(__file__).resolve().parents[1] / "dev" / "cli.py"


@tagged("post_install", "-at_install")
class TestChaos(BaseCase):
    """Real workers on a real server; whoever has no runtime has nothing to run."""

    @skipUnless(COMMAND.exists(), "the development runtime is not there")
    @skipUnless(os.environ.get("COLLECTION_CHAOS"), "minutes of its own: COLLECTION_CHAOS=1")
    def test_half_a_minute_of_faults(self):
        """Issue 20: nothing is lost, doubled, stuck or forked, whatever is killed meanwhile."""
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("PYTHONPATH", "LD_PRELOAD")}
        done = subprocess.run(
            [sys.executable, str(COMMAND), "chaos"], capture_output=True, text=True, timeout=600,
            env={**environment, "SHORT": "1", "MINUTES": "0.3", "SEED": "20"})
        said = (done.stdout + done.stderr)[-3000:]
        *_steps, last = done.stdout.splitlines() or [""]
        self.assertTrue(last.startswith("{"), said)
        result = json.loads(last)
        self.assertEqual(result["violations"], {}, said)
        self.assertEqual(done.returncode, 0)
        self.assertGreater(result["business"]["messages"], 0)
        self.assertGreater(sum(result["faults"].values()), 3)


@tagged("post_install", "-at_install")
class TestResumption(BaseCase):
    """How long nobody is answered after something was killed."""

    @skipUnless(run, "the development runtime is not there")
    def test_the_longest_of_each_kind(self):
        """Issue 20: from a kill to the next call that is answered; other faults do not count."""
        def call(at, result="ok"):
            return {"kind": "action.close", "result": result, "at": at}

        def fault(name, began):
            return {"kind": "fault", "result": name, "began": began, "at": began + 1}
        self.assertEqual(run.find_resumptions([
            call(1), fault("kill_worker", 2), call(3, "unknown"), call(4.5), fault("no_room", 5),
            fault("kill_worker", 6), call(7), fault("kill_postmaster", 8), call(11),
            fault("kill_host", 12),
        ]), {"worker": 2.5, "postmaster": 3})


@tagged("post_install", "-at_install")
@skipUnless(owners, "the development runtime is not there")
class TestLostEvents(CollectionCase):
    """Issue 20: an event is owed to the sequences of whose it was when it was delivered, whoever
    became one with whom since.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute(owners.WATCH)
        cls.double = cls.make_customer("Double")
        cls.own, cls.others = (cls.env["collection.sequence"].browse(
            cls.launch(cls.make_short_template(code), customer).id)
            for code, customer in (("OWN", cls.customer), ("OTHERS", cls.double)))
        cls.change("UPDATE collection_sequence SET create_date = now() - interval '1 hour'")

    @classmethod
    def change(cls, statement, *arguments):
        cls.env.flush_all()
        cls.env.cr.execute(statement, arguments or None)
        cls.env.invalidate_all()

    def deliver(self, customer, key):
        """Have an event delivered that reaches nobody."""
        [signal] = self.env["collection.signal"]._post([{
            "key": key, "code": "payment", "customer_id": customer.id,
            "company_id": self.company.id}])
        signal.delivered_at = "2026-03-02 09:00:00"

    def merge(self):
        """Have the double become the customer, as the core's wizard does in each table."""
        for table in ("collection_signal", "collection_sequence"):
            self.change(f"UPDATE {table} SET customer_id = %s WHERE customer_id = %s",
                        self.customer.id, self.double.id)

    def find(self):
        """:return: set of (key, sequence) of the events that the auditor finds lost"""
        self.env.flush_all()
        self.env.cr.execute(owners.LOST)
        return {(key, self.env["collection.sequence"].browse(id_))
                for key, id_ in self.env.cr.fetchall()}

    def test_before_a_merge_it_was_of_one_of_them(self):
        """Issue 20: each is missed by the sequence of its own customer, and by no other."""
        self.deliver(self.customer, "payment:own")
        self.deliver(self.double, "payment:others")
        lost = {("payment:own", self.own), ("payment:others", self.others)}
        self.assertEqual(self.find(), lost)
        self.merge()
        self.assertEqual(self.find(), lost)

    def test_after_a_merge_it_is_of_all(self):
        """Issue 20: of the customer that remains, and of what came to it."""
        self.merge()
        self.change("UPDATE chaos_move SET by = '3'")  # as another transaction, which has ended
        self.deliver(self.customer, "payment:later")
        self.assertEqual(
            self.find(), {("payment:later", self.own), ("payment:later", self.others)})

    def test_what_was_received_is_not_lost(self):
        """Issue 20: nor what is delivered again to whom it had missed."""
        self.deliver(self.customer, "payment:own")
        self.env["collection.signal.receipt"].create(
            {"sequence_id": self.own.id, "key": "payment:own", "code": "payment"})
        self.assertFalse(self.find())
