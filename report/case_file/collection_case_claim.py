from dataclasses import dataclass

from odoo import api, models

from ...tools.clauses import join_clauses
from ...tools.workbook import Grid, Page


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """What is claimed on one item, in its own currency unless said otherwise.

    :ivar claim: :class:`~...engine.claims.Claim`
    :ivar periods: list of :class:`~...engine.claims.InterestPeriod`
    """

    item: models.BaseModel
    document: str
    date: object
    due: object
    days_late: int
    amount: float
    residual: float
    claim: object
    periods: list

    @property
    def currency(self):
        """Of the item."""
        return self.item.currency_id


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was taken off an item: a payment, a credit note or another entry."""

    document: str
    by: str
    is_credit: bool
    date: object
    amount: float
    currency: models.BaseModel


@dataclass(slots=True)
class Total:
    """What is claimed in one currency.

    :ivar costs: borne by the debtor
    """

    currency: models.BaseModel
    principal: float = 0.0
    interest: float = 0.0
    indemnity: float = 0.0
    costs: float = 0.0

    @property
    def claimed(self):
        """Without costs: they are claimed by an invoice, and may be among the items."""
        return self.currency.round(self.principal + self.interest + self.indemnity)


@dataclass(frozen=True, slots=True)
class ClaimSheet:
    """The claim of a case at its day.

    :ivar missing: first day for which a rate is missing; None where none is
    """

    lines: list
    settlements: list
    costs: models.BaseModel
    totals: list
    missing: object


class CollectionCaseClaim(models.AbstractModel):
    """The claim of a case: items, what was taken off them, interest, indemnity, costs, total."""

    _name = "collection.case.claim"
    _description = "Claim of a Case"

    @api.model
    def _prepare(self, case):
        """:param case: :class:`~.case.Case`
        :return: :class:`ClaimSheet`
        """
        items, day = case.items, case.day
        claims = items._get_collection_penalties(day)
        lines = self._get_lines(case, claims, items._explain_collection_interest(day))
        return ClaimSheet(
            lines=lines, settlements=self._get_settlements(lines), costs=case.costs,
            totals=self._add_up(lines, case.costs),
            missing=self.env["collection.statement"]._get_missing_day(items, claims))

    def _get_lines(self, case, claims, periods):
        statement = self.env["collection.statement"].with_env(case.items.env)
        labels = statement._get_labels(
            case.items, statement._get_instalments(case.items)).documents
        return [ClaimLine(
            item=item, document=labels[item.id], date=item.invoice_date or item.date,
            due=item._get_collection_due(), days_late=item._get_collection_days_late(case.day),
            amount=item.amount_currency, residual=item.amount_residual_currency,
            claim=claims[item.id], periods=periods.get(item.id, [])) for item in case.items]

    def _get_settlements(self, lines):
        """:return: list of :class:`Settlement`, the oldest first"""
        documents = {line.item.id: line.document for line in lines}
        partials = self.env["account.partial.reconcile"].search(
            [("debit_move_id", "in", list(documents))])
        return sorted((Settlement(
            document=documents[partial.debit_move_id.id],
            by=partial.credit_move_id.move_id.name or partial.credit_move_id.name or "",
            is_credit=partial.credit_move_id.move_id.move_type == "out_refund",
            date=partial.credit_move_id.date, amount=partial.debit_amount_currency,
            currency=partial.debit_move_id.currency_id,
        ) for partial in partials), key=lambda paid: (paid.date, paid.document))

    def _add_up(self, lines, costs):
        """:return: list of :class:`Total`, by currency in the order of the items"""
        totals = {}

        def get_total(currency):
            return totals.setdefault(currency, Total(currency))

        for line in lines:
            total = get_total(line.currency)
            total.principal += line.residual
            total.interest += float(line.claim.interest)
            if line.claim.indemnity:
                get_total(line.claim.indemnity_currency).indemnity += float(line.claim.indemnity)
        for cost in costs.filtered("recoverable"):
            get_total(cost.currency_id).costs += cost.amount
        return list(totals.values())

    # === ON PAPER AND IN A WORKBOOK === #

    @api.model
    def _prepare_chapter(self, case, sheet):
        """:return: dict of the values of the chapter's template"""
        formats = case.formats
        return {
            "sheet": sheet, "formats": formats, "day": formats.day(case.day),
            "items": [self._describe_line(line, formats) for line in sheet.lines],
            "interest": [{
                "document": line.document, "due": formats.day(line.due),
                "sum": formats.money(line.claim.interest, line.currency),
                "periods": [self._describe_period(period, line.currency, formats)
                            for period in line.periods],
            } for line in sheet.lines if line.periods],
            "limitation": self._describe_limitation(case),
            "missing": sheet.missing and formats.day(sheet.missing),
            "consumer": self._is_consumer(case),
            "claims": any(line.claim.claims_anything for line in sheet.lines),
        }

    def _is_consumer(self, case):
        kinds = case.customer._get_collection_debtor_kinds()
        return kinds[case.customer.id] == "consumer"

    def _describe_line(self, line, formats):
        """:return: dict of the cells of an item"""
        claim, currency = line.claim, line.currency
        return {
            "document": line.document, "date": formats.day(line.date),
            "due": formats.day(line.due), "late": str(line.days_late or ""),
            "amount": formats.money(line.amount, currency),
            "residual": formats.money(line.residual, currency),
            "interest": formats.money(claim.interest, currency) if claim.interest else "",
            "missing": bool(claim.missing_from),
            "indemnity": formats.money(
                claim.indemnity, claim.indemnity_currency) if claim.indemnity else ""}

    def _describe_period(self, period, currency, formats):
        """:return: dict of the cells of a period; its interest with two decimals more"""
        return {
            "start": formats.day(period.start), "end": formats.day(period.end),
            "days": period.days, "amount": formats.money(period.amount, currency),
            "rate": formats.number(period.percent),
            "interest": formats.number(period.interest, currency.decimal_places + 2)}

    @api.model
    def _describe_limitation(self, case):
        """:return: list of dicts of text in the reader's language: ``document``, ``law``, ``date``
            and ``interrupted`` (by what, and when)"""
        items, formats = case.items.with_env(case.customer.env), case.formats
        return [{
            "document": line.item,
            "law": ", ".join(filter(None, (line.kind, line.rule, line.source))),
            "date": line.last_day and formats.day(line.last_day),
            "interrupted": join_clauses(items.env, (
                " ".join(filter(None, (act.kind, formats.day(act.day), act.note)))
                for act in line.interruptions if act.counts)),
        } for line in items._get_limitation_lines()]

    @api.model
    def _get_pages(self, case, sheet):
        """The claim as figures, for a workbook.

        :return: list of :class:`~...tools.workbook.Page`, a table each
        """
        _ = case.customer.env._
        digits = max((total.currency.decimal_places for total in sheet.totals), default=2)
        return [
            _make_page(_("Items"), [
                _("Document"), _("Date"), _("Due date"), _("Days late"), _("Amount"),
                _("Amount due"), _("Interest"), _("Indemnity"), _("Currency"),
                _("Rate missing since")],
             [[line.document, line.date, line.due, line.days_late, line.amount, line.residual,
               line.claim.interest, line.claim.indemnity, line.currency.name,
               line.claim.missing_from] for line in sheet.lines], digits),
            _make_page(_("Payments and credits"), [
                _("Document"), _("Settled by"), _("Date"), _("Amount"), _("Currency")],
             [[paid.document, paid.by, paid.date, paid.amount, paid.currency.name]
              for paid in sheet.settlements], digits),
            _make_page(_("Interest"), [
                _("Document"), _("From"), _("To"), _("Days"), _("Amount owed"),
                _("Rate in %"), _("Interest, not rounded"), _("Currency")],
             [[line.document, period.start, period.end, period.days, period.amount,
               period.percent, round(period.interest, 8), line.currency.name]
              for line in sheet.lines for period in line.periods], digits + 2),
            _make_page(_("Costs"), [
                _("Date"), _("Nature"), _("Payee"), _("Note"), _("Amount"), _("Currency"),
                _("Borne by the debtor")],
             [[cost.date, case.formats.choice(cost, "kind"), cost.partner_id.name or "",
               cost.note or "", cost.amount, cost.currency_id.name,
               _("yes") if cost.recoverable else _("no")] for cost in sheet.costs], digits),
            _make_page(_("Total"), [
                _("Currency"), _("Principal"), _("Interest"), _("Indemnity"), _("Total"),
                _("Costs borne by the debtor")],
             [[total.currency.name, total.principal, total.interest, total.indemnity,
               total.claimed, total.costs] for total in sheet.totals], digits),
        ]


def _make_page(name, columns, rows, digits):
    return Page(name, (name,), (Grid("", tuple(columns), tuple(map(tuple, rows)), digits=digits),))
