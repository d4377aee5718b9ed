from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionActionSkip(models.TransientModel):
    """Dialog that leaves actions out, with a reason; their scenario goes on (E6)."""

    _name = "collection.action.skip"
    _description = "Skip Collection Actions"
    _inherit = ["collection.dialog"]

    action_ids = fields.Many2many("collection.action", required=True, readonly=True)
    count = fields.Integer(compute="_compute_count")
    reason = fields.Text(help="Stays in the customer's history.")

    @api.depends("action_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.action_ids)

    def action_apply(self):
        """Skip them.

        :raise UserError: no reason is given, or one of them is closed meanwhile
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why: the reason stays in the customer's history."))
        self.action_ids.skip(reason)
        return {"type": "ir.actions.act_window_close"}
