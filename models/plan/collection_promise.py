from odoo import fields, models

from ...tools.records import in_company_language
from . import plan_text


class CollectionPromise(models.Model):
    """A promise that an accepted payment plan is: broken, it takes the plan along."""

    _inherit = "collection.promise"

    payment_plan_ids = fields.One2many(
        "collection.payment.plan", "promise_id", string="Payment plan", readonly=True)

    def _notify_broken(self):
        """The default clause: all that is still owed is due at once."""
        super()._notify_broken()
        for plan in self.payment_plan_ids:
            plan._trace("plan_broken", text=plan_text.describe_default(
                in_company_language(plan, plan.company_id)))
