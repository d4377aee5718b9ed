from odoo import fields, models

from ...tools.dialogs import CLOSE


class CollectionLimitationWithdraw(models.TransientModel):
    """Dialog that withdraws an interruption of limitation, with a reason."""

    _name = "collection.limitation.withdraw"
    _description = "Withdraw an Interruption of Limitation"
    _inherit = ["collection.dialog"]

    interruption_id = fields.Many2one(
        "collection.limitation.interruption", required=True, readonly=True)
    reason = fields.Text(help="Stays in the customer's history.")

    def action_apply(self):
        """Withdraw it.

        :raise UserError: no reason, or withdrawn already
        """
        self.ensure_one()
        self.interruption_id.withdraw(self.reason or "")
        return CLOSE
