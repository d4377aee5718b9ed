from odoo import models


class CollectionHistory(models.Model):
    """What a person does shows in the list of debtors as soon as it is done."""

    _inherit = "collection.history"

    def _append_many(self, vals_lists):
        rows = super()._append_many(vals_lists)
        self.env["collection.debtor"]._refresh_at_commit(
            {(customer.id, company.id) for customer, company in vals_lists})
        return rows
