from odoo import fields, models
from odoo.tools import SQL

from ...engine.sequence import outcomes
from ..item import open_items
from .collection_analysis_report import same_as
from .concerned import MATCHINGS, get_debts, get_left, get_paid

#: Days after a step within which payments count.
WINDOWS = (7, 15, 30)
#: First day late of each age; what was not chased is looked at on that day.
AGES = (0, 1, 8, 16, 31, 61, 91)
#: Days before which nothing was done, of a debt that counts as not chased.
QUIET = 30

ROWS = """
    WITH step AS (
        SELECT action.id, action.customer_id, action.company_id, action.closed_on AS day,
               action.closed_on AS until
          FROM collection_action AS action
         WHERE action.company_id = ANY(%(companies)s) AND action.state = 'closed'
           AND action.outcome IN %(positive)s AND action.closed_on BETWEEN %(first)s AND %(day)s
    ), debt AS (%(debts)s
    ), unchased AS (
        SELECT line.company_id, age.start, mark.day, %(left)s AS owed, %(paid)s
          FROM account_move_line AS line
    CROSS JOIN unnest(%(ages)s::int[]) AS age (start)
    CROSS JOIN LATERAL (SELECT %(due)s + age.start AS day) AS mark
        %(matchings)s
         WHERE %(receivable)s AND line.balance > 0 AND line.date <= mark.day
           AND mark.day BETWEEN %(first)s AND %(day)s AND NOT EXISTS (
               SELECT FROM collection_action AS earlier
                 JOIN res_partner AS contact
                   ON contact.commercial_partner_id = earlier.customer_id
                WHERE contact.id = line.partner_id AND earlier.company_id = line.company_id
                  AND earlier.state = 'closed' AND earlier.outcome IN %(positive)s
                  AND earlier.closed_on BETWEEN mark.day - %(quiet)s AND mark.day)
      GROUP BY line.id, age.start, mark.day
        HAVING %(left)s > 0
    ), base AS (
        SELECT unchased.company_id, unchased.start, %(bases)s
          FROM unchased GROUP BY unchased.company_id, unchased.start
    ), effect AS (
        SELECT step.id, step.customer_id, step.company_id, step.day, sum(debt.owed) AS owed,
               max(debt.late) AS late, %(sums)s
          FROM step
          JOIN debt ON debt.id = step.id
     LEFT JOIN base ON base.company_id = step.company_id AND base.start = (
               %(ages)s::int[])[GREATEST(width_bucket(debt.late, %(ages)s::int[]), 1)]
      GROUP BY step.id, step.customer_id, step.company_id, step.day
    )
    SELECT effect.id, effect.id AS action_id, effect.customer_id, effect.company_id,
           effect.day AS date, effect.late, effect.owed, action.kind, action.origin,
           action.scenario_step_id, action.content_id,
           COALESCE(action.submitted_by_id, action.closed_by_id) AS user_id, %(columns)s
      FROM effect JOIN collection_action AS action ON action.id = effect.id
"""


