from odoo import fields, models


class CollectionDocumentSteer(models.TransientModel):
    """Dialog that asks why a request is paused, refused or cancelled (C-025)."""

    _name = "collection.document.steer"
    _description = "Steer a Document Request"
    _inherit = ["collection.dialog"]

    request_ids = fields.Many2many("collection.document.request", required=True, readonly=True)
    purpose = fields.Selection(
        [("pause", "Pause"), ("refuse", "Refuse"), ("cancel", "Cancel")],
        required=True, readonly=True)
    answers_action = fields.Boolean(compute="_compute_answers_action")
    reason = fields.Text()

    def _compute_answers_action(self):
        for wizard in self:
            wizard.answers_action = bool(wizard.request_ids.action_id)

    def action_apply(self):
        """Execute the command chosen.

        :raise UserError: a reason is missing, or a request does not allow it now
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        getattr(self.request_ids, f"action_{self.purpose}")(reason)
        return {"type": "ir.actions.act_window_close"}
