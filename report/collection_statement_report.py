from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError

from ..engine import hashtags

#: Items of a customer that a statement lists: more than a hundred pages.
MOST_ITEMS = 5000


class ResPartner(models.Model):
    """The customer's statement of account: printed, or attached to a message."""

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
        """
        self.commercial_partner_id._check_collection_portfolio()
        return self._print_collection_statements()

    def _render_collection_statements(self):
        """:return: the statements of these customers in the current company, as HTML
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.commercial_partner_id._check_collection_portfolio()
        sheets = self._prepare_statement_sheets()
        return self.env["collection.print"]._render_document(list(sheets.values()))

    def _prepare_statement_sheets(self):
        """:return: dict of :class:`~.collection_print.Sheet` by partner id, each in the partner's
            language"""
        company = self.env.company
        day = company._get_collection_day()
        items = self._get_collection_items(company)
        self._check_statement_size(items)
        if company.collection_statement_paid_late:
            items |= self._get_claimed_paid_late(company, day)
        claims = items._get_collection_penalties(day)
        instalments = self.env["collection.statement"]._get_instalments(items)
        own = items.grouped(lambda item: item.partner_id.commercial_partner_id)
        langs = self._get_collection_langs(company)
        return {
            partner.id: partner._prepare_statement_sheet(
                company, own.get(partner.commercial_partner_id, items.browse()), day, claims,
                instalments, langs[partner.id], partner)
            for partner in self}

    def _check_statement_size(self, items):
        """:raise UserError: one customer has more items than anybody reads on paper"""
        for partner, own in items.grouped(
                lambda item: item.partner_id.commercial_partner_id).items():
            if len(own) > MOST_ITEMS:
                raise UserError(self.env._(
                    "%(customer)s has %(count)s open items: a printed statement lists %(most)s "
                    "at most. Export the list of open items instead.",
                    customer=partner.display_name, count=len(own), most=MOST_ITEMS))

    def _get_claimed_paid_late(self, company, day):
        """:return: ``account.move.line``, settled, on which something may be claimed today"""
        lines = self.commercial_partner_id._get_collection_paid_late(company)
        claims = lines._get_collection_penalties(day)
        return lines.filtered(lambda line: claims[line.id].claims_anything)

    def _prepare_statement_sheet(
            self, company, items, day, claims, instalments, lang, recipient):
        """Prepare the statement of one customer.

        :param items: its open items
        :param dict claims: late-payment claims by item id
        :param dict instalments: see ``collection.statement._get_instalments``
        :return: :class:`~.collection_print.Sheet`
        """
        self.ensure_one()
        statement = self.env["collection.statement"].with_context(lang=lang)
        overdue = items.filtered(lambda item: (
            item.amount_residual < 0 or item._get_collection_due() < day))
        tables = statement._get_tables(
            items, day, statement._get_labels(items, instalments), claims)
        return self.env["collection.print"]._prepare_sheet(
            "account_collection.collection_statement_sheet", company, lang, recipient, day,
            customer=self.commercial_partner_id, bank=company.partner_id.bank_ids[:1],
            tables=[Markup(hashtags.render_table(table)) for table in tables],
            overdue=overdue and statement._format_amounts(
                statement._sum_items(overdue), currency=company.currency_id))

    def _get_statement_filename(self, day=None, lang=None):
        """:return: name of the statement's file without its ending, in a language"""
        env = self.with_context(lang=lang or self.env.lang).env
        day = day or env.company._get_collection_day()
        return env._("Statement of account %(date)s", date=day.isoformat())
