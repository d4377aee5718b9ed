from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...engine import figures
from ..item import open_items
from .collection_analysis_flow import EXCHANGES
from .collection_analysis_report import SALES

#: Months of sales behind the figures of each month.
WINDOW = 3

#: The number of the month that a day is in, from 1; 0 is before all of them, what comes after the
#: day asked for is after all.
NUMBER = "width_bucket(%(date)s, %(bounds)s::date[])"

#: What changes in which month, summed up before anything is joined: what was open before, lines
#: and their matchings, by the month of the change and the one at whose end the line is overdue
#: first; then sales. From the changes follow the balances at each month's end.
ROWS = """
    WITH event AS MATERIALIZED (
        SELECT part.company_id, COALESCE(contact.commercial_partner_id, 0) AS customer_id,
               part.happens, part.overdue, sum(part.amount) AS amount,
               sum(part.collected) AS collected, sum(part.settled) AS settled,
               sum(part.settled) FILTER (WHERE part.days_late > 0) AS late,
               sum(part.settled * GREATEST(part.days_late, 0)) AS weighted
          FROM (SELECT line.company_id, line.partner_id, 0 AS happens,
                       %(overdue_month)s AS overdue, line.residual AS amount,
                       NULL::numeric AS collected, NULL::numeric AS settled,
                       NULL::int AS days_late
                  FROM (%(open)s) AS line
             UNION ALL
                SELECT line.company_id, line.partner_id, %(line_month)s, %(overdue_month)s,
                       line.balance, CASE WHEN journal.type IN %(money)s THEN -line.balance END,
                       NULL, NULL
                  FROM account_move_line AS line
                  JOIN account_journal AS journal ON journal.id = line.journal_id
                 WHERE %(receivable)s AND line.date BETWEEN %(first)s AND %(day)s
             UNION ALL
                SELECT line.company_id, line.partner_id, %(matched_month)s, %(overdue_month)s,
                       matched.amount, NULL,
                       CASE WHEN journal.type NOT IN %(money)s THEN matched.settled END,
                       matched.max_date - %(due)s
                  FROM (SELECT debit_move_id AS line_id, max_date, -amount AS amount,
                               CASE WHEN debit_move_id NOT IN (%(exchanges)s)
                                     AND credit_move_id NOT IN (%(exchanges)s) THEN amount END
                               AS settled
                          FROM account_partial_reconcile
                         WHERE max_date BETWEEN %(first)s AND %(day)s
                     UNION ALL
                        SELECT credit_move_id, max_date, amount, NULL
                          FROM account_partial_reconcile
                         WHERE max_date BETWEEN %(first)s AND %(day)s) AS matched
                  JOIN account_move_line AS line ON line.id = matched.line_id
                  JOIN account_journal AS journal ON journal.id = line.journal_id
                 WHERE %(receivable)s
               ) AS part
     LEFT JOIN res_partner AS contact ON contact.id = part.partner_id
      GROUP BY 1, 2, 3, 4
    ),
    change AS MATERIALIZED (
        SELECT part.company_id, part.customer_id, part.number,
               COALESCE(sum(part.outstanding), 0) AS outstanding,
               COALESCE(sum(part.not_due), 0) AS not_due,
               sum(part.sales) AS sales, sum(part.collected) AS collected,
               sum(part.settled) AS settled, sum(part.late) AS late,
               sum(part.weighted) AS weighted
          FROM (SELECT company_id, customer_id, happens AS number, amount AS outstanding,
                       CASE WHEN overdue > happens THEN amount END AS not_due,
                       NULL::numeric AS sales, collected, settled, late, weighted
                  FROM event
             UNION ALL
                SELECT company_id, customer_id, overdue, NULL, -amount, NULL, NULL, NULL, NULL,
                       NULL
                  FROM event WHERE overdue > happens AND overdue <= %(count)s
             UNION ALL
                SELECT move.company_id, COALESCE(move.commercial_partner_id, 0), %(move_month)s,
                       NULL, NULL, sum(move.amount_total_signed), NULL, NULL, NULL, NULL
                  FROM account_move AS move
                 WHERE move.state = 'posted' AND move.move_type IN %(sales)s
                   AND move.company_id = ANY(%(companies)s)
                   AND move.date BETWEEN %(first)s AND %(day)s
              GROUP BY 1, 2, 3
               ) AS part
      GROUP BY 1, 2, 3
    )
    SELECT state.owner * 64 + state.number AS id, state.owner,
           state.company_id, NULLIF(state.customer_id, 0) AS customer_id, state.last AS date,
           state.outstanding, state.not_due, state.outstanding - state.not_due AS overdue,
           state.sales, state.collected, state.settled, state.late, state.weighted,
           state.opening, state.period_sales, state.period_settled, state.period_late,
           state.period_weighted, state.days,
           %(countback)s AS dso_countback, %(ratios)s
      FROM (SELECT owner.company_id::bigint * 16777216 + owner.customer_id AS owner,
                   owner.company_id, owner.customer_id, month.number, period.last, period.days,
                   sum(change.outstanding) OVER until AS outstanding,
                   sum(change.not_due) OVER until AS not_due,
                   COALESCE(sum(change.outstanding) OVER before, 0) AS opening,
                   COALESCE(change.sales, 0) AS sales, COALESCE(change.collected, 0) AS collected,
                   COALESCE(change.settled, 0) AS settled, COALESCE(change.late, 0) AS late,
                   COALESCE(change.weighted, 0) AS weighted,
                   COALESCE(sum(change.sales) OVER recent, 0) AS period_sales,
                   COALESCE(sum(change.settled) OVER recent, 0) AS period_settled,
                   COALESCE(sum(change.late) OVER recent, 0) AS period_late,
                   COALESCE(sum(change.weighted) OVER recent, 0) AS period_weighted
              FROM (SELECT DISTINCT company_id, customer_id FROM change) AS owner
        CROSS JOIN generate_series(0, %(count)s) AS month (number)
         LEFT JOIN unnest(%(numbers)s::int[], %(lasts)s::date[], %(days)s::int[])
                   AS period (number, last, days) ON period.number = month.number
         LEFT JOIN change ON change.company_id = owner.company_id
               AND change.customer_id = owner.customer_id AND change.number = month.number
            WINDOW owned AS (
                       PARTITION BY owner.company_id, owner.customer_id ORDER BY month.number),
                   until AS (owned ROWS UNBOUNDED PRECEDING),
                   before AS (owned ROWS BETWEEN UNBOUNDED PRECEDING AND %(window)s PRECEDING),
                   recent AS (owned ROWS BETWEEN %(window)s - 1 PRECEDING AND CURRENT ROW)
           ) AS state
 LEFT JOIN (SELECT sold.owner, array_agg(sold.month) AS months, array_agg(sold.amount) AS amounts
              FROM (%(sold)s) AS sold GROUP BY sold.owner) AS sale ON sale.owner = state.owner
     WHERE state.last IS NOT NULL AND state.outstanding IS NOT NULL
"""

