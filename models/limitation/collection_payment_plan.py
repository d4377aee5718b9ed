from odoo import models

from ...tools.records import in_company_language
from .collection_limitation_interruption import Fact


class CollectionPaymentPlan(models.Model):
    """A plan that the debtor has accepted recognises the debt (Code civil, art. 2240)."""

    _inherit = "collection.payment.plan"

    def _on_plan_accepted(self):
        """The limitation of the debts starts anew on the day of the acceptance."""
        super()._on_plan_accepted()
        interruptions = self.env["collection.limitation.interruption"]
        interruptions._note_all([Fact(
            plan.item_ids, "recognition", plan.accepted_on,
            note=in_company_language(plan, plan.company_id)._get_name(),
            on_behalf=plan._get_on_behalf()) for plan in self])
