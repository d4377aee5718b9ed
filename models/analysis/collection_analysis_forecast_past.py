from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..item import open_items
from .collection_analysis_report import DAY

#: Whole weeks before the day, whose forecasts are held against what came.
WEEKS = 12

ROWS = """
    SELECT (week.company_id::bigint * 16777216 + COALESCE(week.customer_id, 0)) * 64 + week.number
           AS id, week.company_id, week.customer_id, %(monday)s - 7 * week.number AS date,
           sum(week.forecast) AS forecast, sum(week.received) AS received,
           sum(week.received) - sum(week.forecast) AS difference,
           (sum(week.forecast) - sum(week.received)) * 100 / NULLIF(sum(week.received), 0) AS error
      FROM (%(forecasts)s
             UNION ALL
            SELECT line.company_id, contact.commercial_partner_id,
                   (%(monday)s - line.date + 6) / 7, 0, -line.balance
              FROM account_move_line AS line
              JOIN account_journal AS journal ON journal.id = line.journal_id
         LEFT JOIN res_partner AS contact ON contact.id = line.partner_id
             WHERE %(receivable)s AND journal.type IN %(money)s
               AND line.date >= %(monday)s - 7 * %(weeks)s AND line.date < %(monday)s
           ) AS week (company_id, customer_id, number, forecast, received)
  GROUP BY week.company_id, week.customer_id, week.number
"""


class CollectionAnalysisForecastPast(models.Model):
    """Forecast and reality: what was forecast for each of the last weeks, and what came.

    A week's forecast is made anew from the ledger as it was on the Sunday before: what was
    matched, promised or disputed later does not count. Money received is all that came in on the
    receivable accounts, that of invoices of the week itself included.
    """

    _name = "collection.analysis.forecast.past"
    _description = "Forecast and Reality"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "customer_id"
    _order = "date desc, id"
    _depends = {
        "collection.analysis.forecast": ["amount", "date"],
        "account.move.line": [
            "account_id", "balance", "company_id", "date", "journal_id", "parent_state",
            "partner_id"],
    }

    date = fields.Date(string="Week from", readonly=True)
    forecast = fields.Monetary(
        readonly=True, help="Made on the Sunday before, of what was open then.")
    received = fields.Monetary(string="Money received", readonly=True)
    difference = fields.Monetary(
        readonly=True, help="Money received less the forecast.")
    error = fields.Float(
        string="Error (%)", readonly=True, digits=(16, 1), aggregator="avg",
        help="By how much the forecast was too high (above zero) or too low, of what was "
        "received.")

    def _get_ratios(self):
        return {"error": (
            "(sum(report.forecast) - sum(report.received)) * 100"
            " / NULLIF(sum(report.received), 0)")}

    def _get_opened(self):
        """:return: window action on what was forecast for the week of this row"""
        sunday = self.date - timedelta(days=1)
        return self._open_rows("collection.analysis.forecast", {
            DAY: fields.Date.to_string(sunday)})

    def action_open_received(self):
        """Button of a row: open the money that was received in the week.

        :return: window action
        :raise AccessError: the row is not the user's to see, or no longer there
        """
        self._check_row()
        return self._open_rows(
            "collection.analysis.flow", {}, Domain("kind", "=", "collected"))

    def _open_rows(self, model, context, domain=Domain.TRUE):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"account_collection.{model.replace('.', '_')}_action")
        day = self.date
        return {**action, "path": False, "context": context, "domain": list(
            domain & Domain("company_id", "=", self.company_id.id)
            & Domain("customer_id", "=", self.customer_id.id)
            & Domain("date", ">=", fields.Date.to_string(day))
            & Domain("date", "<", fields.Date.to_string(day + timedelta(days=7))))}

    def _get_rows_query(self):
        day = self._get_day()
        monday = day - timedelta(days=day.weekday())
        return SQL(
            ROWS, monday=SQL("%s::date", monday), weeks=WEEKS, receivable=self._is_receivable(),
            money=open_items.MONEY_JOURNALS, forecasts=SQL(" UNION ALL ").join(
                self._get_week_query(monday - timedelta(weeks=number), number)
                for number in range(1, WEEKS + 1)))

    def _get_week_query(self, monday, number):
        forecast = self.env["collection.analysis.forecast"]._get_forecast_query(
            monday - timedelta(days=1))
        return SQL(
            "SELECT forecast.company_id, forecast.customer_id, %s::int, forecast.amount,"
            " 0::numeric FROM (%s) AS forecast WHERE forecast.date >= %s AND forecast.date < %s",
            number, forecast, monday, monday + timedelta(weeks=1))
