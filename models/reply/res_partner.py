from odoo import api, models

from ...tools.clauses import join_clauses
from ...tools.customers import move_all


class ResPartner(models.Model):
    """The customer's replies, on the page before a call."""

    _inherit = "res.partner"

    def _get_collection_heads(self, company):
        heads = super()._get_collection_heads(company)
        replies = self.env["collection.reply"].search_fetch(
            [("customer_id", "in", list(heads)), ("company_id", "=", company.id),
             ("state", "=", "open")], ["customer_id", "text", "subject"]).grouped("customer_id")
        for customer, own in replies.items():
            heads[customer.id]["replies"] = join_clauses(
                self.env, (reply.excerpt or reply.subject or "–" for reply in own[:2]))
        return heads

    def action_open_collection_replies(self):
        """:return: window action on the customer's replies"""
        return self._open_collection_list("collection_reply_action")

    # === IDENTITY === #
    # Replies follow the customer.

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        move_all(self.env["collection.reply"], changes)
