"""What becomes of e-mails that the mail server refuses for a while, for good, or in silence."""

import smtplib
import socket
import ssl
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ...models.action.channels import CHANNELS
from ...tools import batches, mail_faults
from .test_scenario_process import ProcessCase

#: The moment at which the queue is run first.
START = "2026-03-09 08:00:00"
OK = (250, b"OK")


class Killed(BaseException):
    """The worker is gone: nothing catches this."""


class MailServer(smtplib.SMTP):
    """The other end of a connection, as far as smtplib sees it.

    :param dict replies: by command (``mail``, ``rcpt``, ``data``, ``text``): a code, or what the
        connection raises
    """

    from_filter = smtp_from = False

    def __init__(self, replies=None):
        super().__init__(local_hostname="localhost")
        self.replies, self.command, self.accepted, self.asked = replies or {}, "", [], 0

    def ehlo_or_helo_if_needed(self):
        """It has greeted."""

    def putcmd(self, cmd, args=""):
        self.command = cmd
        if cmd == "mail":
            self.asked += 1
        if cmd == "rcpt":
            self.recipient = args

    def send(self, s):
        self.command = "text"

    def getreply(self):
        reply = self.replies.get(self.command, OK)
        if isinstance(reply, BaseException):
            raise reply
        if self.command == "data" and reply is OK:
            return (354, b"Go on")
        if self.command == "text" and reply is OK:
            self.accepted.append(self.recipient)
        return reply if reply is OK else (reply, b"No")


class FaultCase(ProcessCase):
    """E-mails that are queued, and a mail server that is at a loss."""

    def setUp(self):
        super().setUp()
        self.debtor = self.make_debtor()
        self.process_due()
        self.sent = self.get_actions(self.debtor)[0]
        self.dispatch = self.sent.dispatch_ids
        self.mail = self.get_mails(self.debtor)

    @contextmanager
    def connected(self, server):
        """:param server: the :class:`MailServer`, or what connecting to it raises"""
        def connect(_self, *_args, **_kwargs):
            if isinstance(server, Exception):
                raise server
            return server

        registry = self.env.registry["ir.mail_server"]
        with patch.object(registry, "_connect__", connect), patch.object(
                registry, "_disable_send", lambda _self: False), mute_logger(
                    "odoo.addons.mail.models.mail_mail"):
            yield server

    def run_queue(self, server, minutes=0):
        """Let Odoo's queue send what is to leave, so many minutes after the start."""
        moment = fields.Datetime.to_datetime(START) + timedelta(minutes=minutes)
        with self.connected(server), self.at(moment):
            self.run_cron("process_email_queue", model="mail.mail")
        return server


