from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.collection_document_automation import TRIGGERS
from .common import COLLECTOR
from .document_case import DocumentCase


class AutomationCase(DocumentCase):
    """What leaves and what is raised by itself."""

    @classmethod
    def make_automation(cls, trigger="invited", **vals):
        return cls.env["collection.document.automation"].create({
            "template_id": cls.template.id, "name": f"On {trigger}", "trigger": trigger,
            "subject": f"Subject of {trigger}", "body": f"<p>Words of {trigger}</p>", **vals})

    def get_mails(self, partner=None):
        """:return: the e-mails that wait to leave, to one person or to all"""
        domain = [("recipient_ids", "in", partner.ids)] if partner else []
        return self.env["mail.mail"].search(
            [("model", "=", "collection.document.request"), *domain], order="id")

    def get_notices(self, request):
        return self.env["collection.document.notice"].search(
            [("request_id", "=", request.id)], order="id")

    def get_activities(self, request):
        self.env.invalidate_all()
        return request.sudo().activity_ids

    def bounce(self, message):
        """The gateway reports that a message came back."""
        self.env["mail.thread"]._routing_handle_bounce(None, {
            "message_id": "<bounce@example.com>", "subject": "Undelivered",
            "bounced_email": "tenant@example.com", "bounced_partner": self.customer,
            "bounced_msg_ids": [message.message_id], "bounced_message": message, "body": "",
            "email_from": "mailer-daemon@example.com", "to": "bounce@example.com"})

    def get_token(self, mail):
        return mail.body_html.partition("/collection/")[2].partition('"')[0]


