import threading
from functools import partial

from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..committed_case import CommittedCase
from .document_case import PDF

UPLOADS = 12


@tagged("post_install", "-at_install")
class TestDocumentRace(CommittedCase):
    """Several people at one request at the same moment."""

    def make(self, env):
        customer = env["res.partner"].create(
            {"name": "Concurrent Tenant", "email": "tenant@example.com"})
        template = env["collection.document.template"].create({
            "name": "Concurrent", "item_ids": [
                (0, 0, {"name": "Payslip"}), (0, 0, {"name": "Tax notice"})]})
        documents = env["collection.document.request"].start(template, customer, notify=False)
        self.request_id = documents.id
        self.made.update(customers=customer.ids, document_templates=template.ids)

    def get_request(self, env):
        return env["collection.document.request"].browse(self.request_id)

    def command_at_once(self, commands):
        """Execute each command on a connection of its own, all at the same moment.

        :param commands: list of functions of the request, as it is in that connection
        :return: dict of what became of each: None, or the exception that was raised
        """
        barrier, results = threading.Barrier(len(commands), timeout=30), {}

        def run(number, command):
            try:
                with self.environment() as env:
                    tries = []

                    def attempt():
                        documents = self.get_request(env)
                        documents.mapped("name")  # the snapshot is taken before the turn
                        if not tries:
                            tries.append(barrier.wait())
                        command(documents)

                    retrying(attempt, env)
                results[number] = None
            except Exception as error:  # noqa: BLE001 - raised in the test by the main thread
                results[number] = error

        self.run_at_once(*(partial(run, *pair) for pair in enumerate(commands)))
        return results

    def upload_at_once(self, contents):
        """Give each file for the first document at the same moment, as its contributor."""
        def upload(number, content, documents):
            documents._raise_rev()
            documents.contributor_ids._provide_document(
                documents.item_ids[0], ((f"{number}.pdf", content),))

        return self.command_at_once([
            partial(upload, number, content) for number, content in enumerate(contents)])

    def read_files(self):
        with self.environment() as env:
            return self.get_request(env).item_ids.file_ids.mapped("name")

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
        with self.environment() as env:
            for item in self.get_request(env).item_ids:
                item.provide([("a.pdf", PDF)])
        results = self.command_at_once([
            lambda documents: documents.item_ids[0].action_approve(),
            lambda documents: documents.item_ids[1].action_approve()])
        self.assertEqual(list(results.values()), [None, None])
        with self.environment() as env:
            self.assertEqual(self.get_request(env).state, "complete")
