from odoo import fields, models
from odoo.tools import SQL

from ..item import open_items
from .collection_analysis_report import SALES

KINDS = [("sale", "Sale"), ("collected", "Money received"), ("settled", "Debt settled")]

#: Lines of differences of exchange: what they match is no payment.
EXCHANGES = """
    SELECT gap.id FROM account_partial_reconcile AS origin
      JOIN account_move_line AS gap ON gap.move_id = origin.exchange_move_id
"""

ROWS = """
    SELECT 3 * move.id::bigint AS id, 'sale' AS kind, move.company_id,
           move.commercial_partner_id AS customer_id, move.id AS move_id,
           move.name AS document, move.date, NULL::date AS due, NULL::int AS days_late,
           move.amount_total_signed AS amount, NULL::numeric AS late_amount,
           NULL::int AS late_share
      FROM account_move AS move
     WHERE move.state = 'posted' AND move.move_type IN %(sales)s
       AND move.company_id = ANY(%(companies)s) AND move.date <= %(day)s
 UNION ALL
    SELECT 3 * line.id::bigint + 1, 'collected', line.company_id,
           contact.commercial_partner_id, line.move_id, line.move_name, line.date, NULL, NULL,
           -line.balance, NULL, NULL
      FROM account_move_line AS line
      JOIN account_journal AS journal ON journal.id = line.journal_id
 LEFT JOIN res_partner AS contact ON contact.id = line.partner_id
     WHERE %(receivable)s AND line.date <= %(day)s AND journal.type IN %(money)s
 UNION ALL
    SELECT 3 * partial.id::bigint + 2, 'settled', line.company_id,
           contact.commercial_partner_id, line.move_id, line.move_name, partial.max_date,
           %(due)s, GREATEST(partial.max_date - %(due)s, 0), partial.amount,
           CASE WHEN partial.max_date > %(due)s THEN partial.amount ELSE 0 END,
           CASE WHEN partial.max_date > %(due)s THEN 100 ELSE 0 END
      FROM account_partial_reconcile AS partial
      JOIN account_move_line AS line ON line.id = partial.debit_move_id
      JOIN account_journal AS journal ON journal.id = line.journal_id
 LEFT JOIN res_partner AS contact ON contact.id = line.partner_id
     WHERE %(receivable)s AND partial.max_date <= %(day)s AND journal.type NOT IN %(money)s
       AND partial.debit_move_id NOT IN (%(exchanges)s)
       AND partial.credit_move_id NOT IN (%(exchanges)s)
"""


class CollectionAnalysisFlow(models.Model):
    """What happened up to a day: sales, money that came in, and debts that were settled.

    A debt is settled, in part or in whole, on the later day of the two entries that are matched,
    whether by money or by a credit; differences of exchange settle nothing.
    """

    _name = "collection.analysis.flow"
    _description = "Sales and Collections"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "document"
    _order = "date desc, id desc"
    _depends = {
        "account.move": [
            "amount_total_signed", "commercial_partner_id", "company_id", "date", "move_type",
            "name", "state"],
        "account.move.line": [
            "account_id", "balance", "company_id", "date", "date_maturity", "journal_id",
            "move_id", "move_name", "parent_state", "partner_id"],
        "account.partial.reconcile": [
            "amount", "credit_move_id", "debit_move_id", "exchange_move_id", "max_date"],
        "res.partner": ["commercial_partner_id"],
    }

    kind = fields.Selection(KINDS, string="What", readonly=True)
    move_id = fields.Many2one("account.move", string="Journal entry", readonly=True)
    document = fields.Char(readonly=True)
    date = fields.Date(readonly=True)
    due = fields.Date(string="Due on", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="In the company's currency. Sales: invoices less credit notes, taxes "
        "included. Money received: less what was paid back.")
    late_amount = fields.Monetary(
        string="Settled late", readonly=True, help="Settled after the due date.")
    days_late = fields.Float(
        string="Mean days late", readonly=True, digits=(16, 1), aggregator="avg",
        help="Days between due date and settlement, weighted by amount; early counts 0.")
    late_share = fields.Float(
        string="Settled late (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Share of what was settled that was settled after its due date.")

    def _get_ratios(self):
        settled = "NULLIF(sum(report.amount) FILTER (WHERE report.kind = 'settled'), 0)"
        return {
            "days_late": f"sum(report.days_late * report.amount) / {settled}",
            "late_share": f"sum(report.late_amount) * 100 / {settled}",
        }

    def _get_opened(self):
        return self.move_id.get_formview_action()

    def _get_rows_query(self):
        return SQL(
            ROWS, sales=SALES, companies=self.env.companies.ids, day=self._get_day(),
            receivable=self._is_receivable(), money=open_items.MONEY_JOURNALS,
            due=open_items.DUE, exchanges=SQL(EXCHANGES))
