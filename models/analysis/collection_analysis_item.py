from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import figures
from ..item import open_items
from .collection_analysis_report import SALES, check_day

KINDS = [
    ("invoice", "Invoice"), ("credit_note", "Credit note"), ("payment", "Payment"),
    ("miscellaneous", "Miscellaneous entry"),
]

#: In the context: a day before the one that is looked at. The column ``opening``, which is no
#: field, is what was left at its end.
SINCE = "collection_since"

#: What is left of receivable lines at the end of a day, and at that of an earlier one: what is
#: left of them today, and what was matched with entries of later days. Most lines are settled on
#: both days, so nothing is read of those but their later matchings. Company and partner are keys
#: of the groups, so that conditions on them come first and leave a sensible number of rows.
OPEN = """
    SELECT part.id, part.company_id, part.partner_id, %(columns)s,
           sum(part.amount) FILTER (WHERE part.later > %(day)s) AS residual,
           sum(part.amount) FILTER (WHERE part.date <= %(since)s) AS opening
      FROM (SELECT line.*, line.amount_residual AS amount, 'infinity'::date AS later
              FROM account_move_line AS line
             WHERE %(receivable)s AND line.date <= %(day)s AND line.reconciled IS NOT TRUE
         UNION ALL
            SELECT line.*, side.amount, side.max_date
              FROM (SELECT partial.debit_move_id AS line_id, partial.amount, partial.max_date
                      FROM account_partial_reconcile AS partial
                     WHERE partial.max_date > %(since)s
                 UNION ALL
                    SELECT partial.credit_move_id, -partial.amount, partial.max_date
                      FROM account_partial_reconcile AS partial
                     WHERE partial.max_date > %(since)s) AS side
              JOIN account_move_line AS line ON line.id = side.line_id
             WHERE %(receivable)s AND line.date <= %(day)s
           ) AS part
  GROUP BY part.id, part.company_id, part.partner_id
    HAVING sum(part.amount) FILTER (WHERE part.later > %(day)s) <> 0
        OR %(since)s < %(day)s AND sum(part.amount) FILTER (WHERE part.date <= %(since)s) <> 0
"""

#: Columns of a line that its parts have in common, by the aggregate that takes any of them.
TAKEN = {
    "move_id": "min", "move_name": "min", "journal_id": "min", "date": "min",
    "date_maturity": "min", "no_followup": "bool_or", "amount_residual_currency": "min",
}


