from odoo import fields, models

from ..people.res_partner import COLLECTORS


class ResPartner(models.Model):
    """What the customer answered and what it can see, from its form."""

    _inherit = "res.partner"

    collection_answer_count = fields.Integer(
        string="Answers to check", compute="_compute_collection_answer_count", groups=COLLECTORS)

    def _compute_collection_answer_count(self):
        counts = dict(self.env["collection.answer"]._read_group(
            [("customer_id", "in", self.ids), ("state", "=", "waiting")],
            ["customer_id"], ["__count"]))
        for partner in self:
            partner.collection_answer_count = counts.get(partner, 0)

    def action_open_collection_answers(self):
        """:return: window action on the customer's answers"""
        return self._open_collection_list("collection_answer_action")

    def action_open_collection_links(self):
        """:return: window action on the personal links that were sent for the customer"""
        return self._open_collection_list("collection_link_action")

    def _open_collection_list(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"account_collection.{name}")
        return {
            **action, "context": {},
            "domain": [("customer_id", "=", self.commercial_partner_id.id)],
        }
