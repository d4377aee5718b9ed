"""Several workers, and workers that die: what is due is done, once."""

import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..committed_case import CommittedCase
from ..common import action, deadline_row, event_row, flow_row, level_row, row, step

CRON = ("odoo.addons.account_collection.models.sequence.collection_sequence_flow",
        "odoo.addons.account_collection.tools.batches")
#: a passage of the crons; two workers at once take these in another order
PASSAGE = ("_process_signals", "_process_deadlines", "_process_signals")
#: what distinguishes one run from another and nothing else
PASSING = {"key", "date", "due", "base", "entered_on"}


class Killed(BaseException):
    """SIGKILL: nothing in the product can catch it, and the database rolls back."""


@tagged("post_install", "-at_install")
class TestWorkers(CommittedCase):
    """Sequences with deadlines that are over and events that wait."""

    def setUp(self):
        super().setUp()
        # whatever else is open in this database is left alone
        sequences = self.registry["collection.sequence"]
        get_domain, ours = sequences._get_tick_domain, self.made["customers"]
        self.startPatcher(patch.object(
            sequences, "_get_tick_domain", lambda model: (
                get_domain(model) & Domain("customer_id", "in", ours))))
        self.startPatcher(patch.object(
            self.registry["account.move.line"], "_put_newly_overdue", lambda model: None))

    # -- what there is to do ---------------------------------------------------

    def make(self, env):
        build = self.get_builders(env)
        self.made["functions"] = build.make_function(
            "WORK", default_user_id=env.ref("base.user_admin").id).ids

        def manual(to, name):
            return event_row(to, "manual", event_name=name)

        last = [step("last", [action("end", "WORK")], [row("end")])]
        for code, steps in {
            "WOTHER": last,
            "WCHILD": [step("look", [action("look", "WORK")], [
                level_row("end:Little", "balance", below=100), row("end")])],
            "WLATE": [step("wait", [action("call", "WORK", deadline_days=3, expires=True),
                                    action("file", "WORK")],
                           [deadline_row("last", 5), row("end")]), *last],
            "WEVENT": [step("one", [action("a", "WORK")], [manual("two", "first"), row("end")]),
                       step("two", [action("b", "WORK")], [manual("three", "second"), row("end")]),
                       step("three", [action("c", "WORK")], [manual("last", "third"), row("end")]),
                       *last],
            "WPARENT": [step("wait", [action("call", "WORK")], [
                flow_row("WCHILD", "last", condition="deadline", delay_amount=5,
                         delay_unit="days", timing="at_once", wait=True), row("end")]), *last],
            "WSWITCH": [step("wait", [action("call", "WORK")], [
                flow_row("WOTHER", condition="deadline", delay_amount=5, delay_unit="days",
                         timing="at_once"), row("end")])],
        }.items():
            self.made["templates"].append(build.make_template(code, steps).id)

    def make_work(self, tenants=3):
        """Tenants whose sequences have something due, and events in the inbox.

        :return: ids of the tenants
        """
        with freeze_time(datetime.now() - timedelta(days=20)), self.environment(
                tracking_disable=True) as env:
            templates = env["collection.sequence.template"].browse(self.made["templates"]).filtered(
                lambda t: t.code not in ("WOTHER", "WCHILD"))
            tenants = env["res.partner"].create(
                [{"name": f"Tenant {number}"} for number in range(tenants)])
            self.made["customers"] += tenants.ids
            for tenant in tenants:
                for template in templates:
                    template.launch(tenant)
            # in turns, so that the events of one tenant lie apart
            env["collection.signal"]._post([{
                "key": f"work:{tenant.id}:{name}", "code": "manual", "event_name": name,
                "customer_id": tenant.id, "company_id": env.company.id,
            } for name in ("first", "second", "third") for tenant in tenants])
        return tenants.ids

    # -- workers -----------------------------------------------------------------

    def work(self, *methods):
        """One worker's passage: the crons, on a connection of its own."""
        with self.environment() as env:
            for method in methods or PASSAGE:
                getattr(env["collection.sequence"], method)()

    def finish(self):
        """Passages of one worker, until nothing is due; :return: how many"""
        for passage in range(1, 10):
            self.work()
            with self.environment() as env:
                waiting = env["collection.signal"].search_count([
                    ("delivered_at", "=", False), ("customer_id", "in", self.made["customers"])])
                if not waiting:
                    return passage
        return self.fail("events stay in the inbox")

    def read_histories(self, tenants):
        """What happened: by the tenant's place and the tree, the history rows in order."""
        with self.environment() as env:
            sequences = env["collection.sequence"].search([("customer_id", "in", tenants)])
            histories = {}
            for sequence in sequences:
                self.assertEqual(sequence._replay(), sequence._get_state())
                self.assertFalse(sequence.incident)
                key = tenants.index(sequence.customer_id.id), sequence.template_code
                self.assertNotIn(key, histories, "launched twice")
                histories[key] = [
                    (line.kind, line.step_name, line.action_name, line.cause,
                     {name: value for name, value in (line.data or {}).items()
                      if name not in PASSING})
                    for line in sequence.history_ids.sorted("number")]
            for tenant in env["res.partner"].browse(tenants):
                self.assertTrue(env["collection.history"].verify(tenant))
            return histories

    def get_reference(self):
        """The history of each sequence of a tenant, as one worker alone makes it."""
        if not hasattr(self, "reference"):
            tenants = self.make_work(1)
            self.finish()
            self.reference = {
                code: rows for (_tenant, code), rows in self.read_histories(tenants).items()}
        return self.reference

    def assertDoneOnce(self, tenants):
        """Each sequence has the history that one worker alone would have given it."""
        histories, reference = self.read_histories(tenants), self.get_reference()
        self.assertEqual(
            set(histories), {(n, code) for n in range(len(tenants)) for code in reference})
        for (number, code), rows in histories.items():
            self.assertEqual(rows, reference[code], f"tenant {number}, {code}")

    # -- what must hold --------------------------------------------------------------

    def test_one_worker_alone(self):
        """D-059, D-060: all that is due is done in one passage, in the order it happened."""
        tenants = self.make_work(1)
        self.assertEqual(self.finish(), 1)
        self.assertDoneOnce(tenants)
        with self.environment() as env:
            steps = {
                sequence.template_code: (sequence.state, sequence.step_id.key)
                for sequence in env["collection.sequence"].search(
                    [("customer_id", "in", tenants)])}
        self.assertEqual(steps, {
            "WLATE": ("running", "last"), "WEVENT": ("running", "last"),
            "WPARENT": ("running", "last"), "WCHILD": ("done", "look"),
            "WSWITCH": ("switched", "wait"), "WOTHER": ("running", "last")})

    @mute_logger("odoo.sql_db", *CRON)
    def test_two_workers_share_the_work(self):
        """D-053, D-059, D-060: at the same time, in another order, and nothing twice."""
        tenants, barrier = self.make_work(3), threading.Barrier(2)

        def work(*methods):
            barrier.wait(30)
            self.work(*methods)

        self.assertEqual(self.run_at_once(
            partial(work, *PASSAGE),
            partial(work, "_process_signals", "_process_signals", "_process_deadlines")), [])
        self.finish()
        self.assertDoneOnce(tenants)

    @mute_logger("odoo.sql_db", *CRON)
    def test_a_slow_worker_keeps_the_order(self):
        """D-059: while one worker is at a customer's event, no later one overtakes it."""
        tenants = self.make_work(1)
        started, go_on = threading.Event(), threading.Event()
        deliver = self.registry["collection.sequence"]._deliver
        slow = threading.local()

        def deliver_slowly(sequences, signals):
            if getattr(slow, "first", False):
                slow.first = False
                started.set()
                go_on.wait(30)
            return deliver(sequences, signals)

        def work():
            slow.first = True
            with self.environment() as env:
                env["collection.sequence"]._process_signals(limit=1)

        with patch.object(self.registry["collection.sequence"], "_deliver", deliver_slowly):
            thread = threading.Thread(target=work)
            thread.start()
            try:
                self.assertTrue(started.wait(30))
                self.work("_process_signals")  # finds the first event taken, and two later ones
            finally:
                go_on.set()
                thread.join(60)
        self.finish()
        self.assertDoneOnce(tenants)

    @mute_logger("odoo.sql_db", *CRON)
    def test_a_person_who_acts_meanwhile(self):
        """D-059, D-069: the turns of a share are lost, and each of its events has its own."""
        tenants, lost = self.make_work(2), []
        take = self.registry["collection.sequence"]._take_turns

        def act_before(sequences):
            if not lost:
                lost.extend(sequences.ids)
                with self.environment() as env:
                    env["collection.sequence"].browse(lost[-1:])._raise_rev()
            return take(sequences)

        with patch.object(self.registry["collection.sequence"], "_take_turns", act_before):
            self.assertEqual(self.finish(), 1)
        self.assertGreater(len(lost), 2)
        self.assertDoneOnce(tenants)

    @contextmanager
    def killed_at(self, model, method, nth, *, after=False):
        """Kill the worker at the nth call of a method, before it or after it."""
        original = getattr(self.registry[model], method)
        calls = []

        def wrapped(record, *args, **kwargs):
            calls.append(None)
            if len(calls) == nth and not after:
                raise Killed
            result = original(record, *args, **kwargs)
            if len(calls) == nth and after:
                raise Killed
            return result

        with patch.object(self.registry[model], method, wrapped):
            yield

    def assertSurvives(self, model, method, **where):
        """Killed at the first such point, then at the second…, it still ends as it should."""
        tenants, deaths = self.make_work(1), 0
        while True:
            try:
                with self.killed_at(model, method, deaths + 1, **where):
                    self.work()
                break
            except Killed:
                deaths += 1
        self.finish()
        self.assertGreater(deaths, 1)
        self.assertDoneOnce(tenants)

    def test_killed_after_the_lock(self):
        """D-059: its rows are simply still due."""
        self.assertSurvives("collection.sequence", "_run_in_turn")

    def test_killed_after_the_decision(self):
        """D-059: what was decided and not written is decided again."""
        self.assertSurvives("collection.sequence", "_write_entries")

    def test_killed_after_the_writing(self):
        """D-016, D-059: what was written and not committed never was."""
        self.assertSurvives("collection.sequence", "_write_entries", after=True)

    def test_killed_after_the_effects(self):
        """D-031, D-059: nor was the sequence that it launched."""
        self.assertSurvives("collection.sequence", "_execute_effects", after=True)

    def test_killed_before_the_commit(self):
        """D-059: all of a transaction, or nothing."""
        self.assertSurvives("ir.cron", "_commit_progress")

    def test_killed_after_the_commit(self):
        """D-059: what is done is not done again."""
        self.assertSurvives("ir.cron", "_commit_progress", after=True)
