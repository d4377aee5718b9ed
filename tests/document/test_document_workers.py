"""Several workers at a time: a contributor is reminded once."""

import threading
from contextlib import closing
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

#: What is put away by hand, children first: table, and the column that names the parent's key.
TABLES = [
    ("mail_activity", "res_model = 'collection.document.request' AND res_id IN %(requests)s"),
    ("collection_document_notice", "request_id IN %(requests)s"),
    ("mail_mail", "mail_message_id IN (SELECT id FROM mail_message WHERE"
                  " model = 'collection.document.request' AND res_id IN %(requests)s)"),
    ("mail_message", "model = 'collection.document.request' AND res_id IN %(requests)s"),
    ("collection_link", "customer_id IN %(customers)s"),
    ("collection_history", "chain_id IN (SELECT id FROM collection_history_chain"
                           " WHERE customer_id IN %(customers)s)"),
    ("collection_history_chain", "customer_id IN %(customers)s"),
    ("collection_document_item", "request_id IN %(requests)s"),
    ("collection_document_contributor", "request_id IN %(requests)s"),
    ("collection_document_request", "id IN %(requests)s"),
    ("collection_document_automation", "template_id IN %(templates)s"),
    ("collection_document_template_item", "template_id IN %(templates)s"),
    ("collection_document_template", "id IN %(templates)s"),
    ("res_partner", "id IN %(customers)s"),
]


@tagged("post_install", "-at_install")
class TestDocumentWorkers(BaseCase):
    """Two crons at once, on real connections; what is made here is put away again by hand."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # the runner's own thread may hold the lock that ours need to make an environment
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        with closing(self.registry.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            self.made = self._make(env)
            cr.commit()
        self.addCleanup(self._put_away)

    def _make(self, env):
        """:return: dict of tuples of ids"""
        template = env["collection.document.template"].create({
            "name": "Concurrent", "item_ids": [(0, 0, {"name": "Payslip"})],
            "automation_ids": [(0, 0, {
                "name": "Remind", "trigger": "after", "days": 3, "repeat_days": 1})]})
        customers = env["res.partner"].create([
            {"name": f"Concurrent {n}", "email": f"c{n}@example.com"} for n in range(3)])
        requests = env["collection.document.request"]
        for customer in customers:
            requests |= requests.start(template, customer, notify=False)
        return {"templates": tuple(template.ids), "customers": tuple(customers.ids),
                "requests": tuple(requests.ids)}

    def _put_away(self):
        with closing(self.registry.cursor()) as cr:
            cr.execute("ALTER TABLE collection_history DISABLE TRIGGER USER")
            cr.execute("ALTER TABLE collection_history_chain DISABLE TRIGGER USER")
            for table, where in TABLES:
                cr.execute(f"DELETE FROM {table} WHERE {where}", self.made)
            cr.execute("ALTER TABLE collection_history ENABLE TRIGGER USER")
            cr.execute("ALTER TABLE collection_history_chain ENABLE TRIGGER USER")
            cr.commit()

    def remind_at_once(self, workers=2):
        """Run the cron on several connections, none going on before all have searched.

        :return: list of the exceptions that were raised, by any
        """
        barrier = threading.Barrier(workers, timeout=10)
        requests, errors = self.registry["collection.document.request"], []
        domain = requests._get_remind_domain

        def search_and_wait(model):
            found = domain(model) & fields.Domain("id", "in", self.made["requests"])
            try:
                return found
            finally:
                barrier.wait()

        def work():
            try:
                with closing(self.registry.cursor()) as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["collection.document.request"]._process_reminders()
                    cr.commit()
            except Exception as error:  # noqa: BLE001 - raised in the test by the main thread
                errors.append(error)

        with patch.object(requests, "_get_remind_domain", search_and_wait):
            threads = [threading.Thread(target=work) for _worker in range(workers)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return errors

    @mute_logger("odoo.sql_db")
    def test_each_is_reminded_once(self):
        """E25: by one of the workers; whoever comes second finds nothing to do."""
        day = fields.Datetime.now() + timedelta(days=4)
        with freeze_time(day):
            self.assertEqual(self.remind_at_once(), [])
            self.assertEqual(self.remind_at_once(), [])  # what a lost race has left
        with closing(self.registry.cursor()) as cr:
            cr.execute("SELECT request_id, count(*) FROM collection_document_notice"
                       " WHERE request_id IN %s AND kind = 'reminder' GROUP BY request_id",
                       [self.made["requests"]])
            self.assertEqual(dict(cr.fetchall()), dict.fromkeys(self.made["requests"], 1))
            env = api.Environment(cr, SUPERUSER_ID, {})
            for customer in env["res.partner"].browse(self.made["customers"]):
                self.assertTrue(env["collection.history"].verify(customer))
