from odoo import fields, models


class CollectionAnswerRefuse(models.TransientModel):
    """Dialog that refuses answers, with a reason."""

    _name = "collection.answer.refuse"
    _description = "Refuse Answers"
    _inherit = ["collection.dialog"]

    answer_ids = fields.Many2many("collection.answer", required=True, readonly=True)
    reason = fields.Text(help="Stays in the customer's history; the sender does not see it.")

    def action_apply(self):
        """Refuse them.

        :raise UserError: no reason is given, or one of them was checked in the meantime
        """
        self.ensure_one()
        self.answer_ids.refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
