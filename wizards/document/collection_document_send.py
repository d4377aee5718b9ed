from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionDocumentSend(models.TransientModel):
    """Dialog that writes to contributors by hand: what the template offers, or the link again."""

    _name = "collection.document.send"
    _description = "Write to Contributors"
    _inherit = ["collection.dialog"]

    request_id = fields.Many2one(
        "collection.document.request", required=True, readonly=True,
        default=lambda self: self.env.context.get("active_id"))
    template_id = fields.Many2one(related="request_id.template_id", related_sudo=False)
    automation_id = fields.Many2one(
        "collection.document.automation", string="What", compute="_compute_automation_id",
        store=True, readonly=False,
        domain="[('template_id', '=', template_id), ('trigger', '=', 'button')]",
        help="Empty: the personal link once more.")
    contributor_ids = fields.Many2many(
        "collection.document.contributor", string="To", compute="_compute_contributor_ids",
        store=True, readonly=False,
        domain="[('request_id', '=', request_id), ('state', '!=', 'removed')]")

    @api.depends("request_id")
    def _compute_automation_id(self):
        for wizard in self:
            wizard.automation_id = wizard.template_id._get_automations("button")[:1]

    @api.depends("request_id")
    def _compute_contributor_ids(self):
        for wizard in self:
            wizard.contributor_ids = wizard.request_id._get_active_contributors().filtered(
                lambda contributor: contributor._get_owed_items())

    def action_send(self):
        """Do what was chosen.

        :raise UserError: nobody was chosen or can be reached; the request is paused or over
        """
        self.ensure_one()
        if self.automation_id:
            return self.request_id.action_run_automation(self.automation_id)
        if not self.contributor_ids:
            raise UserError(self.env._("Choose whom to write to."))
        return self.contributor_ids.action_send_link()