@tagged("post_install", "-at_install")
class TestInvitation(AutomationCase):
    """Whoever is invited is written to."""

    def test_an_automation_writes_to_everybody_who_is_invited(self):
        """C-012, B37: to each of them, notified or not."""
        self.make_automation()
        request = self.start(notify=False)
        request.invite(self.cau, self.guarantor, notify=False)
        for partner in (self.customer, self.guarantor):
            mail = self.get_mails(partner)
            self.assertEqual(mail.subject, "Subject of invited")
            self.assertIn("Words of invited", mail.body_html)

    def test_without_automation_only_who_is_to_be_notified(self):
        """C-016, B37: by ticking."""
        request = self.start(notify=False)
        self.assertFalse(self.get_mails())
        request.invite(self.cau, self.guarantor, notify=True)
        mail = self.get_mails()
        self.assertEqual(mail.recipient_ids, self.guarantor)
        self.assertIn("Your documents are needed", mail.subject)

    def test_with_automation_and_notice_one_message(self):
        """B37: ticked and automatic is one message, not two."""
        self.make_automation()
        self.start(notify=True)
        self.assertEqual(len(self.get_mails()), 1)

    def test_an_inactive_automation_does_nothing(self):
        """B37: it is not active."""
        self.make_automation(active=False)
        self.start(notify=False)
        self.assertFalse(self.get_mails())

    def test_an_automation_for_one_function_is_for_no_other(self):
        """C-024: the condition of the function; others are notified by ticking."""
        self.make_automation(function_id=self.cau.id)
        request = self.start(notify=True)
        self.assertIn("Your documents are needed", self.get_mails(self.customer).subject)
        request.invite(self.cau, self.guarantor)
        self.assertEqual(self.get_mails(self.guarantor).subject, "Subject of invited")

    def test_an_activity_at_the_invitation_is_no_message(self):
        """B37: ticking still writes."""
        self.make_automation(action="activity")
        request = self.start(notify=True)
        self.assertEqual(len(self.get_mails()), 1)
        self.assertEqual(self.get_activities(request).summary, "Subject of invited")

    def test_the_message_lists_the_own_documents_and_no_others(self):
        """C-008, C-011: the list of what is still asked, of this contributor alone."""
        request = self.start()
        request.invite(self.cau, self.guarantor, notify=True)
        own, other = self.get_mails(self.customer), self.get_mails(self.guarantor)
        self.assertIn("Payslip", own.body_html)
        self.assertIn("03/17/2026", own.body_html)
        self.assertNotIn("Guarantor", own.body_html)
        self.assertIn("Guarantor&#39;s payslip", other.body_html)
        self.assertNotIn("Identity card", other.body_html)

    def test_the_message_carries_a_personal_link_that_nobody_else_can_read(self):
        """C-016: what is kept in the request's thread does not hold it."""
        request = self.start()
        mail = self.get_mails()
        link = self.env["collection.link"]._find(self.get_token(mail))
        self.assertEqual(link.contributor_id, request.sudo().contributor_ids)
        self.assertEqual(link.user_id, self.collector)
        self.assertIn("Payslip", mail.mail_message_id.body)
        self.assertNotIn("/collection/", mail.mail_message_id.body)
        self.assertEqual(mail.reply_to, self.collector.email_formatted)
        self.assertTrue(mail.auto_delete)

    def test_what_was_sent_stays_once_the_mail_is_gone(self):
        """E25: a log of what was sent; the link is gone with the mail."""
        request = self.start()
        mail = self.get_mails()
        mail._postprocess_sent_message([], [])  # deletes the mail, not its message
        self.assertFalse(mail.exists())
        notice = self.get_notices(request)
        self.assertEqual((notice.state, notice.kind), ("sent", "invitation"))
        self.assertIn("Payslip", notice.mail_message_id.body)
        self.assertNotIn("/collection/", notice.mail_message_id.body)

    def test_it_is_traced(self):
        """C-016: who was written to, and on which request."""
        request = self.start()
        row = self.customer.with_user(self.collector).collection_history_ids.filtered(
            lambda row: row.kind == "contributor_notified")
        self.assertIn("Tenant One", row.summary)
        self.assertIn(request.name, row.summary)

    def test_an_automation_without_words_has_words(self):
        """Bad input: empty subject and text."""
        self.make_automation(subject=False, body="<p><br></p>")
        self.start()
        self.assertIn("Your documents are needed", self.get_mails().subject)
        self.assertIn("asks you for documents", self.get_mails().body_html)

    def test_every_trigger_has_words(self):
        """Bad input: no automation says anything; each message fits what happened."""
        request = self.start(notify=False)
        contributor = request.sudo().contributor_ids
        subjects = set()
        for trigger, _label in TRIGGERS:
            automation = self.make_automation(trigger, subject=False, body=False, days=1)
            subject, body = contributor._get_mail_text(
                automation._get_notice_kind(), automation)
            self.assertIn(request.name, subject)
            self.assertIn(self.company.name, body)
            subjects.add(subject)
        self.assertEqual(len(subjects), 5)

    def test_the_contributors_language(self):
        """C-012: each in the own one; the company's where it is not installed."""
        self.env["res.lang"]._activate_lang("fr_FR")
        automation = self.make_automation()
        automation.with_context(lang="fr_FR").write(
            {"subject": "Vos documents", "body": "<p>Bonjour</p>"})
        self.customer.lang = "fr_FR"
        self.start()
        self.assertEqual(self.get_mails().subject, "Vos documents")
        self.assertIn("17/03/2026", self.get_mails().body_html)
        self.env["res.lang"].search([("code", "=", "de_DE")]).active = False
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'de_DE' WHERE id = %s", [self.guarantor.id])
        self.env.invalidate_all()
        self.start(customer=self.make_customer("Other"), partner=self.guarantor.id)
        self.assertEqual(self.get_mails(self.guarantor).subject, "Subject of invited")

    def test_script_is_shown_as_words(self):
        """Bad input: in a document's name and in a refusal."""
        self.template.item_ids[0].name = "<script>alert(1)</script>"
        request = self.start()
        self.assertNotIn("<script", self.get_mails().body_html)
        self.make_automation("refused")
        self.give(request, "Payslip").refuse("<img src=x onerror=alert(1)>")
        self.assertNotIn("<img src=x", self.get_mails()[-1].body_html)
        self.assertNotIn("<img", self.get_mails()[-1].mail_message_id.body)

    def test_days_that_make_no_sense_are_refused(self):
        """Bad input: before the beginning."""
        for vals in ({"days": -1}, {"trigger": "after", "days": 0}, {"repeat_days": -1}):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), (
                    self.env.cr.savepoint()):
                self.make_automation(**vals)

    def test_a_copied_template_takes_its_automations_along(self):
        """C-011: with its words."""
        self.make_automation()
        self.assertEqual(self.template.copy().automation_ids.subject, "Subject of invited")


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
        """C-025, B12: of the request's sequence, too; an invitation is a person's word."""
        self.make_automation("approved")
        sequence = self.make_documents_sequence()
        request = self.start(action=self.get_action(sequence, "papers").id, notify=False)
        item = self.give(request, "Payslip")
        sequence.action_pause()
        item.action_approve()
        self.assertFalse(self.get_mails())
        request.invite(self.cau, self.guarantor, notify=True)
        self.assertTrue(self.get_mails())

    def test_a_refusal_says_why(self):
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
        """C-024: in its own words, once."""
        self.make_automation("provided", action="activity", subject="Look at it")
        request = self.start()
        self.give(request, "Payslip")
        self.give(request, "Identity card")
        self.assertEqual(self.get_activities(request).mapped("summary"), ["Look at it"])

    def test_who_says_finished_is_told_to_the_reviewer(self):
        """C-024: also where nothing waits for a review."""
        request = self.start()
        request.sudo().contributor_ids._finish()
        self.assertEqual(len(self.get_activities(request)), 1)

    def test_the_end_of_a_request_ends_its_activities(self):
        """C-024: nobody is told to look at what is over."""
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

    def test_an_address_removed_meanwhile_is_told_and_stops_nothing(self):
        """Bad input: the contributor's e-mail, and an archived partner."""
        self.make_automation("refused")
        request = self.start(notify=False)
        items = self.give(request, "Payslip"), self.give(request, "Identity card")
        self.customer.email = False
        items[0].refuse("Too old")
        notice = self.get_notices(request)
        self.assertEqual(notice.state, "failed")
        self.assertIn("no e-mail address", notice.error)
        self.customer.write({"email": "tenant@example.com", "active": False})
        items[1].refuse("Too old")
        self.assertIn("archived", self.get_notices(request)[-1].error)
        self.assertFalse(self.get_mails())
        self.assertEqual(self.get_activities(request).mapped("summary"),
                         ["Tenant One could not be reached"])

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_bounce_is_noted_and_told(self):
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
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._write_mails("news")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(contributors[0])
        self.assertEqual(count(contributors[:1]), count(contributors[1:]))


