from email import message_from_string, policy
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ...tools import incoming_mail
from ..common import COLLECTOR, load_migration
from ..scenario.test_scenario_process import ProcessCase, SentCase

DSN = """From: MAILER-DAEMON@mx.example.com
To: bounce@example.com
Subject: {action}
Message-ID: <{action}@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Whatever it says.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; debtor@example.com
Action: {action}
Status: 4.4.1

--B
Content-Type: text/rfc822-headers

Message-Id: {message_id}
--B--
"""

RECEIPT = """From: debtor@example.com
To: bounce@example.com
Subject: Read
Message-ID: <read@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="B"

--B
Content-Type: text/plain

It was read.
--B
Content-Type: message/disposition-notification

Final-Recipient: rfc822; debtor@example.com
Disposition: manual-action/MDN-sent-manually; displayed

--B
Content-Type: text/rfc822-headers

Message-Id: {message_id}
--B--
"""


def read(headers, sender="debtor@example.com"):
    """:return: what an e-mail with these headers is"""
    return incoming_mail.classify(message_from_string(
        f"From: {sender}\n{headers}\n\nText.", policy=policy.SMTP))


@tagged("standard", "at_install")
class TestIncomingMail(BaseCase):
    """Issue 13, H: what an e-mail says of itself."""

    def test_a_person_writes(self):
        """RFC 3834: nothing in the headers says otherwise, whatever the subject."""
        for headers in (
            "Subject: Automatic reply", "Auto-Submitted: no", "Precedence: first-class",
            "X-Auto-Response-Suppress: OOF", "Return-Path: <debtor@example.com>",
        ):
            self.assertEqual(read(headers), incoming_mail.ANSWER, headers)

    def test_a_machine_writes(self):
        """RFC 3834 and what came before it."""
        for headers in (
            "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; x=y",
            "auto-submitted: Auto-Notified", "X-Auto-Response-Suppress: DR, OOF, AutoReply",
            "X-Auto-Response-Suppress: All", "Precedence: bulk", "Precedence: auto_reply",
            "Precedence: Junk", "X-Autoreply: yes", "X-Autorespond: Away",
            "X-Autoreply-From: debtor@example.com", "X-POST-MessageClass: 9; Autoresponder",
            "Delivered-To: Autoresponder", "Return-Path: <>",
        ):
            self.assertEqual(read(headers), incoming_mail.AUTOMATIC, headers)

    def test_reports_by_their_action(self):
        """RFC 3464: failed or delayed is for the report to say."""
        for action, kind in (
            ("failed", incoming_mail.FAILED), ("Failed (no such user)", incoming_mail.FAILED),
            ("delayed", incoming_mail.DELAYED), ("delivered", incoming_mail.REPORT),
            ("relayed", incoming_mail.REPORT), ("expanded", incoming_mail.REPORT),
        ):
            message = message_from_string(
                DSN.format(action=action, message_id="<a@b>"), policy=policy.SMTP)
            self.assertEqual(incoming_mail.classify(message), kind, action)

    def test_one_recipient_of_several_failed(self):
        """RFC 3464: a report may speak of several recipients."""
        text = DSN.format(action="delayed", message_id="<a@b>").replace(
            "Status: 4.4.1\n", "Status: 4.4.1\n\nFinal-Recipient: rfc822; b@example.com\n"
            "Action: failed\nStatus: 5.1.1\n")
        message = message_from_string(text, policy=policy.SMTP)
        self.assertEqual(incoming_mail.classify(message), incoming_mail.FAILED)

    def test_a_receipt(self):
        """RFC 8098: that it was read is no failure."""
        message = message_from_string(RECEIPT.format(message_id="<a@b>"), policy=policy.SMTP)
        self.assertEqual(incoming_mail.classify(message), incoming_mail.REPORT)

    def test_servers_without_a_report(self):
        """Old mail servers send a text."""
        daemon = "Mail Delivery System <Mailer-Daemon@mx.example.com>"
        self.assertEqual(
            read("Subject: Mail delivery failed", daemon), incoming_mail.FAILED)
        self.assertEqual(
            read("Subject: Warning: message 1a2b delayed 24 hours", daemon),
            incoming_mail.DELAYED)
        self.assertEqual(
            read("X-Failed-Recipients: debtor@example.com"), incoming_mail.FAILED)


