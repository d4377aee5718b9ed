from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.document.collection_document_automation import TRIGGERS
from .document_automation_case import AutomationCase


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
            self.assertIn("Text of invited", mail.body_html)

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

    def test_an_automation_without_text_has_a_standard_one(self):
        """Bad input: empty subject and text."""
        self.make_automation(subject=False, body="<p><br></p>")
        self.start()
        self.assertIn("Your documents are needed", self.get_mails().subject)
        self.assertIn("asks you for documents", self.get_mails().body_html)

    def test_every_trigger_has_a_text(self):
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

    def test_script_is_shown_as_text(self):
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
        """C-011: with its text."""
        self.make_automation()
        self.assertEqual(self.template.copy().automation_ids.subject, "Subject of invited")
