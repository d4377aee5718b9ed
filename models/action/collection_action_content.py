from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_list, is_html_empty

from ...engine import hashtags
from .channels import CHANNELS, get_channel

#: How a message leaves.
MODES = [
    ("manual", "By hand"),
    ("confirm", "Automatic, to confirm"),
    ("automatic", "Automatic"),
]

#: Days of grace that a formal notice gives unless told otherwise: usage, no law (J10).
GRACE_DAYS = 8

#: How much of the customer an external partner sees, each with all before it.
SHOWN = [
    ("action", "The action alone"),
    ("customer", "The customer's name and address"),
    ("items", "Name, address and open items"),
]


class CollectionActionContent(models.AbstractModel):
    """What an action says and does, and how it is closed.

    Shared by reusable templates, the steps of a tree and the actions themselves, which copy it
    when they are created. Completion is always asked; validation and decision add to it (D-039).
    """

    _name = "collection.action.content"
    _inherit = ["collection.action.kind"]
    _description = "Collection Action Content"

    name = fields.Char(string="What to do", required=True, translate=True)
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
        MODES, string="Sending mode", required=True, default="manual",
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
    copy_salesperson = fields.Boolean(
        string="Copy to the salesperson",
        help="Whoever sold what an e-mail is about receives a copy of it.")
    copy_function_id = fields.Many2one(
        "collection.function", string="Copy to", ondelete="restrict",
        help="Whoever holds this function for the customer receives a copy of the e-mail.")

    formal_notice = fields.Boolean(
        string="Formal notice",
        help="The message demands what is overdue item by item, with the claims for late payment "
        "and how they are computed, the days of grace, what follows and what the law says. It "
        "does not leave while a rate is missing, and its day is kept on the items.")
    grace_days = fields.Integer(
        string="Days of grace", default=GRACE_DAYS,
        help="Days from a formal notice to the day by which it wants to be paid. The law fixes "
        "none; eight are usual.")
    beside_function_id = fields.Many2one(
        "collection.function", string="Also written to", ondelete="restrict",
        domain="[('kind', '=', 'contact')]",
        help="Whoever holds this function for the customer, such as its guarantor, is written to "
        "as well.")

    function_kind = fields.Selection(related="function_id.kind", string="Kind of function")
    portal_shows = fields.Selection(
        SHOWN, string="Shows", default="customer",
        help="What an external partner sees of the customer on the portal. No more than the work "
        "needs.")
    portal_documents = fields.Boolean(
        string="Shows documents",
        help="The partner also finds the files of the sequence's other actions.")
    portal_decides = fields.Boolean(
        string="Partner decides",
        help="The partner chooses among the decisions. Without it a colleague decides, and the "
        "partner comments and sends files.")

    # === CONTENT === #

    @api.constrains("mode", "kind", "needs_validation", "option_ids")
    def _check_mode(self):
        for content in self:
            judged = content.needs_validation or content.option_ids
            if content.mode != "manual" and (not content.is_sent or judged):
                channels = [self.env._(channel.label) for channel in CHANNELS.values()]
                raise ValidationError(self.env._(
                    "“%(action)s” cannot leave by itself: only a message (%(channels)s) that "
                    "needs no validation and no decision can. Let a person send it.",
                    action=content.name, channels=format_list(self.env, channels, "or")))

    @api.constrains("formal_notice", "grace_days", "kind")
    def _check_formal_notice(self):
        for content in self.filtered("formal_notice"):
            channel = content.is_sent and get_channel(content.kind)
            if not channel or not (channel.is_html and channel.has_subject):
                raise ValidationError(self.env._(
                    "“%(action)s” cannot be a formal notice: it has to be read as a whole, so let "
                    "it leave as a letter or an e-mail.", action=content.name))
            if content.grace_days < 0:
                raise ValidationError(self.env._(
                    "“%(action)s”: days of grace cannot be negative.", action=content.name))

    @api.constrains("beside_function_id", "kind")
    def _check_beside(self):
        for content in self.filtered("beside_function_id") if (
                self._name != "collection.action") else ():
            function = content.beside_function_id
            if function.kind != "contact" or not content.is_sent:
                raise ValidationError(self.env._(
                    "“%(action)s” cannot be written to %(function)s as well: choose a function "
                    "whose holders are contacts, as a guarantor, and a message.",
                    action=content.name, function=function.name))

    @api.constrains("mode", "kind", "body", "mail_template_id")
    def _check_text(self):
        """What leaves by itself says something. An action's text is its step's, and is looked at
        when it leaves."""
        for content in self if self._name != "collection.action" else ():
            if content.mode != "manual" and content.is_sent and not content.mail_template_id and (
                    is_html_empty(content.body)):
                raise ValidationError(self.env._(
                    "“%(action)s” cannot leave by itself without a text. Write one, choose an "
                    "e-mail template, or let a person send it.", action=content.name))

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
        if not self.is_sent:
            self.mode = "manual"
            self.beside_function_id = False
        if not self.is_sent or not self.has_subject:
            self.formal_notice = False

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
            "attach_statement", "copy_salesperson", "copy_function_id", "formal_notice",
            "grace_days", "beside_function_id", "portal_shows", "portal_documents",
            "portal_decides",
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

    # === EXTERNAL PARTNERS === #
    # What an external partner sees and may do of an action, on the portal (D-078, D-079, B11).

    @api.constrains("function_id", "needs_validation", "validator_function_id")
    def _check_external_validation(self):
        """B11: what an external partner did is validated by a colleague."""
        for content in self:
            validator = content.validator_function_id
            if content.needs_validation and content.function_id.kind == "external" and (
                    not validator or validator.kind != "internal"):
                raise ValidationError(self.env._(
                    "“%(action)s” is owed by %(function)s, an external partner, who cannot "
                    "validate it: name an internal function that does.",
                    action=content.name, function=content.function_id.name))

    @api.onchange("function_id", "needs_validation")
    def _onchange_external_validation(self):
        """B11: propose the usual internal validator, else the first internal function."""
        if self.needs_validation and self.function_id.kind == "external" and (
                not self.validator_function_id):
            self.validator_function_id = self._get_usual_validator()

    def _get_usual_validator(self):
        """:return: the internal ``collection.function`` that validates most often"""
        contents = self.env["collection.sequence.content"].sudo()
        usual = contents._read_group(
            [("needs_validation", "=", True), ("validator_function_id.kind", "=", "internal"),
             ("validator_function_id.active", "=", True)],
            ["validator_function_id"], ["__count"], order="__count desc", limit=1)
        if usual:
            return usual[0][0].with_env(self.env)
        return self.env["collection.function"].search([("kind", "=", "internal")], limit=1)

    # === HASHTAGS === #
    # A hashtag that nobody knows is refused when the text is saved, not when it leaves.

    @api.constrains("subject", "body")
    def _check_tags(self):
        check_hashtags(self, "subject", "body")


