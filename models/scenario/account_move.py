from odoo import api, fields, models

#: Who reads on an invoice what is done about it: accountants too, and nothing beyond that.
READERS = "account.group_account_invoice,account_collection.group_collection_user"


class AccountMove(models.Model):
    """An invoice says what is done about it, to accountants as to collectors."""

    _inherit = "account.move"

    collection_shown_status = fields.Char(
        string="Collection", compute="_compute_collection_shown", groups=READERS,
        help="What is known of its open items.")
    collection_shown_next = fields.Char(
        string="Next step", compute="_compute_collection_shown", groups=READERS,
        help="What comes next on its open items, or why nothing does.")
    collection_shown_promise = fields.Date(
        string="Promised day", compute="_compute_collection_shown", groups=READERS)
    collection_shown_dispute = fields.Char(
        string="Dispute", compute="_compute_collection_shown", groups=READERS,
        help="Why the customer disputes it, and since when.")

    @api.depends_context("lang", "uid")
    @api.depends("state", "line_ids.amount_residual", "line_ids.collection_status_id",
                 "line_ids.collection_promise_date")
    def _compute_collection_shown(self):
        shown = self._filter_collection_shown()
        lines = shown.sudo()._get_collection_lines()
        disputes = lines._describe_disputes()
        own = lines.grouped("move_id")
        for move in self:
            items = own.get(move.sudo()._origin, lines.browse())
            move.collection_shown_status = move._origin in shown and (
                move.sudo().collection_status_id.name)
            move.collection_shown_next = "; ".join(
                dict.fromkeys(filter(None, items.mapped("collection_outlook"))))
            move.collection_shown_promise = min(
                filter(None, items.mapped("collection_promise_date")), default=False)
            move.collection_shown_dispute = "; ".join(dict.fromkeys(
                disputes[item.id] for item in items if item.id in disputes))

    def _filter_collection_shown(self):
        """:return: those of which the user may read it: customer invoices and credit notes, of the
            own portfolio unless the user does the company's invoicing"""
        sold = self._origin.filtered(lambda move: (
            move.state == "posted" and move.is_sale_document(include_receipts=True)))
        if self.env.su or self.env.user.has_group("account.group_account_invoice"):
            return sold
        customers = sold.partner_id.commercial_partner_id
        theirs = customers.filtered(lambda customer: customer._is_in_collection_portfolio())
        return sold.filtered(lambda move: move.partner_id.commercial_partner_id in theirs)
