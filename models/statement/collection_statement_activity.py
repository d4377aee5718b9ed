from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from odoo import api, models
from odoo.models import BaseModel
from odoo.tools import SQL, format_date

from ...engine import figures
from ...engine.hashtags import Column, Table
from ...tools.workbook import Grid
from ..item import open_items

#: Receivable lines of customers in a company.
OWN = """
    line.account_id = ANY(%(accounts)s) AND line.company_id = %(company)s
    AND line.parent_state = 'posted' AND contact.commercial_partner_id = ANY(%(customers)s)
"""

#: What was left of each line at the end of a day, in its currency.
LEFT = """
    SELECT contact.commercial_partner_id, line.currency_id, %(due)s,
           (line.amount_currency - COALESCE((
                SELECT sum(partial.debit_amount_currency) FROM account_partial_reconcile AS partial
                 WHERE partial.debit_move_id = line.id AND partial.max_date <= %(day)s), 0)
            + COALESCE((
                SELECT sum(partial.credit_amount_currency) FROM account_partial_reconcile AS partial
                 WHERE partial.credit_move_id = line.id AND partial.max_date <= %(day)s), 0)
           )::text
      FROM account_move_line AS line
      JOIN res_partner AS contact ON contact.id = line.partner_id
     WHERE %(own)s AND line.date <= %(day)s
"""

#: What was booked in a period.
BOOKED = """
    SELECT contact.commercial_partner_id, line.currency_id, line.date, line.id,
           line.amount_currency::text
      FROM account_move_line AS line
      JOIN res_partner AS contact ON contact.id = line.partner_id
     WHERE %(own)s AND line.date BETWEEN %(since)s AND %(until)s AND line.amount_currency <> 0
  ORDER BY line.date, line.id
"""

#: What was matched in a period with entries of another currency or of another customer: on the
#: account in one currency only one side of it stands, which is settled all the same.
CROSSED = """
    SELECT side.customer_id, side.currency_id, side.day, sum(side.amount)::text
      FROM (SELECT partial.id, contact.commercial_partner_id AS customer_id, line.currency_id,
                   partial.max_date AS day, -partial.debit_amount_currency AS amount
              FROM account_partial_reconcile AS partial
              JOIN account_move_line AS line ON line.id = partial.debit_move_id
              JOIN res_partner AS contact ON contact.id = line.partner_id
             WHERE %(own)s AND partial.max_date BETWEEN %(since)s AND %(until)s
         UNION ALL
            SELECT partial.id, contact.commercial_partner_id, line.currency_id,
                   partial.max_date, partial.credit_amount_currency
              FROM account_partial_reconcile AS partial
              JOIN account_move_line AS line ON line.id = partial.credit_move_id
              JOIN res_partner AS contact ON contact.id = line.partner_id
             WHERE %(own)s AND partial.max_date BETWEEN %(since)s AND %(until)s
           ) AS side
  GROUP BY side.id, side.customer_id, side.currency_id, side.day
    HAVING sum(side.amount) <> 0
  ORDER BY side.day, side.id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What changed an account.

    :ivar line: ``account.move.line``; empty for a matching across currencies or customers
    :ivar amount: in the currency of the account
    """

    day: date
    line: BaseModel
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Activity:
    """A customer's account in one currency, over a period.

    :ivar opening: balance at the end of the day before it
    :ivar entries: tuple of :class:`Entry`, in the order of their days
    :ivar left: (due date, amount) of what was open at its end; adds up to the closing balance
    """

    currency: BaseModel
    opening: Decimal = Decimal(0)
    entries: tuple[Entry, ...] = ()
    left: tuple[tuple[date, Decimal], ...] = ()

    @property
    def balances(self):
        """Balance after each entry, the opening one first."""
        return tuple(accumulate((entry.amount for entry in self.entries), initial=self.opening))

    @property
    def closing(self):
        return self.balances[-1]

    def is_empty(self):
        """:return: bool, nothing was booked, and nothing is owed"""
        return not (self.entries or self.opening or any(amount for _due, amount in self.left))


