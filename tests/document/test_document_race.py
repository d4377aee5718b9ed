import threading
from contextlib import closing
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .document_case import PDF

UPLOADS = 20


@tagged("post_install", "-at_install")
class TestDocumentRace(BaseCase):
    """Several people at one request at the same moment.

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
            customer = env["res.partner"].create(
                {"name": "Concurrent Tenant", "email": "tenant@example.com"})
            template = env["collection.document.template"].create({
                "name": "Concurrent", "item_ids": [
                    (0, 0, {"name": "Payslip"}), (0, 0, {"name": "Tax notice"})]})
            documents = env["collection.document.request"].start(template, customer, notify=False)
            self.customer, self.template, self.request = customer.id, template.id, documents.id
            self.contributor = documents.contributor_ids.id
            cr.commit()
        self.addCleanup(self._put_away)

    def _put_away(self):
        with closing(self.registry.cursor()) as cr:
            cr.execute("ALTER TABLE collection_history DISABLE TRIGGER USER")
            cr.execute("ALTER TABLE collection_history_chain DISABLE TRIGGER USER")
            for query, value in [
                ("DELETE FROM collection_history WHERE chain_id IN (SELECT id FROM "
                 "collection_history_chain WHERE customer_id = %s)", self.customer),
                ("DELETE FROM collection_history_chain WHERE customer_id = %s", self.customer),
                ("DELETE FROM collection_document_file WHERE request_id = %s", self.request),
                ("DELETE FROM ir_attachment WHERE res_model = 'collection.document.item' AND "
                 "res_id IN (SELECT id FROM collection_document_item WHERE request_id = %s)",
                 self.request),
                ("DELETE FROM mail_message WHERE model = 'collection.document.request' AND "
                 "res_id = %s", self.request),
                ("DELETE FROM mail_followers WHERE res_model = 'collection.document.request' "
                 "AND res_id = %s", self.request),
                ("DELETE FROM mail_activity WHERE res_model = 'collection.document.request' AND "
                 "res_id = %s", self.request),
                ("DELETE FROM collection_document_notice WHERE request_id = %s", self.request),
                ("DELETE FROM collection_link WHERE customer_id = %s", self.customer),
                ("DELETE FROM collection_document_item WHERE request_id = %s", self.request),
                ("DELETE FROM collection_document_contributor WHERE request_id = %s",
                 self.request),
                ("DELETE FROM collection_document_request WHERE id = %s", self.request),
                ("DELETE FROM collection_document_template WHERE id = %s", self.template),
                ("DELETE FROM res_partner WHERE id = %s", self.customer),
            ]:
                cr.execute(query, [value])
            cr.execute("ALTER TABLE collection_history ENABLE TRIGGER USER")
            cr.execute("ALTER TABLE collection_history_chain ENABLE TRIGGER USER")
            cr.commit()

    def run_at_once(self, commands):
        """Execute each command on a connection of its own, all at the same moment.

        :param commands: list of functions of the request, as it is in that connection
        :return: dict of what became of each: None, or the exception that was raised
        """
        barrier, results = threading.Barrier(len(commands), timeout=30), {}

        def run(number, command):
            try:
                with closing(self.registry.cursor()) as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    tries = []

                    def attempt():
                        documents = env["collection.document.request"].browse(self.request)
                        documents.mapped("name")  # the snapshot is taken before the turn
                        if not tries:
                            tries.append(barrier.wait())
                        command(documents)

                    retrying(attempt, env)
                    cr.commit()
                results[number] = None
            except Exception as error:  # noqa: BLE001 - raised in the test by the main thread
                results[number] = error

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(commands)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return results

    def upload_at_once(self, contents):
        """Give each file for the first document at the same moment, as its contributor."""
        def upload(number, content, documents):
            documents._raise_rev()
            documents.contributor_ids._provide_document(
                documents.item_ids[0], ((f"{number}.pdf", content),))

        return self.run_at_once([
            partial(upload, number, content) for number, content in enumerate(contents)])

    def read_files(self):
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["collection.document.request"].browse(
                self.request).item_ids.file_ids.mapped("name")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_each_is_kept_or_refused(self):
        """Concurrency: none is lost in silence, none is kept that was refused."""
        results = self.upload_at_once([PDF + b"\n" * number for number in range(UPLOADS)])
        self.assertEqual(len(results), UPLOADS)
        kept = sorted(f"{number}.pdf" for number, error in results.items() if not error)
        self.assertEqual(sorted(self.read_files()), kept)
        self.assertGreater(len(kept), UPLOADS // 4)  # each tries five times

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_same_file_at_once_is_kept_once(self):
        """Concurrency: a nervous finger on a slow line."""
        results = self.upload_at_once([PDF] * 4)
        self.assertEqual([error for error in results.values() if error], [])
        self.assertEqual(len(self.read_files()), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_last_two_approvals_complete_the_request(self):
        """B40: each approves one document and sees the other's waiting; together they are all."""
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for item in env["collection.document.request"].browse(self.request).item_ids:
                item.provide([("a.pdf", PDF)])
            cr.commit()
        results = self.run_at_once([
            lambda documents: documents.item_ids[0].action_approve(),
            lambda documents: documents.item_ids[1].action_approve()])
        self.assertEqual(list(results.values()), [None, None])
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(
                env["collection.document.request"].browse(self.request).state, "complete")
