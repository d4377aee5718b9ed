from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """What a company decides for its interactive messages."""

    _inherit = "res.config.settings"

    collection_link_days = fields.Integer(
        related="company_id.collection_link_days", readonly=False)
    collection_payment_days = fields.Integer(
        related="company_id.collection_payment_days", readonly=False)
