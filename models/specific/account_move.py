from odoo import models
from odoo.exceptions import UserError

from ...tools.dialogs import open_dialog


class AccountMove(models.Model):
    """Invoices open the wizard *Change status* for their items, and the report of a dispute."""

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

    def action_open_dispute_report(self):
        """Button *Report a dispute…* of accountants.

        :return: window action on the dialog
        :raise UserError: nothing is left on one of them
        :raise AccessError: the user may not read one of them, or does no invoicing
        """
        self.check_access("read")
        self.env["collection.dispute.report"].check_access("create")
        for move in self:
            if not move.sudo()._get_collection_lines():
                raise UserError(self.env._(
                    "Nothing is open on %(invoice)s: choose posted customer invoices that are "
                    "not paid yet.", invoice=move.display_name))
        return open_dialog(
            "collection.dispute.report", self.env._("Report a dispute"),
            default_move_ids=self.ids)