class CollectionAnalysisItem(models.Model):
    """Aged balance: the items that were open at the end of a day, and what was left of them.

    What was matched later does not count: payments and credits have their own day, and so have
    differences of exchange. Amounts are what the account says in the company's currency, so that
    the rows add up to its balance.
    """

    _name = "collection.analysis.item"
    _description = "Aged Balance"
    _inherit = ["collection.analysis.report"]
    _auto = False
    _rec_name = "document"
    _order = "due, id"
    _depends = {
        "account.move": ["move_type"],
        "account.move.line": [
            "account_id", "amount_residual", "amount_residual_currency", "company_id", "date",
            "date_maturity", "journal_id",
            "move_id", "move_name", "no_followup", "parent_state", "partner_id", "reconciled"],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id", "max_date"],
        "collection.dispute": ["opened_on", "resolved_on", "state", "item_ids"],
        "collection.promise": ["closed_on", "item_ids", "made_on"],
        "res.partner": ["commercial_partner_id"],
    }

    item_id = fields.Many2one("account.move.line", string="Open item", readonly=True)
    move_id = fields.Many2one("account.move", string="Journal entry", readonly=True)
    document = fields.Char(readonly=True)
    kind = fields.Selection(KINDS, string="Nature", readonly=True)
    date = fields.Date(readonly=True)
    due = fields.Date(
        string="Due on", readonly=True, help="The due date, else the day of the entry.")
    days_late = fields.Integer(
        string="Days late", readonly=True, aggregator="max",
        help="Days after the due date; what is due on the day itself is not late.")
    bucket = fields.Selection(
        selection=lambda self: self._selection_bucket(), string="Age", readonly=True)
    residual = fields.Monetary(
        string="Open amount", readonly=True,
        help="What was left at the end of the day, in the company's currency; credits negative.")
    kept_out = fields.Boolean(
        string="Kept out of follow-up", readonly=True, help="It is kept out today.")
    disputed = fields.Boolean(
        readonly=True, help="A dispute was open at the end of the day.")
    promised = fields.Boolean(
        readonly=True, help="A promise was awaited at the end of the day.")

    @api.model
    def _selection_bucket(self):
        return [("0", self.env._("Not due")), *self._name_buckets(self._get_starts())]

    @api.model
    def _get_starts(self):
        """:return: list of the first day late of each bucket, by the company's bounds"""
        return list(figures.get_starts(self.env.company._get_collection_bounds()))

    def _get_opened(self):
        return self.item_id.action_open_collection_document()

    # === QUERY === #

    def _get_rows_query(self):
        day = self._get_day()
        return SQL(
            """
            SELECT line.id, line.id AS item_id, line.move_id, line.move_name AS document,
                   line.company_id, contact.commercial_partner_id AS customer_id, line.date,
                   due.day AS due, GREATEST(due.late, 0) AS days_late,
                   COALESCE(line.residual, 0) AS residual, COALESCE(line.opening, 0) AS opening,
                   width_bucket(due.late, %(starts)s)::varchar AS bucket, %(kind)s AS kind,
                   %(kept_out)s AS kept_out, %(disputed)s AS disputed, %(promised)s AS promised
              FROM (%(open)s) AS line
        CROSS JOIN LATERAL (SELECT %(due)s AS day, %(day)s - %(due)s AS late) AS due
         LEFT JOIN account_move AS move ON move.id = line.move_id
         LEFT JOIN account_journal AS journal ON journal.id = line.journal_id
         LEFT JOIN res_partner AS contact ON contact.id = line.partner_id
            """,
            open=self._get_open_query(day, self._get_since(day)), due=open_items.DUE,
            day=SQL("%s::date", day), kind=get_kind(), starts=self._get_starts(),
            kept_out=open_items.IS_KEPT_OUT, disputed=self._is_disputed(day),
            promised=self._is_promised(day))

    def _get_open_query(self, day, since):
        """:param since: date, not after the day
        :return: SQL of the lines of which something was left on one of the two
        """
        return SQL(
            OPEN, receivable=self._is_receivable(), day=SQL("%s::date", day),
            since=SQL("%s::date", since), columns=SQL(", ").join(SQL(
                "%s(part.%s) AS %s", SQL(function), SQL.identifier(name), SQL.identifier(name))
                for name, function in TAKEN.items()))

    def _get_since(self, day):
        given = self.env.context.get(SINCE)
        return min(check_day(self.env, given), day) if given else day

    def _is_disputed(self, day):
        return self._is_held("collection.dispute", SQL(
            "record.opened_on <= %(day)s"
            " AND (record.state = 'open' OR record.resolved_on > %(day)s)", day=day))

    def _is_promised(self, day):
        return self._is_held("collection.promise", SQL(
            "record.made_on <= %(day)s"
            " AND (record.closed_on IS NULL OR record.closed_on > %(day)s)", day=day))

    def _is_held(self, model, condition):
        items = self.env[model]._fields["item_ids"]
        return SQL(
            "(line.residual > 0 AND line.id IN ("
            "SELECT rel.%(item)s FROM %(rel)s AS rel JOIN %(table)s AS record"
            "    ON record.id = rel.%(record)s WHERE %(condition)s))",
            rel=SQL.identifier(items.relation), record=SQL.identifier(items.column1),
            item=SQL.identifier(items.column2), table=SQL.identifier(self.env[model]._table),
            condition=condition)


def get_kind():
    """:return: SQL expression of the nature of a ``line``, whose ``move`` and ``journal`` are
        joined"""
    return SQL(
        "CASE WHEN move.move_type = 'out_refund' THEN 'credit_note'"
        " WHEN move.move_type IN %s THEN 'invoice'"
        " WHEN journal.type IN %s THEN 'payment' ELSE 'miscellaneous' END",
        SALES, open_items.MONEY_JOURNALS)
