"""What an open item is, defined once: as payment states, as domains and as SQL.

* An item is *unreconciled* when something is left on its posted receivable line, in the currency
  in which it is owed; what is left in the company's currency alone is a difference of exchange.
* It is *open* when it may be chased besides: it is neither kept out of follow-up, nor of an
  invoice that is paid, being paid, cancelled or blocked.
* Odoo marks whatever is booked in a miscellaneous journal as kept out of follow-up, without
  anybody having said so. There the mark holds for debts without a due date of their own only:
  credits net, and a debt that was given a due date (an opening balance) is to be paid by it.
* It is *due* on its own due date, else on the day of its entry, and *overdue* from the day after
  in the company's time zone.
* Its *residual* in the company's currency is what Odoo has; where that is nil and something is
  owed in the item's currency, that, at the item's own rate.

Each is a domain, an SQL fragment on ``line``, and for records a method of ``account.move.line``
(``_get_collection_due``, ``_get_collection_residual``); tests hold them to one another.
"""

from odoo.fields import Domain
from odoo.tools import SQL

#: Payment states of an invoice of which nothing is owed any more, though its line may not be
#: reconciled yet.
PAID_STATES = ("in_payment", "paid", "reversed")

#: Payment state of an invoice that the accountants hold back.
BLOCKED_STATE = "blocked"

#: Journals in which money comes in, and goes back; what else settles an item is no payment.
MONEY_JOURNALS = ("bank", "cash", "credit")

#: Payment states of invoices whose lines are no open items.
NOT_OPEN_STATES = (*PAID_STATES, BLOCKED_STATE)

#: Domain of receivable lines on which something is left, chased or not.
UNRECONCILED = (
    Domain("parent_state", "=", "posted")
    & Domain("account_type", "=", "asset_receivable")
    & Domain("reconciled", "=", False)
    & Domain("amount_residual_currency", "!=", 0)
)

#: Fields that are read of items together: reading one alone would read their whole rows.
READ = (
    "date", "date_maturity", "invoice_date", "name", "partner_id", "company_id", "currency_id",
    "move_id", "balance", "amount_currency", "amount_residual", "amount_residual_currency",
    "collection_status_id", "collection_notice_date")

#: The same of their entries.
READ_OF_ENTRIES = (
    "name", "move_type", "journal_id", "company_id", "commercial_partner_id", "invoice_user_id")

#: Domain of what Odoo's mark keeps out of follow-up.
KEPT_OUT = Domain("no_followup", "=", True) & (
    Domain("journal_id.type", "!=", "general")
    | (Domain("amount_residual_currency", ">", 0) & Domain("date_maturity", "=", False))
)

#: Domain of the debts that nobody is chased for because of it.
KEPT_OUT_DEBTS = UNRECONCILED & KEPT_OUT & Domain("amount_residual_currency", ">", 0)

#: Domain of open items, in all companies.
OPEN = (
    UNRECONCILED
    & (Domain("no_followup", "=", False)
       | (Domain("journal_id.type", "=", "general")
          & (Domain("amount_residual_currency", "<", 0) | Domain("date_maturity", "!=", False))))
    & Domain("move_id.payment_state", "not in", NOT_OPEN_STATES)
)

#: SQL condition: Odoo's mark keeps ``line`` out of follow-up.
IS_KEPT_OUT = SQL(
    "(line.no_followup IS TRUE AND NOT ("
    " (line.amount_residual_currency < 0 OR line.date_maturity IS NOT NULL)"
    " AND line.journal_id IN (SELECT id FROM account_journal WHERE type = 'general')))")

#: SQL condition by which an unreconciled ``line`` is open; the moves that do not count are
#: looked up once.
IS_OPEN = SQL(
    "NOT %s AND line.move_id NOT IN ("
    "     SELECT move.id FROM account_move AS move WHERE move.payment_state IN %s)",
    IS_KEPT_OUT, NOT_OPEN_STATES)

#: The same where the line's ``move`` is joined anyway.
IS_OPEN_OF_MOVE = SQL(
    "NOT %s AND COALESCE(move.payment_state, '') NOT IN %s", IS_KEPT_OUT, NOT_OPEN_STATES)

#: SQL expression of the day on which ``line`` is due.
DUE = SQL("COALESCE(line.date_maturity, line.date)")

#: SQL expression of what is left of ``line``, in the company's currency.
RESIDUAL = SQL(
    "CASE WHEN line.amount_residual <> 0 OR line.amount_currency = 0 THEN line.amount_residual"
    " ELSE line.amount_residual_currency * line.balance / line.amount_currency END")


def is_due_before(day):
    """:return: ``Domain`` of the items that were due before a day"""
    return Domain("date_maturity", "<", day) | (
        Domain("date_maturity", "=", False) & Domain("date", "<", day))


def is_due_from(day):
    """:return: ``Domain`` of the items that are due on a day or later"""
    return Domain("date_maturity", ">=", day) | (
        Domain("date_maturity", "=", False) & Domain("date", ">=", day))


def is_overdue(day):
    """:return: ``Domain`` of the unreconciled items that are overdue on a day, credits left out"""
    return is_due_before(day) & Domain("amount_residual_currency", ">", 0)


def get_receivable_ids(env, company):
    """:param company: one ``res.company``, or several
    :return: list of ids of their receivable accounts, archived ones included
    """
    return env["account.account"].sudo().with_context(active_test=False).search([
        ("account_type", "=", "asset_receivable"),
        ("company_ids", "parent_of", company.ids)]).ids


def is_unreconciled(env, company, accounts=None):
    """The same as :data:`UNRECONCILED` in one company, for queries that read many lines.

    :param accounts: what :func:`get_receivable_ids` gives, where the caller has asked already
    :return: SQL condition on ``line``
    """
    return SQL(
        "line.account_id = ANY(%s) AND line.company_id = %s"
        " AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE"
        " AND line.amount_residual_currency <> 0",
        get_receivable_ids(env, company) if accounts is None else accounts, company.id)