#: Sales of each customer by month, of all months up to a day.
SOLD = """
    SELECT move.company_id::bigint * 16777216 + COALESCE(move.commercial_partner_id, 0) AS owner,
           date_trunc('month', move.date)::date AS month, sum(move.amount_total_signed) AS amount
      FROM account_move AS move
     WHERE move.state = 'posted' AND move.move_type IN {types}
       AND move.company_id IN ({companies}) AND move.date <= '{day}'::date
  GROUP BY 1, 2
"""

#: DSO by countback, as the engine counts it: of the months up to a day, the last one back to which
#: sales reach the balance; whole months after it, and its share.
BACK = """
    CASE WHEN {balance} <= 0 THEN 0 ELSE (
         SELECT GREATEST({day} - month.last, 0) + ({balance} - back.total + back.amount)
                * (LEAST({day}, month.last) - back.month + 1) / back.amount
           FROM (SELECT sold.month, sum(sold.amount) AS amount,
                        sum(sum(sold.amount)) OVER (ORDER BY sold.month DESC) AS total
                   FROM {sold} WHERE sold.month <= {day} GROUP BY sold.month) AS back
     CROSS JOIN LATERAL (
                SELECT (back.month + interval '1 month' - interval '1 day')::date AS last) AS month
          WHERE back.total >= {balance} ORDER BY back.month DESC LIMIT 1) END
"""

