import random
import socket
from unittest import skipUnless
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests.test_cursor import TestCursor

from ...engine import ladder
from ...models.message import collection_action_due
from .test_scenario_process import ProcessCase

try:
    from aiosmtpd.controller import Controller
except ImportError:
    Controller = None


class Killed(BaseException):
    """The worker is gone in the middle of a statement: nothing catches this."""


class Catcher:
    """An SMTP server that keeps what it is given."""

    def __init__(self):
        self.received = []

    async def handle_DATA(self, server, session, envelope):
        self.received.append(envelope)
        return "250 OK"


class TestKilled(ProcessCase):
    """A worker killed anywhere: its actions are still due, and nothing leaves twice."""

    customers = 7

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(collection_action_due, "BATCH", 2))
        self.debtors = self.env["res.partner"].union(*(
            self.make_debtor(f"Debtor {number}") for number in range(self.customers)))

    def run_until_killed(self, statements):
        """Process what is due, and die at a statement.

        :return: whether it died before it was done
        """
        def execute(cr, *args, **kwargs):
            nonlocal statements
            statements -= 1
            if statements < 0:
                raise Killed
            return plain(cr, *args, **kwargs)

        plain = TestCursor.execute
        try:
            with patch.object(TestCursor, "execute", execute):
                self.process_due()
        except Killed:
            self.env.invalidate_all()
            return True
        return False

    def send_queue(self):
        """Let Odoo's mail queue deliver to a real SMTP server.

        :return: the envelopes that it received
        """
        catcher = Catcher()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(catcher, hostname="127.0.0.1", port=port)
        controller.start()
        self.addCleanup(controller.stop)
        servers = self.env["ir.mail_server"]
        servers.search([]).active = False
        servers.create({"name": "Catcher", "smtp_host": "127.0.0.1", "smtp_port": port})
        with patch.object(self.env.registry["ir.mail_server"], "_disable_send", lambda self: False):
            self.run_cron("process_email_queue", model="mail.mail")
        return catcher.received

    def get_sent(self):
        return self.env["collection.action"].search(
            [("customer_id", "in", self.debtors.ids), ("outcome", "=", "done")])

    @skipUnless(Controller, "aiosmtpd is not installed")
    def test_each_customer_is_written_to_once(self):
        """S-006: killed at random statements and run again; mails equal the actions sent."""
        chance = random.Random(4)
        while self.run_until_killed(chance.randrange(5, 220)):
            sent = self.get_sent()
            self.assertEqual(len(sent.dispatch_ids), len(sent))
            self.assertEqual(len(sent.dispatch_ids.mail_message_id), len(sent))
        sent = self.get_sent()
        self.assertEqual(sent.customer_id, self.debtors)
        self.assertEqual(len(sent), self.customers)
        received = self.send_queue()
        self.assertEqual(
            sorted(address for envelope in received for address in envelope.rcpt_tos),
            sorted(sent.customer_id.mapped("email")))
        self.assertEqual(set(sent.mapped("dispatch_state")), {"sent"})
        self.assertEqual(len(sent.dispatch_ids.mail_message_id), self.customers)

    def test_another_worker_has_some_of_them(self):
        """S-006: rows that another worker holds are left to it."""
        taken = self.get_planned(self.debtors[0])
        lock = self.env.registry["collection.action"].try_lock_for_update
        with patch.object(self.env.registry["collection.action"], "try_lock_for_update",
                          lambda records, **kwargs: lock(records, **kwargs) - records.browse(
                              taken.id)):
            self.process_due()
        self.assertEqual(self.get_sent().customer_id, self.debtors - taken.customer_id)
        self.process_due()
        self.assertEqual(len(self.get_sent()), self.customers)

    def test_two_planners_make_one_action(self):
        """A-001: the database keeps a second scenario action of a customer out."""
        planned = self.get_planned(self.debtors[0])
        values = {
            "customer": planned.customer_id.id, "scenario": planned.scenario_id.id,
            "step": planned.scenario_step_id.id, "leader": planned.leader_id.id}
        actions = api.Environment(self.env.cr, SUPERUSER_ID, {})["collection.action"]
        found = ladder.Next(values["step"], values["leader"], planned.date)
        actions._create_planned(
            self.company, [(values["customer"], values["scenario"], None, found)], planned.date)
        self.assertEqual(self.get_planned(planned.customer_id), planned)
