from odoo import fields, models


class CollectionPaymentPlanWithdraw(models.TransientModel):
    """Dialog that withdraws the offer of a payment plan, with a reason."""

    _name = "collection.payment.plan.withdraw"
    _description = "Withdraw a Payment Plan"
    _inherit = ["collection.dialog"]

    plan_id = fields.Many2one("collection.payment.plan", required=True, readonly=True)
    reason = fields.Text(help="Stays in the customer's history.")

    def action_apply(self):
        """Withdraw it: it cannot be accepted any more.

        :raise UserError: no reason, or it is no longer offered
        """
        self.ensure_one()
        self.plan_id.withdraw(self.reason or "")
        return {"type": "ir.actions.act_window_close"}
