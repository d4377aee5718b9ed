from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What a company decides for its collecting."""

    _inherit = "res.config.settings"

    collection_manager_id = fields.Many2one(
        related="company_id.collection_manager_id", readonly=False)
    collection_scenario_id = fields.Many2one(
        related="company_id.collection_scenario_id", readonly=False)
