from odoo import fields, models


class CollectionPaymentPlanLine(models.Model):
    """An instalment of a payment plan, as it was offered."""

    _name = "collection.payment.plan.line"
    _description = "Instalment of a Payment Plan"
    _inherit = ["collection.owned"]
    _order = "plan_id, date"
    _owner_fields = ("plan_id",)

    plan_id = fields.Many2one(
        "collection.payment.plan", required=True, index=True, ondelete="restrict", readonly=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    _amount_check = models.Constraint("CHECK(amount > 0)", "An instalment is above zero.")
    _day_unique = models.Constraint("UNIQUE(plan_id, date)", "One instalment a day.")
