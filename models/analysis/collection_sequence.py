from odoo import api, fields, models


class CollectionSequence(models.Model):
    """What a case brought, and what it cost."""

    _inherit = "collection.sequence"

    collected = fields.Monetary(
        compute="_compute_result",
        help="Paid on its items since it was launched, until it ended; credit notes are no "
        "payment.")
    cost = fields.Monetary(
        string="Costs", compute="_compute_result",
        help="Fees and costs that were noted on it.")
    net_collected = fields.Monetary(
        string="Collected less costs", compute="_compute_result")

    @api.depends("cost_ids.company_amount", "item_ids", "state")
    def _compute_result(self):
        known = self._origin.sudo()
        results = self.env["collection.analysis.sequence"].sudo()._read_results(
            known) if known else {}
        for sequence in self:
            result = results.get(sequence._origin.id, {})
            sequence.collected = result.get("collected", 0)
            sequence.cost = result.get("cost", 0)
            sequence.net_collected = result.get("net", 0)
