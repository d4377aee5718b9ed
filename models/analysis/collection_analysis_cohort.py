from odoo import fields, models
from odoo.tools import SQL

from ..item import open_items
from .collection_analysis_report import SALES

#: Days after the due date at which a month's invoices are looked at.
AGES = (30, 60, 90)


class CollectionAnalysisCohort(models.Model):
    """At risk: of what was invoiced in a month, the share that was still open some days after
    its due date.

    A row is an invoice's item that fell due long enough ago; months that are too young for an
    age have no share yet. The newest months that have one say what to expect of the next.
    """

    _name = "collection.analysis.cohort"
    _description = "Invoices at Risk"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "document"
    _order = "date, id"
    _depends = {
        "account.move": ["move_type"],
        "account.move.line": [
            "account_id", "balance", "company_id", "date", "date_maturity", "move_id",
            "move_name", "parent_state", "partner_id"],
        "account.partial.reconcile": ["amount", "debit_move_id", "max_date"],
        "res.partner": ["commercial_partner_id"],
    }

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    document = fields.Char(readonly=True)
    date = fields.Date(string="Invoiced on", readonly=True)
    due = fields.Date(string="Due on", readonly=True)
    amount = fields.Monetary(string="Invoiced", readonly=True)
    due_30 = fields.Monetary(string="Due for 30 days", readonly=True)
    due_60 = fields.Monetary(string="Due for 60 days", readonly=True)
    due_90 = fields.Monetary(string="Due for 90 days", readonly=True)
    open_30 = fields.Monetary(
        string="Open after 30 days", readonly=True,
        help="What was not settled by the 30th day after the due date.")
    open_60 = fields.Monetary(
        string="Open after 60 days", readonly=True,
        help="What was not settled by the 60th day after the due date.")
    open_90 = fields.Monetary(
        string="Open after 90 days", readonly=True,
        help="What was not settled by the 90th day after the due date.")
    share_30 = fields.Float(
        string="Open after 30 days (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of what has been due for 30 days, the share that was still open then.")
    share_60 = fields.Float(
        string="Open after 60 days (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of what has been due for 60 days, the share that was still open then.")
    share_90 = fields.Float(
        string="Open after 90 days (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Of what has been due for 90 days, the share that was still open then: the at-risk "
        "rate of the month (as Upflow defines it).")

    def _get_ratios(self):
        return {f"share_{age}": (
            f"sum(report.open_{age}) * 100 / NULLIF(sum(report.due_{age}), 0)") for age in AGES}

    def _get_opened(self):
        return self.move_id.get_formview_action()

    def _get_rows_query(self):
        day = SQL("%s::date", self._get_day())
        lines = SQL(
            "%s AND line.balance > 0 AND line.date BETWEEN %s AND %s",
            self._is_receivable(), self._get_first_day(), day)
        return SQL(
            """
            SELECT line.id, line.company_id, contact.commercial_partner_id AS customer_id,
                   line.move_id, line.move_name AS document, line.date, %(due)s AS due,
                   line.balance AS amount, %(columns)s
              FROM account_move_line AS line
              JOIN account_move AS move ON move.id = line.move_id AND move.move_type IN %(sales)s
         LEFT JOIN res_partner AS contact ON contact.id = line.partner_id
         LEFT JOIN (SELECT line.id, %(sums)s
                      FROM account_partial_reconcile AS partial
                      JOIN account_move_line AS line ON line.id = partial.debit_move_id
                     WHERE %(lines)s GROUP BY line.id) AS paid ON paid.id = line.id
             WHERE %(lines)s
            """,
            due=open_items.DUE, sales=SALES, lines=lines,
            sums=SQL(", ").join(SQL(
                "sum(partial.amount) FILTER (WHERE partial.max_date <= %s + %s) AS %s",
                open_items.DUE, age, SQL.identifier(f"age_{age}")) for age in AGES),
            columns=SQL(", ").join(self._get_columns(age, day) for age in AGES))

    @staticmethod
    def _get_columns(age, day):
        left = SQL("(line.balance - COALESCE(paid.%s, 0))", SQL.identifier(f"age_{age}"))
        return SQL(", ").join(SQL(
            "CASE WHEN %s + %s <= %s THEN %s END AS %s",
            open_items.DUE, age, day, value, SQL.identifier(f"{name}_{age}"))
            for name, value in (
                ("due", SQL("line.balance")), ("open", left),
                ("share", SQL("%s * 100 / line.balance", left))))
