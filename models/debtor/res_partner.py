from odoo import api, models


class ResPartner(models.Model):
    """The list of debtors follows whoever becomes another customer."""

    _inherit = "res.partner"

    # === IDENTITY === #

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        debtors = self.env["collection.debtor"].search([
            ("customer_id", "in", [change.former for change in changes])])
        debtors._refresh_at_commit(
            {(debtor.customer_id.id, debtor.company_id.id) for debtor in debtors})
