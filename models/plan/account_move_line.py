from odoo import models

from ...tools.dialogs import open_dialog


class AccountMoveLine(models.Model):
    """A payment plan is offered from the statement of account."""

    _inherit = "account.move.line"

    def action_offer_plan(self):
        """Button *Payment plan…* of the statement, for the ticked items.

        :return: window action on the dialog that offers a plan for them
        :raise UserError: none is chosen, one is settled, or they are of several customers
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_plan_offer()

    def _open_plan_offer(self, **defaults):
        """:param defaults: context of the dialog"""
        self._check_open_items()
        customer, company = self.sudo()._get_single_customer()
        return open_dialog(
            "collection.payment.plan.offer", self.env._("Payment plan"),
            default_customer_id=customer.id, default_company_id=company.id,
            default_item_ids=self.ids, **defaults)
