from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import figures
from ..specific.collection_dispute import RESULTS

ROWS = """
    SELECT dispute.id, dispute.id AS dispute_id, dispute.company_id, dispute.customer_id,
           dispute.reason_id, dispute.owner_id, dispute.opened_on AS date, term.closed_on,
           CASE WHEN term.closed_on IS NULL THEN 'open' ELSE 'resolved' END AS state,
           CASE WHEN term.closed_on IS NOT NULL THEN dispute.result END AS result,
           dispute.amount, CASE WHEN term.closed_on IS NULL THEN dispute.amount ELSE 0 END
           AS open_amount, term.age, width_bucket(term.age, %(starts)s)::varchar AS bucket
      FROM collection_dispute AS dispute
CROSS JOIN LATERAL (
           SELECT closed.day AS closed_on, COALESCE(closed.day, %(day)s) - dispute.opened_on AS age
             FROM (SELECT CASE WHEN dispute.state = 'resolved' AND dispute.resolved_on <= %(day)s
                               THEN dispute.resolved_on END AS day) AS closed) AS term
     WHERE dispute.company_id = ANY(%(companies)s) AND dispute.opened_on <= %(day)s
"""


class CollectionAnalysisDispute(models.Model):
    """Disputes: by reason, by age and by who has to resolve them, and how they ended."""

    _name = "collection.analysis.dispute"
    _description = "Disputes and Their Age"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "dispute_id"
    _order = "date, id"
    _depends = {"collection.dispute": [
        "amount", "company_id", "customer_id", "opened_on", "owner_id", "reason_id",
        "resolved_on", "result", "state"]}

    dispute_id = fields.Many2one("collection.dispute", string="Dispute", readonly=True)
    date = fields.Date(string="Opened on", readonly=True)
    closed_on = fields.Date(string="Resolved on", readonly=True)
    reason_id = fields.Many2one("collection.dispute.reason", string="Reason", readonly=True)
    owner_id = fields.Many2one("res.users", string="Owner", readonly=True)
    state = fields.Selection(
        [("open", "Unresolved"), ("resolved", "Resolved")], readonly=True,
        help="At the end of the day.")
    result = fields.Selection(RESULTS, readonly=True)
    amount = fields.Monetary(
        string="Disputed", readonly=True, help="When it was opened, in the company's currency.")
    open_amount = fields.Monetary(string="Unresolved amount", readonly=True)
    age = fields.Float(
        string="Days open", readonly=True, digits=(16, 1), aggregator="avg",
        help="Days from opening to resolution, or until now.")
    bucket = fields.Selection(
        selection=lambda self: self._selection_bucket(), string="Age", readonly=True)

    @api.model
    def _get_starts(self):
        """:return: list of the first day of each bucket, by the company's bounds"""
        return [0, *figures.get_starts(self.env.company._get_collection_bounds())[1:]]

    @api.model
    def _selection_bucket(self):
        return self._name_buckets(self._get_starts())

    def _get_opened(self):
        return self.dispute_id.get_formview_action()

    def _get_rows_query(self):
        return SQL(
            ROWS, companies=self.env.companies.ids, day=SQL("%s::date", self._get_day()),
            starts=self._get_starts())
