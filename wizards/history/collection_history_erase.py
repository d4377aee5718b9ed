from odoo import fields, models


class CollectionHistoryErase(models.TransientModel):
    """Dialog that erases texts of the history, as the law may ask, with the reason."""

    _name = "collection.history.erase"
    _description = "Erase a Text"
    _inherit = ["collection.dialog"]

    row_ids = fields.Many2many("collection.history", required=True, readonly=True)
    reason = fields.Text(help="Stays in the history, with your name and the moment.")

    def action_apply(self):
        """Erase them, and their copies.

        :raise AccessError: the user is not a collection manager
        :raise UserError: no reason is given
        """
        self.ensure_one()
        self.row_ids.erase_text(self.reason)
        return {"type": "ir.actions.act_window_close"}
