from odoo import api, models

from ...tools.dialogs import open_dialog


class ResPartner(models.Model):
    """The list of debtors follows whoever becomes another customer."""

    _inherit = "res.partner"

    # === BUTTONS === #

    def action_open_collection_statement(self):
        """Button *Send or download a statement…*.

        :return: window action on the dialog
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        customer._check_collection_portfolio()
        return open_dialog("collection.debtor.statement", self.env._("Statements of account"),
                           default_customer_ids=customer.ids)

    # === IDENTITY === #

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        debtors = self.env["collection.debtor"].search([
            ("customer_id", "in", [change.former for change in changes])])
        debtors._refresh_at_commit(
            {(debtor.customer_id.id, debtor.company_id.id) for debtor in debtors})
