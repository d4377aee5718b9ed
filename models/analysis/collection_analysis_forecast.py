from odoo import fields, models
from odoo.tools import SQL

from ...engine import figures
from ..item import open_items
from .collection_analysis_promise import RATE
from .collection_analysis_report import DAY
from .concerned import MATCHINGS, get_left, get_paid

#: Calendar months of debts of which the cohorts are made.
COHORT_MONTHS = 12
#: First day late of each cohort; what is not due yet belongs to the first.
AGES = (0, 1, 8, 16, 31, 61, 91, 181)
#: Days that are looked ahead: what a cohort pays later is not expected.
HORIZON = 91

SOURCES = [
    ("promise", "Promise"), ("instalment", "Promised instalment"),
    ("delay", "The payer's own delay"), ("cohort", "Debts of the same age"),
    ("disputed", "Disputed: not expected"),
    ("doubtful", "Not expected within 13 weeks")]

ROWS = """
    WITH item AS (%(items)s), debt AS (
        SELECT item.id, item.company_id, item.customer_id, item.move_id, item.document, item.due,
               item.disputed, %(day)s - item.due AS late,
               LEAST(item.residual, GREATEST(sum(item.residual) OVER (
                   PARTITION BY item.company_id, item.customer_id ORDER BY item.due, item.id
               ) - COALESCE(credit.amount, 0), 0)) AS owed
          FROM item
     LEFT JOIN (SELECT item.company_id, item.customer_id, -sum(item.residual) AS amount
                  FROM item WHERE item.residual < 0 GROUP BY 1, 2) AS credit
            ON credit.company_id = item.company_id
           AND credit.customer_id IS NOT DISTINCT FROM item.customer_id
         WHERE item.residual > 0
    ), part AS (
        SELECT line.id, promise.id AS promise_id, line.date, promise.company_id,
               promise.customer_id, line.parts, line.amount * %(own_rate)s / %(rate)s AS amount
          FROM collection_promise AS promise
          JOIN res_company AS company ON company.id = promise.company_id
    CROSS JOIN LATERAL (%(instalments)s) AS line
         WHERE promise.company_id = ANY(%(companies)s) AND promise.made_on <= %(day)s
           AND (promise.closed_on IS NULL OR promise.closed_on > %(day)s)
    ), plan AS (
        SELECT owed.promise_id, owed.amount AS owed, promised.amount,
               LEAST(promised.amount, owed.amount) AS awaited, owed.item
          FROM (SELECT rel.%(promise)s AS promise_id, sum(debt.owed) AS amount,
                       min(debt.id) AS item
                  FROM %(rel)s AS rel JOIN debt ON debt.id = rel.%(item)s
              GROUP BY 1 HAVING sum(debt.owed) > 0) AS owed
          JOIN (SELECT part.promise_id, sum(part.amount) AS amount
                  FROM part GROUP BY 1 HAVING sum(part.amount) > 0) AS promised
            ON promised.promise_id = owed.promise_id
    ), rest AS (
        SELECT debt.*, debt.owed - COALESCE(
                   debt.owed * plan.awaited / NULLIF(plan.owed, 0), 0) AS amount
          FROM debt
     LEFT JOIN (SELECT rel.%(item)s AS item_id, max(plan.promise_id) AS promise_id
                  FROM %(rel)s AS rel JOIN plan ON plan.promise_id = rel.%(promise)s
              GROUP BY 1) AS held ON held.item_id = debt.id
     LEFT JOIN plan ON plan.promise_id = held.promise_id
    ), cohort AS (
        SELECT reached.company_id, reached.start,
               sum(reached.paid) / NULLIF(sum(reached.owed), 0) AS share,
               sum(reached.weighted) / NULLIF(sum(reached.paid), 0) AS days
          FROM (SELECT line.company_id, age.start, %(left)s AS owed, %(paid)s AS paid,
                       %(weighted)s AS weighted
                  FROM account_move_line AS line
            CROSS JOIN unnest(%(ages)s::int[]) AS age (start)
            CROSS JOIN LATERAL (SELECT %(due)s + age.start AS day) AS mark
                %(matchings)s
                 WHERE %(receivable)s AND line.balance > 0 AND line.date <= mark.day
                   AND mark.day BETWEEN %(first)s AND %(day)s - %(horizon)s
              GROUP BY line.id, age.start, mark.day
                HAVING %(left)s > 0) AS reached
      GROUP BY reached.company_id, reached.start
    ), expected AS (
        SELECT rest.*, own.day AS own_day, cohort.days, COALESCE(cohort.share, 0) AS share
          FROM rest
     LEFT JOIN (%(payers)s) AS payer
            ON payer.company_id = rest.company_id AND payer.customer_id = rest.customer_id
    CROSS JOIN LATERAL (SELECT rest.due + ceil(payer.delay)::int AS day) AS own
     LEFT JOIN cohort ON cohort.company_id = rest.company_id AND cohort.start = (
               %(ages)s::int[])[GREATEST(width_bucket(rest.late, %(ages)s::int[]), 1)]
         WHERE rest.amount > 0
    )
    SELECT 4 * part.id::bigint + 2 AS id, part.company_id, part.customer_id,
           plan.item AS item_id, part.promise_id, GREATEST(part.date, %(day)s) AS date,
           NULL::date AS due, CASE WHEN part.parts > 1 THEN 'instalment' ELSE 'promise' END
           AS source, part.amount * plan.awaited / plan.amount AS amount
      FROM part JOIN plan ON plan.promise_id = part.promise_id
     WHERE part.amount > 0
 UNION ALL
    SELECT 4 * expected.id::bigint, expected.company_id, expected.customer_id, expected.id, NULL,
           CASE WHEN forecast.source = 'delay' THEN expected.own_day
                WHEN forecast.source = 'cohort'
                THEN GREATEST(expected.due, %(day)s) + round(expected.days)::int END,
           expected.due, forecast.source,
           expected.amount * CASE WHEN forecast.source = 'cohort' THEN expected.share ELSE 1 END
      FROM expected
CROSS JOIN LATERAL (
           SELECT CASE WHEN expected.disputed THEN 'disputed'
                       WHEN expected.own_day > %(day)s THEN 'delay'
                       WHEN expected.share > 0 THEN 'cohort' ELSE 'doubtful' END AS source
           ) AS forecast
 UNION ALL
    SELECT 4 * expected.id::bigint + 1, expected.company_id, expected.customer_id, expected.id,
           NULL, NULL, expected.due, 'doubtful', expected.amount * (1 - expected.share)
      FROM expected
     WHERE NOT expected.disputed AND (expected.own_day > %(day)s) IS NOT TRUE
       AND expected.share > 0 AND expected.share < 1
"""


