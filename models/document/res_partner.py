from odoo import fields, models

from ..access import COLLECTORS


class ResPartner(models.Model):
    """A customer's document requests, counted and opened from the customer's form."""

    _inherit = "res.partner"

    collection_request_count = fields.Integer(
        string="Document requests under way", compute="_compute_collection_request_count",
        groups=COLLECTORS)

    def _compute_collection_request_count(self):
        counts = dict(self.env["collection.document.request"]._read_group(
            [("customer_id", "in", self.ids), ("state", "in", ("open", "paused"))],
            ["customer_id"], ["__count"]))
        for partner in self:
            partner.collection_request_count = counts.get(partner._origin, 0)

    def action_open_collection_requests(self):
        """:return: window action on the customer's document requests"""
        action = self._open_collection_list("collection_document_request_action")
        return {**action, "context": {"default_customer_id": self.commercial_partner_id.id}}

    def action_request_collection_documents(self):
        """:return: window action on the dialog that asks this customer for documents"""
        self.ensure_one()
        return self.env["collection.document.request"]._get_start_action(
            {"default_customer_id": self.commercial_partner_id.id})
