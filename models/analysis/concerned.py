"""Which debts an action or a sequence was about, and what was paid on them afterwards, as SQL."""

from odoo.tools import SQL

from ..item import open_items

#: Owners (id, customer_id, company_id, day) and the lines that they are about: those chosen for
#: them, else all that the customer owed by their day.
CONCERNED = """
    SELECT owner.id, rel.%(item)s AS line_id
      FROM %(owners)s AS owner
      JOIN %(rel)s AS rel ON rel.%(record)s = owner.id
 UNION ALL
    SELECT owner.id, line.id
      FROM %(owners)s AS owner
      JOIN res_partner AS contact ON contact.commercial_partner_id = owner.customer_id
      JOIN account_move_line AS line
        ON line.partner_id = contact.id AND line.company_id = owner.company_id
     WHERE %(due)s <= owner.day
       AND NOT EXISTS (SELECT FROM %(rel)s AS rel WHERE rel.%(record)s = owner.id)
"""

#: What was owed on these lines at the end of the owner's day, and paid since.
DEBTS = """
    SELECT owner.id, line.id AS line_id, owner.day - %(due)s AS late, %(left)s AS owed, %(paid)s
      FROM (%(concerned)s) AS concerned
      JOIN %(owners)s AS owner ON owner.id = concerned.id
      JOIN account_move_line AS line ON line.id = concerned.line_id
    %(matchings)s
     WHERE %(receivable)s AND line.balance > 0 AND line.date <= owner.day
  GROUP BY owner.id, owner.day, owner.until, line.id
    HAVING %(left)s > 0
"""

#: Of a matching, in the company's currency.
AMOUNT = SQL("partial.amount")

#: What ``line`` is matched with, and by which journal.
MATCHINGS = SQL(
    """
    LEFT JOIN account_partial_reconcile AS partial ON partial.debit_move_id = line.id
    LEFT JOIN account_move_line AS credit ON credit.id = partial.credit_move_id
    LEFT JOIN account_journal AS journal ON journal.id = credit.journal_id
    """)


def get_left(day):
    """:param SQL day: of the ledger
    :return: SQL aggregate, what was left of a ``line`` at the end of a day"""
    return SQL(
        "(line.balance - COALESCE(sum(partial.amount) FILTER (WHERE partial.max_date <= %s), 0))",
        day)


def get_paid(since, until, amount=AMOUNT):
    """:param SQL amount: what is summed up, by default the amount
    :return: SQL aggregate, what was paid on a ``line`` after a day and until another; credit
        notes are no payment"""
    return SQL(
        "COALESCE(sum(%s) FILTER (WHERE partial.max_date > %s"
        " AND partial.max_date <= %s AND journal.type IN %s), 0)",
        amount, since, until, open_items.MONEY_JOURNALS)


def get_debts(report, owners, items, paid):
    """:param report: the analysis, whose companies count
    :param str owners: name of a common table of ``id``, ``customer_id``, ``company_id``, ``day``
        and ``until``
    :param items: many2many field of the owner's model, the ``account.move.line`` it is about
    :param SQL paid: columns of what was paid since, see :func:`get_paid`
    :return: SQL query of owner's ``id``, ``line_id``, days ``late`` and ``owed`` on the day, with
        these columns
    """
    owners = SQL.identifier(owners)
    concerned = SQL(
        CONCERNED, owners=owners, due=open_items.DUE, rel=SQL.identifier(items.relation),
        record=SQL.identifier(items.column1), item=SQL.identifier(items.column2))
    return SQL(
        DEBTS, owners=owners, concerned=concerned, due=open_items.DUE, paid=paid,
        left=get_left(SQL("owner.day")), matchings=MATCHINGS, receivable=report._is_receivable())
