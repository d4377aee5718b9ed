from odoo import fields, models
from odoo.tools import SQL

from ...engine.sequence import outcomes
from .collection_analysis_report import same_as

RESULTS = [
    ("done", "Done in time"), ("late", "Done late"), ("skipped", "Skipped"),
    ("expired", "Expired"), ("failed", "Failed"), ("moot", "No longer needed"),
    ("overdue", "Late, still to do"), ("open", "To do")]

#: What became of an action, by its outcome. A refusal is a result as well as an approval.
BY_OUTCOME = {
    **dict.fromkeys((outcomes.CANCELLED, outcomes.IGNORED), "skipped"),
    **dict.fromkeys((outcomes.MOOT, outcomes.STOPPED, outcomes.SETTLED), "moot"),
    outcomes.EXPIRED: "expired",
    outcomes.FAILED: "failed",
}

ROWS = """
    SELECT action.id, action.id AS action_id, action.company_id, action.customer_id, action.kind,
           action.origin, action.function_id, action.scenario_step_id, action.content_id,
           term.due AS date, term.closed_on, result.code AS result,
           CASE WHEN term.closed_on IS NULL THEN action.user_id
                ELSE COALESCE(action.submitted_by_id, action.closed_by_id) END AS user_id,
           CASE WHEN result.code IN ('done', 'late', 'overdue')
                THEN GREATEST(COALESCE(term.closed_on, %(day)s) - term.due, 0) END AS days_late,
           CASE result.code WHEN 'late' THEN 100 WHEN 'done' THEN 0 END AS late_share
      FROM collection_action AS action
CROSS JOIN LATERAL (
           SELECT COALESCE(action.deadline, action.date) AS due,
                  CASE WHEN action.state = 'closed' AND action.closed_on <= %(day)s
                       THEN action.closed_on END AS closed_on) AS term
CROSS JOIN LATERAL (
           SELECT CASE WHEN term.closed_on IS NULL AND term.due < %(day)s THEN 'overdue'
                       WHEN term.closed_on IS NULL THEN 'open'
                       %(by_outcome)s
                       WHEN term.closed_on > term.due THEN 'late' ELSE 'done' END AS code
           ) AS result
     WHERE action.company_id = ANY(%(companies)s) AND action.date <= %(day)s
"""


class CollectionAnalysisAction(models.Model):
    """Actions: what was done, late or in time, and what was skipped."""

    _name = "collection.analysis.action"
    _description = "Actions Done"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "action_id"
    _order = "date desc, id desc"
    _depends = {"collection.action": [
        "closed_by_id", "closed_on", "company_id", "content_id", "customer_id", "date",
        "deadline", "function_id", "kind", "origin", "outcome", "scenario_step_id", "state",
        "submitted_by_id", "user_id"]}

    action_id = fields.Many2one("collection.action", string="Action", readonly=True)
    date = fields.Date(
        string="Due on", readonly=True, help="Its deadline, else the day it falls on.")
    closed_on = fields.Date(string="Closed on", readonly=True)
    kind = fields.Selection(
        selection=same_as("collection.action", "kind"), string="Channel", readonly=True)
    origin = fields.Selection(
        selection=same_as("collection.action", "origin"), readonly=True)
    function_id = fields.Many2one("collection.function", string="Owed by", readonly=True)
    scenario_step_id = fields.Many2one(
        "collection.scenario.step", string="Scenario step", readonly=True)
    content_id = fields.Many2one(
        "collection.sequence.content", string="Sequence step", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Done by", readonly=True,
        help="Who gave its result, or whose turn it is.")
    result = fields.Selection(RESULTS, readonly=True)
    days_late = fields.Float(
        string="Days late", readonly=True, digits=(16, 1), aggregator="avg",
        help="Days between the day it was due and the one on which it was done, or until now; "
        "early counts 0.")
    late_share = fields.Float(
        string="Done late (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of the actions that were done, the share that was late.")

    def _get_opened(self):
        return self.action_id.get_formview_action()

    def _get_rows_query(self):
        return SQL(
            ROWS, companies=self.env.companies.ids, day=SQL("%s::date", self._get_day()),
            by_outcome=SQL(" ").join(
                SQL("WHEN action.outcome = %s THEN %s", outcome, code)
                for outcome, code in BY_OUTCOME.items()))
