from odoo import api, models


class CollectionPlanMark(models.Model):
    """Who was planned anew is also read anew for the list of debtors."""

    _inherit = "collection.plan.mark"

    @api.model
    def _forget(self, marks):
        if marks:
            self.env["collection.debtor.mark"]._add_planned(marks)
            self.env["collection.debtor"]._refresh_soon()
        return super()._forget(marks)
