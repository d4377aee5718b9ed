from odoo import models


class ResUsers(models.Model):
    """Who acts on the portal for whom: for oneself, or for one's firm."""

    _inherit = "res.users"

    def _search_portal_holders(self, partners):
        """:return: users who act for one of these partners, as themselves or as their firm"""
        if not partners:
            return self.browse()
        return self.sudo().search([
            "|", ("partner_id", "in", partners.ids),
            ("partner_id.commercial_partner_id", "in", partners.ids)])

    def _get_held_partners(self):
        """:return: the ``res.partner`` for whom the user acts: own person, and own firm"""
        self.ensure_one()
        return self.partner_id | self.partner_id.commercial_partner_id

    def _holds_for(self, partner, company):
        """:return: whether the user acts for the partner, in the company"""
        self.ensure_one()
        return partner in self._get_held_partners() and company in self.company_ids
