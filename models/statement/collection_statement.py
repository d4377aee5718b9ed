from ast import literal_eval
from collections import defaultdict
from decimal import Decimal
from functools import cache

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date, format_list, formatLang, ormcache

from ...engine import figures
from ...engine.hashtags import Column, Table
from ...tools.amounts import Notation, make_format
from ...tools.workbook import Grid
from ..item import open_items
from .statement_line import PAGE, TABLE, CurrencyTotal, ItemLabels, StatementColumn, StatementLine


class CollectionStatement(models.AbstractModel):
    """What a customer owes, item by item and currency by currency, in the reader's language.

    Items are receivable lines: each instalment stands with its own due date, credits and
    payments not yet allocated stand with their sign, and the totals are net. Amounts of two
    currencies are never added up.

    Everything is in the language of the context. Late-payment claims come as
    ``_get_collection_penalties`` of the items gives them; where a rate is missing the statement
    says so, and shows no amount of interest.
    """

    _name = "collection.statement"
    _description = "Statement of Account"

    # === COLUMNS AND LINES === #

    @api.model
    def _get_columns(self):
        """Hook: the columns of all statements of account.

        Another add-on adds one by extending this method; see
        :mod:`~.statement_line`.

        :return: list of :class:`~.statement_line.StatementColumn`, in order
        """
        _ = self.env._
        return [
            StatementColumn(
                "document", _("Document"), lambda line: line.document,
                total=lambda total: total.document, is_title=True),
            StatementColumn(
                "date", _("Date"), lambda line: line.date, places=frozenset((TABLE,)),
                cell=lambda line: line.items.invoice_date or line.items.date),
            StatementColumn(
                "due", _("Due date"), lambda line: line.due,
                cell=lambda line: line.items._get_collection_due(),
                card=lambda line: _("Due on %(date)s", date=line.due)),
            StatementColumn(
                "days_late", _("Days late"), lambda line: str(line.days_late or ""),
                card=self._describe_days_late, is_number=True,
                cell=lambda line: line.days_late or None,
                places=frozenset((TABLE, PAGE))),
            StatementColumn(
                "amount", _("Amount due"), lambda line: line.amount,
                total=lambda total: total.amount, is_title=True, is_number=True,
                cell=lambda line: line.owed),
            StatementColumn(
                "interest", _("Interest"), lambda line: line.interest,
                total=lambda total: total.interest, is_number=True, is_claim=True,
                cell=lambda line: line.claimed[0], places=frozenset((TABLE,))),
            StatementColumn(
                "indemnity", _("Indemnity"), lambda line: line.indemnity,
                total=lambda total: total.indemnity, is_number=True, is_claim=True,
                cell=lambda line: line.claimed[1], places=frozenset((TABLE,))),
        ]

    @api.model
    def _get_columns_at(self, place, claims=False):
        """:param str place: rendering, see :mod:`~.statement_line`
        :param bool claims: whether to show the columns of claims
        :return: list of the columns that it shows
        """
        return [column for column in self._get_columns()
                if place in column.places and (claims or not column.is_claim)]

    @api.model
    def _get_tables(self, items, day, labels, claims, place=TABLE):
        """Lists of items, one for each currency, with totals.

        :param items: open ``account.move.line`` of one customer
        :param date day: the company's day
        :param ItemLabels labels: see :meth:`_get_labels`
        :param dict claims: late-payment claims by item id
        :param str place: rendering, see :mod:`~.statement_line`
        :return: tuple of :class:`~...engine.hashtags.Table`
        """
        claims = claims if self._has_claims(items, claims) else None
        columns = self._get_columns_at(place, bool(claims))
        return tuple(
            self._get_table(own, day, labels, claims, columns)
            for own in items.grouped("currency_id").values())

    @api.model
    def _get_aged_tables(self, items, day, labels, claims):
        """The same, each with its ageing below: a statement on paper.

        :return: list of :class:`~...engine.hashtags.Table`
        """
        currencies, aged = items.grouped("currency_id"), []
        for (currency, own), table in zip(
                currencies.items(), self._get_tables(items, day, labels, claims)):
            aged += [table, self._get_ageing_table(self._age_items(own, day), currency)]
        return aged

    def _get_table(self, items, day, labels, claims, columns):
        lines = self._get_lines(items, day, labels, claims)
        total = self._get_total(items, claims)
        return Table(
            columns=tuple(Column(column.label, number=column.is_number) for column in columns),
            rows=tuple(tuple(column.value(line) for column in columns) for line in lines),
            totals=(tuple(column.get_total(total) for column in columns),),
            lines=lambda: (*map(self._describe_line, lines),
                           self.env._("Total: %(amount)s", amount=total.amount)),
            notes=self._get_notes(items, claims))

    @api.model
    def _get_grids(self, items, day, labels, claims):
        """The same lists for a spreadsheet, each with its ageing below.

        :return: list of :class:`~...tools.workbook.Grid`
        """
        claims, grids = claims if self._has_claims(items, claims) else None, []
        columns = self._get_columns_at(TABLE, bool(claims))
        for currency, own in items.grouped("currency_id").items():
            lines = self._get_lines(own, day, labels, claims)
            total = self._get_total(own, claims)
            grids += [
                Grid(currency.name, tuple(column.label for column in columns),
                     tuple(tuple(column.get_cell(line) for column in columns) for line in lines),
                     totals=(tuple(column.get_total_cell(total) for column in columns),),
                     notes=self._get_notes(own, claims), digits=currency.decimal_places),
                self._get_ageing_grid(self._age_items(own, day), currency)]
        return grids

    # === AGEING === #

    def _age_items(self, items, day):
        """:param items: open ``account.move.line`` of one currency
        :return: tuple of ``Decimal``, what is left of them by age, see
            :func:`~...engine.figures.divide_by_age`"""
        digits = items.currency_id.decimal_places
        return figures.divide_by_age((
            (item._get_collection_due(), Decimal(f"{item.amount_residual_currency:.{digits}f}"))
            for item in items), day, self.env.company._get_collection_bounds())

    def _name_ages(self):
        """:return: tuple of str, a heading for each age and one for their total"""
        company, _ = self.env.company, self.env._
        starts = figures.get_starts(company._get_collection_bounds())
        return (_("Not due"), *company._name_collection_buckets(starts), _("Total"))

    def _get_ageing_table(self, ages, currency):
        """:param ages: tuple of ``Decimal``, see :meth:`_age_items`
        :return: :class:`~...engine.hashtags.Table`, the ageing below a statement; it adds up to
            the statement's total"""
        return Table(
            columns=tuple(Column(label, number=True) for label in self._name_ages()),
            rows=(tuple(self._format_amount(float(amount), currency)
                        for amount in (*ages, sum(ages))),))

    def _get_ageing_grid(self, ages, currency):
        """:return: :class:`~...tools.workbook.Grid`, the same"""
        return Grid(self.env._("By age"), self._name_ages(), ((*ages, sum(ages)),),
                    digits=currency.decimal_places)

    @api.model
    def _get_lines(self, items, day, labels, claims=None):
        """:param items: ``account.move.line``
        :param date day: the company's day
        :param ItemLabels labels: see :meth:`_get_labels`
        :param claims: dict of late-payment claims by item id; None: none is shown
        :return: list of :class:`~.statement_line.StatementLine`, one an item
        """
        lines, write = [], {currency: self._get_writer(currency) for currency in items.currency_id}
        for item in items:
            interest, indemnity = self._format_claims(item, claims) if claims else ("", "")
            lines.append(StatementLine(
                items=item, document=labels.documents[item.id],
                date=labels.date(item.invoice_date or item.date),
                due=labels.date(item._get_collection_due()),
                days_late=item._get_collection_days_late(day),
                amount=write[item.currency_id](item.amount_residual_currency),
                interest=interest, indemnity=indemnity,
                claimed=self._get_claimed(item, claims)))
        return lines

    def _get_total(self, items, claims):
        """:return: :class:`~.statement_line.StatementLine`, the total of items of one currency"""
        interest, indemnity = self._format_claims(items, claims) if claims else ("", "")
        return StatementLine(
            items=items, document=self.env._("Total"), interest=interest, indemnity=indemnity,
            claimed=self._get_claimed(items, claims),
            amount=self._format_amounts(self._sum_items(items), currency=items.currency_id))

    def _describe_line(self, line):
        """:return: str, a :class:`~.statement_line.StatementLine` for a message without HTML"""
        if line.items.amount_residual_currency < 0:
            return self.env._(
                "%(document)s: %(amount)s", document=line.document, amount=line.amount)
        return self.env._("%(document)s, due on %(date)s: %(amount)s",
                          document=line.document, date=line.due, amount=line.amount)

    def _describe_days_late(self, line):
        if not line.days_late:
            return ""
        return self.env._("1 day late") if line.days_late == 1 else self.env._(
            "%(days)s days late", days=line.days_late)

    def _get_notes(self, items, claims):
        """:return: tuple of str, notes below a table"""
        missing = claims and self._get_missing_day(items, claims)
        return (self.env._("Late-payment interest: %(missing)s.",
                           missing=self._describe_missing(missing)),) if missing else ()

    # === AMOUNTS AND CLAIMS === #

    @api.model
    def _sum_items(self, items):
        """:return: dict of the items' net amounts due, by currency, in the order of the items"""
        totals = defaultdict(float)
        for item in items:
            totals[item.currency_id] += item.amount_residual_currency
        return dict(totals)

    @api.model
    def _sum_interest(self, items, claims):
        """:return: dict of the interest on the items by currency"""
        totals = defaultdict(float)
        for item in items:
            if claims[item.id].interest:
                totals[item.currency_id] += float(claims[item.id].interest)
        return dict(totals)

    @api.model
    def _sum_indemnities(self, items, claims):
        """:return: dict of the fixed indemnities of the items by currency"""
        totals = defaultdict(float)
        for item in items:
            claim = claims[item.id]
            if claim.indemnity:
                totals[claim.indemnity_currency] += float(claim.indemnity)
        return dict(totals)

    @api.model
    def _get_missing_day(self, items, claims):
        """:return: date, the first day for which a rate is missing; None where none is"""
        return min((
            claims[item.id].missing_from for item in items
            if claims[item.id].missing_from), default=None)

    @api.model
    def _format_amounts(self, *sums, currency):
        """Format amounts, currency by currency: “€500.00 and $200.00”.

        :param sums: dicts of amounts by currency, to add up
        :param currency: of the zero that stands where there is no amount
        :return: str
        """
        totals = defaultdict(float)
        for amounts in sums:
            for of, amount in amounts.items():
                totals[of] += amount
        amounts = [self._format_amount(amount, of) for of, amount in totals.items()]
        return format_list(self.env, amounts or [self._format_amount(0.0, currency)])

    @api.model
    def _format_amount(self, amount, currency):
        return self._get_writer(currency)(amount)

    def _get_writer(self, currency):
        """:return: function of an amount in this ``res.currency``, which returns str"""
        return self._get_amount_format(
            self.env.lang, currency.id, currency.rounding, currency.decimal_places) or (
                lambda amount: formatLang(
                    self.env, currency.round(amount) + 0.0, currency_obj=currency))

    @ormcache("lang", "currency_id", "rounding", "digits", cache="stable")
    def _get_amount_format(self, lang, currency_id, rounding, digits):
        """What is the same for all amounts is looked up once: a night writes hundreds of thousands.

        :param str lang: code of a language, or None
        :param int currency_id: id of the ``res.currency``
        :param float rounding: its smallest amount
        :param int digits: its decimal places
        :return: function of an amount, which returns str as ``formatLang`` does; None where the
            language is not installed, and ``formatLang`` looks for another
        """
        data = self.env["res.lang"]._get_data(code=lang)
        if not data:
            return None
        currency = self.env["res.currency"].sudo().browse(currency_id)
        return make_format(
            Notation(data.decimal_point, data.thousands_sep or "", literal_eval(data.grouping)),
            rounding, digits, currency.symbol or "", currency.position == "after")

    @api.model
    def _has_claims(self, items, claims):
        """:return: bool, whether anything may be claimed on top of the items, or might be if
            its rate were known"""
        return any(claims[item.id].claims_anything for item in items)

    @api.model
    def _format_claims(self, items, claims):
        """:return: tuple of str, interest and indemnity of the items; empty where there is none"""
        interest = self._sum_interest(items, claims)
        if self._get_missing_day(items, claims):
            interest = self.env._("rate missing")
        elif interest:
            interest = self._format_amounts(interest, currency=items.currency_id)
        indemnity = self._sum_indemnities(items, claims)
        if indemnity:
            indemnity = self._format_amounts(indemnity, currency=items.currency_id)
        return interest or "", indemnity or ""

    def _get_claimed(self, items, claims):
        """:return: tuple, see :attr:`~.statement_line.StatementLine.claimed`"""
        if not claims:
            return None, None
        interest = self._sum_interest(items, claims)
        if self._get_missing_day(items, claims):
            interest = {}
        return tuple(
            round(sums[items.currency_id], items.currency_id.decimal_places)
            if sums.keys() == {items.currency_id} else None
            for sums in (interest, self._sum_indemnities(items, claims)))

    @api.model
    def _describe_missing(self, day):
        """:return: str, shown in place of interest whose rate nobody has entered"""
        return self.env._("rate missing since %(day)s", day=format_date(self.env, day))

    # === NAMES OF ITEMS === #

    @api.model
    def _get_labels(self, items, instalments):
        """Name each item: number, type of document, which instalment.

        :param items: ``account.move.line``
        :param dict instalments: see :meth:`_get_instalments`
        :return: :class:`~.statement_line.ItemLabels`
        """
        documents = {}
        for item in items:
            documents[item.id] = self._get_document(item)
            if item.id in instalments:
                number, count = instalments[item.id]
                documents[item.id] = self.env._(
                    "%(document)s, instalment %(number)s of %(count)s",
                    document=documents[item.id], number=number, count=count)
        return ItemLabels(documents, cache(lambda day: format_date(self.env, day)))

    def _get_document(self, item):
        move, number = item.move_id, item.move_id.name or item.name or ""
        if move.move_type == "out_refund":
            return self.env._("Credit note %(number)s", number=number)
        if item.amount_currency < 0 and move.journal_id.type in open_items.MONEY_JOURNALS:
            return self.env._("Payment %(number)s", number=number)
        return number

    @api.model
    def _get_instalments(self, items):
        """:return: dict of (number, how many) by item id, for invoices with several due dates"""
        lines = self.env["account.move.line"].sudo().search_fetch([
            ("move_id", "in", items.move_id.ids),
            ("display_type", "=", "payment_term"),
            ("account_type", "=", "asset_receivable"),
        ], ["move_id"], order="date_maturity, id")
        return {
            line.id: (number, len(own))
            for own in lines.grouped("move_id").values() if len(own) > 1
            for number, line in enumerate(own, start=1)}

    # === TOTALS OF CUSTOMERS === #

    @api.model
    def _get_totals(self, customers, company_ids):
        """What customers owe, currency by currency.

        :param customers: ``res.partner``
        :param company_ids: list of ids
        :return: list of :class:`~.statement_line.CurrencyTotal`, by the currency's name
        """
        lines = self.env["account.move.line"]
        account = lines._get_statement_domain(customers) & Domain("company_id", "in", company_ids)
        followed = account & open_items.OPEN
        late = followed & Domain.OR([
            Domain("company_id", "=", company.id)
            & open_items.is_overdue(company._get_collection_day())
            for company in self.env["res.company"].browse(company_ids)])
        owed, due, overdue = (
            defaultdict(float, lines._read_group(
                domain, ["currency_id"], ["amount_residual_currency:sum"]))
            for domain in (account, followed, late))
        return [
            CurrencyTotal(currency, due[currency], overdue[currency],
                          currency.round(amount - due[currency]))
            for currency, amount in sorted(owed.items(), key=lambda total: total[0].name)]
