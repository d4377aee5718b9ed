from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.portfolio import PortfolioChar, PortfolioInteger
from ..access import COLLECTORS
from ..item import open_items
from .statement_line import TABLE


class AccountMoveLine(models.Model):
    """Open items as a statement of account shows them.

    Computed fields are read for a page of items at once: the number of queries does not depend
    on how many items there are. Those of :class:`~.statement_line.StatementLine` that a list on
    the screen shows are repeated here as fields.
    """

    _inherit = "account.move.line"

    collection_document = fields.Char(
        string="Document", compute="_compute_collection_document", groups=COLLECTORS)
    collection_days_late = fields.Integer(
        string="Days late", compute="_compute_collection_days_late", groups=COLLECTORS)
    collection_status_color = PortfolioInteger(
        string="Colour of the status", compute="_compute_collection_status_color",
        groups=COLLECTORS)
    collection_penalty = PortfolioChar(
        string="Claims", compute="_compute_collection_penalty", groups=COLLECTORS,
        help="Late-payment interest and fixed indemnity that may be claimed today. They are "
        "shown, never posted.")

    @api.model
    def _get_statement_domain(self, customers):
        """:return: ``Domain`` of the items on the statements of these customers: all that are
            unreconciled, also those kept out of follow-up or being paid"""
        return open_items.UNRECONCILED & Domain(
            "partner_id.commercial_partner_id", "in", customers.commercial_partner_id.ids)

    def _get_statement_tables(self, place=TABLE):
        """Tables of these items in the language of the context.

        :param str place: rendering, see :mod:`~.statement_line`
        :return: tuple of :class:`~...engine.hashtags.Table`, one a currency
        """
        if not self:
            return ()
        statement = self.env["collection.statement"]
        day = self.company_id._get_collection_day()
        return statement._get_tables(
            self, day, statement._get_labels(self, statement._get_instalments(self)),
            self._get_collection_penalties(day), place)

    @api.depends_context("lang")
    @api.depends("move_name", "amount_residual")
    def _compute_collection_document(self):
        statement = self.env["collection.statement"]
        labels = statement._get_labels(self, statement._get_instalments(self))
        for line in self:
            line.collection_document = labels.documents[line.id]

    @api.depends("collection_status_id.color")
    def _compute_collection_status_color(self):
        for line in self:
            line.collection_status_color = line.collection_status_id.color

    @api.depends("date_maturity", "date", "amount_residual_currency")
    def _compute_collection_days_late(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for line in self:
            line.collection_days_late = line._get_collection_days_late(days[line.company_id])

    @api.depends_context("lang")
    @api.depends("amount_residual", "collection_status_id")
    def _compute_collection_penalty(self):
        statement = self.env["collection.statement"]
        for company, lines in self.grouped("company_id").items():
            claims = lines._get_collection_penalties(company._get_collection_day())
            for line in lines:
                line.collection_penalty = " + ".join(
                    filter(None, statement._format_claims(line, claims)))

    def action_open_collection_document(self):
        """:return: window action on the invoice, payment or entry of the item"""
        self.ensure_one()
        return self.move_id._get_records_action(context={})
