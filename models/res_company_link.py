from odoo import fields, models


class ResCompany(models.Model):
    """What a company decides for its interactive messages."""

    _inherit = "res.company"

    collection_link_days = fields.Integer(
        string="Validity of personal links", default=30, required=True,
        help="Days for which the link of an interactive message shows what it shows.")
    collection_payment_days = fields.Integer(
        string="Delay of payments", default=5, required=True,
        help="Days until a payment that a customer says was made should have arrived. The "
        "scenario is silent meanwhile.")

    _collection_link_days_check = models.Constraint(
        "CHECK(collection_link_days > 0)", "A personal link is valid for one day at least.")
    _collection_payment_days_check = models.Constraint(
        "CHECK(collection_payment_days >= 0)", "The delay of payments cannot be negative.")
