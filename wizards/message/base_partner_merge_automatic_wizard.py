from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging doubles that both received the same message: both are kept."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self._renumber_dispatches((src_partners | dst_partner).ids)
        super()._update_foreign_keys(src_partners, dst_partner)

    def _renumber_dispatches(self, partner_ids):
        """Tell apart what left for the same action to contacts that are one from now on: the
        core would delete it otherwise."""
        dispatches = self.env["collection.dispatch"]
        dispatches.flush_model()
        self.env.cr.execute(SQL(
            """
            WITH sent AS (
                SELECT id, action_id, channel,
                       row_number() OVER (
                           PARTITION BY action_id, channel, occurrence ORDER BY id) AS place
                  FROM collection_dispatch WHERE partner_id = ANY(%s)),
            doubled AS (
                SELECT id, row_number() OVER (PARTITION BY action_id, channel ORDER BY id) + (
                       SELECT max(other.occurrence) FROM collection_dispatch AS other
                        WHERE other.action_id = sent.action_id
                          AND other.channel = sent.channel) AS occurrence
                  FROM sent WHERE place > 1)
            UPDATE collection_dispatch AS dispatch SET occurrence = doubled.occurrence
              FROM doubled WHERE doubled.id = dispatch.id
            """, list(partner_ids)))
        dispatches.invalidate_model(["occurrence"])
