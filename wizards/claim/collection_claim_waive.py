from odoo import fields, models
from odoo.exceptions import UserError


class CollectionClaimWaive(models.TransientModel):
    """Dialog that waives interest and indemnity of invoices, notes that they were paid, or
    claims them again."""

    _name = "collection.claim.waive"
    _description = "Waive Late-Payment Claims"
    _inherit = ["collection.dialog"]

    move_ids = fields.Many2many("account.move", required=True, readonly=True)
    again = fields.Boolean(readonly=True, help="They were waived, and are claimed again.")
    paid = fields.Boolean(readonly=True, help="They were paid, apart from the invoice.")
    reason = fields.Text(help="Stays in the customer's history.")

    def action_apply(self):
        """Waive the claims, note that they were paid, or claim them again.

        :raise UserError: no reason is given, or an invoice is not paid yet whose claims would be
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why: the reason stays in the customer's history."))
        if self.again:
            self.move_ids.restore_collection_claims(reason)
        elif self.paid:
            self.move_ids.settle_collection_claims(reason)
        else:
            self.move_ids.waive_collection_claims(reason)
        return {"type": "ir.actions.act_window_close"}
