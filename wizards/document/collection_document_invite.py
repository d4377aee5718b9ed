from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize


class CollectionDocumentInvite(models.TransientModel):
    """Dialog that invites somebody to a function of a request: a contact, or the details of a
    new one (C-014 to C-016)."""

    _name = "collection.document.invite"
    _description = "Invite a Contributor"
    _inherit = ["collection.dialog"]

    request_id = fields.Many2one("collection.document.request", required=True, readonly=True)
    function_ids = fields.Many2many("collection.function", compute="_compute_function_ids")
    function_id = fields.Many2one(
        "collection.function", string="Contributes as", required=True,
        domain="[('id', 'in', function_ids)]")
    partner_id = fields.Many2one("res.partner", string="Contact")
    name = fields.Char()
    email = fields.Char(
        string="E-mail", compute="_compute_email", store=True, readonly=False)
    known_email = fields.Char(
        related="partner_id.email", related_sudo=False, string="Address of the contact")
    known_id = fields.Many2one("res.partner", compute="_compute_known_id")
    notify = fields.Boolean(
        string="Notify the recipient", compute="_compute_notify", store=True, readonly=False,
        help="Writes an e-mail with the personal link.")
    notify_always = fields.Boolean(compute="_compute_notify", store=True)

    @api.depends("request_id")
    def _compute_function_ids(self):
        for wizard in self:
            wizard.function_ids = wizard.request_id.available_line_ids.function_id

    @api.depends("partner_id")
    def _compute_email(self):
        for wizard in self:
            wizard.email = wizard.partner_id.email or False

    @api.depends("email", "partner_id")
    def _compute_known_id(self):
        for wizard in self:
            address = not wizard.partner_id and email_normalize(wizard.email)
            wizard.known_id = address and self.env["res.partner"].search(
                [("email_normalized", "=", address)], limit=1)

    @api.depends("request_id", "function_id")
    def _compute_notify(self):
        for wizard in self:
            wizard.notify_always = wizard.request_id.template_id._writes_to_invited(
                wizard.function_id._origin)
            wizard.notify = wizard.notify_always

    def action_use_known(self):
        """Take the contact who has the address already; the dialog stays open."""
        self.ensure_one()
        self.partner_id = self.known_id
        return {**self.request_id.action_open_invite(), "res_id": self.id}

    def action_invite(self):
        """Invite the contact; a new one is made of the name and the address.

        :raise UserError: no name, no address or none that can be written to; see
            ``collection.document.request.invite``
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.request_id.invite(self.function_id, self._get_partner(), notify=self.notify)
        return {"type": "ir.actions.act_window_close"}

    def _get_partner(self):
        """:return: the contact chosen, with the address entered where it had none; else a new
            one"""
        if self.partner_id.email:
            return self.partner_id
        name = (self.name or "").strip()
        if not self.partner_id and not name:
            raise UserError(self.env._("Choose a contact, or enter a name and an e-mail address."))
        if not email_normalize(self.email):
            raise UserError(self.env._(
                "“%(email)s” is no e-mail address: the invitation would reach nobody.",
                email=self.email or ""))
        if not self.partner_id:
            return self.env["res.partner"].create({
                "name": name, "email": self.email.strip(),
                "lang": self.request_id.customer_id.lang})
        self.partner_id.email = self.email.strip()
        return self.partner_id
