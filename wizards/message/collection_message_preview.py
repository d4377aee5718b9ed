from odoo import api, fields, models
from odoo.tools import html_sanitize

from ...engine import hashtags
from ...models.action.channels import CHANNELS
from ...models.message.hashtags import HASHTAGS
from ...models.message.preview import prepare_preview
from ...tools.records import as_record, as_values


class CollectionMessagePreview(models.TransientModel):
    """The message of an action as it would leave today; and, while a text is being written, as
    a customer would read it.
    """

    _name = "collection.message.preview"
    _description = "Message as It Would Leave Today"
    _inherit = ["collection.dialog"]

    action_id = fields.Many2one("collection.action", required=True, readonly=True)
    has_subject = fields.Boolean(related="action_id.has_subject", related_sudo=False)
    is_posted = fields.Boolean(related="action_id.is_posted", related_sudo=False)
    problem = fields.Char(compute="_compute_message", help="Why it could not leave as it is.")
    recipient_id = fields.Many2one("res.partner", string="To", compute="_compute_message")
    address = fields.Char(compute="_compute_message")
    email_from = fields.Char(string="From", compute="_compute_message")
    language = fields.Char(compute="_compute_message")
    subject = fields.Char(compute="_compute_message")
    files = fields.Char(string="Attachments", compute="_compute_message")
    page = fields.Html(string="Text", compute="_compute_message", sanitize=False)
    beside_to = fields.Char(related="action_id.beside_to", related_sudo=False)
    beside_problem = fields.Char(related="action_id.beside_problem", related_sudo=False)
    beside_subject = fields.Char(related="action_id.beside_subject", related_sudo=False)
    beside_page = fields.Html(related="action_id.beside_page", related_sudo=False)

    @api.depends_context("lang")
    @api.depends("action_id")
    def _compute_message(self):
        for preview in self:
            preview.action_id.check_access("read")
            shown = prepare_preview(preview.action_id)
            preview.update({name: shown.get(name, False) for name in (
                "problem", "recipient_id", "address", "email_from", "language", "subject", "files",
                "page")})

    @api.model
    def get_tags(self):
        """:return: list of dicts of the hashtags that a text may hold: name, kind, description
        :raise AccessError: the user does not collect
        """
        self.check_access("create")
        return [{"name": name, "kind": tag.kind, "description": self.env._(tag.description)}
                for name, tag in HASHTAGS.items()]

    @api.model
    def find_sample(self, function_id=False):
        """:param int function_id: of a function that somebody should hold for the customer
        :return: id of a customer of the user's portfolio with open actions or items, or False
        """
        function = as_record(self.env, "collection.function", function_id)
        held = function and self._find_held(function.id)
        if held:
            return held.id
        actions = self.env["collection.action"].search([("state", "!=", "closed")], limit=1)
        if actions:
            return actions.customer_id.id
        lines = self.env["account.move.line"]
        items = lines.search(
            lines._get_overdue_item_domain(self.env.company), order="date_maturity", limit=50)
        return next((
            customer.id for customer in items.partner_id.commercial_partner_id
            if customer._is_in_collection_portfolio()), False)

    def _find_held(self, function_id):
        """:return: ``res.partner``, a customer of the user's portfolio for whom somebody holds a
            function; empty for none"""
        held = self.env["collection.participant"].search([
            ("function_id", "=", function_id), ("customer_id", "!=", False)], limit=50)
        return next((customer for customer in held.customer_id
                     if customer._is_in_collection_portfolio()), held.customer_id.browse())

    @api.model
    def render_sample(self, customer_id, values):
        """Render a text that is being written as a customer would read it, or whoever holds a
        function for the customer; nothing is stored.

        :param int customer_id: id of the customer
        :param dict values: fields of a content: kind, name, subject, body, attach_statement,
            recipient_function_id, formal_notice, grace_days; and what it is part of, see
            :meth:`_get_sample_vals`
        :return: dict: subject (str), page (HTML), unknown (list of names of hashtags), and
            problem (str): why it would reach nobody; empty for none
        :raise AccessError: the customer is not in the user's portfolio
        """
        return self._render_sample(
            customer_id, as_values(self.env["collection.action"], values))

    def _render_sample(self, customer_id, values, **known):
        """Render a text as :meth:`render_sample` does.

        :param known: fields of the action beside the text
        """
        customer = as_record(self.env, "res.partner", customer_id)
        customer.check_access("read")
        customer = customer.commercial_partner_id  # whose account it shows
        customer._check_collection_portfolio()
        if not customer:
            return {"subject": "", "page": "", "unknown": [],
                    "problem": self.env._("Choose a customer.")}
        lang = self.env.lang or self.env.user.lang
        action = self.env["collection.action"].sudo().with_context(lang=lang).new({
            "customer_id": customer.id, "company_id": self.env.company.id,
            **self._get_sample_vals(values), **known})
        message = action._render_in_language(action._get_message_data())[action.id]
        return {
            "subject": message.subject,
            "page": action._get_channel().render_page(action, message),
            "problem": self._find_sample_problem(action, message),
            "unknown": [*hashtags.unknown(action.subject or ""),
                        *hashtags.unknown(action.body or "", html=True)],
        }

    def _get_sample_vals(self, values):
        """What is known of the action from the text that is being written.

        A hook: domains whose records hold texts override it, and join what ``super()`` returns.

        :param dict values: as a stranger gave them
        :return: dict of values of ``collection.action``
        """
        kind = values.get("kind")
        function = self.env["collection.function"].browse(
            values.get("recipient_function_id") or ()).exists()
        return {
            "origin": "scenario", "kind": kind if kind in CHANNELS else "email",
            "name": values.get("name") or "", "subject": values.get("subject") or "",
            "body": html_sanitize(values.get("body") or ""),
            "attach_statement": bool(values.get("attach_statement")),
            "formal_notice": bool(values.get("formal_notice")),
            "grace_days": values.get("grace_days") or 0,
            "recipient_function_id": function.id}

    def _find_sample_problem(self, action, message):
        function = action.recipient_function_id
        if not function or message.recipient:
            return ""
        return function._describe_vacancy(action.customer_id)