class CollectionStatementActivity(models.AbstractModel):
    """The activity of customers' accounts: what was booked in a period, and the balance after it.

    Each currency is an account of its own. Everything that is posted on the receivable accounts
    counts from its own day, chased or not. The closing balance is what the open items of that day
    come to, so the ageing below adds up to it.
    """

    _name = "collection.statement.activity"
    _description = "Activity of Accounts"

    # === READING === #

    @api.model
    def _read(self, customers, company, since, until):
        """Read accounts; the number of queries does not depend on how many.

        :param customers: commercial ``res.partner``
        :param date since: first day of the period
        :param date until: its last day
        :return: dict of lists of :class:`Activity` that are not empty, by customer's id
        """
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        left = self._read_left(customers, company, until)
        opening = self._read_left(customers, company, since - timedelta(days=1))
        entries = self._read_entries(customers, company, since, until)
        found = defaultdict(list)
        for customer, currency in sorted({*left, *opening, *entries}):
            activity = Activity(
                self.env["res.currency"].browse(currency),
                sum((amount for _due, amount in opening[customer, currency]), Decimal(0)),
                tuple(entries[customer, currency]), tuple(left[customer, currency]))
            if not activity.is_empty():
                found[customer].append(activity)
        return found

    def _execute(self, query, customers, company, **values):
        own = SQL(OWN, accounts=open_items.get_receivable_ids(self.env, company),
                  company=company.id, customers=customers.ids)
        return self.env.execute_query(SQL(query, own=own, **values))

    def _read_left(self, customers, company, day):
        """:return: dict of lists of (due date, amount) by (customer, currency)"""
        left = defaultdict(list)
        for customer, currency, due, amount in self._execute(
                LEFT, customers, company, day=day, due=open_items.DUE):
            if Decimal(amount):
                left[customer, currency].append((due, Decimal(amount)))
        return left

    def _read_entries(self, customers, company, since, until):
        """:return: dict of lists of :class:`Entry` by (customer, currency)"""
        entries, lines = defaultdict(list), self.env["account.move.line"].sudo()
        booked = self._execute(BOOKED, customers, company, since=since, until=until)
        lines = lines.browse([line for _customer, _currency, _day, line, _amount in booked])
        for line, (customer, currency, day, _id, amount) in zip(lines, booked):
            entries[customer, currency].append(Entry(day, line, Decimal(amount)))
        for customer, currency, day, amount in self._execute(
                CROSSED, customers, company, since=since, until=until):
            entries[customer, currency].append(Entry(day, lines.browse(), Decimal(amount)))
        for found in entries.values():
            found.sort(key=lambda entry: entry.day)
        return entries

    # === RENDERING === #

    @api.model
    def _get_tables(self, activities, since, until):
        """:param activities: list of :class:`Activity` of one customer
        :return: list of :class:`~...engine.hashtags.Table` in the language of the context: each
            account with its ageing below"""
        statement, tables = self.env["collection.statement"], []
        for activity in activities:
            currency = activity.currency
            rows = [tuple(self._format(cell, currency) for cell in row)
                    for row in self._get_rows(activity, since, until)]
            tables += [
                Table(columns=tuple(Column(label, number=number)
                                    for label, number in self._get_columns()),
                      rows=tuple(rows[:-1]), totals=(rows[-1],)),
                statement._get_ageing_table(self._age(activity, until), currency)]
        return tables

    @api.model
    def _get_grids(self, activities, since, until):
        """:return: list of :class:`~...tools.workbook.Grid`, the same"""
        statement, grids = self.env["collection.statement"], []
        for activity in activities:
            rows = self._get_rows(activity, since, until)
            grids += [
                Grid(activity.currency.name, tuple(label for label, _number in self._get_columns()),
                     tuple(rows[:-1]), totals=(rows[-1],),
                     digits=activity.currency.decimal_places),
                statement._get_ageing_grid(self._age(activity, until), activity.currency)]
        return grids

    def _get_columns(self):
        """:return: list of (label, whether it holds numbers)"""
        _ = self.env._
        return [(_("Date"), False), (_("Document"), False), (_("Due date"), False),
                (_("Amount"), True), (_("Balance"), True)]

    def _get_rows(self, activity, since, until):
        """:return: list of tuples of dates, texts and ``Decimal``: the opening balance, each
            entry, the closing balance"""
        documents, _ = self._name_documents(activity), self.env._
        balances = activity.balances
        return [
            (since, _("Opening balance"), None, None, balances[0]),
            *((entry.day, document, self._get_due(entry), entry.amount, balance)
              for entry, document, balance in zip(activity.entries, documents, balances[1:])),
            (until, _("Closing balance"), None, None, balances[-1])]

    def _name_documents(self, activity):
        """:return: list of str, of each entry"""
        statement = self.env["collection.statement"]
        lines = self.env["account.move.line"].sudo().union(
            *(entry.line for entry in activity.entries))
        names = statement._get_labels(lines, statement._get_instalments(lines)).documents
        crossed = self.env._("Settled by an entry of another account or currency")
        return [names[entry.line.id] if entry.line else crossed for entry in activity.entries]

    @staticmethod
    def _get_due(entry):
        return entry.line._get_collection_due() if entry.line and entry.amount > 0 else None

    def _format(self, cell, currency):
        if isinstance(cell, date):
            return format_date(self.env, cell)
        if isinstance(cell, Decimal):
            return self.env["collection.statement"]._format_amount(float(cell), currency)
        return cell or ""

    def _age(self, activity, until):
        bounds = self.env.company._get_collection_bounds()
        return figures.divide_by_age(activity.left, until, bounds)