class MailBackCase(SentCase):
    """A reminder has left; something comes back through the gateway."""

    def setUp(self):
        super().setUp()
        self.message = self.mail.mail_message_id

    def receive(self, text):
        with mute_logger("odoo.addons.mail.models.mail_thread"), patch.object(
                self.env.registry["mail.thread"], "_detect_loop_sender", lambda *args: False):
            self.env["mail.thread"].message_process(None, text)

    def answer(self, headers="", message_id="<answer@example.com>"):
        self.receive(
            f"Message-Id: {message_id}\nFrom: {self.debtor.email}\nTo: catchall@example.com\n"
            f"Subject: Re: Reminder\nIn-Reply-To: {self.message.message_id}\n"
            f"References: {self.message.message_id}\n{headers}"
            "Content-Type: text/plain\n\nI am away.")

    def report(self, action):
        self.mail._postprocess_sent_message([], [])
        self.receive(DSN.format(action=action, message_id=self.message.message_id))


class TestMailBack(MailBackCase):
    """Automatic answers, delays and bounces."""

    def test_an_automatic_answer_is_recorded_and_changes_nothing(self):
        """S-012: in the customer's thread and on what was sent, which is not answered."""
        self.answer("Auto-Submitted: auto-replied\n")
        self.assertEqual(self.sent.dispatch_state, "pending")
        self.assertTrue(self.sent.dispatch_ids.came_back)
        self.assertIn("I am away", self.debtor.message_ids[0].body)

    def test_a_person_answers_after_the_machine(self):
        """S-012: the answer that counts."""
        self.answer("X-Autoreply: yes\n")
        self.answer(message_id="<second@example.com>")
        self.assertEqual(self.sent.dispatch_state, "replied")

    def test_a_thousand_automatic_answers_cost_little(self):
        """S-012: the second one costs no write to what was sent."""
        dispatch = self.sent.dispatch_ids
        dispatch._record_return(incoming_mail.AUTOMATIC)
        self.env.flush_all()
        with self.assertQueryCount(0):
            for _number in range(1000):
                dispatch._record_return(incoming_mail.AUTOMATIC)
            self.env.flush_all()

    def test_after_a_thousand_automatic_answers_another_costs_no_more(self):
        """S-012: through the gateway, as many queries as the third; nothing is steered."""
        def count(number):
            return self.count_queries(
                self.answer, "Auto-Submitted: auto-replied\n", f"<away{number}@example.com>")

        count(1), count(2)
        third, following = count(3), self.get_planned(self.debtor)
        self.env["mail.message"].create([{
            "model": "res.partner", "res_id": self.debtor.id, "message_type": "email",
            "parent_id": self.message.id, "body": "I am away.",
            "message_id": f"<many{number}@example.com>"} for number in range(1000)])
        self.assertLessEqual(count(4), third)
        self.assertEqual(self.sent.dispatch_state, "pending")
        self.assertEqual(self.get_planned(self.debtor), following)
        self.assertFalse(self.env["collection.signal"].search([
            ("customer_id", "=", self.debtor.id), ("code", "in", ("mail_replied", "mail_bounced")),
        ]))

    def test_a_delay_is_no_bounce(self):
        """S-007: the mail server goes on trying."""
        self.report("delayed")
        self.assertEqual(self.sent.dispatch_state, "sent")
        self.assertFalse(self.sent.error)
        self.assertIn("delayed", self.sent.dispatch_ids.came_back)
        self.assertFalse(self.debtor.collection_email_blocked)

    def test_a_receipt_is_no_bounce(self):
        """S-007: Odoo takes each report for a bounce."""
        self.mail._postprocess_sent_message([], [])
        self.receive(RECEIPT.format(message_id=self.message.message_id))
        self.assertEqual(self.sent.dispatch_state, "sent")

    def test_an_out_of_office_message_to_the_bounce_address(self):
        """RFC 3834: automatic answers go to the return path, which takes bounces."""
        with patch.object(
                self.env.registry["mail.thread"], "_detect_is_bounce", lambda *args: True):
            self.answer("Auto-Submitted: auto-replied\n")
        self.assertEqual(self.sent.dispatch_state, "pending")
        self.assertTrue(self.sent.dispatch_ids.came_back)

    def test_a_failure_is_a_bounce(self):
        """S-007: shown on the action."""
        self.report("failed")
        self.assertEqual(self.sent.dispatch_state, "bounced")
        self.assertTrue(self.sent.error)


