"""Several workers at a time: a contributor is reminded once."""

import threading
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestDocumentWorkers(CommittedCase):
    """Two crons at once."""

    def make(self, env):
        template = env["collection.document.template"].create({
            "name": "Concurrent", "item_ids": [(0, 0, {"name": "Payslip"})],
            "automation_ids": [(0, 0, {
                "name": "Remind", "trigger": "after", "days": 3, "repeat_days": 1})]})
        customers = env["res.partner"].create([
            {"name": f"Concurrent {n}", "email": f"c{n}@example.com"} for n in range(3)])
        requests = env["collection.document.request"]
        for customer in customers:
            requests |= requests.start(template, customer, notify=False)
        self.requests = requests.ids
        self.made.update(customers=customers.ids, document_templates=template.ids)

    def remind_at_once(self, workers=2):
        """Run the cron on several connections, none going on before all have searched.

        :return: list of the exceptions that were raised, by any
        """
        barrier = threading.Barrier(workers, timeout=10)
        requests = self.registry["collection.document.request"]
        domain = requests._get_remind_domain

        def search_and_wait(model):
            found = domain(model) & fields.Domain("id", "in", self.requests)
            try:
                return found
            finally:
                barrier.wait()

        def work():
            with self.environment() as env:
                env["collection.document.request"]._process_reminders()

        with patch.object(requests, "_get_remind_domain", search_and_wait):
            return self.run_at_once(*[work] * workers)

    @mute_logger("odoo.sql_db")
    def test_each_is_reminded_once(self):
        """E25: by one of the workers; whoever comes second finds nothing to do."""
        day = fields.Datetime.now() + timedelta(days=4)
        with freeze_time(day):
            self.assertEqual(self.remind_at_once(), [])
            self.assertEqual(self.remind_at_once(), [])  # what a lost race has left
        with self.environment() as env:
            reminders = env["collection.document.notice"].search(
                [("request_id", "in", self.requests), ("kind", "=", "reminder")])
            self.assertEqual(sorted(reminders.request_id.ids), sorted(self.requests))
            self.assertEqual(len(reminders), len(self.requests))
            for customer in env["res.partner"].browse(self.made["customers"]):
                self.assertTrue(env["collection.history"].verify(customer))
