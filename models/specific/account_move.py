from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices open the wizard *Change status* for their items."""

    _inherit = "account.move"

    def action_open_collection_wizard(self):
        """Button *Change status…* of invoices, one or many.

        :return: window action on the wizard, for their open items
        :raise UserError: nothing is left on them
        :raise AccessError: a customer outside of the user's portfolio
        """
        lines = self._get_collection_lines()
        if not lines:
            raise UserError(self.env._(
                "Nothing is open on what you chose: choose posted customer invoices that are "
                "not paid yet."))
        return lines.action_open_collection_wizard()
