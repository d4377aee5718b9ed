from odoo import api, fields, models

from ...tools.clauses import join_clauses
from ...tools.portfolio import PortfolioChar, PortfolioDate

#: Who reads on an invoice what is done about it: accountants too, and nothing beyond that.
READERS = "account.group_account_invoice,account_collection.group_collection_user"


class AccountMove(models.Model):
    """An invoice says what is done about it: to accountants of every customer, to collectors of
    their own."""

    _inherit = "account.move"

    collection_shown_status = PortfolioChar(
        string="Collection", compute="_compute_collection_shown_status", groups=READERS,
        help="What is known of its open items.")
    collection_shown_next = PortfolioChar(
        string="Next step", compute="_compute_collection_shown", groups=READERS,
        help="What comes next on its open items, or why nothing does.")
    collection_shown_promise = PortfolioDate(
        string="Promised day", compute="_compute_collection_shown", groups=READERS)
    collection_shown_dispute = PortfolioChar(
        string="Dispute", compute="_compute_collection_shown", groups=READERS,
        help="Why the customer disputes it, and since when.")

    # Columns of a list that are read when they are shown, and only then: each stands for one above,
    # by the widget `collection_late`. Odoo reads hidden columns too.
    collection_status_column = fields.Integer(
        string="Collection, column", compute="_compute_collection_columns", exportable=False,
        help="What is known of its open items.")
    collection_next_column = fields.Integer(
        string="Next step, column", compute="_compute_collection_columns", exportable=False,
        help="What comes next on its open items, or why nothing does.")
    collection_promise_column = fields.Integer(
        string="Promised day, column", compute="_compute_collection_columns", exportable=False)
    collection_dispute_column = fields.Integer(
        string="Dispute, column", compute="_compute_collection_columns", exportable=False,
        help="Why the customer disputes it, and since when.")

    def _compute_collection_columns(self):
        for move in self:
            move.collection_status_column = move.collection_next_column = (
                move.collection_promise_column) = move.collection_dispute_column = (
                    move._origin.id)

    @api.depends_context("lang")
    @api.depends("state", "move_type", "collection_status_id")
    def _compute_collection_shown_status(self):
        for move in self:
            move.collection_shown_status = move._is_collection_shown() and (
                move.collection_status_id.name)

    @api.depends_context("lang")
    @api.depends("state", "line_ids.amount_residual", "line_ids.collection_status_id",
                 "line_ids.collection_promise_date")
    def _compute_collection_shown(self):
        shown = self._origin.filtered(lambda move: move._is_collection_shown())
        lines = shown._get_collection_lines()
        disputes = lines._describe_disputes()
        own = lines.grouped("move_id")
        for move in self:
            items = own.get(move._origin, lines.browse())
            move.collection_shown_next = join_clauses(
                self.env, dict.fromkeys(filter(None, items.mapped("collection_outlook"))))
            move.collection_shown_promise = min(
                filter(None, items.mapped("collection_promise_date")), default=False)
            move.collection_shown_dispute = join_clauses(self.env, dict.fromkeys(
                disputes[item.id] for item in items if item.id in disputes))

    def _is_collection_shown(self):
        return self.state == "posted" and self.is_sale_document(include_receipts=True)
