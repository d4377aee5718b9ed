from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, format_list, formatLang

from ...engine.hashtags import Column, Table


@dataclass(frozen=True, slots=True)
class Words:
    """What the items of a batch are called, in one language.

    :ivar documents: names by item id
    :ivar date: a day in words; kept, as the same days come back for many customers
    """

    documents: dict
    date: Callable


class CollectionStatement(models.AbstractModel):
    """What a customer owes, item by item and currency by currency, in the reader's language.

    Items are receivable lines: each instalment stands with its own due date, credits and
    payments not yet allocated stand with their sign, and the totals are net. Amounts of two
    currencies are never added up.

    Everything is in the language of the context. Late-payment claims come as
    ``_get_collection_penalties`` of the items gives them; where a rate is missing that is said,
    and no amount of interest is given.
    """

    _name = "collection.statement"
    _description = "Statement of Account"

    # === COLLECTION_STATEMENT === #

    @api.model
    def _sum_items(self, items):
        """:return: dict of what the items come to, by currency, in the order of the items"""
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
        """:return: the first day for which a rate is missing, None where none is"""
        return min((
            claims[item.id].missing_from for item in items
            if claims[item.id].missing_from), default=None)

    @api.model
    def _format_amounts(self, *sums, currency):
        """Amounts in words, currency by currency: “€500.00 and $200.00”.

        :param sums: dicts of amounts by currency, to add up
        :param currency: of the zero that is said where there is no amount
        """
        totals = defaultdict(float)
        for amounts in sums:
            for of, amount in amounts.items():
                totals[of] += amount
        amounts = [self._format_amount(amount, of) for of, amount in totals.items()]
        return format_list(self.env, amounts or [self._format_amount(0.0, currency)])

    @api.model
    def _format_amount(self, amount, currency):
        return formatLang(self.env, currency.round(amount) + 0.0, currency_obj=currency)

    @api.model
    def _get_words(self, items, instalments):
        """What each item is called: number, of which kind, which instalment.

        :param dict instalments: see :meth:`_get_instalments`
        :return: :class:`Words`
        """
        documents = {}
        for item in items:
            documents[item.id] = self._get_document(item)
            if item.id in instalments:
                number, count = instalments[item.id]
                documents[item.id] = self.env._(
                    "%(document)s, instalment %(number)s of %(count)s",
                    document=documents[item.id], number=number, count=count)
        return Words(documents, cache(lambda day: format_date(self.env, day)))

    def _get_document(self, item):
        move, number = item.move_id, item.move_id.name or item.name or ""
        if move.move_type == "out_refund":
            return self.env._("Credit note %(number)s", number=number)
        if item.amount_residual_currency < 0 and not move.is_invoice():
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

    @api.model
    def _describe_missing(self, day):
        """:return: what stands in the place of interest whose rate nobody has entered"""
        return self.env._("rate missing since %(day)s", day=format_date(self.env, day))

    @api.model
    def _get_tables(self, items, day, words, claims):
        """Lists of items, one for each currency, with totals.

        :param items: open receivable lines of one customer
        :param date day: the company's day
        :param Words words: see :meth:`_get_words`
        :param dict claims: late-payment claims by item id
        :return: tuple of :class:`~..engine.hashtags.Table`
        """
        shown = any(
            claims[item.id].interest or claims[item.id].indemnity or claims[item.id].missing_from
            for item in items)
        return tuple(
            self._get_table(own, day, words, claims if shown else None)
            for own in items.grouped("currency_id").values())

    def _get_table(self, items, day, words, claims):
        columns = [
            Column(self.env._("Document")), Column(self.env._("Date")),
            Column(self.env._("Due date")), Column(self.env._("Days late"), number=True),
            Column(self.env._("Amount due"), number=True)]
        rows = self._get_rows(items, day, words)
        total = self._format_amounts(self._sum_items(items), currency=items.currency_id)
        totals = [self.env._("Total"), "", "", "", total]
        lines = [self._get_line(item, row) for item, row in zip(items, rows)]
        lines.append(self.env._("Total: %(amount)s", amount=total))
        if claims:
            columns += [Column(self.env._("Interest"), number=True),
                        Column(self.env._("Indemnity"), number=True)]
            rows = [(*row, *self._get_claim_cells(item, claims)) for item, row in zip(items, rows)]
            totals += self._get_claim_cells(items, claims)
        missing = claims and self._get_missing_day(items, claims)
        notes = (self.env._("Late-payment interest: %(missing)s.",
                            missing=self._describe_missing(missing)),) if missing else ()
        return Table(tuple(columns), tuple(rows), (tuple(totals),), tuple(lines), notes)

    def _get_rows(self, items, day, words):
        """:return: list of tuples: document, date, due date, days late, amount due"""
        rows = []
        for item in items:
            due = item._get_collection_due()
            late = (day - due).days if item.amount_residual_currency > 0 else 0
            rows.append((
                words.documents[item.id], words.date(item.invoice_date or item.date),
                words.date(due),
                str(late) if late > 0 else "",
                self._format_amount(item.amount_residual_currency, item.currency_id)))
        return rows

    def _get_line(self, item, row):
        document, _date, due, _late, amount = row
        if item.amount_residual_currency < 0:
            return self.env._("%(document)s: %(amount)s", document=document, amount=amount)
        return self.env._("%(document)s, due on %(date)s: %(amount)s",
                          document=document, date=due, amount=amount)

    def _get_claim_cells(self, items, claims):
        """:return: interest and indemnity of items in words, empty where there is none"""
        interest = self._sum_interest(items, claims)
        if self._get_missing_day(items, claims):
            interest = self.env._("rate missing")
        elif interest:
            interest = self._format_amounts(interest, currency=items.currency_id)
        indemnity = self._sum_indemnities(items, claims)
        if indemnity:
            indemnity = self._format_amounts(indemnity, currency=items.currency_id)
        return interest or "", indemnity or ""

    # === STATEMENT === #

    def _get_totals(self, customers, company_ids):
        """What customers owe, currency by currency.

        :return: list of (currency, open amount, overdue amount), in the order of the currencies
        """
        lines = self.env["account.move.line"]
        account = lines._get_statement_domain(customers) & Domain("company_id", "in", company_ids)
        totals = defaultdict(lambda: [0.0, 0.0])
        overdue = account & Domain("amount_residual", ">", 0) & Domain(
            "date_maturity", "<", fields.Date.context_today(self))
        for position, domain in enumerate((account, overdue)):
            for currency, amount in lines._read_group(
                    domain, ["currency_id"], ["amount_residual_currency:sum"]):
                totals[currency][position] = amount
        return [(currency, *amounts) for currency, amounts in sorted(
            totals.items(), key=lambda total: total[0].name)]