class TestTemporary(FaultCase):
    """Issue 20: what is refused for now leaves later."""

    def test_a_refusal_for_now_is_tried_again(self):
        """Issue 20: 4xx: it waits, leaves once, and no one is bothered."""
        self.run_queue(MailServer({"rcpt": 450}))
        self.assertEqual((self.dispatch.state, self.dispatch.attempts), ("pending", 1))
        self.assertEqual(
            self.dispatch.next_try, fields.Datetime.to_datetime("2026-03-09 08:05:00"))
        self.assertFalse(self.sent.error)
        self.assertEqual(self.run_queue(MailServer(), 4).asked, 0)
        self.assertEqual(len(self.run_queue(MailServer(), 6).accepted), 1)
        self.assertEqual((self.dispatch.state, self.dispatch.next_try), ("sent", False))
        self.assertFalse(self.dispatch.error)
        self.assertEqual(self.run_queue(MailServer(), 700).asked, 0)

    def test_where_it_left_to_is_kept(self):
        """Issue 20: of an address that was corrected while it waited, or a customer merged, the
        outbox has the one that it went to.
        """
        self.run_queue(MailServer({"rcpt": 450}))
        self.debtor.email = "corrected@example.com"
        [accepted] = self.run_queue(MailServer(), 6).accepted
        self.assertIn("corrected@example.com", accepted)
        self.assertIn("corrected@example.com", self.dispatch.address)

    def test_no_connection_is_tried_again(self):
        """Issue 20: nothing has left; Odoo's queue is woken when the time has come."""
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        self.run_queue(ConnectionRefusedError(111, "Connection refused"))
        self.assertEqual(self.dispatch.state, "pending")
        self.assertIn(self.dispatch.next_try, self.env["ir.cron.trigger"].search(
            [("cron_id", "=", cron.id)]).mapped("call_at"))
        self.assertEqual(len(self.run_queue(MailServer(), 6).accepted), 1)

    def test_a_connection_lost_before_the_text_is_tried_again(self):
        """Issue 20: the text never left, so nothing is in doubt."""
        self.run_queue(MailServer({"mail": smtplib.SMTPServerDisconnected("gone")}))
        self.assertEqual((self.dispatch.state, self.dispatch.attempts), ("pending", 1))
        self.assertEqual(len(self.run_queue(MailServer(), 6).accepted), 1)
        self.assertEqual(self.dispatch.state, "sent")

    def test_after_hours_a_person_is_notified(self):
        """Issue 20: the last refusal is an error on the action, the same day."""
        minutes = 0
        for delay in mail_faults.DELAYS:
            self.run_queue(MailServer({"text": 451}), minutes)
            self.assertEqual(self.dispatch.state, "pending")
            self.assertFalse(self.sent.error)
            minutes += delay.total_seconds() / 60 + 1
        self.run_queue(MailServer({"text": 451}), minutes)
        self.assertEqual((self.dispatch.state, self.dispatch.next_try), ("failed", False))
        self.assertTrue(self.sent.error)
        self.assertLess(minutes, 12 * 60)

    def test_a_refusal_for_good_is_none_for_now(self):
        """Issue 20: 5xx: a person is notified at once."""
        self.run_queue(MailServer({"rcpt": 550}))
        self.assertEqual((self.dispatch.state, self.dispatch.attempts), ("failed", 0))
        self.assertTrue(self.sent.error)
        self.assertEqual(self.run_queue(MailServer(), 700).asked, 0)

    def test_the_alert_counts_what_waits(self):
        """Row 26: a server that is down shows at once, not only after hours."""
        alerts = self.env["collection.dispatch"].with_user(self.manager)
        self.run_queue(ConnectionRefusedError(111, "Connection refused"))
        self.assertIn("E-mails held up: 1", alerts.get_alert())
        self.run_queue(MailServer(), 6)
        self.assertFalse(alerts.get_alert())

    def test_what_a_person_says_has_left_is_not_tried_again(self):
        """Issue 20: or it would leave a second time."""
        self.run_queue(MailServer({"rcpt": 450}))
        self.dispatch.with_user(self.manager).action_mark_sent()
        self.assertEqual(self.run_queue(MailServer(), 6).asked, 0)
        self.assertEqual(self.dispatch.state, "sent")

    def test_what_is_cancelled_is_not_tried_again(self):
        """Issue 20."""
        self.run_queue(MailServer({"rcpt": 450}))
        self.dispatch.with_user(self.manager).action_cancel()
        self.assertEqual(self.run_queue(MailServer(), 6).asked, 0)
        self.assertEqual((self.dispatch.state, self.dispatch.next_try), ("cancelled", False))

    def test_copies_are_tried_again_for_whom_they_missed(self):
        """Issue 20: whoever has received one is not written to twice."""
        lawyer, adviser = self.make_partner("Lawyer", email="lawyer@example.com"), (
            self.make_partner("Adviser", email="adviser@example.com"))
        copy = self.mail.create({
            "mail_message_id": self.mail.mail_message_id.id, "body_html": "<p>Copy</p>",
            "is_collection_copy": True, "is_notification": True,
            "recipient_ids": [(6, 0, (lawyer + adviser).ids)]})
        try:
            raise TimeoutError
        except TimeoutError:
            copy._postprocess_sent_message([lawyer], [], failure_type="mail_smtp")
        self.assertEqual((copy.state, copy.recipient_ids), ("outgoing", adviser))
        self.assertFalse(self.dispatch.attempts)

    def test_what_went_to_nobody_was_not_sent(self):
        """Issue 20: an e-mail that has lost its recipient fails, whatever Odoo makes of it."""
        self.mail.recipient_ids = False
        self.assertEqual(self.run_queue(MailServer()).asked, 0)
        self.assertEqual(self.dispatch.state, "failed")

    def test_mails_of_others_are_left_alone(self):
        """Issue 20: what Odoo does with them is not ours."""
        other = self.env["mail.mail"].create({
            "subject": "Other", "body_html": "<p>Other</p>", "email_from": "a@example.com",
            "email_to": "b@example.com"})
        self.run_queue(MailServer({"rcpt": 450}))
        self.assertEqual((other.state, other.scheduled_date), ("exception", False))
        self.assertFalse(other.collection_tries)

    def test_as_many_queries_for_ten_as_for_one(self):
        """Issue 20: a server that is down puts a whole night's e-mails off at once."""
        def refuse(mails):
            try:
                raise TimeoutError
            except TimeoutError:
                mails._postprocess_sent_message([], [], failure_type="mail_smtp")

        def count(number):
            debtors = [self.make_debtor(f"Debtor {number} {index}") for index in range(number)]
            self.process_due()
            mails = self.get_mails(debtors[0]).union(*map(self.get_mails, debtors))
            queries = self.count_queries(refuse, mails)
            self.assertEqual(set(mails.mapped("collection_tries")), {1})
            return queries

        count(1)
        self.assertEqual(count(10), count(1))