class TestBlockedAddress(MailBackCase):
    """Issue 13, H: nothing more is written to an address that bounced."""

    def setUp(self):
        super().setUp()
        self.report("failed")
        self.env.invalidate_all()
        self.following = self.get_planned(self.debtor).with_user(self.collector)

    def test_nothing_is_written_to_it(self):
        """S-007: a clear sentence instead, also for whoever has the same address."""
        with self.assertRaisesRegex(UserError, "debtor@example.com came back"):
            self.following.send_now()
        other = self.make_partner("Other", email="Debtor@example.com")
        self.env["res.partner"]._block_collection_addresses(["Debtor <debtor@example.com>"])
        self.assertTrue(other.collection_email_blocked)

    def test_it_does_not_leave_by_itself(self):
        """S-007: the next step keeps the sentence as its error."""
        self.process_due("2026-03-20 09:00:00")
        self.assertIn("came back", self.following.error)

    def test_another_address_works_at_once(self):
        """S-007: it is the address that does not work, not the customer."""
        self.debtor.email = "new@example.com"
        self.following.send_now()
        self.assertEqual(self.following.state, "closed")

    def test_somebody_confirms_it(self):
        """S-007: from the customer's form."""
        self.debtor.with_user(self.collector).action_confirm_collection_email()
        self.assertFalse(self.debtor.collection_bounced_email)
        self.following.send_now()
        self.assertEqual(self.following.state, "closed")

    def test_confirmed_where_it_bounced(self):
        """S-007: from what was sent; then it is sent again."""
        dispatch = self.sent.dispatch_ids.with_user(self.collector)
        with self.assertRaises(UserError):
            dispatch.action_retry()
        dispatch.action_confirm_address()
        dispatch.action_retry()
        self.assertEqual(dispatch.state, "pending")

    def test_nobody_outside_the_portfolio_confirms(self):
        """Security: it decides what is written to the customer."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.debtor.with_user(stranger).action_confirm_collection_email()


class TestQueueEnds(MailBackCase):
    """What an administrator takes out of Odoo's queue never leaves."""

    def assertEnded(self):
        self.assertEqual(self.sent.dispatch_state, "cancelled")
        self.assertIn("did not leave", self.sent.error)

    def test_cancelled_in_the_mail_queue(self):
        """S-001: the outbox ends, the action says so; and it can be sent again."""
        self.mail.cancel()
        self.assertEnded()
        self.sent.dispatch_ids.with_user(self.collector).action_retry()
        self.assertEqual(self.sent.dispatch_state, "pending")
        self.assertFalse(self.sent.error)

    def test_put_back_into_the_mail_queue(self):
        """S-001: it waits again."""
        self.mail.cancel()
        self.mail.mark_outgoing()
        self.assertEqual(self.sent.dispatch_state, "pending")
        self.assertFalse(self.sent.error)

    def test_deleted_from_the_mail_queue(self):
        """S-001: before it was sent."""
        self.mail.unlink()
        self.assertEnded()

    def test_its_message_is_deleted(self):
        """S-001: the database takes the mail along."""
        self.message.unlink()
        self.assertEnded()

    def test_deleted_once_sent(self):
        """S-001: Odoo clears its queue; what left has left."""
        self.mail._postprocess_sent_message([], [])
        self.assertFalse(self.mail.exists())
        self.assertEqual(self.sent.dispatch_state, "sent")
        self.assertFalse(self.sent.error)

    def test_cancelled_by_a_collector(self):
        """S-001: who says “do not send” needs no error."""
        self.sent.dispatch_ids.with_user(self.collector).action_cancel()
        self.assertEqual(self.sent.dispatch_state, "cancelled")
        self.assertFalse(self.sent.error)
        self.assertEqual(self.mail.state, "cancel")


class SmsOperator(SmsApiBase):
    """Takes each SMS as it is told to."""

    PROVIDER_TO_SMS_FAILURE_TYPE = {
        **SmsApiBase.PROVIDER_TO_SMS_FAILURE_TYPE, "insufficient_credit": "sms_credit"}

    def __init__(self, env, state="success"):
        super().__init__(env)
        self.state = state

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        return [{"uuid": number["uuid"], "state": self.state}
                for message in messages for number in message["numbers"]]


class SmsCase(ProcessCase):
    """An SMS in the queue."""

    def send(self):
        customer = self.make_debtor(
            "Texted", phone="+33612345678",
            scenario=self.make_scenario([{"offset": 3, "kind": "sms", "body": "Please pay."}]))
        self.process_due()
        action = self.get_actions(customer)[0]
        return action, self.env["sms.sms"].search(
            [("uuid", "=", action.dispatch_ids.sms_uuid)])


