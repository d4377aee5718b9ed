from odoo import fields, models

from ...models.specific.collection_dispute import RESULTS


class CollectionDisputeResolve(models.TransientModel):
    """Dialog that resolves a dispute, with its result."""

    _name = "collection.dispute.resolve"
    _description = "Resolve a Dispute"
    _inherit = ["collection.dialog"]

    dispute_id = fields.Many2one("collection.dispute", required=True, readonly=True)
    description = fields.Text(related="dispute_id.description", related_sudo=False)
    result = fields.Selection(RESULTS)
    comment = fields.Text(help="Findings; stays in the customer's history.")

    def action_apply(self):
        """Resolve it; its items return to the scenario.

        :raise UserError: no result, or it is resolved already
        """
        self.ensure_one()
        self.dispute_id.resolve(self.result, self.comment or "")
        return {"type": "ir.actions.act_window_close"}