@tagged("post_install", "-at_install")
class TestSendByHand(AutomationCase):
    """What a colleague sends."""

    def test_the_link_once_more(self):
        """C-016: a fresh one; those sent before still work."""
        request = self.start()
        old = self.get_token(self.get_mails())
        request.contributor_ids.action_send_link()
        new = self.get_token(self.get_mails()[-1])
        self.assertNotEqual(old, new)
        for token in (old, new):
            self.assertTrue(self.env["collection.link"]._find(token))
        self.assertEqual(self.get_notices(request)[-1].kind, "link")

    def test_a_shortcut_of_the_template(self):
        """C-024: the trigger is a colleague's button."""
        button = self.make_automation("button")
        request = self.start(notify=False)
        request.action_run_automation(button.id)
        self.assertEqual(self.get_mails().subject, "Subject of button")
        other = self.make_automation("refused")
        with self.assertRaisesRegex(UserError, "nothing that"):
            request.action_run_automation(other.id)

    def test_the_dialog(self):
        """C-024: offers the template's shortcuts, else the link to whoever owes something."""
        request = self.start(notify=False)
        guarantor = request.invite(self.cau, self.guarantor)
        self.give(request, "Guarantor's payslip", self.guarantor)
        wizards = self.env["collection.document.send"].with_user(self.collector)
        wizard = wizards.create({"request_id": request.id})
        self.assertNotIn(guarantor, wizard.contributor_ids)
        wizard.action_send()
        self.assertEqual(self.get_notices(request).kind, "link")
        wizard.contributor_ids = False
        with self.assertRaisesRegex(UserError, "Choose whom"):
            wizard.action_send()
        self.make_automation("button", function_id=self.cau.id)
        Form(wizards.with_context(active_id=request.id)).save().action_send()
        self.assertEqual(self.get_mails(self.guarantor).subject, "Subject of button")

    def test_a_shortcut_for_nobody_says_so(self):
        """Bad input: its function is held by nobody."""
        button = self.make_automation("button", function_id=self.cau.id)
        request = self.start(notify=False)
        with self.assertRaisesRegex(UserError, "for nobody"):
            request.action_run_automation(button.id)

    def test_nothing_is_sent_of_what_is_paused_or_over(self):
        """Bad input: and to nobody who was removed or has no address."""
        request = self.start()
        guarantor = request.invite(self.cau, self.guarantor)
        guarantor.action_remove()
        with self.assertRaisesRegex(UserError, "removed already"):
            guarantor.action_send_link()
        contributor = self.get_contributor(request, self.customer)
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            contributor.action_send_link()
        self.customer.email = "tenant@example.com"
        request.action_pause()
        with self.assertRaisesRegex(UserError, "Paused"):
            contributor.action_send_link()
        request.action_cancel("Over")
        with self.assertRaisesRegex(UserError, "Cancelled"):
            contributor.action_send_link()

    def test_a_collector_of_another_portfolio_sends_and_sees_nothing(self):
        """Security: by remote call too."""
        stranger = self.make_user("stranger", COLLECTOR)
        button = self.make_automation("button")
        request = self.start()
        with self.assertRaises(AccessError):
            request.with_user(stranger).action_run_automation(button.id)
        with self.assertRaises(AccessError):
            request.contributor_ids.with_user(stranger).action_send_link()
        notices = self.env["collection.document.notice"]
        own = [("request_id", "=", request.id)]
        self.assertFalse(notices.with_user(stranger).search(own))
        self.assertTrue(notices.with_user(self.collector).search(own))
        with self.assertRaises(AccessError):
            notices.with_user(self.collector).search(own).write({"state": "sent"})
        portal = self.make_user("lawyer", "base.group_portal")
        with self.assertRaises(AccessError):
            notices.with_user(portal).search(own)

    def test_another_company_sees_nothing(self):
        """Security: companies are kept apart."""
        request = self.start()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.write({"company_ids": [(4, company.id)], "company_id": company.id})
        self.assertFalse(self.env["collection.document.notice"].with_user(
            self.manager).with_context(allowed_company_ids=company.ids).search(
                [("request_id", "=", request.id)]))
