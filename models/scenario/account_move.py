from odoo import api, models

from ...tools.clauses import join_clauses
from ...tools.portfolio import PortfolioChar, PortfolioDate

#: Who reads on an invoice what is done about it: accountants too, and nothing beyond that.
READERS = "account.group_account_invoice,account_collection.group_collection_user"


class AccountMove(models.Model):
    """An invoice says what is done about it: to accountants of every customer, to collectors of
    their own."""

    _inherit = "account.move"

    collection_shown_status = PortfolioChar(
        string="Collection", compute="_compute_collection_shown", groups=READERS,
        help="What is known of its open items.")
    collection_shown_next = PortfolioChar(
        string="Next step", compute="_compute_collection_shown", groups=READERS,
        help="What comes next on its open items, or why nothing does.")
    collection_shown_promise = PortfolioDate(
        string="Promised day", compute="_compute_collection_shown", groups=READERS)
    collection_shown_dispute = PortfolioChar(
        string="Dispute", compute="_compute_collection_shown", groups=READERS,
        help="Why the customer disputes it, and since when.")

    @api.depends_context("lang")
    @api.depends("state", "line_ids.amount_residual", "line_ids.collection_status_id",
                 "line_ids.collection_promise_date")
    def _compute_collection_shown(self):
        shown = self._origin.filtered(lambda move: (
            move.state == "posted" and move.is_sale_document(include_receipts=True)))
        lines = shown._get_collection_lines()
        disputes = lines._describe_disputes()
        own = lines.grouped("move_id")
        for move in self:
            items = own.get(move._origin, lines.browse())
            move.collection_shown_status = move._origin in shown and (
                move.collection_status_id.name)
            move.collection_shown_next = join_clauses(
                self.env, dict.fromkeys(filter(None, items.mapped("collection_outlook"))))
            move.collection_shown_promise = min(
                filter(None, items.mapped("collection_promise_date")), default=False)
            move.collection_shown_dispute = join_clauses(self.env, dict.fromkeys(
                disputes[item.id] for item in items if item.id in disputes))
