from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..item import open_items
from ..specific.collection_promise import AWAITED, STATES

#: Amounts are those of the promise, at the rate of the day on which it was made. Payments count
#: from that day on: those that made it kept, or those that came after it was broken.
ROWS = """
    SELECT promise.id, promise.id AS promise_id, promise.company_id, promise.customer_id,
           promise.made_on AS date, promise.source, promise.user_id, plan.due, state.now AS state,
           CASE WHEN state.now NOT IN %(awaited)s THEN promise.closed_on END AS closed_on,
           money.amount, paid.day AS paid_on, GREATEST(paid.day - plan.due, 0) AS days_late,
           CASE WHEN state.now = 'kept' THEN money.amount ELSE 0 END AS kept_amount,
           CASE WHEN state.now = 'broken' THEN money.amount ELSE 0 END AS broken_amount,
           CASE WHEN state.now IN %(awaited)s THEN money.amount ELSE 0 END AS awaited_amount,
           COALESCE(week.amount, 0) AS week_amount,
           CASE state.now WHEN 'kept' THEN 100 WHEN 'broken' THEN 0 END AS kept_share
      FROM collection_promise AS promise
      JOIN res_company AS company ON company.id = promise.company_id
      JOIN res_currency AS currency ON currency.id = company.currency_id
CROSS JOIN LATERAL (
           SELECT CASE WHEN promise.closed_on > %(day)s THEN 'open' ELSE promise.state END AS now
           ) AS state
CROSS JOIN LATERAL (
           SELECT round(promise.amount * %(own_rate)s / %(rate)s, currency.decimal_places)
                  AS amount) AS money
CROSS JOIN LATERAL (
           SELECT COALESCE(max(line.date), promise.date) AS due
             FROM collection_promise_line AS line WHERE line.promise_id = promise.id) AS plan
CROSS JOIN LATERAL (
           SELECT round(sum(part.amount) * %(own_rate)s / %(rate)s, currency.decimal_places)
                  AS amount
             FROM (%(instalments)s) AS part
            WHERE state.now IN %(awaited)s AND part.date BETWEEN %(monday)s AND %(monday)s + 6
           ) AS week
CROSS JOIN LATERAL (
           SELECT CASE state.now
                  WHEN 'kept' THEN COALESCE(max(partial.max_date) FILTER (
                       WHERE partial.max_date <= promise.closed_on), promise.closed_on)
                  WHEN 'broken' THEN CASE WHEN bool_and(
                       line.reconciled IS TRUE AND partial.max_date <= %(day)s)
                       THEN max(partial.max_date) END
                  END AS day
             FROM %(rel)s AS rel
             JOIN account_move_line AS line ON line.id = rel.%(item)s
        LEFT JOIN (account_partial_reconcile AS partial
                   JOIN account_move_line AS credit ON credit.id = partial.credit_move_id
                   JOIN account_journal AS journal
                     ON journal.id = credit.journal_id AND journal.type IN %(money)s)
               ON partial.debit_move_id = line.id
            WHERE rel.%(promise)s = promise.id) AS paid
     WHERE promise.company_id = ANY(%(companies)s) AND promise.made_on <= %(day)s
"""

#: What is left of each instalment of a ``promise`` at the end of a day, in its currency: the money
#: that came since it was made covers the earliest ones.
INSTALMENTS = """
    SELECT line.id, line.date, count(*) OVER () AS parts, LEAST(line.amount, GREATEST(
               sum(line.amount) OVER (ORDER BY line.date, line.id) - paid.amount, 0)) AS amount
      FROM collection_promise_line AS line
CROSS JOIN (SELECT COALESCE(sum(GREATEST(payment.amount - COALESCE(
                       (promise.matched_before ->> payment.id::text)::numeric, 0), 0)), 0) AS amount
              FROM (SELECT credit.id, sum(partial.debit_amount_currency) AS amount
                      FROM %(rel)s AS rel
                      JOIN account_partial_reconcile AS partial
                        ON partial.debit_move_id = rel.%(item)s
                      JOIN account_move_line AS credit ON credit.id = partial.credit_move_id
                      JOIN account_journal AS journal ON journal.id = credit.journal_id
                     WHERE rel.%(promise)s = promise.id AND partial.max_date <= %(day)s
                       AND journal.type IN %(money)s
                  GROUP BY credit.id) AS payment) AS paid
     WHERE line.promise_id = promise.id
"""

