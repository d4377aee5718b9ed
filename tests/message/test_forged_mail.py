from odoo.tests import tagged

from .test_mail_back import DSN, MailBackCase


@tagged("post_install", "-at_install")
class TestForgedMail(MailBackCase):
    """X-36: who writes to the gateway from somebody else's address steers no customer's case."""

    def answer_from(self, address):
        self.receive(
            f"Message-Id: <forged-{address}>\nFrom: {address}\nTo: catchall@example.com\n"
            f"Subject: Re: Reminder\nIn-Reply-To: {self.message.message_id}\n"
            f"References: {self.message.message_id}\n"
            "Content-Type: text/plain\n\nI have paid.")

    def report_on(self, address, action="failed"):
        self.mail._postprocess_sent_message([], [])
        self.receive(DSN.format(action=action, message_id=self.message.message_id).replace(
            "rfc822; debtor@example.com", f"rfc822; {address}"))

    def test_an_answer_from_another_address(self):
        """X-36: it stands in the thread, and what was sent is not answered."""
        self.answer_from("somebody@elsewhere.example.com")
        self.assertEqual(self.sent.dispatch_state, "pending")
        self.assertIn("another address", self.sent.dispatch_ids.came_back)
        self.assertIn("I have paid", self.debtor.message_ids[0].body)

    def test_an_answer_of_another_customer(self):
        """X-36: known, but not in this case."""
        self.make_partner("Neighbour", email="neighbour@example.com")
        self.answer_from("neighbour@example.com")
        self.assertEqual(self.sent.dispatch_state, "pending")

    def test_an_answer_of_a_contact(self):
        """X-36: the customer's contacts answer for it."""
        self.make_partner("Accounting", parent_id=self.debtor.id, email="acc@example.com")
        self.answer_from("acc@example.com")
        self.assertEqual(self.sent.dispatch_state, "replied")

    def test_an_answer_from_where_it_was_sent(self):
        """X-36: the address of then, though the customer has another one now."""
        address = self.debtor.email
        self.debtor.email = "new@example.com"
        self.answer_from(address)
        self.assertEqual(self.sent.dispatch_state, "replied")

    def test_a_report_about_another_address(self):
        """X-36: it blocks nobody."""
        self.report_on("somebody@elsewhere.example.com")
        self.assertEqual(self.sent.dispatch_state, "sent")
        self.assertFalse(self.debtor.collection_email_blocked)

    def test_a_report_about_a_forwarded_message(self):
        """X-36, RFC 3464: it names the address that was written to as the original one."""
        self.report_on(
            "inbox@provider.example.com\nOriginal-Recipient: rfc822; Debtor@example.com")
        self.assertEqual(self.sent.dispatch_state, "bounced")

    def test_a_report_about_the_address(self):
        """X-36: as ever."""
        self.report_on("Debtor@example.com")
        self.assertEqual(self.sent.dispatch_state, "bounced")
