from odoo import api, models

from ...tools.customers import find_following, move_all, move_some


class ResPartner(models.Model):
    """Payment plans follow the customer."""

    _inherit = "res.partner"

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        plans = self.env["collection.payment.plan"]
        move_all(plans, changes)
        move_some(plans, find_following(plans, changes))
