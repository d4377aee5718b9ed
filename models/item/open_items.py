"""What an open item is, defined once: as payment states, as a domain and as SQL.

An item is *unreconciled* when something is left on its posted receivable line, and *open* when
it may be chased besides: it is neither kept out of follow-up, nor of an invoice that is paid,
being paid, cancelled or blocked.
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
)

#: Domain of open items, in all companies.
OPEN = (
    UNRECONCILED
    & Domain("no_followup", "=", False)
    & Domain("move_id.payment_state", "not in", NOT_OPEN_STATES)
)

#: SQL condition by which an unreconciled ``line`` is open; the moves that do not count are
#: looked up once.
IS_OPEN = SQL(
    "line.no_followup IS NOT TRUE AND line.move_id NOT IN ("
    "     SELECT move.id FROM account_move AS move WHERE move.payment_state IN %s)",
    NOT_OPEN_STATES)


def get_receivable_ids(env, company):
    """:return: list of ids of the receivable accounts of a company, archived ones included"""
    return env["account.account"].sudo().with_context(active_test=False).search([
        ("account_type", "=", "asset_receivable"),
        ("company_ids", "parent_of", company.id)]).ids


def is_unreconciled(env, company):
    """The same as :data:`UNRECONCILED` in one company, for queries that read many lines.

    :return: SQL condition on ``line``
    """
    return SQL(
        "line.account_id = ANY(%s) AND line.company_id = %s"
        " AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE",
        get_receivable_ids(env, company), company.id)
