from odoo import fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Customers are searched by the number of their open sequences."""

    _inherit = "res.partner"

    collection_sequence_count = fields.Integer(search="_search_collection_sequence_count")

    def _search_collection_sequence_count(self, operator, value):
        self.env["collection.sequence"].flush_model(["customer_id", "state"])
        query = SQL(
            "(SELECT sequence.customer_id, count(*) AS under_way"
            "   FROM collection_sequence AS sequence"
            "  WHERE sequence.state IN ('running', 'paused') GROUP BY sequence.customer_id)")
        return self._search_figure(query, "under_way", operator, value, 0)
