from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .document_automation_case import AutomationCase


@tagged("post_install", "-at_install")
class TestAutomation(AutomationCase):
    """What happens in a request, and what the template does about it."""

    def test_each_trigger_writes(self):
        """C-024: provided, approved, refused, finished, completed, opened."""
        for trigger in ("opened", "provided", "approved", "refused", "finished", "completed"):
            self.make_automation(trigger)
        request = self.start(notify=False)
        contributor = request.sudo().contributor_ids
        request.invite(self.cau, self.guarantor)
        contributor._open()
        self.give(request, "Payslip").refuse("Too old")
        contributor._finish()
        self.give(request, "Payslip")
        self.give(request, "Identity card")
        self.give(request, "Guarantor's payslip", self.guarantor)
        request.item_ids.action_approve()
        self.assertEqual(self.get_mails(self.customer).mapped("subject"), [
            f"Subject of {trigger}" for trigger in (
                "opened", "provided", "refused", "finished", "provided", "provided", "approved",
                "completed")])
        self.assertEqual(self.get_mails(self.guarantor).mapped("subject"), [
            "Subject of provided", "Subject of approved", "Subject of completed"])

    def test_who_was_removed_hears_nothing_more(self):
        """C-016: neither by e-mail nor through a link; the reviewer still does."""
        self.make_automation("refused")
        self.make_automation("refused", action="activity", subject=False, name="Call them")
        request = self.start(notify=False)
        guarantor = request.invite(self.cau, self.guarantor)
        item = self.give(request, "Guarantor's payslip", self.guarantor)
        guarantor.action_remove()
        item.refuse("Too old")
        self.assertFalse(self.get_mails())
        self.assertIn("Call them", self.get_activities(request).mapped("summary"))

    def test_a_pause_is_silent(self):
        """C-025, B12: of the request's sequence, too; nobody is invited to a closed door."""
        self.make_automation("approved")
        sequence = self.make_documents_sequence()
        request = self.start(action=self.get_action(sequence, "papers").id, notify=False)
        item = self.give(request, "Payslip")
        sequence.action_pause()
        item.action_approve()
        self.assertFalse(self.get_mails())
        for command in (lambda: request.invite(self.cau, self.guarantor, notify=True),
                        request.contributor_ids.action_send_link):
            with self.assertRaisesRegex(UserError, "sequence .* is paused"):
                command()
        self.assertFalse(self.get_mails())

    def test_what_was_refused_during_a_pause_is_notified_after_it(self):
        """C-025: once, and to nobody else."""
        request = self.start(notify=False)
        request.invite(self.cau, self.guarantor)
        item = self.give(request, "Payslip")
        request.action_pause("On holiday")
        item.refuse("Too old")
        self.assertFalse(self.get_mails())
        request.action_resume()
        self.assertEqual(self.get_mails().recipient_ids, self.customer)

    def test_a_refusal_gives_its_reason(self):
        """C-023: in the list of what is still asked."""
        self.make_automation("refused")
        request = self.start(notify=False)
        (self.give(request, "Payslip") | self.give(request, "Identity card")).refuse("Too old")
        mail = self.get_mails()
        self.assertEqual(len(mail), 1, "one message for both")
        self.assertEqual(mail.body_html.count("Too old"), 2)

    def test_the_reviewer_has_one_activity_for_all_that_comes(self):
        """C-024: not one a file; done when nothing waits any more."""
        request = self.start()
        first, second = self.give(request, "Payslip"), self.give(request, "Identity card")
        activity = self.get_activities(request)
        self.assertEqual((len(activity), activity.user_id, activity.summary),
                         (1, self.collector, "Documents to review"))
        first.action_approve()
        self.assertTrue(self.get_activities(request))
        second.refuse("Too old")
        self.assertFalse(self.get_activities(request))

    def test_an_activity_automation_stands_instead(self):
        """C-024: with its own text, once."""
        self.make_automation("provided", action="activity", subject="Look at it")
        request = self.start()
        self.give(request, "Payslip")
        self.give(request, "Identity card")
        self.assertEqual(self.get_activities(request).mapped("summary"), ["Look at it"])

    def test_the_reviewer_is_notified_of_who_has_finished(self):
        """C-024: also where nothing waits for a review."""
        request = self.start()
        request.sudo().contributor_ids._finish()
        self.assertEqual(len(self.get_activities(request)), 1)

    def test_the_end_of_a_request_ends_its_activities(self):
        """C-024: nobody is asked to look at what is over."""
        self.make_automation("provided", action="activity", subject="Look at it")
        request = self.start()
        self.give(request, "Payslip")
        request.sudo().contributor_ids._finish()
        self.assertEqual(len(self.get_activities(request)), 2)
        request.action_cancel("Not needed")
        self.assertFalse(self.get_activities(request))

    def test_another_reviewer_takes_the_activities_over(self):
        """C-024: whoever reviews now."""
        request = self.start()
        self.give(request, "Payslip")
        request.user_id = self.litigator
        self.assertEqual(self.get_activities(request).user_id, self.litigator)

    def test_a_reviewer_who_left_gives_way_to_who_collects(self):
        """Bad input: an archived user."""
        request = self.start(user=self.manager)
        self.manager.active = False
        self.give(request, "Payslip")
        self.assertEqual(self.get_activities(request).user_id, self.collector)

    def test_what_is_provided_answers_what_was_sent(self):
        """E25: the log of what was sent and not answered."""
        request = self.start()
        notice = self.get_notices(request)
        self.assertFalse(notice.answered_at)
        self.give(request, "Payslip")
        self.assertTrue(notice.answered_at)

    def test_an_address_removed_meanwhile_is_notified_and_stops_nothing(self):
        """Bad input: the contributor's e-mail, and an archived partner."""
        self.make_automation("refused")
        request = self.start(notify=False)
        request.invite(self.cau, self.guarantor)
        items = (self.give(request, "Payslip"),
                 self.give(request, "Guarantor's payslip", self.guarantor))
        self.customer.email = False
        items[0].refuse("Too old")
        notice = self.get_notices(request)
        self.assertEqual(notice.state, "failed")
        self.assertIn("no e-mail address", notice.error)
        self.guarantor.active = False
        items[1].refuse("Too old")
        self.assertIn("archived", self.get_notices(request)[-1].error)
        self.assertFalse(self.get_mails())
        self.assertEqual(set(self.get_activities(request).mapped("summary")),
                         {"Tenant One could not be reached", "Gus Guarantor could not be reached"})

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_bounce_is_recorded_and_notified(self):
        """E25: the gateway reports that a message came back."""
        request = self.start()
        notice = self.get_notices(request)
        message = notice.mail_message_id
        self.get_mails()._postprocess_sent_message([], [])
        self.bounce(message)
        self.assertEqual(notice.state, "bounced")
        activity = self.get_activities(request)
        self.assertIn("could not be reached", activity.summary)
        self.assertIn("came back", activity.note)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_bounce_is_an_event_of_the_sequence(self):
        """D-059: the sequence that asked for the documents may wait for it."""
        sequence = self.make_documents_sequence()
        request = self.start(action=self.get_action(sequence, "papers").id)
        message = self.get_notices(request).mail_message_id
        self.bounce(message)
        signal = self.env["collection.signal"].search(
            [("customer_id", "=", self.customer.id), ("code", "=", "mail_bounced")])
        self.assertEqual(signal.sequence_id, sequence)

    def test_an_archived_template_goes_on_for_what_is_under_way(self):
        """Bad input: the template is archived while a request runs."""
        self.make_automation("refused")
        request = self.start(notify=False)
        self.template.active = False
        self.give(request, "Payslip").refuse("Too old")
        self.assertTrue(self.get_mails())

    def test_a_stranger_with_a_link_is_no_sender(self):
        """C-024: the page's reader has no user; what happens is the request's own."""
        self.make_automation("opened")
        request = self.start(notify=False)
        public = self.env.ref("base.public_user")
        request.with_user(public).sudo().contributor_ids._open()
        mail = self.get_mails()
        self.assertEqual(mail.reply_to, self.collector.email_formatted)
        link = self.env["collection.link"]._find(self.get_token(mail))
        self.assertEqual(link.user_id, self.collector)

    def test_ten_cost_as_many_queries_as_one(self):
        """Figures: constant queries a batch."""
        self.template.function_ids.most = 0
        request = self.start(notify=False)
        for number in range(11):
            request.invite(self.cau, self.make_partner(
                f"Guarantor {number}", email=f"g{number}@example.com"))
        contributors = request.sudo().contributor_ids.filtered("function_id")

        def count(some):
            return self.count_queries(some._write_mails, "news")

        count(contributors[0])
        self.assertEqual(count(contributors[:1]), count(contributors[1:]))
