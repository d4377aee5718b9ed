from odoo import models
from odoo.exceptions import AccessError

from ...models.people.res_partner_identity import MERGES
from ...tools.customers import CustomerChange
from ...tools.own_context import with_own

MANAGER = "account_collection.group_collection_manager"


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging doubles: what is known of customers follows, before the core's own SQL.

    The core sends foreign keys round and looks for constraints on the way, not for unique
    indexes. So nothing of a customer is left for it to send.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """:raise AccessError: one of the customers is chased, and the user is no manager"""
        if not self.env.su and not self.env.user.has_group(MANAGER):
            self._check_collection_merge(self.env["res.partner"].browse(partner_ids).exists())
        return super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)

    def _check_collection_merge(self, partners):
        """A merge gives one customer's case to another's collector (X-06). Contacts of one
        customer are merged as ever."""
        customers = partners.commercial_partner_id
        chain = len(customers) > 1 and self.env["collection.history.chain"].sudo().search(
            [("customer_id", "in", customers.ids)], limit=1)
        if chain:
            raise AccessError(self.env._(
                "%(customer)s has a collection history: only a collection manager merges it with "
                "another customer.", customer=chain.customer_id.name))

    def _update_foreign_keys(self, src_partners, dst_partner):
        partners = with_own(self.env["res.partner"], MERGES)
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
