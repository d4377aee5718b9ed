from odoo import models


class AccountMoveLine(models.Model):
    """What a customer says of open items is noted from the statement of account."""

    _inherit = "account.move.line"

    def action_promise(self):
        """Button *Promise…* of the statement, for the ticked items.

        :return: window action on the dialog that records a promise on these items
        :raise UserError: none is chosen, one is settled, or they are of several customers
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_agreement("promise", self.env._("Promise to pay"))

    def action_dispute(self):
        """Button *Dispute…* of the statement, for the ticked items.

        :return: window action on the dialog that opens a dispute on these items
        :raise UserError: none is chosen, one is settled, or they are of several customers
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_agreement("dispute", self.env._("Dispute"))

    def _open_agreement(self, purpose, name):
        self._check_open_items()
        customer, company = self.sudo()._get_single_customer()
        return customer.with_env(self.env)._open_call_dialog(name, **{
            "default_purpose": purpose, "default_company_id": company.id,
            f"default_{purpose}s": True, f"default_{purpose}_item_ids": self.ids})
