import threading
from contextlib import closing
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ...tools.seal import Head
from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two people close the last two actions of a step at the same moment.

    Real connections and real commits: what is made here is put away again by hand, as nothing
    that happened can be deleted through the product.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # the runner's own thread may hold the lock that ours need to make an environment
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self.made = self._make_sequence(env)
            cr.commit()
        self.addCleanup(self._put_away)

    def _make_sequence(self, env):
        """:return: dict of ids: what the test needs, and what it must put away"""
        function = env["collection.function"].create({
            "code": "CONC", "name": "Concurrent", "default_user_id": env.ref("base.user_admin").id})
        builder = type("Builder", (), {
            "env": env, "functions": {"CONC": function}, "options": {},
            "make_template": classmethod(CollectionCase.make_template.__func__),
            "_prepare_step": classmethod(CollectionCase._prepare_step.__func__),
            "_resolve": classmethod(CollectionCase._resolve.__func__),
        })
        template = builder.make_template("CONC", [
            step("one", [action("a", "CONC"), action("b", "CONC")], [row("two")]),
            step("two", [action("c", "CONC")], [row("end")]),
        ])
        customer = env["res.partner"].create({"name": "Concurrent Tenant"})
        sequence = template.launch(customer)
        return {
            "function": function.id, "template": template.id, "customer": customer.id,
            "sequence": sequence.id, "actions": sequence.action_ids.ids,
        }

    def _put_away(self):
        made = self.made
        with closing(self.registry.cursor()) as cr:
            cr.execute("ALTER TABLE collection_history DISABLE TRIGGER USER")
            cr.execute("ALTER TABLE collection_history_chain DISABLE TRIGGER USER")
            for query, value in [
                ("DELETE FROM mail_activity WHERE res_model = 'collection.action' AND res_id IN "
                 "(SELECT id FROM collection_action WHERE sequence_id = %s)", made["sequence"]),
                ("DELETE FROM collection_history WHERE sequence_id = %s", made["sequence"]),
                ("DELETE FROM collection_history_chain WHERE customer_id = %s", made["customer"]),
                ("UPDATE collection_sequence SET visit_id = NULL WHERE id = %s", made["sequence"]),
                ("DELETE FROM collection_action WHERE sequence_id = %s", made["sequence"]),
                ("DELETE FROM collection_sequence_visit WHERE sequence_id = %s",
                 made["sequence"]),
                ("DELETE FROM collection_participant WHERE customer_id = %s", made["customer"]),
                ("DELETE FROM collection_sequence WHERE id = %s", made["sequence"]),
                ("DELETE FROM collection_sequence_template WHERE id = %s", made["template"]),
                ("DELETE FROM collection_function WHERE id = %s", made["function"]),
                ("DELETE FROM res_partner WHERE id = %s", made["customer"]),
            ]:
                cr.execute(query, [value])
            cr.execute("ALTER TABLE collection_history ENABLE TRIGGER USER")
            cr.execute("ALTER TABLE collection_history_chain ENABLE TRIGGER USER")
            cr.commit()

    def close_both_at_once(self):
        """Close the two actions from two connections, neither writing before both have read.

        :return: list of the exceptions that were raised, by either
        """
        barrier = threading.Barrier(2, timeout=10)
        first_try = threading.local()
        read = self.registry["collection.sequence"]._get_state
        errors = []

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
            try:
                with closing(self.registry.cursor()) as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    act = env["collection.action"].browse(action_id)
                    retrying(lambda: act.close("done"), env)
                    cr.commit()
            except Exception as error:  # noqa: BLE001 - raised in the test by the main thread
                errors.append(error)

        barrier._timeout = 3
        with patch.object(self.registry["collection.sequence"], "_get_state", read_and_wait):
            threads = [threading.Thread(target=close, args=[i]) for i in self.made["actions"]]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return errors

    def read_result(self):
        """:return: (key of the current step, visits, times "Step entered" was traced)"""
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            sequence = env["collection.sequence"].browse(self.made["sequence"])
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
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            sequence = env["collection.sequence"].browse(self.made["sequence"])
            self.assertEqual(set(sequence.action_ids.mapped("state")), {"closed"})
            self.assertEqual(sequence.step_id.key, "one", "both closed, and nobody moved on")

    def test_the_second_writer_fails_instead_of_missing(self):
        """D-069: the database says so, and the request is replayed."""
        with closing(self.registry.cursor()) as first, closing(self.registry.cursor()) as second:
            for cr in (first, second):
                cr.execute("SELECT 1 FROM collection_sequence LIMIT 1")
            for cr in (first, second):
                env = api.Environment(cr, SUPERUSER_ID, {})
                sequence = env["collection.sequence"].browse(self.made["sequence"])
                if cr is first:
                    sequence._raise_rev()
                    cr.commit()
                else:
                    with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                        sequence._raise_rev()
