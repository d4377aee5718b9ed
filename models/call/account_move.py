from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What a customer says of invoices is noted from them."""

    _inherit = "account.move"

    def action_promise(self):
        """Button *Promise…* of invoices of one customer.

        :return: window action on the dialog that records a promise on what is open of them
        :raise UserError: nothing is open on them, or they are of several customers
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._get_agreed_lines().action_promise()

    def action_dispute(self):
        """Button *Dispute…* of invoices of one customer.

        :return: window action on the dialog that opens a dispute on what is open of them
        :raise UserError: nothing is open on them, or they are of several customers
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._get_agreed_lines().action_dispute()

    def _get_agreed_lines(self):
        lines = self._get_collection_lines()
        if not lines:
            raise UserError(self.env._(
                "Nothing is open on what you chose: choose posted customer invoices that are "
                "not paid yet."))
        return lines
