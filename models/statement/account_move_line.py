from odoo import api, fields, models
from odoo.fields import Domain

from ..access import COLLECTORS


class AccountMoveLine(models.Model):
    """Open items as a statement of account shows them.

    What is computed is read for a page of items at once: the number of queries does not depend
    on how many they are.
    """

    _inherit = "account.move.line"

    collection_document = fields.Char(
        string="Document", compute="_compute_collection_document", groups=COLLECTORS)
    collection_days_late = fields.Integer(
        string="Days late", compute="_compute_collection_days_late", groups=COLLECTORS)
    collection_status_color = fields.Integer(
        related="collection_status_id.color", string="Colour of the status")
    collection_penalty = fields.Char(
        string="Claims", compute="_compute_collection_penalty", groups=COLLECTORS,
        help="Late-payment interest and fixed indemnity that may be claimed today. They are "
        "shown, never posted.")
    collection_action_ids = fields.Many2many(
        "collection.action", string="Collection actions", readonly=True, copy=False,
        groups=COLLECTORS)

    @api.model
    def _get_statement_domain(self, customers):
        """:return: domain of all that stands on the statements of these customers: open items,
            those kept out of follow-up or on their way of being paid as well"""
        return (
            Domain("partner_id.commercial_partner_id", "in", customers.commercial_partner_id.ids)
            & Domain("parent_state", "=", "posted")
            & Domain("account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
        )

    @api.depends_context("lang")
    @api.depends("move_name", "amount_residual")
    def _compute_collection_document(self):
        statement = self.env["collection.statement"]
        words = statement._get_words(self, statement._get_instalments(self))
        for line in self:
            line.collection_document = words.documents[line.id]

    @api.depends("date_maturity", "date", "amount_residual")
    def _compute_collection_days_late(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for line in self:
            due = line._get_collection_due()
            late = (days[line.company_id] - due).days if due and line.amount_residual > 0 else 0
            line.collection_days_late = max(late, 0)

    @api.depends_context("lang")
    @api.depends("amount_residual", "collection_status_id")
    def _compute_collection_penalty(self):
        statement = self.env["collection.statement"]
        for company, lines in self.grouped("company_id").items():
            claims = lines._get_collection_penalties(company._get_collection_day())
            for line in lines:
                cells = statement._get_claim_cells(line, claims)
                line.collection_penalty = " + ".join(filter(None, cells))

    def action_open_collection_document(self):
        """:return: window action on the invoice, payment or entry of the item"""
        self.ensure_one()
        return self.move_id._get_records_action(context={})
