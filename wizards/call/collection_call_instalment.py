from odoo import fields, models


class CollectionCallInstalment(models.TransientModel):
    """An instalment that a customer promises."""

    _name = "collection.call.instalment"
    _description = "Instalment of What a Customer Promises"
    _inherit = ["collection.dialog"]
    _order = "date, id"

    call_id = fields.Many2one("collection.call", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="call_id.currency_id", related_sudo=False)
    date = fields.Date(string="Day", required=True)
    amount = fields.Monetary(required=True)
