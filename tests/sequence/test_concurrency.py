import threading
from functools import partial
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.seal import Head
from ..committed_case import CommittedCase
from ..common import action, row, step


@tagged("post_install", "-at_install")
class TestConcurrency(CommittedCase):
    """Two people close the last two actions of a step at the same moment."""

    def make(self, env):
        build = self.get_builders(env)
        function = build.make_function("CONC", default_user_id=env.ref("base.user_admin").id)
        template = build.make_template("CONC", [
            step("one", [action("a", "CONC"), action("b", "CONC")], [row("two")]),
            step("two", [action("c", "CONC")], [row("end")]),
        ])
        customer = build.make_partner("Concurrent Tenant")
        sequence = template.launch(customer)
        self.sequence, self.actions = sequence.id, sequence.action_ids.ids
        self.made.update(
            customers=customer.ids, templates=template.ids, functions=function.ids)

    def get_sequence(self, env):
        return env["collection.sequence"].browse(self.sequence)

    def close_both_at_once(self):
        """Close the two actions from two connections, neither writing before both have read.

        :return: list of the exceptions that were raised, by either
        """
        barrier = threading.Barrier(2, timeout=3)
        first_try = threading.local()
        read = self.registry["collection.sequence"]._get_state

        def read_and_wait(sequence):
            state = read(sequence)
            if not getattr(first_try, "over", False):
                first_try.over = True
                try:
                    barrier.wait()
                except threading.BrokenBarrierError:
                    pass  # the other one waits for our row instead: that is the point
            return state

        def close(action_id):
            with self.environment() as env:
                act = env["collection.action"].browse(action_id)
                retrying(lambda: act.close("done"), env)

        with patch.object(self.registry["collection.sequence"], "_get_state", read_and_wait):
            return self.run_at_once(*(partial(close, id_) for id_ in self.actions))

    def read_result(self):
        """:return: (key of the current step, visits, times "Step entered" was traced)"""
        with self.environment() as env:
            sequence = self.get_sequence(env)
            self.assertEqual(sequence._replay(), sequence._get_state())
            self.assertTrue(env["collection.history"].verify(sequence.customer_id))
            entered = sequence.history_ids.filtered(lambda r: r.kind == "visit_entered")
            return sequence.step_id.key, len(sequence.visit_ids), len(entered)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_join_fires_exactly_once(self):
        """D-053, D-069: whoever comes second decides on what the first has written."""
        self.assertEqual(self.close_both_at_once(), [])
        self.assertEqual(self.read_result(), ("two", 2, 2))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_without_the_turn_the_join_would_be_lost(self):
        """D-069: the control; without raising ``rev`` the two miss each other's result."""
        sequences = self.registry["collection.sequence"]
        chains = self.registry["collection.history.chain"]

        def fork(chain, counts):
            """Let each writer have a history of its own, so that only ``rev`` is at stake."""
            [((customer, company), count)] = counts.items()
            chain.env.cr.execute(
                "INSERT INTO collection_history_chain"
                " (key, customer_id, company_id, head_number, head_digest)"
                " VALUES (gen_random_uuid()::text, %s, %s, %s, '')"
                " RETURNING id, key, customer_id, company_id, 0, ''",
                [customer.id, company.id, count])
            return {(customer, company): Head(*chain.env.cr.fetchone())}

        with patch.object(sequences, "_raise_rev", lambda self: None), \
                patch.object(chains, "_take", fork):
            self.close_both_at_once()
        with self.environment() as env:
            sequence = self.get_sequence(env)
            self.assertEqual(set(sequence.action_ids.mapped("state")), {"closed"})
            self.assertEqual(sequence.step_id.key, "one", "both closed, and nobody moved on")

    def test_the_second_writer_fails_instead_of_missing(self):
        """D-069: the database says so, and the request is replayed."""
        with self.environment() as first, self.environment() as second:
            for env in (first, second):
                env.cr.execute("SELECT 1 FROM collection_sequence LIMIT 1")
            self.get_sequence(first)._raise_rev()
            first.cr.commit()
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                self.get_sequence(second)._raise_rev()
            second.cr.rollback()
