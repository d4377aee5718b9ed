from odoo import fields, models

from ...tools.dialogs import RELOAD


class CollectionReplyPass(models.TransientModel):
    """Dialog that passes replies on to a colleague."""

    _name = "collection.reply.pass"
    _description = "Pass a Reply On"
    _inherit = ["collection.dialog"]

    reply_ids = fields.Many2many("collection.reply", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="To", domain="[('share', '=', False)]")
    customer_id = fields.Many2one(
        "res.partner", string="It is of", help="Another customer wrote it.")
    note = fields.Text(help="They read it with the reply.")

    def action_apply(self):
        """Pass them on.

        :return: the page is loaded anew
        :raise UserError: no colleague, or one of them was dealt with already
        :raise AccessError: neither the owner nor in charge of the customer
        """
        self.ensure_one()
        if self.customer_id:
            self.reply_ids.give_to(self.customer_id)
        else:
            self.reply_ids.pass_on(self.user_id, self.note or "")
        return RELOAD