#: The same of a group of rows: of its customers, at its last day.
BACK_OF_GROUP = """
    (WITH sold AS MATERIALIZED ({sales})
     SELECT {back}
       FROM (SELECT part.day, sum(part.balance) AS balance, array_agg(part.owner) AS owners
               FROM unnest(array_agg(report.owner), array_agg(report.outstanding),
                           array_agg(report.date)) AS part (owner, balance, day)
              WHERE part.day = max(report.date) GROUP BY part.day) AS whole)
"""


def get_ratios(total, table):
    """What follows from sums, of a customer or of a group of them.

    :param total: makes SQL of the total of an expression
    :param table: where the columns are
    :return: dict of SQL by the name of the figure
    """
    period_sales = total(f"{table}.period_sales")
    collectable = f"{table}.opening + {table}.period_sales"

    def days_of(balance):
        return f"CASE WHEN {period_sales} > 0 THEN {total(balance)} / {period_sales} END"

    def share_of(part, whole):
        return f"{total(part)} / NULLIF({total(whole)}, 0)"

    return {
        "dso": days_of(f"{table}.outstanding * {table}.days"),
        "best_possible_dso": days_of(f"{table}.not_due * {table}.days"),
        "average_days_delinquent": days_of(
            f"({table}.outstanding - {table}.not_due) * {table}.days"),
        "cei": share_of(
            f"(({collectable} - {table}.outstanding) * 100)",
            f"({collectable} - {table}.not_due)"),
        "paid_late_share": share_of(f"({table}.period_late * 100)", f"{table}.period_settled"),
        "mean_days_late": share_of(f"{table}.period_weighted", f"{table}.period_settled"),
    }