def check_hashtags(records, text, html):
    """Check the texts of records in every language, in one query.

    :param str text: name of a translated field of plain text
    :param str html: name of a translated field of HTML
    :raise ValidationError: a hashtag is not in the catalogue, or a condition has no end
    """
    if not records:
        return
    records.flush_recordset([text, html])
    for record_id, subjects, bodies in records.env.execute_query(SQL(
            "SELECT id, %s, %s FROM %s WHERE id IN %s", SQL.identifier(text),
            SQL.identifier(html), SQL.identifier(records._table), tuple(records.ids))):
        unknown = [
            *(name for words in (subjects or {}).values() for name in hashtags.unknown(words)),
            *(name for words in (bodies or {}).values() for name in hashtags.unknown(words, True))]
        record = records.browse(record_id)
        if unknown:
            raise ValidationError(_describe_unknown(record, unknown[0]))
        if any(map(hashtags.is_unpaired, (subjects or {}).values())) or any(
                hashtags.is_unpaired(words, True) for words in (bodies or {}).values()):
            raise ValidationError(record.env._(
                "“%(record)s”: put #end_if behind each #if_claimed; what stands between them is "
                "left out where nothing is claimed.", record=record.display_name))


def _describe_unknown(record, name):
    """:return: what is wrong with a hashtag, and what may have been meant"""
    env = record.env
    nearest = [f"#{known}" for known in hashtags.nearest(name)]
    if nearest:
        return env._(
            "“%(record)s”: there is no hashtag #%(name)s. Did you mean %(nearest)s?",
            record=record.display_name, name=name, nearest=format_list(env, nearest, "or"))
    return env._(
        "“%(record)s”: there is no hashtag #%(name)s. The list beside the text shows all there "
        "are. For a plain word, leave out the #.", record=record.display_name, name=name)
