from odoo import api, models
from odoo.fields import Domain

from ...tools.customers import find_following, move_all, move_some
from ..item import open_items


class ResPartner(models.Model):
    """A customer of another kind has items of another limitation."""

    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint({"collection_claim_kind", "collection_debtor_kind"}):
            self.sudo()._work_out_item_limitations()
        return result

    def _work_out_item_limitations(self):
        items = self.env["account.move.line"].search(
            open_items.UNRECONCILED & Domain("amount_residual_currency", ">", 0)
            & Domain("partner_id.commercial_partner_id", "in", self.ids))
        for company, own in items.grouped("company_id").items():
            own._work_out_limitations(company)

    # === IDENTITY === #

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        facts = self.env["collection.limitation.interruption"]
        move_all(facts, changes)
        move_some(facts, find_following(facts, changes))