class TestDoubt(FaultCase):
    """Issue 20: what may have left is never sent again by itself."""

    def test_a_lost_reply_is_to_verify(self):
        """Issue 20: the server may have taken it before the connection ended."""
        self.run_queue(MailServer({"text": smtplib.SMTPServerDisconnected("gone")}))
        self.assertEqual(self.dispatch.state, "to_verify")
        self.assertTrue(self.sent.error)
        self.assertEqual(self.run_queue(MailServer(), 700).asked, 0)
        self.dispatch.with_user(self.collector).action_retry()
        self.assertEqual(len(self.run_queue(MailServer(), 701).accepted), 1)

    def test_what_is_sent_again_leaves_once(self):
        """Issue 20: an administrator who tries the mail queue again sends no second one."""
        self.run_queue(MailServer({"rcpt": 550}))
        self.dispatch.with_user(self.collector).action_retry()
        self.mail.action_retry()
        self.assertEqual(len(self.run_queue(MailServer(), 1).accepted), 1)

    def test_copies_of_what_is_sent_again_stay(self):
        """Issue 20: they are queued the first time only."""
        copy = self.mail.create({
            "mail_message_id": self.mail.mail_message_id.id, "body_html": "<p>Copy</p>",
            "is_collection_copy": True, "is_notification": True})
        self.mail._postprocess_sent_message([], [], failure_type="mail_smtp")
        self.dispatch.with_user(self.collector).action_retry()
        self.assertEqual(copy.state, "outgoing")

    def test_copies_that_were_cancelled_go_with_what_is_sent_again(self):
        """Row 45: the message says to whom copies went."""
        copy = self.mail.create({
            "mail_message_id": self.mail.mail_message_id.id, "body_html": "<p>Copy</p>",
            "is_collection_copy": True, "is_notification": True})
        self.dispatch.with_user(self.collector).action_cancel()
        self.assertEqual(copy.state, "cancel")
        self.dispatch.with_user(self.collector).action_retry()
        self.assertEqual(copy.state, "outgoing")

    def test_a_carrier_at_fault_hinders_no_other(self):
        """Issue 20: what became of the others is learnt all the same."""
        email, sms = (type(CHANNELS[code]) for code in ("email", "sms"))
        with patch.object(batches, "report") as report, patch.object(
                email, "follow", side_effect=ValueError), patch.object(sms, "follow") as follow:
            self.run_cron("_follow_letters", model="collection.dispatch")
        report.assert_called_once()
        follow.assert_called_once()

    def test_what_has_left_after_all_leaves_once(self):
        """Issue 20: a person has found out that it arrived."""
        self.run_queue(MailServer({"text": smtplib.SMTPServerDisconnected("gone")}))
        self.dispatch.with_user(self.collector).action_mark_sent()
        self.mail.action_retry()
        self.assertEqual(self.run_queue(MailServer(), 1).asked, 0)

    def test_one_of_two_that_failed_is_dealt_with(self):
        """Issue 20: the action goes on showing why the other one did not arrive."""
        guarantor = self.make_partner("Guarantor", email="guarantor@example.com")
        other = self.dispatch.copy({"partner_id": guarantor.id, "mail_message_id": False})
        for deal in ("action_retry", "action_cancel"):
            self.dispatch._set_state("failed", "No such mailbox")
            other._set_state("failed", "Mailbox full")
            with self.subTest(deal):
                getattr(other.with_user(self.collector), deal)()
                self.assertEqual(self.sent.error, "No such mailbox")

    def test_a_worker_that_dies_while_it_sends(self):
        """Issue 20: the e-mail is not sent again, and shows once nobody can still be sending it."""
        with self.connected(MailServer({"text": Killed()})), self.at(START):
            try:
                self.send_committing()
            except Killed:
                self.env.invalidate_all()
        self.assertEqual(self.dispatch.state, "pending")
        self.assertEqual(self.run_queue(MailServer(), 1).asked, 0)
        for moment, state in (("08:14:00", "pending"), ("08:16:00", "to_verify")):
            with self.at(f"2026-03-09 {moment}"):
                self.run_cron("_follow_letters", model="collection.dispatch")
            self.assertEqual(self.dispatch.state, state)
        self.assertTrue(self.sent.error)

    def send_committing(self):
        """Send as Odoo's queue does outside of tests: each e-mail is a transaction."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["mail.mail"].browse(self.mail.id).send(auto_commit=True)


@tagged("post_install", "-at_install")
class TestVerdicts(BaseCase):
    """What each fault says of the e-mail."""

    def test_verdicts(self):
        """Issue 20: 4xx, no connection, no host: later; 5xx and settings: never."""
        refused = smtplib.SMTPRecipientsRefused
        for fault, verdict in (
            (socket.gaierror(-2, "Name or service not known"), mail_faults.TEMPORARY),
            (TimeoutError(), mail_faults.TEMPORARY),
            (ConnectionResetError(), mail_faults.TEMPORARY),
            (ssl.SSLEOFError(), mail_faults.TEMPORARY),
            (smtplib.SMTPConnectError(421, b"Busy"), mail_faults.TEMPORARY),
            (smtplib.SMTPServerDisconnected("gone"), mail_faults.TEMPORARY),
            (smtplib.SMTPSenderRefused(451, b"Later", "a@b"), mail_faults.TEMPORARY),
            (smtplib.SMTPDataError(452, b"Full"), mail_faults.TEMPORARY),
            (refused({"a@b": (450, b"Greylisted")}), mail_faults.TEMPORARY),
            (refused({"a@b": (450, b"Later"), "c@d": (550, b"No")}), mail_faults.PERMANENT),
            (smtplib.SMTPDataError(554, b"Spam"), mail_faults.PERMANENT),
            (smtplib.SMTPAuthenticationError(535, b"No"), mail_faults.PERMANENT),
            (smtplib.SMTPException("No suitable authentication"), mail_faults.PERMANENT),
            (smtplib.SMTPNotSupportedError(), mail_faults.PERMANENT),
            (ssl.SSLCertVerificationError(), mail_faults.PERMANENT),
            (UserError("Missing SMTP server"), mail_faults.PERMANENT),
            (None, mail_faults.PERMANENT),
            (smtplib.SMTPDataError(-1, b"?"), mail_faults.UNKNOWN),
        ):
            with self.subTest(fault=repr(fault)):
                self.assertEqual(mail_faults.judge(fault), verdict)
