from odoo import api, fields, models

from .claim.res_partner_penalty import SWITCHES


class ResConfigSettings(models.TransientModel):
    """What a company claims from customers that pay late, where the customer says nothing."""

    _inherit = "res.config.settings"

    collection_penalty_regime = fields.Selection(
        related="company_id.collection_penalty_regime", readonly=False, required=True)
    collection_penalties = fields.Boolean(
        string="Late-payment interest", compute="_compute_collection_switches",
        inverse="_inverse_collection_switches",
        help="For customers whose own switch follows the default; never for consumers.")
    collection_indemnity = fields.Boolean(
        string="Fixed indemnity", compute="_compute_collection_switches",
        inverse="_inverse_collection_switches",
        help="For customers whose own switch follows the default; never for consumers.")

    @api.depends("company_id")
    def _compute_collection_switches(self):
        for settings in self:
            partner = self.env["res.partner"].sudo().with_company(settings.company_id)
            for name in SWITCHES:
                settings[name] = partner._fields[name].get_company_dependent_fallback(partner)

    def _inverse_collection_switches(self):
        for settings in self:
            # both are read first: to set a default empties the cache that holds them
            for name, value in [(name, settings[name]) for name in SWITCHES]:
                self.env["ir.default"].sudo().set(
                    "res.partner", name, value, company_id=settings.company_id.id)