class CollectionAnalysisForecast(models.Model):
    """Cash forecast: when the debts that are open on a day are expected to be paid.

    Credits are taken off a customer's oldest debts first, so that the rows add up to what its
    account comes to. What is promised is expected on its day, an instalment on its own. The rest
    is expected when the payer is used to pay (the mean delay of the last six months). Of those
    who have not paid yet or are later than they use to be, the company's debts of the last twelve
    months that were as late say which share comes within thirteen weeks, and after how many days.
    Disputed debts and what such a cohort never paid are not expected; they have no day. What is
    invoiced later is in no forecast.
    """

    _name = "collection.analysis.forecast"
    _description = "Cash Forecast"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "item_id"
    _order = "date, id"
    _depends = {
        "account.move": ["move_type"],
        "account.move.line": [
            "account_id", "amount_residual", "balance", "company_id", "date", "date_maturity",
            "journal_id", "move_id", "move_name", "no_followup", "parent_state", "partner_id",
            "reconciled"],
        "account.partial.reconcile": [
            "amount", "credit_move_id", "debit_amount_currency", "debit_move_id", "max_date"],
        "collection.dispute": ["item_ids", "opened_on", "resolved_on", "state"],
        "collection.promise": [
            "closed_on", "company_id", "currency_id", "customer_id", "item_ids", "made_on",
            "matched_before"],
        "collection.promise.line": ["amount", "date", "promise_id"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "res.partner": ["commercial_partner_id"],
    }

    item_id = fields.Many2one(
        "account.move.line", string="Open item", readonly=True,
        help="Of a promise, one of its items.")
    promise_id = fields.Many2one("collection.promise", string="Promise", readonly=True)
    date = fields.Date(
        string="Expected on", readonly=True, help="Empty: not expected within thirteen weeks.")
    due = fields.Date(string="Due on", readonly=True)
    source = fields.Selection(SOURCES, string="Because of", readonly=True)
    amount = fields.Monetary(readonly=True, help="In the company's currency.")

    def _get_opened(self):
        return (self.promise_id.get_formview_action() if self.promise_id
                else self.item_id.action_open_collection_document())

    def _get_rows_query(self):
        return self._get_forecast_query(self._get_day())

    def _get_forecast_query(self, day):
        """:param date day: at whose end the ledger is read
        :return: ``SQL``, a query of the forecast that was to be made then
        """
        items = self.env["collection.promise"]._fields["item_ids"]
        text, mark = fields.Date.to_string(day), SQL("mark.day")
        horizon = SQL("mark.day + %s", HORIZON)
        return SQL(
            ROWS, day=SQL("%s::date", day), companies=self.env.companies.ids,
            items=self.env["collection.analysis.item"].with_context(
                **{DAY: text})._get_rows_query(),
            rate=SQL(RATE, currency=SQL("promise.currency_id")),
            own_rate=SQL(RATE, currency=SQL("company.currency_id")),
            rel=SQL.identifier(items.relation), promise=SQL.identifier(items.column1),
            item=SQL.identifier(items.column2),
            instalments=self.env["collection.analysis.promise"]._get_instalments(day),
            ages=list(AGES), due=open_items.DUE, matchings=MATCHINGS, horizon=HORIZON,
            receivable=self._is_receivable(), left=get_left(mark), paid=get_paid(mark, horizon),
            first=figures.find_first_day(day, COHORT_MONTHS), payers=self._get_payers(day),
            weighted=get_paid(mark, horizon, SQL("partial.amount * (partial.max_date - mark.day)")))

    def _get_payers(self, day):
        """:return: SQL query of the mean ``delay`` of each customer in each company"""
        partners = self.env["res.partner"]
        return SQL(" UNION ALL ").join(SQL(
            "SELECT payer.customer_id, payer.delay, %s AS company_id FROM (%s) AS payer",
            company.id, partners._get_payers_query(company, day=day))
            for company in self.env.companies)
