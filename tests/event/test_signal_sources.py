"""Events that people cause: recorded by hand, or received by mail."""

from email.message import EmailMessage

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import event_row
from .test_signals import SignalsCase


@tagged("post_install", "-at_install")
class TestManualEvents(SignalsCase):
    """Events that a person records by a button."""

    def manual(self, to, name, **vals):
        return event_row(to, "manual", event_name=name, **vals)

    def test_a_button_moves_the_sequence_at_once(self):
        """D-032, D-059: in the same transaction, by whoever steers it."""
        sequence = self.start(self.manual("after", "Keys returned"))
        sequence.record_event("Keys returned")
        self.assertAt(sequence, "after")
        self.assertTrue(self.find("manual").delivered_at)
        self.assertReplays(sequence)

    def test_the_buttons_are_those_of_the_step(self):
        """D-059: and of rows of any step that count since the launch."""
        sequence = self.start(
            self.manual("after", "Keys returned"), then=[
                self.manual("end", "Heirs known", since="launch"), self.manual("end", "Later")])
        self.assertEqual(sequence._get_manual_events(), ["Keys returned", "Heirs known"])
        sequence.action_stop("Enough")
        self.assertEqual(sequence._get_manual_events(), [])

    def test_each_click_is_an_event(self):
        """D-059: recorded twice, it happened twice."""
        sequence = self.start(self.manual("wait", "Called"))
        for _click in range(2):
            sequence.record_event("Called")
        self.assertEqual(len(sequence.visit_ids), 3)

    def test_an_event_that_nothing_waits_for_is_refused(self):
        """D-059: the message names it."""
        sequence = self.start(self.manual("after", "Keys returned"))
        with self.assertRaisesRegex(UserError, "Moved out"):
            sequence.record_event("Moved out")

    def test_what_is_no_day_is_refused(self):
        """Bad input: the message names what was given, and nothing is recorded."""
        sequence = self.start(self.manual("after", "Keys returned"))
        for day in ("abc", "31/12/2025", 5, ["2026-01-01"]):
            with self.subTest(day=day), self.assertRaisesRegex(UserError, "is no day"):
                sequence.record_event("Keys returned", day=day)
        self.assertFalse(self.find("manual"))

    def test_nobody_outside_the_portfolio_notes_events(self):
        """D-076: noting one steers the sequence."""
        sequence = self.start(self.manual("after", "Keys returned"))
        with self.assertRaises(AccessError):
            sequence.with_user(self.litigator).record_event("Keys returned")


@tagged("post_install", "-at_install")
class TestMailSignals(SignalsCase):
    """Messages that come back, or are answered."""

    def receive(self, thread, author, message_id="<answer@example.com>"):
        """Let the mail gateway take an answer to a thread."""
        thread.sudo().message_update({
            "message_id": message_id, "subject": "Re: rent", "author_id": author.id})

    def test_an_answer_to_a_sequence(self):
        """D-059: it reaches that sequence."""
        sequence = self.start(event_row("after", "mail_replied"))
        self.receive(sequence, self.customer)
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    def test_an_answer_to_an_action_or_a_customer(self):
        """D-059: wherever the message was written from."""
        sequence = self.start(event_row("wait", "mail_replied"))
        self.receive(self.get_action(sequence, "call"), self.customer, "<one@example.com>")
        self.receive(self.customer, self.customer, "<two@example.com>")
        self.deliver_signals()
        self.assertEqual(len(sequence.visit_ids), 3)

    def test_a_colleague_who_writes_by_mail_is_no_answer(self):
        """D-059: only somebody external answers."""
        sequence = self.start(event_row("after", "mail_replied"))
        self.receive(sequence, self.litigator.partner_id)
        self.assertFalse(self.find("mail_replied"))

    def test_somebody_else_who_writes_is_no_answer(self):
        """X-36: neither a stranger nor another customer steers the case."""
        sequence = self.start(event_row("after", "mail_replied"))
        self.receive(sequence, self.make_partner("Neighbour", email="neighbour@example.com"))
        sequence.sudo().message_update({
            "message_id": "<stranger@example.com>", "subject": "Re: rent", "author_id": False,
            "email_from": "stranger@example.com"})
        self.assertFalse(self.find("mail_replied"))

    def test_an_automatic_answer_is_none(self):
        """D-059: nobody has read anything; the gateway says so in its context."""
        sequence = self.start(event_row("after", "mail_replied"))
        self.receive(
            sequence.with_context(collection_automatic_mail=True), self.customer)
        self.assertFalse(self.find("mail_replied"))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_delay_is_no_bounce(self):
        """D-059: the mail server goes on trying."""
        sequence = self.start(event_row("after", "mail_bounced"))
        sent = sequence.sudo().message_post(body="Your rent", message_type="comment")
        delayed = EmailMessage()
        delayed["From"], delayed["Subject"] = "mailer-daemon@example.com", "Warning: delayed"
        self.env["mail.thread"]._routing_handle_bounce(delayed, {
            "message_id": "<delay@example.com>", "subject": "Warning: delayed",
            "bounced_email": False, "bounced_partner": self.env["res.partner"],
            "bounced_msg_ids": [sent.message_id], "bounced_message": sent, "body": "",
            "email_from": "mailer-daemon@example.com", "to": "bounce@example.com"})
        self.assertFalse(self.find("mail_bounced"))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_message_that_comes_back(self):
        """D-059: through the gateway's own handling of bounces."""
        sequence = self.start(event_row("after", "mail_bounced"))
        sent = sequence.sudo().message_post(body="Your rent", message_type="comment")
        self.env["mail.thread"]._routing_handle_bounce(None, {
            "message_id": "<bounce@example.com>", "subject": "Undelivered",
            "bounced_email": "tenant@example.com", "bounced_partner": self.customer,
            "bounced_msg_ids": [sent.message_id], "bounced_message": sent, "body": "",
            "email_from": "mailer-daemon@example.com", "to": "bounce@example.com"})
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)
