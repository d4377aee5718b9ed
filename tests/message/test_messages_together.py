from unittest.mock import patch

from odoo.fields import Command

from .test_messages import MessageCase

TEXT = (
    "<p>Dear #customer_name, #items_amount_overdue is overdue since #leader_date.</p>"
    "<p>#items_list_overdue</p><p>Later: #items_amount_due</p><p>#total_amount</p>")


class TestTogether(MessageCase):
    """What a batch says to each customer is, to the letter, what it would say to it alone."""

    def setUp(self):
        super().setUp()
        self.debtors = self.env["res.partner"]
        for name, lang, amounts in (
            ("Alpha <Ltd> & Co", "en_US", (1234.5, 20)), ("Béta", "fr_FR", (98765.43,)),
            ("Gamma", "en_US", (0.99, 10, 100)), ("Delta", "fr_FR", (5000,)),
        ):
            debtor = self.make_customer(name, email=f"{lang}{len(self.debtors)}@example.com",
                                        lang=lang, collection_penalties=name == "Gamma")
            for amount in amounts:
                self.make_invoice(debtor, amount)
            self.make_credit(debtor, 0.5)
            self.debtors |= debtor

    def assertTogetherAsAlone(self):
        """Render all at once; then each by itself, amounts written by Odoo's own function."""
        actions = self.env["collection.action"].union(*(
            self.chase(debtor, self.scenario) for debtor in self.debtors))
        together = actions._render_messages()
        statement = self.env.registry["collection.statement"]
        with patch.object(statement, "_get_amount_format", lambda *_args: None):
            for action in actions:
                self.env.invalidate_all()
                alone, message = action._render_messages()[action.id], together[action.id]
                for name in ("lang", "recipient", "subject", "content", "body", "items",
                             "email_from", "copies", "attachments", "objection"):
                    self.assertEqual(getattr(message, name), getattr(alone, name), name)
        self.assertEqual(len({message.body for message in together.values()}), len(actions))
        return together

    def test_hashtags_and_languages(self):
        """Issue 20: amounts, lists, days, names to escape, late-payment claims, two languages."""
        self.write_step("#customer_name: #items_amount_overdue", TEXT, french=(
            "#customer_name : #items_amount_overdue", TEXT.replace("Dear", "Cher")))
        messages = self.assertTogetherAsAlone()
        self.assertTrue(all("€" in message.subject for message in messages.values()))

    def test_templates_and_files(self):
        """Issue 20: Odoo's placeholders, the hashtags beside them, and the template's files."""
        template = self.env["mail.template"].create({
            "name": "Reminder", "model_id": self.env["ir.model"]._get_id("collection.action"),
            "subject": "{{ object.customer_id.name }} owes #items_amount_overdue",
            "body_html": TEXT + "<p><t t-out=\"object.customer_id.email\"/></p>",
            "attachment_ids": [Command.create({"name": "terms.txt", "raw": b"Terms"})]})
        self.write_step(mail_template_id=template.id)
        messages = self.assertTogetherAsAlone()
        for message in messages.values():
            self.assertEqual([file.name for file in message.attachments], ["terms.txt"])

    def test_what_leaves_is_what_was_rendered(self):
        """Issue 20: mail, thread and outbox keep the same words, for one recipient."""
        self.write_step("#customer_name", TEXT)
        actions = self.env["collection.action"].union(*(
            self.chase(debtor, self.scenario) for debtor in self.debtors))
        messages = actions._render_messages()
        actions.sudo()._send()
        for action in actions:
            dispatch, message = action.dispatch_ids, messages[action.id]
            mail = self.env["mail.mail"].search(
                [("mail_message_id", "=", dispatch.mail_message_id.id)])
            self.assertEqual(mail.recipient_ids, message.recipient)
            self.assertEqual((mail.model, mail.res_id), ("res.partner", action.customer_id.id))
            self.assertIn(f"{action.customer_id.id}-res.partner@", mail.message_id)
            self.assertEqual(mail.subject, message.subject)
            self.assertEqual(str(dispatch.body), str(message.content))
            self.assertEqual(str(dispatch.whole_body), str(message.body))
            self.assertEqual(str(mail.mail_message_id.body), str(message.content))
            self.assertIn(mail.mail_message_id, action.customer_id.message_ids)