class CollectionAnalysisEffect(models.Model):
    """Effect of each step: what was paid within some days after it, and of debts of the same age
    that nobody chased.

    A row is an action that was done, with what its debts came to at the end of that day: those
    chosen for it, else all that were due. A debt counts as not chased on the first day of an age
    when nothing was done for its customer in the thirty days before. The share that was paid of
    those, in the same company and months, is what would have come without the step: each debt of
    the step is compared with its own age. Steps that are too young for a number of days have no
    figure yet. Payments on the day of the step count as before it, credit notes as no payment.
    """

    _name = "collection.analysis.effect"
    _description = "Effect of Steps"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "action_id"
    _order = "date desc, id desc"
    _depends = {
        "account.move.line": [
            "account_id", "balance", "company_id", "date", "date_maturity", "journal_id",
            "parent_state", "partner_id"],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id", "max_date"],
        "collection.action": [
            "closed_by_id", "closed_on", "company_id", "content_id", "customer_id", "item_ids",
            "kind", "origin", "outcome", "scenario_step_id", "state", "submitted_by_id"],
        "res.partner": ["commercial_partner_id"],
    }

    action_id = fields.Many2one("collection.action", string="Action", readonly=True)
    date = fields.Date(string="Done on", readonly=True)
    kind = fields.Selection(
        selection=same_as("collection.action", "kind"), string="Channel", readonly=True)
    origin = fields.Selection(
        selection=same_as("collection.action", "origin"), readonly=True)
    scenario_step_id = fields.Many2one(
        "collection.scenario.step", string="Scenario step", readonly=True)
    content_id = fields.Many2one(
        "collection.sequence.content", string="Sequence step", readonly=True)
    user_id = fields.Many2one("res.users", string="Done by", readonly=True)
    late = fields.Integer(
        string="Days late", readonly=True, aggregator="avg",
        help="Of the oldest of its debts, on that day.")
    owed = fields.Monetary(
        string="Owed then", readonly=True, help="On its debts, at the end of the day.")
    paid_7 = fields.Monetary(string="Paid within 7 days", readonly=True)
    paid_15 = fields.Monetary(string="Paid within 15 days", readonly=True)
    paid_30 = fields.Monetary(string="Paid within 30 days", readonly=True)
    share_7 = fields.Float(
        string="Paid within 7 days (%)", readonly=True, digits=(16, 1), aggregator="avg")
    share_15 = fields.Float(
        string="Paid within 15 days (%)", readonly=True, digits=(16, 1), aggregator="avg")
    share_30 = fields.Float(
        string="Paid within 30 days (%)", readonly=True, digits=(16, 1), aggregator="avg")
    without_7 = fields.Float(
        string="Without it, within 7 days (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of debts of the same age that nobody had chased for 30 days, the share that was "
        "paid within 7 days.")
    without_15 = fields.Float(
        string="Without it, within 15 days (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of debts of the same age that nobody had chased for 30 days, the share that was "
        "paid within 15 days.")
    without_30 = fields.Float(
        string="Without it, within 30 days (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of debts of the same age that nobody had chased for 30 days, the share that was "
        "paid within 30 days.")

    def _get_ratios(self):
        return {
            **{f"share_{days}": (
                f"sum(report.paid_{days}) * 100 / NULLIF(sum(report.due_{days}), 0)")
               for days in WINDOWS},
            **{f"without_{days}": (
                f"sum(report.expected_{days}) * 100 / NULLIF(sum(report.base_{days}), 0)")
               for days in WINDOWS},
        }

    def _get_opened(self):
        return self.action_id.get_formview_action()

    # === QUERY === #

    def _get_rows_query(self):
        day = SQL("%s::date", self._get_day())
        items = self.env["collection.action"]._fields["item_ids"]
        return SQL(
            ROWS, companies=self.env.companies.ids, first=self._get_first_day(), day=day,
            positive=tuple(sorted(outcomes.POSITIVE)), due=open_items.DUE, quiet=QUIET,
            ages=list(AGES), matchings=MATCHINGS, receivable=self._is_receivable(),
            left=get_left(SQL("mark.day")), paid=self._get_paid(SQL("mark.day")),
            debts=get_debts(self, "step", items, self._get_paid(SQL("owner.day"))),
            bases=self._get_bases(day), sums=self._get_sums(day), columns=self._get_columns())

    @staticmethod
    def _get_paid(since):
        return SQL(", ").join(SQL(
            "%s AS %s", get_paid(since, SQL("%s + %s", since, days)), _name("paid", days))
            for days in WINDOWS)

    @staticmethod
    def _get_bases(day):
        """:return: SQL columns, the share of what was not chased that was paid all the same"""
        return SQL(", ").join(SQL(
            "sum(unchased.%(paid)s) FILTER (WHERE unchased.day + %(days)s <= %(day)s)"
            " / NULLIF(sum(unchased.owed) FILTER (WHERE unchased.day + %(days)s <= %(day)s), 0)"
            " AS %(share)s",
            paid=_name("paid", days), days=days, day=day, share=_name("share", days))
            for days in WINDOWS)

    @staticmethod
    def _get_sums(day):
        """:return: SQL columns of each step: what was due so long ago, paid, and expected"""
        return SQL(", ").join(SQL(
            "CASE WHEN step.day + %(days)s <= %(day)s THEN %(value)s END AS %(name)s",
            days=days, day=day, value=value, name=_name(name, days))
            for days in WINDOWS
            for name, value in (
                ("due", SQL("sum(debt.owed)")),
                ("paid", SQL("sum(debt.%s)", _name("paid", days))),
                ("expected", SQL("sum(debt.owed * base.%s)", _name("share", days))),
                ("base", SQL("sum(debt.owed) FILTER (WHERE base.%s IS NOT NULL)",
                             _name("share", days)))))

    @staticmethod
    def _get_columns():
        return SQL(", ").join(SQL(
            "effect.%(due)s, effect.%(paid)s, effect.%(expected)s, effect.%(base)s,"
            " effect.%(paid)s * 100 / effect.%(due)s AS %(share)s,"
            " effect.%(expected)s * 100 / effect.%(base)s AS %(without)s",
            **{name: _name(name, days) for name in (
                "due", "paid", "expected", "base", "share", "without")}) for days in WINDOWS)


def _name(name, days):
    return SQL.identifier(f"{name}_{days}")
