from odoo import models
from odoo.exceptions import UserError

from ..models.statement import documents

#: Customers whose statements one file holds.
MOST_CUSTOMERS = 500


class ResPartner(models.Model):
    """The customer's statement of account: printed, or as a file that a person asked for."""

    _inherit = "res.partner"

    def _print_collection_statements(self):
        """Print the statements of these customers in the current company, in one run.

        :return: dict of PDF files as bytes, by partner id
        """
        sheets = self._prepare_statement_sheets()
        pdfs = self.env["collection.print"]._print_sheets(list(sheets.values()))
        return dict(zip(sheets, pdfs))

    def _print_own_collection_statements(self):
        """The same as somebody's own report.

        :raise AccessError: a customer outside of the user's portfolio
        :raise UserError: they are too many, or one has too many items for paper
        """
        self.commercial_partner_id._check_statement_customers()
        return self._print_collection_statements()

    def _render_collection_statements(self):
        """:return: the statements of these customers in the current company, as HTML
        :raise AccessError: a customer outside of the user's portfolio
        :raise UserError: they are too many, or one has too many items for paper
        """
        self.commercial_partner_id._check_statement_customers()
        sheets = self._prepare_statement_sheets()
        return self.env["collection.print"]._render_document(list(sheets.values()))

    def _prepare_statement_sheets(self):
        """:return: dict of :class:`~.collection_print.Sheet` by partner id, each in the partner's
            language"""
        company = self.env.company
        langs = self._get_collection_langs(company)
        statements = self.commercial_partner_id._read_open_statements(company)
        return {
            partner.id: statements[partner.commercial_partner_id.id].prepare_sheet(
                langs[partner.id], partner)
            for partner in self}

    def _read_open_statements(self, company):
        """:return: dict of :class:`~..models.statement.documents.OpenStatement` by the id of these
            customers
        :raise UserError: one of them has more items than a statement lists
        """
        day = company._get_collection_day()
        items = self._get_collection_items(company)
        self._check_statement_size(items)
        if company.collection_statement_paid_late:
            items |= self._get_claimed_paid_late(company, day)
        claims = items._get_collection_penalties(day)
        instalments = self.env["collection.statement"]._get_instalments(items)
        own = items.grouped(lambda item: item.partner_id.commercial_partner_id)
        return {customer.id: documents.OpenStatement(
            customer, company, own.get(customer, items.browse()), day, claims, instalments)
            for customer in self}

    def _check_statement_customers(self):
        """:raise AccessError: a customer outside of the user's portfolio
        :raise UserError: they are more than one file holds
        """
        self._check_collection_portfolio()
        if len(self) > MOST_CUSTOMERS:
            raise UserError(self.env._(
                "One file holds the statements of %(most)s customers at most, not of %(count)s. "
                "Choose fewer, or send them by e-mail.", most=MOST_CUSTOMERS, count=len(self)))

    def _check_statement_size(self, items):
        """:raise UserError: one customer has more items than anybody reads on paper"""
        for partner, own in items.grouped(
                lambda item: item.partner_id.commercial_partner_id).items():
            if len(own) > documents.MOST_LINES:
                raise UserError(self.env._(
                    "%(customer)s has %(count)s open items: a printed statement lists %(most)s "
                    "at most. Export the list of open items instead.",
                    customer=partner.display_name, count=len(own), most=documents.MOST_LINES))

    def _get_claimed_paid_late(self, company, day):
        """:return: ``account.move.line``, settled, on which something may be claimed today"""
        lines = self.commercial_partner_id._get_collection_paid_late(company)
        claims = lines._get_collection_penalties(day)
        return lines.filtered(lambda line: claims[line.id].claims_anything)

    def _make_statement_file(self, company, form, period=None):
        """Make one file of the statements of these customers, each in its own language.

        :param str form: ``pdf`` or ``xlsx``
        :param period: (first day, last day) whose activity is shown; None for what is open
        :return: tuple of its name without the ending, and its content as bytes
        :raise AccessError: a customer outside of the user's portfolio
        :raise UserError: they are too many, or one has too many lines for paper
        """
        customers = self.commercial_partner_id.with_company(company)
        customers._check_statement_customers()
        langs, lang = customers._get_collection_langs(company), self.env.lang
        if period:
            found = documents.read_activity(customers, company, *period)
        else:
            found = customers._read_open_statements(company)
        papers = [found[customer.id] for customer in customers]
        return papers[0].get_name(lang), documents.render_file(papers, langs, form)

    def _get_statement_filename(self, day=None, lang=None):
        """:return: name of the statement's file without its ending, in a language"""
        day = day or self.env.company._get_collection_day()
        return documents.name_open_statement(self.env, day, lang or self.env.lang)
