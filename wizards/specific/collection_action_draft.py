from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, is_html_empty

from ...models.action.collection_action_content import MODES
from ...models.specific.collection_action import SPECIFIC_FIELDS

SOURCES = [
    ("nothing", "Nothing"),
    ("step", "A step of a scenario"),
    ("template", "An action template"),
    ("earlier", "An earlier action of the customer"),
]

#: Fields that a copy of a content takes over.
COPIED = ("name", "kind", "mode", "subject", "body", "description", "mail_template_id",
          "attach_invoices", "attach_statement")
#: Fields that only a message has.
OF_MESSAGES = frozenset({
    "subject", "body", "mail_template_id", "attach_invoices", "attach_statement"})


class CollectionActionDraft(models.AbstractModel):
    """An action that a user is about to create, from nothing or as a copy (A-018, A-019)."""

    _name = "collection.action.draft"
    _inherit = ["collection.action.kind"]
    _description = "Draft of a Collection Action"

    item_ids = fields.Many2many("account.move.line", string="Items concerned")
    source = fields.Selection(SOURCES, string="Start from", required=True, default="nothing")
    copied_step_id = fields.Many2one("collection.scenario.step", string="Scenario step")
    copied_template_id = fields.Many2one("collection.action.template", string="Action template")
    copied_action_id = fields.Many2one(
        "collection.action", string="Earlier action",
        domain="[('customer_id', 'in', customer_ids)]")
    customer_ids = fields.Many2many(
        "res.partner", string="Customers", compute="_compute_customer_ids")
    lang = fields.Char(
        compute="_compute_customer_ids", help="Language of the customer, if there is only one.")

    name = fields.Char(string="What to do")
    mode = fields.Selection(
        MODES, string="Sending mode", required=True, default="manual",
        help="By hand: a person sends it. Automatic, to confirm: it leaves on its day once "
        "somebody has confirmed it. Automatic: it leaves on its day.")
    date = fields.Date(string="Day", default=lambda self: (
        self.env.company._get_collection_day()))
    description = fields.Html(string="Instructions")
    mail_template_id = fields.Many2one(
        "mail.template", string="E-mail template",
        domain="[('model', '=', 'collection.action')]")
    subject = fields.Char()
    body = fields.Html(string="Text")
    attach_invoices = fields.Boolean()
    attach_statement = fields.Boolean()

    conflict = fields.Char(compute="_compute_conflict")
    move = fields.Boolean(string="Take these items out of it")

    @api.depends("item_ids")
    def _compute_customer_ids(self):
        for draft in self:
            customers = draft._get_customers()
            draft.customer_ids = customers
            draft.lang = customers._get_collection_langs(
                draft._get_company())[customers.id] if len(customers) == 1 else False

    def _get_customers(self):
        """:return: the customers that it is for"""
        return self.item_ids.partner_id.commercial_partner_id._origin

    def _get_company(self):
        return self.item_ids.company_id[:1]._origin or self.env.company

    @api.depends_context("lang")
    @api.depends("item_ids")
    def _compute_conflict(self):
        for draft in self:
            draft.conflict = draft._describe_conflict()

    def _describe_conflict(self):
        """:return: str, translated list of the items in other excluding actions; False for none
            (B34)"""
        items = self.item_ids._origin.sudo()
        others = self.env["collection.action"].sudo()._find_excluding(items)
        return "\n".join(self.env._(
            "%(items)s: in “%(action)s” of %(day)s.", action=other.name,
            items=(other.item_ids & items)._name_items(),
            day=format_date(self.env, other.date)) for other in others) or False

    # === COPYING === #

    @api.onchange("source")
    def _onchange_source(self):
        for source, field in (("step", "copied_step_id"), ("template", "copied_template_id"),
                              ("earlier", "copied_action_id")):
            if self.source != source:
                self[field] = False

    @api.onchange("copied_step_id", "copied_template_id", "copied_action_id")
    def _onchange_copied(self):
        """Copy the chosen content, its message in the customer's language."""
        copied = self.copied_step_id or self.copied_template_id or self.copied_action_id
        if not copied:
            return
        translated = copied.with_context(lang=self.lang or self.env.lang)
        for name in COPIED:
            self[name] = (translated if name in ("subject", "body") else copied)[name]

    @api.onchange("kind")
    def _onchange_kind(self):
        if not self.is_sent:
            self.mode = "manual"

    # === CREATING === #

    def _prepare_action_vals(self):
        """:return: dict of values of the action, as ``collection.action.create_specific`` takes
            them

        :raise UserError: a message without text
        """
        self.ensure_one()
        template = self.mail_template_id if self.takes_mail_template else (
            self.mail_template_id.browse())
        if self.is_sent and not template and is_html_empty(self.body):
            raise UserError(self.env._("Write the text of the message, or choose a template."))
        vals = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in SPECIFIC_FIELDS & set(self._fields)}
        return {**vals, "mail_template_id": template.id} if self.is_sent else {
            name: value for name, value in vals.items() if name not in OF_MESSAGES}
