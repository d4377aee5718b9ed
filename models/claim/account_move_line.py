from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from odoo import models
from odoo.fields import Domain

from ...engine.claims import (
    NO_CLAIM,
    Claim,
    Debt,
    InterestPeriod,
    Payment,
    claim_invoice,
    spread_on_account,
)
from ..item import open_items


@dataclass(frozen=True, slots=True)
class Demand:
    """What a formal notice demands for an item, on top of what it owes.

    :ivar claim: interest and indemnity
    :ivar periods: how the interest is made up
    """

    claim: Claim = NO_CLAIM
    periods: tuple[InterestPeriod, ...] = ()


class AccountMoveLine(models.Model):
    """Late-payment interest and fixed indemnity of items (S-010)."""

    _inherit = "account.move.line"

    def _get_collection_penalties(self, day):
        """What may be claimed on these items on a day, on top of what they owe.

        Only for instalments of customer invoices: no credit note, no miscellaneous entry, no
        disputed item, nothing kept out of follow-up, nothing that a person waived or said to be
        paid; and only from customers for whom it is switched on, never from consumers. Settled
        items are answered too, up to their payment: the caller chooses which items it shows.

        Credits and payments that nobody has allocated yet count from their own day on, against
        the customer's oldest debt first (:func:`~..engine.claims.spread_on_account`), in one
        company and currency.

        The indemnity is due once for an invoice. Its first late instalment that is still open
        carries it, the first late one when all are settled: a statement of the open items names
        it once, and so do all instalments together.

        :param date day: day of the claim; that day counts
        :return: dict of :class:`~..engine.claims.Claim` by line id, one for each line of ``self``
        """
        # The figures are of lines that the caller holds; the customer's settings, the payments
        # and the other instalments they depend on may lie outside of what a user reads.
        claims = dict.fromkeys(self.ids, NO_CLAIM)
        for debts, terms in self.sudo()._get_claimed_debts(day):
            claims |= claim_invoice(debts, terms, day)
        return {line_id: claims[line_id] for line_id in self.ids}

    def _explain_collection_interest(self, day):
        """How the interest of :meth:`_get_collection_penalties` comes about.

        :param date day: day of the claim
        :return: dict of lists of :class:`~..engine.claims.InterestPeriod` by line id; items
            without interest are not in it
        """
        own = set(self.ids)
        return {
            line_id: periods for debts, terms in self.sudo()._get_claimed_debts(day)
            for line_id, debt in debts.items() if line_id in own
            if (periods := debt.explain_interest(terms))}

    def _get_claimed_debts(self, day):
        """What interest or indemnity may be claimed of; nothing is read of customers from whom
        none is.

        :return: generator of (dict of :class:`~..engine.claims.Debt` by line id, their
            :class:`~..engine.claims.Terms`), one for each invoice that these lines are of
        """
        tables = self.env["collection.penalty.rate"]._get_tables(self.company_id)
        for company, lines in self.grouped("company_id").items():
            terms = lines.move_id.commercial_partner_id.with_company(company)._get_penalty_terms(
                company, day, tables)
            customers = {customer for customer, own in terms.items() if own.claims_anything}
            claimed = lines.filtered(lambda line, customers=customers: (
                line.move_id.commercial_partner_id.id in customers)) if customers else ()
            if claimed:
                yield from claimed._find_penalty_lines()._get_company_debts(company, terms)

    def _find_penalty_lines(self):
        """:return: the lines that may bear interest, of the invoices that these lines are of"""
        lines = self.search_fetch(self._get_penalty_domain(self.move_id), [
            "move_id", "company_id", "currency_id", "partner_id", "date", "date_maturity",
            "amount_currency", "reconciled"], order="date_maturity, id")
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
            & Domain("move_id.collection_waiver", "=", False)
            & Domain("move_id.collection_claims_paid", "=", False)
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

    def _get_company_debts(self, company, terms):
        """:return: generator, see :meth:`_get_claimed_debts`, for lines of one company"""
        payments = self._get_penalty_payments()
        on_account = self._get_payments_on_account(company, payments)
        for invoice, lines in self.grouped("move_id").items():
            yield {
                line.id: line._get_penalty_debt(payments[line.id] + on_account.get(line.id, []))
                for line in lines}, terms[invoice.commercial_partner_id.id]

    def _get_payments_on_account(self, company, payments):
        """What customers have on account, as far as it covers these lines.

        Read for all of their customers at once, and nothing more where none has any.

        :param company: that of these lines
        :param dict payments: allocated ones of these lines, see :meth:`_get_penalty_payments`
        :return: dict of lists of :class:`~..engine.claims.Payment` by line id
        """
        accounts, spread = self._find_money_on_account(company), {}
        if not accounts:
            return spread
        others = self._find_debts_beside(company, accounts)
        payments = {**others._get_penalty_payments(), **payments}
        debts = (self | others).filtered("amount_currency").sorted(
            lambda line: (line._get_collection_due(), line.id))
        for key, lines in debts.grouped(lambda line: line._get_account_key()).items():
            spread |= spread_on_account(
                {line.id: line._get_penalty_debt(payments.get(line.id, ())) for line in lines},
                accounts.get(key, ()))
        return spread

    def _find_money_on_account(self, company):
        """:return: dict of lists of :class:`~..engine.claims.Payment` by customer and currency:
            what is left of credits, and, negative, of what was paid back"""
        lines = self.search_fetch(
            open_items.UNRECONCILED & Domain("company_id", "=", company.id)
            & Domain("partner_id.commercial_partner_id", "in",
                     self.partner_id.commercial_partner_id.ids)
            & (Domain("amount_residual_currency", "<", 0)
               | Domain("journal_id.type", "in", open_items.MONEY_JOURNALS)),
            ["date", "partner_id", "currency_id", "amount_residual_currency"])
        accounts = defaultdict(list)
        for line in lines:
            accounts[line._get_account_key()].append(
                Payment(line.date, Decimal(str(-line.amount_residual_currency))))
        return {key: paid for key, paid in accounts.items()
                if any(one.amount > 0 for one in paid)}

    def _find_debts_beside(self, company, accounts):
        """:return: the other debts of customers with money on account, which it covers as well:
            those that are open, or were when the first of it came"""
        first = min(paid.day for account in accounts.values() for paid in account)
        return self.search_fetch(
            Domain("parent_state", "=", "posted") & Domain("company_id", "=", company.id)
            & Domain("account_type", "=", "asset_receivable") & Domain("amount_currency", ">", 0)
            & Domain("partner_id.commercial_partner_id", "in",
                     list({customer.id for customer, _currency in accounts}))
            & Domain("journal_id.type", "not in", open_items.MONEY_JOURNALS)
            & Domain("collection_status_id", "not any", [("kind", "=", "dispute")])
            & ((Domain("reconciled", "=", False)
                & Domain("move_id.payment_state", "not in", open_items.NOT_OPEN_STATES))
               | Domain("matched_credit_ids.max_date", ">=", first))
            & Domain("id", "not in", self.ids),
            ["move_id", "partner_id", "currency_id", "date", "date_maturity", "amount_currency"])

    def _get_account_key(self):
        """:return: (customer, currency): what is on account in one covers no debt in another"""
        return self.partner_id.commercial_partner_id, self.currency_id

    def _get_penalty_debt(self, payments):
        """:return: the line as the engine's :class:`~..engine.claims.Debt`"""
        return Debt(
            Decimal(str(self.amount_currency)), self._get_collection_due(), payments,
            self.currency_id.decimal_places)

    # === FORMAL NOTICES === #

    def _get_collection_demands(self, day):
        """What a formal notice of a day demands on these items, and how interest is made up.

        As :meth:`_get_collection_penalties` has it; and of consumers, from whom nothing else may
        be claimed, interest at the legal rate from the day on which formal notice was first given
        (L17): none on that day itself.

        :param date day: day of the notice; that day counts
        :return: dict of :class:`Demand` by line id, one for each line of ``self``
        """
        demands = dict.fromkeys(self.ids, Demand())
        lines = self.sudo()
        noticed = lines.filtered(lambda line: (
            line.collection_notice_date and line.collection_notice_date < day))
        owed = [*lines._get_claimed_debts(day)]
        if noticed:  # asked last: of consumers, the others claim nothing
            owed += noticed._get_noticed_debts(day)
        for debts, terms in owed:
            claims = claim_invoice(debts, terms, day)
            demands |= {line_id: Demand(claims[line_id], tuple(debt.explain_interest(terms)))
                        for line_id, debt in debts.items()}
        return {line_id: demands[line_id] for line_id in self.ids}

    def _get_noticed_debts(self, day):
        """What consumers owe who were given formal notice: it bears interest from that day on.

        :return: generator, see :meth:`_get_claimed_debts`
        """
        invoiced = self._find_penalty_lines() & self
        payments = invoiced._get_penalty_payments()
        tables = self.env["collection.penalty.rate"]._get_tables(invoiced.company_id)
        for company, lines in invoiced.grouped("company_id").items():
            customers = lines.move_id.commercial_partner_id.with_company(company)
            terms = customers._get_notice_terms(company, day, tables)
            owed = lines.filtered(
                lambda line, terms=terms: line.move_id.commercial_partner_id.id in terms)
            on_account = owed._get_payments_on_account(company, payments)
            for line in owed:
                debt = line._get_penalty_debt(payments[line.id] + on_account.get(line.id, []))
                yield ({line.id: replace(debt, due=max(debt.due, line.collection_notice_date))},
                       terms[line.move_id.commercial_partner_id.id])
