from lxml import etree

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.portfolio import PortfolioChar, PortfolioInteger
from ..access import COLLECTORS
from ..item import open_items
from .statement_line import TABLE

#: The filter of a search that stands for those by age.
AGES = "collection_ages"


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

    # === FILTERS BY AGE === #

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.company._get_collection_bounds()) if view_type == "search" else key

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """In a search there is a filter for each age that the company has."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for node in arch.xpath(f"//filter[@name='{AGES}']") if view_type == "search" else ():
            for number, ((first, last), name) in enumerate(
                    self.env.company._get_collection_ages().items(), start=1):
                node.addprevious(etree.Element("filter", {
                    "name": f"late_{number}", "string": name,
                    "domain": str(list(_is_late(first, last)))}))
            node.getparent().remove(node)
        return arch, view

    # === ITEMS AND COLUMNS === #

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


def _is_late(first, last):
    """:return: ``Domain`` of what is that many days late, from first to last (None for no end), as
        saved searches hold it"""
    domain = open_items.is_due_before("today" if first == 1 else f"today -{first - 1}d")
    return domain if last is None else domain & open_items.is_due_from(f"today -{last}d")
