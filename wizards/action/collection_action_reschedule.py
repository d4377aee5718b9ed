from odoo import api, fields, models


class CollectionActionReschedule(models.TransientModel):
    """Dialog that moves an action to another day."""

    _name = "collection.action.reschedule"
    _description = "Move a Collection Action to Another Day"
    _inherit = ["collection.dialog"]

    action_id = fields.Many2one("collection.action", required=True, readonly=True)
    deadline = fields.Date(related="action_id.deadline", related_sudo=False)
    date = fields.Date(
        string="New day", compute="_compute_date", store=True, readonly=False)
    moves_deadline = fields.Boolean(compute="_compute_moves_deadline")

    @api.depends("action_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.action_id.postpone_to or wizard.action_id.date

    @api.depends("date", "deadline")
    def _compute_moves_deadline(self):
        for wizard in self:
            wizard.moves_deadline = bool(
                wizard.deadline and wizard.date and wizard.date > wizard.deadline)

    def action_apply(self):
        """Move the action.

        :raise UserError: it is closed meanwhile
        """
        self.ensure_one()
        self.action_id.reschedule(self.date)
        return {"type": "ir.actions.act_window_close"}