#: The rate of a currency on the day of a promise, as the core reads it.
RATE = """
    COALESCE((SELECT rate.rate FROM res_currency_rate AS rate
               WHERE rate.currency_id = %(currency)s AND rate.name <= promise.made_on
                 AND (rate.company_id IS NULL
                      OR rate.company_id = split_part(company.parent_path, '/', 1)::int)
            ORDER BY rate.company_id, rate.name DESC LIMIT 1), 1)
"""


class CollectionAnalysisPromise(models.Model):
    """Promises: what was made of them, kept and broken, and how late the money came."""

    _name = "collection.analysis.promise"
    _description = "Promises Kept"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "promise_id"
    _order = "date desc, id desc"
    _depends = {
        "account.move.line": ["journal_id", "reconciled"],
        "account.partial.reconcile": [
            "credit_move_id", "debit_amount_currency", "debit_move_id", "max_date"],
        "collection.promise": [
            "amount", "closed_on", "company_id", "currency_id", "customer_id", "date", "item_ids",
            "made_on", "matched_before", "source", "state", "user_id"],
        "collection.promise.line": ["amount", "date", "promise_id"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
    }

    promise_id = fields.Many2one("collection.promise", string="Promise", readonly=True)
    date = fields.Date(string="Made on", readonly=True)
    due = fields.Date(
        string="Promised for", readonly=True, help="The day of the last instalment.")
    state = fields.Selection(STATES, readonly=True, help="At the end of the day.")
    source = fields.Selection(
        [("collector", "Recorded by a collector"), ("customer", "Given by the customer")],
        readonly=True)
    user_id = fields.Many2one("res.users", string="Recorded by", readonly=True)
    amount = fields.Monetary(
        string="Promised", readonly=True,
        help="In the company's currency, at the rate of the day on which it was promised.")
    kept_amount = fields.Monetary(string="Kept", readonly=True)
    broken_amount = fields.Monetary(string="Broken", readonly=True)
    awaited_amount = fields.Monetary(string="Awaited", readonly=True)
    week_amount = fields.Monetary(
        string="Awaited this week", readonly=True,
        help="What is left to pay of the instalments that are promised for a day of this week, "
        "from Monday to Sunday.")
    closed_on = fields.Date(
        string="Ended on", readonly=True, help="The day on which it was found kept or broken.")
    paid_on = fields.Date(
        string="Paid on", readonly=True,
        help="The payment that made it kept, or that settled its items after it was broken.")
    days_late = fields.Float(
        string="Days late", readonly=True, digits=(16, 1), aggregator="avg",
        help="Days between the promised day and the payment; early counts 0. Empty while nothing "
        "is paid.")
    kept_share = fields.Float(
        string="Kept (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of what was promised and is either kept or broken, the share that is kept, weighted "
        "by amount.")

    def _get_ratios(self):
        return {"kept_share": (
            "sum(report.kept_amount) * 100"
            " / NULLIF(sum(report.kept_amount) + sum(report.broken_amount), 0)")}

    def _get_opened(self):
        return self.promise_id.get_formview_action()

    def _get_rows_query(self):
        items, day = self.env["collection.promise"]._fields["item_ids"], self._get_day()
        return SQL(
            ROWS, awaited=AWAITED, companies=self.env.companies.ids, day=SQL("%s::date", day),
            monday=SQL("%s::date", day - timedelta(days=day.weekday())),
            instalments=self._get_instalments(day), money=open_items.MONEY_JOURNALS,
            rate=SQL(RATE, currency=SQL("promise.currency_id")),
            own_rate=SQL(RATE, currency=SQL("company.currency_id")),
            rel=SQL.identifier(items.relation), promise=SQL.identifier(items.column1),
            item=SQL.identifier(items.column2))

    @api.model
    def _get_instalments(self, day):
        """:return: ``SQL``, a query of what is left of the instalments of a ``promise`` at the end
            of a day: ``id``, ``date``, ``amount``, and how many ``parts`` there are"""
        items = self.env["collection.promise"]._fields["item_ids"]
        return SQL(
            INSTALMENTS, day=day, money=open_items.MONEY_JOURNALS,
            rel=SQL.identifier(items.relation), promise=SQL.identifier(items.column1),
            item=SQL.identifier(items.column2))
