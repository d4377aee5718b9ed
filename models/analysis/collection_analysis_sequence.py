from odoo import fields, models
from odoo.tools import SQL

from ..sequence.collection_sequence import ENDED, SEQUENCE_STATES
from .collection_analysis_report import DAY
from .concerned import get_debts, get_paid

ROWS = """
    WITH launched AS (
        SELECT sequence.id, sequence.customer_id, sequence.company_id, visit.entered_on AS day,
               ended.day AS ended_on, COALESCE(ended.day, %(day)s) AS until
          FROM collection_sequence AS sequence
          JOIN collection_sequence_visit AS visit
            ON visit.sequence_id = sequence.id AND visit.number = 1
    CROSS JOIN LATERAL (
               SELECT CASE WHEN sequence.state IN %(ended)s THEN %(ended_on)s END AS ever) AS term
    CROSS JOIN LATERAL (
               SELECT CASE WHEN term.ever <= %(day)s THEN term.ever END AS day) AS ended
         WHERE sequence.company_id = ANY(%(companies)s) AND visit.entered_on <= %(day)s
           AND %(only)s
    ), debt AS (%(debts)s)
    SELECT launched.id, launched.id AS sequence_id, launched.customer_id, launched.company_id,
           launched.day AS date, launched.ended_on, launched.until - launched.day AS days,
           sequence.template_id, sequence.template_code,
           CASE WHEN launched.ended_on IS NULL AND sequence.state IN %(ended)s THEN 'running'
                ELSE sequence.state END AS state,
           CASE WHEN launched.ended_on IS NOT NULL AND sequence.state = 'done'
                THEN %(label)s END AS end_label,
           COALESCE(money.owed, 0) AS owed, COALESCE(money.collected, 0) AS collected,
           COALESCE(cost.amount, 0) AS cost,
           COALESCE(money.collected, 0) - COALESCE(cost.amount, 0) AS net,
           money.collected * 100 / NULLIF(money.owed, 0) AS collected_share
      FROM launched
      JOIN collection_sequence AS sequence ON sequence.id = launched.id
 LEFT JOIN collection_sequence_visit AS visit ON visit.id = sequence.visit_id
 LEFT JOIN collection_sequence_transition AS transition ON transition.id = visit.transition_id
 LEFT JOIN (SELECT debt.id, sum(debt.owed) AS owed, sum(debt.collected) AS collected
              FROM debt GROUP BY debt.id) AS money ON money.id = launched.id
 LEFT JOIN (SELECT cost.sequence_id, sum(cost.company_amount) AS amount
              FROM collection_cost AS cost WHERE cost.date <= %(day)s
          GROUP BY cost.sequence_id) AS cost ON cost.sequence_id = launched.id
"""


class CollectionAnalysisSequence(models.Model):
    """Outcome of sequences: how long they took, how they ended, what came in and what it cost.

    What was owed is that of the debts a sequence is about, at the end of the day on which it was
    launched: those chosen for it, else all that the customer owed then. Collected is what was
    paid on them afterwards, until the sequence ended; credit notes are no payment.
    """

    _name = "collection.analysis.sequence"
    _description = "Outcome of Sequences"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "sequence_id"
    _order = "date desc, id desc"
    _depends = {
        "account.move.line": [
            "account_id", "balance", "company_id", "date", "date_maturity", "journal_id",
            "parent_state", "partner_id"],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id", "max_date"],
        "collection.cost": ["company_amount", "date", "sequence_id"],
        "collection.sequence": [
            "company_id", "customer_id", "ended_at", "item_ids", "state", "template_code",
            "template_id", "visit_id"],
        "collection.sequence.transition": ["end_label"],
        "collection.sequence.visit": ["entered_on", "number", "sequence_id", "transition_id"],
        "res.partner": ["commercial_partner_id"],
    }

    sequence_id = fields.Many2one("collection.sequence", string="Sequence", readonly=True)
    template_id = fields.Many2one(
        "collection.sequence.template", string="Sequence template", readonly=True)
    template_code = fields.Char(
        string="Template code", readonly=True, help="The same in all versions of a template.")
    date = fields.Date(string="Launched on", readonly=True)
    ended_on = fields.Date(string="Ended on", readonly=True)
    state = fields.Selection(SEQUENCE_STATES, readonly=True, help="At the end of the day.")
    end_label = fields.Char(string="Reached", readonly=True, help="The end that it came to.")
    days = fields.Float(
        string="Duration in days", readonly=True, digits=(16, 1), aggregator="avg",
        help="From launch to end, or until now.")
    owed = fields.Monetary(
        string="Owed at launch", readonly=True,
        help="On its items, else on all that the customer owed that day.")
    collected = fields.Monetary(
        readonly=True, help="Paid on them since, until it ended; credit notes are no payment.")
    cost = fields.Monetary(
        string="Costs", readonly=True, help="Fees and costs that were noted on the sequence.")
    net = fields.Monetary(
        string="Collected less costs", readonly=True)
    collected_share = fields.Float(
        string="Collected (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of what was owed at launch, the share that was collected.")

    def _get_ratios(self):
        return {"collected_share": (
            "sum(report.collected) * 100 / NULLIF(sum(report.owed), 0)")}

    def _get_opened(self):
        return self.sequence_id.get_formview_action()

    def _read_results(self, sequences):
        """Read what cases brought and cost up to today, without those of all others.

        :param sequences: ``collection.sequence``
        :return: dict by sequence's id of a dict of ``collected``, ``cost`` and ``net``
        """
        self.env.flush_all()
        query = self.with_context(**{
            "allowed_company_ids": sequences.company_id.ids, DAY: None,
        })._get_result_query(SQL("sequence.id = ANY(%s)", sequences.ids))
        return {found: {"collected": collected, "cost": cost, "net": net}
                for found, collected, cost, net in self.env.execute_query(SQL(
                    "SELECT result.id, result.collected, result.cost, result.net"
                    "  FROM (%s) AS result", query))}

    def _get_rows_query(self):
        return self._get_result_query(SQL("TRUE"))

    def _get_result_query(self, only):
        """:param SQL only: condition on ``sequence``
        :return: ``SQL``, the rows of these
        """
        day = SQL("%s::date", self._get_day())
        sequences = self.env["collection.sequence"]
        lang = self.env.lang or "en_US"
        return SQL(
            ROWS, companies=self.env.companies.ids, day=day, ended=ENDED, only=only,
            ended_on=self._get_local_day("sequence.ended_at", "sequence"),
            label=SQL("COALESCE(transition.end_label ->> %s, transition.end_label ->> 'en_US')",
                      lang),
            debts=get_debts(
                self, "launched", sequences._fields["item_ids"],
                SQL("%s AS collected", get_paid(SQL("owner.day"), SQL("owner.until")))))
