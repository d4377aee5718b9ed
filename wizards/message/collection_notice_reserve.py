from odoo import fields, models


class CollectionNoticeReserve(models.TransientModel):
    """Dialog that lets a formal notice leave although a rate is missing, with a reason."""

    _name = "collection.notice.reserve"
    _description = "Reserve the Interest of a Formal Notice"
    _inherit = ["collection.dialog"]

    action_id = fields.Many2one("collection.action", required=True, readonly=True)
    reason = fields.Text(help="Stays in the customer's history.")

    def action_apply(self):
        """Reserve the interest of the days whose rate is missing.

        :raise UserError: no reason, or the action is closed or no formal notice
        """
        self.ensure_one()
        self.action_id.reserve_interest(self.reason or "")
        return {"type": "ir.actions.act_window_close"}
