from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import batches
from ..common import COLLECTOR
from ..message.test_mail_back import MailBackCase


@tagged("post_install", "-at_install")
class TestReplyMail(MailBackCase):
    """Issue 16: what comes in by mail becomes a reply: of whom, about what, in which words."""

    def get_replies(self, customer=None):
        return self.env["collection.reply"].search(
            [("customer_id", "=", (customer or self.debtor).id)])

    def write(self, sender, headers="", body="I pay on Friday.", subject="Re: Reminder",
              message_id="<written@example.com>", kind="text/plain"):
        """Somebody writes to the address that messages are answered to."""
        self.receive(
            f"Message-Id: {message_id}\nFrom: {sender}\nTo: catchall@example.com\n"
            f"Subject: {subject}\n{headers}Content-Type: {kind}\n\n{body}")

    def refer(self):
        return (f"In-Reply-To: {self.message.message_id}\n"
                f"References: {self.message.message_id}\n")

    def test_an_answer_to_a_reminder(self):
        """beyond 5: though its action is closed; the words without what they quote."""
        self.write(self.debtor.email, self.refer(), kind="text/html", body=(
            "<p>I <b>pay</b> on Friday.</p><blockquote data-o-mail-quote='1'>You owe 300"
            "</blockquote>"))
        reply = self.get_replies()
        self.assertEqual(
            (reply.source, reply.about_action_id, reply.doubtful), ("email", self.sent, False))
        self.assertIn("on Friday", reply.text)
        self.assertNotIn("You owe", reply.text)
        self.assertNotIn("<", reply.text)
        self.assertEqual(reply.user_id, self.collector)

    def test_delivered_twice(self):
        """The same Message-Id is the same reply."""
        for _time in range(2):
            self.write(self.debtor.email, self.refer())
        self.assertEqual(len(self.get_replies()), 1)

    def test_a_machine_answers(self):
        """RFC 3834: an absence is no reply."""
        self.answer("Auto-Submitted: auto-replied\n")
        self.assertFalse(self.get_replies())

    def test_another_customers_reference(self):
        """The sender's address decides, not the message that is quoted."""
        other = self.make_debtor(name="Other", email="other@example.com")
        self.write("other@example.com", self.refer())
        self.assertFalse(self.get_replies())
        reply = self.get_replies(other)
        self.assertEqual((reply.doubtful, reply.about_action_id.id), (False, False))

    def test_an_unknown_sender_answers(self):
        """Nobody's address: a person looks at whose it is."""
        self.write("stranger@example.org", self.refer())
        self.assertTrue(self.get_replies().doubtful)

    def test_a_mail_without_reference(self):
        """beyond complaints 20: a new subject, to the address that messages are answered to."""
        self.write(self.debtor.email, subject="About your letter")
        reply = self.get_replies()
        self.assertEqual((reply.subject, reply.doubtful), ("About your letter", False))
        self.assertIn("I pay on Friday", reply.message_ref_id.body)
        self.assertEqual(reply.message_ids, reply.message_ref_id)

    def test_colleagues_do_not_read_it(self):
        """X-04: what a debtor writes is for whoever sees the reply, with all that follows."""
        self.write(self.debtor.email, subject="About your letter")
        first = self.get_replies()
        self.write(self.debtor.email, f"In-Reply-To: {first.message_ref_id.message_id}\n",
                   message_id="<again@example.com>")
        both = self.get_replies()
        self.assertEqual(len(both), 2)
        self.assertEqual(both.message_ref_id, first.message_ids)
        words = [("body", "ilike", "I pay on Friday")]
        for login, right in (("employee", "base.group_user"), ("stranger", COLLECTOR)):
            stranger = self.make_user(login, right)
            self.assertFalse(self.env["mail.message"].with_user(stranger).search(words))
            with self.assertRaises(AccessError):
                both.message_ref_id.with_user(stranger).read(["body"])
        self.assertEqual(
            self.env["mail.message"].with_user(self.collector).search_count(words), 2)

    def test_a_stranger_without_reference(self):
        """Nobody we know: Odoo says so to the sender, as it always does."""
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            try:
                self.write("stranger@example.org", subject="Cheap pills")
            except ValueError:
                pass  # no route
        self.assertFalse(self.env["collection.reply"].search([]))

    def test_an_address_of_two_customers(self):
        """Several have it: whom we wrote to last, and a person looks at it."""
        self.make_debtor(name="Twin", email=self.debtor.email)
        self.write(self.debtor.email, subject="Hello")
        self.assertTrue(self.get_replies().doubtful)

    def test_a_colleague_answers(self):
        """It is no reply of a customer."""
        self.write(self.collector.email, self.refer())
        self.assertFalse(self.get_replies())

    def feed(self, employee, model, headers="", **options):
        """A colleague without a collection right calls the mail gateway."""
        with mute_logger("odoo.addons.mail.models.mail_thread"), patch.object(
                self.env.registry["mail.thread"], "_detect_loop_sender", lambda *args: False):
            self.env["mail.thread"].with_user(employee).message_process(model, (
                f"Message-Id: <fed@example.com>\nFrom: {self.debtor.email}\n"
                f"To: nobody@example.org\nSubject: Debt\n{headers}\nI owe it all."), **options)

    def test_a_caller_of_the_gateway_makes_no_records(self):
        """X-02: it creates with the system's rights whatever it is told to."""
        employee = self.make_user("employee", "base.group_user")
        for model, values in (
                ("collection.reply", {"customer_id": self.debtor.id, "state": "done"}),
                ("collection.dispute", {"customer_id": self.debtor.id, "name": "x"}),
                ("collection.sequence", {"customer_id": self.debtor.id}),
                ("collection.action", {"customer_id": self.debtor.id, "state": "closed"})):
            with self.subTest(model=model), self.assertRaisesRegex(AccessError, "No e-mail makes"):
                self.feed(employee, model, custom_values=values)
        self.assertFalse(self.get_replies())

    def test_a_caller_of_the_gateway_names_no_foreign_thread(self):
        """X-02: who may not write to an action has no words put there in somebody's name."""
        employee, count = self.make_user("employee", "base.group_user"), len(self.sent.message_ids)
        for record in (self.sent, self.debtor):
            with self.subTest(record=record), self.assertRaises(AccessError):
                self.feed(employee, record._name, thread_id=record.id)
        self.env.invalidate_all()
        self.assertEqual(len(self.sent.message_ids), count)
        self.assertFalse(self.get_replies())

    def test_the_history_names_who_called_the_gateway(self):
        """X-02: a colleague brings a mail in the debtor's name; the system, what came in itself."""
        employee = self.make_user("employee", "base.group_user")
        self.feed(employee, None, headers=self.refer())
        self.write(self.debtor.email, self.refer())
        rows = self.debtor.collection_history_ids.filtered(
            lambda row: row.kind == "reply_received").sorted("number")
        self.assertEqual([row.user_id for row in rows], [employee, self.env.user])

    def test_a_message_came_back(self):
        """beyond 5: to the same queue, and it silences nothing."""
        self.report("failed")
        reply = self.get_replies()
        self.assertEqual((reply.source, reply.quiet_until), ("bounce", False))
        self.assertIn("came back", reply.text)
        self.assertEqual(
            (reply.about_action_id, reply.company_id), (self.sent, self.sent.company_id))

    def test_what_a_colleague_writes_costs_nothing(self):
        """Core: a note or mail of a colleague opens no savepoint and flushes nothing of ours."""
        threads = self.env.registry["res.partner"]
        with patch.object(threads, "_keep_reply") as keep:
            self.debtor.with_user(self.manager).message_post(
                body="Noted", message_type="comment", subtype_xmlid="mail.mt_comment")
        keep.assert_not_called()

    def test_on_the_portal(self):
        """beyond 5: a comment on an invoice."""
        user = self.make_portal_user("tenant", self.debtor)
        invoice = self.make_invoice(self.debtor, 20)
        invoice.with_user(user).sudo().message_post(
            body="Wrong address", author_id=user.partner_id.id, message_type="comment",
            subtype_xmlid="mail.mt_comment")
        self.assertEqual(self.get_replies().source, "portal")

    def test_who_owes_nothing_writes_about_other_matters(self):
        """A good customer's mail to its thread is no matter of the collection."""
        friend = self.make_partner("Friend", email="friend@example.com", is_company=True)
        friend.message_post(
            body="Lunch?", author_id=friend.id, message_type="email",
            email_from="friend@example.com")
        self.assertFalse(self.get_replies(friend))

    def test_a_fault_costs_no_mail(self):
        """B: whatever goes wrong here, the mail is on its thread."""
        self.patch(self.env.registry["collection.reply"], "_receive", lambda *args: 1 / 0)
        with patch.object(batches, "report") as report:
            self.write(self.debtor.email, self.refer())
        report.assert_called_once()
        self.assertIn("I pay on Friday", self.debtor.message_ids[0].body)
