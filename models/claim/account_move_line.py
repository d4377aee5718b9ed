from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo import models
from odoo.fields import Domain

from ...engine.claims import NO_CLAIM, Debt, Payment, claim_invoice
from ..item import open_items


class AccountMoveLine(models.Model):
    """Late-payment interest and fixed indemnity of items (S-010)."""

    _inherit = "account.move.line"

    def _get_collection_penalties(self, day):
        """What may be claimed on these items on a day, on top of what they owe.

        Only for instalments of customer invoices: no credit note, no miscellaneous entry, no
        disputed item, nothing kept out of follow-up; and only from customers for whom it is
        switched on, never from consumers. Settled items are answered too, up to their payment:
        the caller chooses which items it shows.

        The indemnity is due once for an invoice. Its first late instalment that is still open
        carries it, the first late one when all are settled: a statement of the open items names
        it once, and so do all instalments together.

        :param date day: day of the claim; that day counts
        :return: dict of :class:`~..engine.claims.Claim` by line id, one for each line of ``self``
        """
        # The figures are of lines that the caller holds; the customer's settings, the payments
        # and the other instalments they depend on may lie outside of what a user reads.
        invoiced = self.sudo()._find_penalty_lines()
        payments = invoiced._get_penalty_payments()
        tables = self.env["collection.penalty.rate"]._get_tables(invoiced.company_id)
        claims = dict.fromkeys(self.ids, NO_CLAIM)
        for company, lines in invoiced.grouped("company_id").items():
            claims |= lines._get_company_claims(company, day, payments, tables)
        return {line_id: claims[line_id] for line_id in self.ids}

    def _find_penalty_lines(self):
        """:return: the lines that may bear interest, of the invoices that these lines are of"""
        lines = self.search_fetch(self._get_penalty_domain(self.move_id), [
            "move_id", "company_id", "currency_id", "date_maturity", "amount_currency",
            "reconciled"], order="date_maturity, id")
        # reading an invoice reads others with it: its partner and state, not its whole row
        lines.move_id.fetch(["commercial_partner_id", "payment_state"])
        return lines.filtered(
            lambda line: line.reconciled
            or line.move_id.payment_state not in open_items.NOT_OPEN_STATES)

    def _get_penalty_domain(self, moves):
        """:return: domain of the lines of these moves on which interest may run"""
        return (
            Domain("move_id", "in", moves.ids)
            & Domain("move_id.move_type", "=", "out_invoice")
            & Domain("parent_state", "=", "posted")
            & Domain("account_type", "=", "asset_receivable")
            & Domain("no_followup", "=", False)
            & Domain("collection_status_id", "not any", [("kind", "=", "dispute")])
            & Domain("date_maturity", "!=", False)
            & Domain("amount_currency", ">", 0)
        )

    def _get_penalty_payments(self):
        """What was taken off each line, and when, in the line's currency.

        The day is the settling entry's own, not the later of both: an invoice entered late in the
        books was not paid late. A credit note that corrects the invoice counts from the start:
        what it takes back was never due.

        :return: dict of lists of :class:`~..engine.claims.Payment` by line id
        """
        partials = self.env["account.partial.reconcile"].search_fetch(
            [("debit_move_id", "in", self.ids)],
            ["debit_move_id", "credit_move_id", "debit_amount_currency"])
        partials.credit_move_id.fetch(["date", "move_id"])
        partials.credit_move_id.move_id.fetch(["reversed_entry_id"])
        payments = defaultdict(list)
        for partial in partials:
            debt, settlement = partial.debit_move_id, partial.credit_move_id
            corrects = settlement.move_id.reversed_entry_id == debt.move_id
            payments[debt.id].append(Payment(
                date.min if corrects else settlement.date,
                Decimal(str(partial.debit_amount_currency))))
        return payments

    def _get_company_claims(self, company, day, payments, tables):
        """:return: dict of claims by line id, for lines of one company"""
        terms = self.move_id.commercial_partner_id.with_company(company)._get_penalty_terms(
            company, day, tables)
        claims = {}
        for invoice, lines in self.grouped("move_id").items():
            debts = {line.id: line._get_penalty_debt(payments[line.id]) for line in lines}
            claims |= claim_invoice(debts, terms[invoice.commercial_partner_id.id], day)
        return claims

    def _get_penalty_debt(self, payments):
        """:return: the line as the engine's :class:`~..engine.claims.Debt`"""
        return Debt(
            Decimal(str(self.amount_currency)), self.date_maturity, payments,
            self.currency_id.decimal_places)
