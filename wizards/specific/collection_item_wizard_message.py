from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty


class _Rehearsed(Exception):
    """The message was put in words: what was written for it is taken back."""


class CollectionItemWizard(models.TransientModel):
    """Step 2: a message that leaves at once, or none (A-012, A-013)."""

    _inherit = "collection.item.wizard"

    message = fields.Selection(
        [("none", "No"), ("customer", "Yes, an e-mail to the customer")],
        string="Write to somebody now?", required=True, default="none")
    message_template_id = fields.Many2one(
        "mail.template", string="Template of the message",
        domain="[('model', '=', 'collection.action')]")
    message_subject = fields.Char(
        string="Subject of the message", compute="_compute_message", store=True, readonly=False)
    message_body = fields.Html(
        string="Text of the message", compute="_compute_message", store=True, readonly=False)
    message_invoices = fields.Boolean(string="Join the invoices")
    message_statement = fields.Boolean(string="Join the statement")
    preview_to = fields.Char(readonly=True)
    preview_subject = fields.Char(readonly=True)
    preview_body = fields.Html(readonly=True, sanitize=False)

    @api.depends("message")
    def _compute_message(self):
        """Words that suit the status, in the customer's language; once, to be changed."""
        for wizard in self:
            if wizard.message != "customer" or wizard.message_subject or (
                    not is_html_empty(wizard.message_body)):
                wizard.message_subject = wizard.message_subject
                wizard.message_body = wizard.message_body
                continue
            subject, text = wizard.with_context(
                lang=wizard.lang or self.env.lang)._get_proposed_words()
            wizard.message_subject = subject
            wizard.message_body = "".join(f"<p>{line}</p>" for line in text.split("\n"))

    def _get_proposed_words(self):
        """:return: (subject, text) that suit the status, with hashtags"""
        _, kind = self.env._, self.status_kind
        if kind == "promise":
            return _("Your promise to pay"), _(
                "Hello,\nThank you for having promised to pay #items_amount_selected:\n"
                "#items_list_selected\nKind regards,\n#collector_name")
        if kind == "dispute":
            return _("Your objection"), _(
                "Hello,\nWe have taken note of your objection and look into it:\n"
                "#items_list_selected\nKind regards,\n#collector_name")
        return _("Your account with #company_name"), _(
            "Hello,\nThis is about the following items:\n#items_list_selected\n"
            "Kind regards,\n#collector_name")

    def action_preview(self):
        """Button *Preview*: show the message as its first recipient would read it.

        :return: window action on the same step
        :raise UserError: it has no text, or nowhere to go to
        """
        self.ensure_one()
        self._check_text()
        message = self._rehearse(self._get_groups()[0])
        self.write({
            "preview_to": message.recipient.email_formatted or message.recipient.name,
            "preview_subject": message.subject,
            "preview_body": message.content,
        })
        return self._reopen()

    def action_edit(self):
        """Button *Change the text*: back from the preview.

        :return: window action on the same step
        """
        self.ensure_one()
        self.preview_body = False
        return self._reopen()

    def _check_text(self):
        """:raise UserError: the message has no text"""
        if not self.message_template_id and is_html_empty(self.message_body):
            raise UserError(self.env._("Write the text of the message, or choose a template."))

    def _check_message(self):
        """:raise UserError: the message has no text, or nowhere to go to
        :raise ValidationError: a hashtag that nobody knows"""
        self.preview_body = False
        if self.message == "customer":
            self._check_text()
            for items in self._get_groups():
                self._rehearse(items)

    def _rehearse(self, items):
        """Put the message for items of one customer in words, and leave nothing behind.

        :return: :class:`~..models.collection_message.Message`
        """
        actions = self.env["collection.action"].sudo().with_context(tracking_disable=True)
        items = items.sudo()
        customer, company = items._get_single_customer()
        try:
            with self.env.cr.savepoint():
                if self.status_kind == "dispute":  # what is disputed bears no interest
                    items.collection_status_id = self.status_id
                action = actions.create({
                    **actions._prepare_specific_vals(
                        self._prepare_message_vals(), customer, company),
                    "item_ids": [fields.Command.set(items.ids)]})
                problems = action._find_problems()
                message = action._render_messages(attachments=False)[action.id]
                raise _Rehearsed
        except _Rehearsed:
            pass
        if problems:
            raise UserError(next(iter(problems.values())))
        return message

    def _prepare_message_vals(self):
        template = self.message_template_id
        subject = self.message_subject or self.env._("Message")
        return {
            "name": template.name or subject,
            "kind": "email", "subject": subject, "body": self.message_body,
            "mail_template_id": template.id, "attach_invoices": self.message_invoices,
            "attach_statement": self.message_statement, "excludes": False,
        }

    def _send_message(self, items):
        """Send it now, to the customer of these items."""
        if self.message != "customer":
            return
        self._check_text()
        self.env["collection.action"].create_specific(
            items, self._prepare_message_vals()).send_now()