class TestSmsQueueEnds(SmsCase):
    """The same for SMS."""

    def test_cancelled_in_the_queue(self):
        """S-001: the action says so."""
        action, sms = self.send()
        sms.action_set_canceled()
        self.assertEqual(action.dispatch_state, "cancelled")
        self.assertIn("did not leave", action.error)

    def test_deleted_from_the_queue(self):
        """S-001: the action says so."""
        action, sms = self.send()
        sms.unlink()
        self.assertEqual(action.dispatch_state, "cancelled")
        self.assertIn("did not leave", action.error)

    def test_refused_by_the_operator(self):
        """S-001: the action says why; sent again from Odoo's queue, it has left."""
        action, sms = self.send()
        sms._send_with_api(SmsOperator(self.env, "insufficient_credit"))
        self.assertEqual(action.dispatch_state, "failed")
        self.assertEqual(action.error, "Insufficient Credit")
        sms.state = "outgoing"
        sms._send_with_api(SmsOperator(self.env))
        self.assertEqual((action.dispatch_state, action.error), ("sent", False))

    def test_what_has_left_is_not_cancelled(self):
        """Bad input: somebody cancels in the queue what the operator has already."""
        action, sms = self.send()
        sms._send_with_api(SmsOperator(self.env))
        sms.action_set_canceled()
        self.assertEqual((action.dispatch_state, action.error), ("sent", False))

    def test_upgraded_while_it_waits(self):
        """Upgrade: what the queue holds from before is heard of all the same."""
        action, sms = self.send()
        sms.sms_tracker_id.unlink()
        self.env.flush_all()
        for _run in range(2):
            load_migration("19.0.10.0.0/post-sms_trackers").migrate(self.env.cr, "19.0.9.0.0")
        self.env.invalidate_all()
        sms._send_with_api(SmsOperator(self.env))
        self.assertEqual(action.dispatch_state, "sent")


@tagged("post_install", "-at_install")
class TestSmsReports(SmsCase, HttpCase):
    """S-001: the operator reports later what became of an SMS that was sent."""

    def setUp(self):
        super().setUp()
        self.texted, sms = self.send()
        sms._send_with_api(SmsOperator(self.env))
        self.assertEqual(self.texted.dispatch_state, "sent")

    def report(self, status):
        """Call as the operator does, who is nobody's user."""
        self.env.flush_all()
        self.make_jsonrpc_request("/sms/status", {"message_statuses": [
            {"sms_status": status, "uuids": self.texted.dispatch_ids.mapped("sms_uuid")}]})
        self.env.invalidate_all()

    def test_it_was_not_delivered(self):
        """S-001: its action says why, a person sends it again, and it waits in the queue."""
        self.report("not_delivered")
        self.assertEqual(self.texted.dispatch_state, "failed")
        self.assertEqual(self.texted.error, "The operator could not deliver the SMS.")
        self.assertTrue(self.texted.dispatch_ids.trouble)
        self.texted.dispatch_ids.with_user(self.collector).action_retry()
        self.assertEqual((self.texted.dispatch_state, self.texted.error), ("pending", False))

    def test_each_reason(self):
        """S-001: colleagues read why it did not arrive, also where Odoo does not know the
        reason."""
        for status, reason in (
            ("expired", "The operator could not deliver the SMS in time."),
            ("invalid_destination", "The operator does not reach this number."),
            ("not_allowed", "The operator does not allow SMS to this number."),
            ("rejected", "The operator rejected the SMS."),
            ("hit_by_lightning", "Unknown error (hit_by_lightning)"),
        ):
            with self.subTest(status):
                self.report(status)
                self.assertEqual((self.texted.dispatch_state, self.texted.error),
                                 ("failed", reason))

    def test_it_was_delivered(self):
        """S-001: it stays sent on the day on which it left; after all, where it had failed."""
        sent_at = self.texted.dispatch_ids.sent_at
        with self.at("2026-03-05 10:00:00"):
            self.report("delivered")
        self.assertEqual(self.texted.dispatch_state, "sent")
        self.assertEqual(self.texted.dispatch_ids.sent_at, sent_at)
        self.report("expired")
        self.report("delivered")
        self.assertEqual((self.texted.dispatch_state, self.texted.error), ("sent", False))

    def test_reports_that_overtake_each_other(self):
        """Bad input: what says that it is on its way hides no failure, and takes nothing back."""
        self.report("processing")
        self.assertEqual(self.texted.dispatch_state, "sent")
        self.report("rejected")
        for late in ("processing", "sent"):
            self.report(late)
            self.assertEqual(self.texted.dispatch_state, "failed", late)
            self.assertTrue(self.texted.error)

    def test_a_person_has_done_with_it(self):
        """Bad input: another report of an SMS that nobody wants to send again."""
        self.report("expired")
        self.texted.dispatch_ids.with_user(self.collector).action_cancel()
        self.report("not_delivered")
        self.assertEqual((self.texted.dispatch_state, self.texted.error), ("cancelled", False))
