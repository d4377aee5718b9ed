from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionDocumentStart(models.TransientModel):
    """Dialog that asks for the documents of a template: of whom, until when (C-005, C-016)."""

    _name = "collection.document.start"
    _description = "Request Documents"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_id": "action_id"}

    action_id = fields.Many2one("collection.action", readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    customer_id = fields.Many2one(
        "res.partner", required=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]")
    template_id = fields.Many2one(
        "collection.document.template", string="Documents", required=True,
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]")
    note = fields.Text(related="template_id.note", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner", string="Primary recipient", compute="_compute_partner_id", store=True,
        readonly=False)
    email = fields.Char(related="partner_id.email", related_sudo=False)
    due = fields.Date(
        string="Due on", compute="_compute_due", store=True, readonly=False)
    notify = fields.Boolean(
        string="Notify the recipient", compute="_compute_notify", store=True, readonly=False,
        help="Writes an e-mail with the personal link.")
    notify_always = fields.Boolean(
        compute="_compute_notify", store=True,
        help="The template has an automation that writes to whoever is invited.")
    line_ids = fields.One2many(
        "collection.document.start.line", "start_id", string="Contributors",
        compute="_compute_line_ids", store=True, readonly=False)
    function_ids = fields.Many2many(
        related="template_id.contributor_function_ids", related_sudo=False)

    @api.depends("action_id")
    @api.depends_context("company")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.action_id.company_id or self.env.company

    @api.depends("customer_id", "action_id")
    def _compute_partner_id(self):
        for wizard in self:
            customer = wizard.customer_id.commercial_partner_id.with_company(wizard.company_id)
            wizard.partner_id = customer._get_collection_contact() or customer

    @api.depends("template_id", "action_id")
    def _compute_due(self):
        for wizard in self:
            today = wizard.company_id._get_collection_day()
            deadline = wizard.action_id.deadline
            wizard.due = (
                deadline if deadline and deadline >= today
                else wizard.template_id and today + timedelta(days=wizard.template_id.due_days))

    @api.depends("template_id")
    def _compute_notify(self):
        for wizard in self:
            wizard.notify_always = wizard.template_id._writes_to_invited()
            wizard.notify = True

    @api.depends("template_id", "customer_id", "action_id")
    def _compute_line_ids(self):
        for wizard in self:
            holders = wizard._get_holders()
            wizard.line_ids = [fields.Command.clear(), *(fields.Command.create({
                "function_id": line.function_id.id,
                "partner_id": holders[line.function_id].id, "notify": True,
            }) for line in wizard.template_id.function_ids)]

    def _get_holders(self):
        """Who holds the template's functions: in the sequence, else for the customer, else by
        default; never the primary recipient, who contributes already.

        :return: dict of ``res.partner``, empty for nobody, by ``collection.function``
        """
        company = self.company_id
        sequence = self.action_id.sudo().sequence_id
        known = sequence._get_holders() if sequence else {
            participant.function_id: participant.partner_id
            for participant in self.customer_id._get_collection_participants(company)}
        return {
            function: (known.get(function) or function._get_usual_holder(
                self.customer_id._origin)).sudo(False) - self.partner_id._origin
            for function in self.template_id.function_ids.function_id.with_company(company)}

    def action_start(self):
        """Start the request, invite whoever is named, and open it.

        :return: window action on the request
        :raise UserError: what is missing; see ``collection.document.request.start`` and
            ``invite``
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        if not self.due or self.due < self.company_id._get_collection_day():
            raise UserError(self.env._("Choose the day by which the documents are due."))
        request = self.env["collection.document.request"].with_company(self.company_id).start(
            self.template_id, self.customer_id, partner=self.partner_id, action=self.action_id,
            due=self.due, notify=self.notify)
        for line in self.line_ids.filtered("partner_id"):
            request.invite(line.function_id, line.partner_id, notify=line.notify)
        return request.action_open()


class CollectionDocumentStartLine(models.TransientModel):
    """Somebody who will contribute besides the primary recipient."""

    _name = "collection.document.start.line"
    _description = "Contributor of a Request to Start"
    _inherit = ["collection.dialog"]
    _order = "id"

    start_id = fields.Many2one("collection.document.start", required=True, ondelete="cascade")
    function_id = fields.Many2one("collection.function", string="Contributes as", required=True)
    partner_id = fields.Many2one("res.partner", string="Contact")
    email = fields.Char(related="partner_id.email", related_sudo=False)
    notify = fields.Boolean(default=True)
    notify_always = fields.Boolean(compute="_compute_notify_always")
    problem = fields.Char(string="To check", compute="_compute_problem")

    @api.depends("function_id", "start_id.template_id")
    def _compute_notify_always(self):
        for line in self:
            line.notify_always = line.start_id.template_id._writes_to_invited(
                line.function_id._origin)

    @api.depends_context("lang")
    @api.depends("partner_id.email", "partner_id.active", "start_id.partner_id")
    def _compute_problem(self):
        for line in self:
            line.problem = line._find_problem()

    def _find_problem(self):
        """:return: translated text, what keeps the contact from contributing; or False"""
        if not self.partner_id:
            return self.env._("Nobody yet: invite them later")
        if not self.partner_id.active:
            return self.env._("This contact is archived")
        if self.partner_id == self.start_id.partner_id:
            return self.env._("Is the primary recipient")
        return not self.email and self.env._("No e-mail address")