class CollectionAnalysisMonth(models.Model):
    """Curve: the figures at the end of each month, of each customer, so that they can be grouped.

    Days of sales and the other ratios follow from the sums of a group, of its customers and of
    the last three months up to each; balances of several months are their mean.
    """

    _name = "collection.analysis.month"
    _description = "Monthly Figures"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "customer_id"
    _order = "date, id"
    _depends = {
        "account.move": [
            "amount_total_signed", "commercial_partner_id", "company_id", "date", "move_type",
            "state"],
        "account.move.line": [
            "account_id", "amount_residual", "balance", "company_id", "date", "date_maturity",
            "journal_id", "parent_state", "partner_id", "reconciled"],
        "account.partial.reconcile": [
            "amount", "credit_move_id", "debit_move_id", "exchange_move_id", "max_date"],
        "res.partner": ["commercial_partner_id"],
    }

    date = fields.Date(string="Month", readonly=True, help="The last day that counts in it.")
    outstanding = fields.Monetary(
        readonly=True, aggregator="avg",
        help="The balance of the receivable accounts at the month's end.")
    not_due = fields.Monetary(
        string="Not due", readonly=True, aggregator="avg",
        help="Of what is outstanding, what was not past its due date at the month's end.")
    overdue = fields.Monetary(
        readonly=True, aggregator="avg",
        help="Of what is outstanding, what was past its due date at the month's end; credits are "
        "deducted.")
    sales = fields.Monetary(
        readonly=True, help="Invoices less credit notes of the month, taxes included.")
    collected = fields.Monetary(
        string="Money received", readonly=True, help="Less what was paid back.")
    settled = fields.Monetary(
        string="Debts settled", readonly=True, help="By money or by credit notes.")
    late = fields.Monetary(string="Settled late", readonly=True)
    dso = fields.Float(
        string="DSO", readonly=True, digits=(16, 1), aggregator="avg",
        help="Days of sales outstanding: outstanding times days, over the sales of the last three "
        "calendar months.")
    best_possible_dso = fields.Float(
        string="Best possible DSO", readonly=True, digits=(16, 1), aggregator="avg",
        help="The DSO there would be if everybody had paid when due: what is not due times days, "
        "over the sales of the last three calendar months.")
    dso_countback = fields.Float(
        string="DSO by countback", readonly=True, digits=(16, 1), aggregator="avg",
        help="Days of the months whose sales make up what is outstanding, the last one by its "
        "share. Of several months together, that of the last one.")
    average_days_delinquent = fields.Float(
        string="Average days delinquent", readonly=True, digits=(16, 1), aggregator="avg",
        help="DSO less best possible DSO: days by which sales are paid too late.")
    cei = fields.Float(
        string="Effectiveness (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Collection effectiveness index: of what could be collected in the last three "
        "calendar months, the share that was.")
    paid_late_share = fields.Float(
        string="Settled late (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of what was settled in the last three calendar months, the share after its due "
        "date.")
    mean_days_late = fields.Float(
        string="Mean days late", readonly=True, digits=(16, 1), aggregator="avg",
        help="Days late of what was settled in the last three calendar months, weighted by "
        "amount; early counts 0.")

    def _get_ratios(self):
        means = {name: f"sum(report.{name}) / NULLIF(count(DISTINCT report.date), 0)"
                 for name in ("outstanding", "not_due", "overdue")}
        countback = BACK_OF_GROUP.format(sales=self._get_sold(), back=BACK.format(
            balance="whole.balance", day="whole.day",
            sold="sold JOIN unnest(whole.owners) AS member ON member = sold.owner"))
        return means | get_ratios(lambda value: f"sum({value})", "report") | {
            "dso_countback": countback}

    def _get_sold(self):
        """:return: str, SQL of sales by customer and month, up to the day"""
        return SOLD.format(
            types=SALES, companies=", ".join(map(str, self.env.companies.ids)),
            day=self._get_day().isoformat())

    def _get_opened(self):
        """:return: window action on the items that the customer had open at the month's end"""
        customers = [("id", "=", self.customer_id.id)] if self.customer_id else None
        action = self.env["collection.analysis"].get_action(
            "outstanding", self.company_id, self.date, domain=customers)
        action["domain"].append(("company_id", "=", self.company_id.id))
        if not self.customer_id:
            action["domain"].append(("customer_id", "=", False))
        return action

    def _get_rows_query(self):
        day, shown = self._get_day(), self._get_months()
        count = shown + WINDOW
        first = figures.find_first_day(day, count)
        before = figures.find_day_before(day, count)
        lasts = figures.list_month_ends(day, shown)

        bounds = [*(figures.find_first_day(day, back) for back in range(count, 0, -1)),
                  day + timedelta(days=1)]

        def number(expression):
            return SQL(NUMBER, date=SQL(expression), bounds=bounds)

        return SQL(
            ROWS, open=self.env["collection.analysis.item"]._get_open_query(before, before),
            sold=SQL(self._get_sold()), countback=SQL(BACK.format(
                balance="state.outstanding", day="state.last",
                sold="unnest(sale.months, sale.amounts) AS sold (month, amount)")),
            receivable=self._is_receivable(), day=SQL("%s::date", day),
            first=SQL("%s::date", first), due=open_items.DUE, sales=SALES,
            companies=self.env.companies.ids, money=open_items.MONEY_JOURNALS,
            exchanges=SQL(EXCHANGES), count=count, window=WINDOW,
            line_month=number("line.date"), move_month=number("move.date"),
            matched_month=number("matched.max_date"),
            overdue_month=number("(COALESCE(line.date_maturity, line.date) + 1)"),
            ratios=SQL(", ").join(SQL("%s AS %s", SQL(ratio), SQL.identifier(name))
                                  for name, ratio in get_ratios(str, "state").items()),
            numbers=list(range(WINDOW + 1, count + 1)), lasts=lasts,
            days=[figures.count_days(last, WINDOW) for last in lasts])
