from odoo import fields, models
from odoo.tools import SQL

from ...engine.sequence import outcomes
from ..item import open_items
from .collection_analysis_flow import EXCHANGES

STAGES = [
    ("none", "Before any step"), ("scenario", "Scenario step"), ("sequence", "Sequence step"),
    ("specific", "Specific action")]

#: Money that was matched with debts, and the stage in which each debt stood then: the one that it
#: came into last. A step of a scenario holds from the day after it was done; a specific action
#: and a step of a sequence from the day after they began until they are over, the day of their
#: end included: it may be the payment that ends them.
ROWS = """
    WITH paid AS MATERIALIZED (
        SELECT partial.id, partial.max_date AS day, partial.amount, line.id AS line_id,
               line.move_id, line.move_name, line.company_id, %(due)s AS due,
               contact.commercial_partner_id AS customer_id
          FROM account_partial_reconcile AS partial
          JOIN account_move_line AS line ON line.id = partial.debit_move_id
          JOIN account_move_line AS credit ON credit.id = partial.credit_move_id
          JOIN account_journal AS journal ON journal.id = credit.journal_id
     LEFT JOIN res_partner AS contact ON contact.id = line.partner_id
         WHERE %(receivable)s AND journal.type IN %(money)s
           AND partial.max_date BETWEEN %(first)s AND %(day)s
           AND partial.debit_move_id NOT IN (%(exchanges)s)
    ), stage AS (
        SELECT paid.id, 'scenario' AS code, action.closed_on AS since, action.id AS action_id,
               action.scenario_step_id, NULL::int AS step_id, NULL::int AS sequence_id
          FROM paid
          JOIN collection_action AS action
            ON action.customer_id = paid.customer_id AND action.company_id = paid.company_id
         WHERE action.origin = 'scenario' AND action.state = 'closed'
           AND action.outcome IN %(positive)s AND action.closed_on < paid.day
           AND (EXISTS (SELECT FROM %(chosen)s AS rel
                         WHERE rel.%(action)s = action.id AND rel.%(item)s = paid.line_id)
                OR paid.due <= action.closed_on AND NOT EXISTS (
                   SELECT FROM %(chosen)s AS rel WHERE rel.%(action)s = action.id))
     UNION ALL
        SELECT paid.id, 'specific', %(created_on)s, action.id, NULL, NULL, NULL
          FROM paid
          JOIN %(chosen)s AS rel ON rel.%(item)s = paid.line_id
          JOIN collection_action AS action ON action.id = rel.%(action)s
         WHERE action.origin = 'specific' AND %(created_on)s < paid.day
           AND (action.closed_on IS NULL OR action.closed_on >= paid.day)
     UNION ALL
        SELECT paid.id, 'sequence', visit.entered_on, NULL, NULL, visit.step_id, sequence.id
          FROM paid
          JOIN collection_sequence AS sequence
            ON sequence.customer_id = paid.customer_id AND sequence.company_id = paid.company_id
          JOIN collection_sequence_visit AS visit ON visit.sequence_id = sequence.id
         WHERE visit.entered_on < paid.day
           AND (visit.left_at IS NULL OR %(left_on)s >= paid.day)
           AND (EXISTS (SELECT FROM %(taken)s AS rel
                         WHERE rel.%(sequence)s = sequence.id AND rel.%(taken_item)s = paid.line_id)
                OR paid.due <= paid.day AND NOT EXISTS (
                   SELECT FROM %(taken)s AS rel WHERE rel.%(sequence)s = sequence.id))
    )
    SELECT paid.id, paid.day AS date, paid.company_id, paid.customer_id, paid.line_id AS item_id,
           paid.move_id, paid.move_name AS document, paid.due, paid.amount,
           GREATEST(paid.day - paid.due, 0) AS days_late, COALESCE(last.code, 'none') AS stage,
           last.scenario_step_id, last.step_id, last.sequence_id, last.action_id
      FROM paid
 LEFT JOIN (SELECT DISTINCT ON (stage.id) stage.*
              FROM stage ORDER BY stage.id, stage.since DESC, stage.code DESC,
                       stage.action_id DESC NULLS LAST, stage.sequence_id DESC NULLS LAST
           ) AS last ON last.id = paid.id
"""


class CollectionAnalysisStage(models.Model):
    """Recovered by stage: the money that was matched with debts, by the stage in which the debt
    stood on that day: before any step, a step of its customer's scenario, a step of a sequence,
    a specific action.

    Of several, the one that the debt came into last. A step concerns the items that its message
    was about, else what was due on its day; a sequence its own items, else all that is due.
    Credit notes are no money.
    """

    _name = "collection.analysis.stage"
    _description = "Recovered by Stage"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "document"
    _order = "date desc, id desc"
    _depends = {
        "account.move.line": [
            "account_id", "company_id", "date", "date_maturity", "journal_id", "move_id",
            "move_name", "parent_state", "partner_id"],
        "account.partial.reconcile": [
            "amount", "credit_move_id", "debit_move_id", "exchange_move_id", "max_date"],
        "collection.action": [
            "closed_on", "company_id", "create_date", "customer_id", "item_ids", "origin",
            "outcome", "scenario_step_id", "state"],
        "collection.sequence": ["company_id", "customer_id", "item_ids"],
        "collection.sequence.visit": ["entered_on", "left_at", "sequence_id", "step_id"],
        "res.partner": ["commercial_partner_id"],
    }

    date = fields.Date(string="Received on", readonly=True)
    item_id = fields.Many2one("account.move.line", string="Open item", readonly=True)
    move_id = fields.Many2one("account.move", string="Journal entry", readonly=True)
    document = fields.Char(readonly=True)
    due = fields.Date(string="Due on", readonly=True)
    amount = fields.Monetary(
        string="Collected", readonly=True,
        help="Money that was matched with the debt, in the company's currency.")
    days_late = fields.Float(
        string="Mean days late", readonly=True, digits=(16, 1), aggregator="avg",
        help="Days between due date and payment, weighted by amount; early counts 0.")
    stage = fields.Selection(
        STAGES, readonly=True, help="In which the debt stood on the day of the payment.")
    scenario_step_id = fields.Many2one(
        "collection.scenario.step", string="Scenario step", readonly=True)
    step_id = fields.Many2one(
        "collection.sequence.step", string="Sequence step", readonly=True)
    sequence_id = fields.Many2one("collection.sequence", string="Sequence", readonly=True)
    action_id = fields.Many2one("collection.action", string="Action", readonly=True)

    def _get_ratios(self):
        return {"days_late": (
            "sum(report.days_late * report.amount) / NULLIF(sum(report.amount), 0)")}

    def _get_opened(self):
        return self.move_id.get_formview_action()

    def _get_rows_query(self):
        actions, sequences = self.env["collection.action"], self.env["collection.sequence"]
        chosen, taken = actions._fields["item_ids"], sequences._fields["item_ids"]
        return SQL(
            ROWS, first=self._get_first_day(), day=SQL("%s::date", self._get_day()),
            due=open_items.DUE, receivable=self._is_receivable(), money=open_items.MONEY_JOURNALS,
            exchanges=SQL(EXCHANGES), positive=tuple(sorted(outcomes.POSITIVE)),
            created_on=self._get_local_day("action.create_date", "action"),
            left_on=self._get_local_day("visit.left_at", "sequence"),
            chosen=SQL.identifier(chosen.relation), action=SQL.identifier(chosen.column1),
            item=SQL.identifier(chosen.column2), taken=SQL.identifier(taken.relation),
            sequence=SQL.identifier(taken.column1), taken_item=SQL.identifier(taken.column2))
