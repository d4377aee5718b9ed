from odoo import models


class CollectionPaymentPlan(models.Model):
    """A plan that the debtor has accepted recognises the debt (Code civil, art. 2240)."""

    _inherit = "collection.payment.plan"

    def _on_plan_accepted(self):
        """The limitation of the debts starts anew on the day of the acceptance."""
        super()._on_plan_accepted()
        interruptions = self.env["collection.limitation.interruption"]
        for plan in self:  # a debtor accepts one
            interruptions._note(
                plan.item_ids, "recognition", plan.accepted_on, note=plan.display_name)
