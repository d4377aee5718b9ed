from odoo import models

from ...tools.customers import CustomerChange


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging doubles: what is known of customers follows, before the core's own SQL.

    The core sends foreign keys round and looks for constraints on the way, not for unique
    indexes. So nothing of a customer is left for it to send.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        partners = self.env["res.partner"]
        current = dst_partner.commercial_partner_id.id
        formers = {partner.id: partner.commercial_partner_id.id for partner in src_partners}
        partners._change_collection_customers([
            CustomerChange(partner, current, whole=True)
            for partner, former in formers.items() if partner == former], review=False)
        super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()
        self._recompute_commercial_partners(dst_partner)
        partners._change_collection_customers([
            CustomerChange(former, current)
            for former in {former for partner, former in formers.items() if partner != former}
            if former != current])
        dst_partner.commercial_partner_id.sudo()._review_collection()

    def _recompute_commercial_partners(self, dst_partner):
        """The core gives contacts of a merged company the surviving contact as their commercial
        entity, even where that one belongs to a company itself."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        family = partners.search([("id", "child_of", dst_partner.id)])
        self.env.add_to_compute(partners._fields["commercial_partner_id"], family)
        family.mapped("commercial_partner_id")
