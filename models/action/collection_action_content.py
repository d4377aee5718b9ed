from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..selections import ACTION_KINDS, MODES, SENT_KINDS


class CollectionActionContent(models.AbstractModel):
    """What an action says and does, and how it is closed.

    Shared by reusable templates, the steps of a tree and the actions themselves, which copy it
    when they are created. Completion is always asked; validation and decision add to it (D-039).
    """

    _name = "collection.action.content"
    _description = "Collection Action Content"

    name = fields.Char(string="What to do", required=True, translate=True)
    kind = fields.Selection(ACTION_KINDS, required=True, default="task")
    function_id = fields.Many2one(
        "collection.function", string="Responsible function", ondelete="restrict",
        domain="[('kind', '!=', 'contact')]",
        help="Whoever holds this function for the customer owes the action.",
    )
    recipient_function_id = fields.Many2one(
        "collection.function", string="Recipient function", ondelete="restrict",
        help="Whoever holds this function for the customer receives it.",
    )
    needs_validation = fields.Boolean(
        string="Needs validation", help="The action closes as validated or refused.",
    )
    validator_function_id = fields.Many2one(
        "collection.function", string="Validating function", ondelete="restrict",
        domain="[('kind', '=', 'internal')]",
        help="Checks what the responsible did. Empty: the responsible function validates itself.",
    )
    option_ids = fields.Many2many(
        "collection.action.option", string="Decision among",
        help="Choices of which the responsible must take one. Empty: no decision is asked.",
    )
    required = fields.Boolean(
        default=True, help="The step waits for this action before it reads its decision table.")
    keep = fields.Boolean(
        string="Keep open", help="The action stays open when its step is left.")
    description = fields.Html(
        string="Instructions", translate=True, sanitize_overridable=False,
        help="What the responsible should know to do it.",
    )
    subject = fields.Char(translate=True, help="Subject of the message or letter.")
    body = fields.Html(translate=True, help="Text of the message or letter.")

    mode = fields.Selection(
        MODES, string="How it leaves", required=True, default="manual",
        help="By hand: a person sends it. To confirm: it leaves on its day once somebody has "
        "confirmed it. Automatic: it leaves on its day.",
    )
    mail_template_id = fields.Many2one(
        "mail.template", string="E-mail template", ondelete="restrict",
        domain="[('model', '=', 'collection.action')]",
        help="Takes the place of the subject and text here.",
    )
    attach_invoices = fields.Boolean(help="Join the PDF of each invoice that the message is about.")
    attach_statement = fields.Boolean(help="Join the statement of account as a PDF.")

    @api.constrains("mode", "kind", "needs_validation", "option_ids")
    def _check_mode(self):
        for content in self:
            judged = content.needs_validation or content.option_ids
            if content.mode != "manual" and (content.kind not in SENT_KINDS or judged):
                raise ValidationError(self.env._(
                    "“%(action)s” cannot leave by itself: only an e-mail, a letter or an SMS "
                    "that needs no validation and no decision can. Let a person send it.",
                    action=content.name))

    @api.constrains("function_id", "validator_function_id")
    def _check_function_kinds(self):
        """B10: a contact receives, and is never responsible."""
        for content in self:
            for function in content.function_id | content.validator_function_id:
                if function.kind == "contact":
                    raise ValidationError(self.env._(
                        "“%(action)s” cannot be owed by %(function)s: contacts only receive "
                        "messages. Name an internal or external function as responsible, and "
                        "%(function)s as recipient.",
                        action=content.name, function=function.name,
                    ))

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind not in SENT_KINDS:
            self.mode = "manual"

    @api.onchange("needs_validation")
    def _onchange_needs_validation(self):
        if not self.needs_validation:
            self.validator_function_id = False

    def _get_content_fields(self):
        """:return: names of the fields that a copy of the content takes over"""
        return [
            "name", "kind", "function_id", "recipient_function_id", "needs_validation",
            "validator_function_id", "option_ids", "required", "keep", "description",
            "subject", "body", "mode", "mail_template_id", "attach_invoices",
            "attach_statement",
        ]

    def _get_distinct_validator(self):
        """:return: the function that validates somebody else's work, or an empty one"""
        self.ensure_one()
        if not self.needs_validation:
            return self.env["collection.function"]
        return self.validator_function_id - self.function_id

    def _is_refusable(self):
        """Whether it may close as refused without a decision: the request for documents may."""
        self.ensure_one()
        return self.kind == "documents" and not self.option_ids

    def _prepare_copy_vals(self):
        """:return: field values for a record that copies this content, in the current language"""
        self.ensure_one()
        vals = {}
        for name in self._get_content_fields():
            value = self[name]
            many = self._fields[name].type == "many2many"
            vals[name] = [(6, 0, value.ids)] if many else self._fields[name].convert_to_write(
                value, self)
        return vals
