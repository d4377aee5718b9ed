from odoo import fields, models


class CollectionPromiseCancel(models.TransientModel):
    """Dialog that cancels a promise, with a reason."""

    _name = "collection.promise.cancel"
    _description = "Cancel a Promise to Pay"
    _inherit = ["collection.dialog"]

    promise_id = fields.Many2one("collection.promise", required=True, readonly=True)
    reason = fields.Text(help="Stays in the customer's history.")

    def action_apply(self):
        """Cancel it; its items return to the scenario.

        :raise UserError: no reason, or it is no longer awaited
        """
        self.ensure_one()
        self.promise_id.cancel(self.reason or "")
        return {"type": "ir.actions.act_window_close"}
