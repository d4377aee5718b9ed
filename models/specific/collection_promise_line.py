from odoo import fields, models


class CollectionPromiseLine(models.Model):
    """An instalment of a promise."""

    _name = "collection.promise.line"
    _description = "Promised Instalment"
    _inherit = ["collection.owned"]
    _order = "promise_id, date"
    _owner_fields = ("promise_id",)

    promise_id = fields.Many2one(
        "collection.promise", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="promise_id.currency_id")
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    _amount_check = models.Constraint("CHECK(amount > 0)", "An instalment is above zero.")
    _day_unique = models.Constraint("UNIQUE(promise_id, date)", "One instalment a day.")
