from odoo import api, fields, models

from ...tools.dialogs import CLOSE


class CollectionActionKeep(models.TransientModel):
    """Dialog that sends a specific action's message and keeps the action open (A-041)."""

    _name = "collection.action.keep"
    _description = "Send and Keep Open"
    _inherit = ["collection.dialog"]

    action_id = fields.Many2one("collection.action", required=True, readonly=True)
    date = fields.Date(
        string="Next due on", compute="_compute_date", store=True, readonly=False)

    @api.depends("action_id")
    def _compute_date(self):
        for wizard in self:
            company = wizard.action_id.company_id or self.env.company
            today = company._get_collection_day()
            wizard.date = fields.Date.add(max(today, wizard.action_id.date or today), days=7)

    def action_apply(self):
        """Send the message, and reschedule the action to its new day.

        :return: action that closes the dialog, and says so where nothing left
        :raise UserError: it was closed in the meantime, or cannot be sent
        """
        self.ensure_one()
        left = self.action_id.send_and_keep(self.date)
        return CLOSE if left else self.action_id._notify_unsent()
