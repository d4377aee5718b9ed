from operator import ge, gt, le, lt

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..people.res_partner import COLLECTORS

#: How a stored figure is compared, and what no row at all (nothing open) reads as.
COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge}
#: Which lines are overdue; the moves that do not count are looked up once.
OVERDUE = SQL(
    "line.date_maturity < day.today AND line.amount_residual > 0"
    " AND line.no_followup IS NOT TRUE AND line.move_id NOT IN ("
    "     SELECT move.id FROM account_move AS move"
    "      WHERE move.payment_state IN ('in_payment', 'paid', 'reversed', 'blocked'))")
#: What each figure is of the lines of a partner, and of the partners of a customer.
FIGURES = {
    "collection_balance": (SQL("sum(line.amount_residual)"), SQL("sum")),
    "collection_overdue": (
        SQL("sum(line.amount_residual) FILTER (WHERE %s)", OVERDUE), SQL("sum")),
    "collection_days_late": (
        SQL("day.today - min(line.date_maturity) FILTER (WHERE %s)", OVERDUE), SQL("max")),
}
#: In the context: figures are read once and kept. An object, which no call from outside can name.
READ_ONCE = object()
#: What they are kept in: tables of the connection, which end with it whatever happens.
KEPT = {name: SQL.identifier("pg_temp", f"collection_{name}") for name in ("items", "payments")}


class ResPartner(models.Model):
    """What customers are searched by: outstanding, overdue, days late, last payment.

    Searched by one grouped query, however many customers there are, so that saved searches feed
    assignment rules (M-007, M-008). Figures are those of the current company. The rules of a run
    share what was read of them.
    """

    _inherit = "res.partner"

    collection_balance = fields.Monetary(
        string="Outstanding", currency_field="currency_id", groups=COLLECTORS,
        compute="_compute_collection_figures", search="_search_collection_balance",
        help="What the customer owes in all, due or not, less its credits.")
    collection_overdue = fields.Monetary(
        string="Overdue", currency_field="currency_id", groups=COLLECTORS,
        compute="_compute_collection_figures", search="_search_collection_overdue",
        help="What is past its due date; credits are not deducted.")
    collection_days_late = fields.Integer(
        string="Days late", compute="_compute_collection_figures", groups=COLLECTORS,
        search="_search_collection_days_late",
        help="Days since the oldest open item fell due; 0 when nothing is overdue.")
    collection_last_payment = fields.Date(
        string="Last payment", compute="_compute_collection_last_payment", groups=COLLECTORS,
        search="_search_collection_last_payment", help="Day of the last payment received.")
    collection_sequence_count = fields.Integer(search="_search_collection_sequence_count")

    @api.depends_context("company")
    def _compute_collection_figures(self):
        found = self._read_figures(self._get_items_query)
        for partner in self:
            figures = found.get(partner.commercial_partner_id.id, (0, 0, 0))
            partner.update(dict(zip(FIGURES, (figure or 0 for figure in figures))))

    @api.depends_context("company")
    def _compute_collection_last_payment(self):
        found = self._read_figures(self._get_payments_query)
        for partner in self:
            [partner.collection_last_payment] = found.get(
                partner.commercial_partner_id.id, (False,))

    def _read_figures(self, get_query):
        """:return: dict of figures by customer's id"""
        customers = self.commercial_partner_id
        return {customer: figures for customer, *figures in self.env.execute_query(
            get_query(customers.ids))} if customers.ids else {}

    # -- searched ------------------------------------------------------------------------

    def _search_collection_balance(self, operator, value):
        return self._search_items("collection_balance", operator, value)

    def _search_collection_overdue(self, operator, value):
        return self._search_items("collection_overdue", operator, value)

    def _search_collection_days_late(self, operator, value):
        return self._search_items("collection_days_late", operator, value)

    def _search_items(self, name, operator, value):
        return self._search_figure(
            self._get_figures("items", self._get_items_query()), name, operator, value, 0)

    def _search_collection_last_payment(self, operator, value):
        return self._search_figure(
            self._get_figures("payments", self._get_payments_query()),
            "collection_last_payment", operator, value, None)

    def _search_collection_sequence_count(self, operator, value):
        self.env["collection.sequence"].flush_model(["customer_id", "state"])
        query = SQL(
            "(SELECT sequence.customer_id, count(*) AS under_way"
            "   FROM collection_sequence AS sequence"
            "  WHERE sequence.state IN ('running', 'paused') GROUP BY sequence.customer_id)")
        return self._search_figure(query, "under_way", operator, value, 0)

    def _search_figure(self, figures, name, operator, value, nothing):
        """Compare a figure of customers.

        :param figures: SQL of a relation with one row a customer
        :param name: the figure's column
        :param nothing: what customers count as of whom there is no row
        :return: domain, or NotImplemented
        """
        figure = SQL.identifier("figure", name)
        if nothing is not None:
            figure = SQL("COALESCE(%s, %s)", figure, nothing)
        if operator in COMPARED:
            condition = SQL("%s %s %s", figure, SQL(operator), value)
            without = nothing is not None and COMPARED[operator](nothing, value)
        elif operator in ("in", "not in"):
            values = [None if one is False and nothing is None else one for one in value]
            without = nothing in values
            condition = SQL("%s = ANY(%s)", figure, [one for one in values if one is not None])
            if operator == "not in":
                without, condition = not without, SQL("NOT %s", condition)
        else:
            return NotImplemented
        # where those of whom nothing is known count too: all but the others
        kept, condition = (SQL("NOT IN"), SQL("NOT (%s)", condition)) if without else (
            SQL("IN"), condition)
        return Domain.custom(to_sql=lambda model, alias, query: SQL(
            "%s %s (SELECT figure.customer_id FROM %s AS figure WHERE %s)",
            SQL.identifier(alias, "id"), kept, figures, condition))

    # -- read once a run -------------------------------------------------------------------

    def _get_figures(self, name, query):
        """:return: SQL of a relation of these figures: the query itself, or what is kept of it"""
        if self.env.context.get("collection_figures") is not READ_ONCE:
            return SQL("(%s)", query)
        self.env.cr.execute(SQL("CREATE TEMP TABLE IF NOT EXISTS %s AS %s", KEPT[name], query))
        return KEPT[name]

    @api.model
    def _forget_figures(self):
        """Let go of the figures that were kept: the next search reads them anew."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL(", ").join(KEPT.values())))

    # -- queries ---------------------------------------------------------------------------

    def _get_items_query(self, customer_ids=None):
        """Figures of customers' receivable lines that are not reconciled.

        Lines are summed up by partner before anything is joined: there are ten times as many.

        :param customer_ids: whose; None for everybody
        :return: query of the customer's id and its figures
        """
        company = self.env.company
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model(["payment_state"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        columns, sums = [], []
        for name, (of_lines, of_partners) in FIGURES.items():
            columns.append(SQL("%s AS %s", of_lines, SQL.identifier(name)))
            sums.append(SQL("%(sum)s(figure.%(name)s) AS %(name)s", sum=of_partners,
                            name=SQL.identifier(name)))
        return SQL(
            """
            SELECT partner.commercial_partner_id AS customer_id, %(sums)s
              FROM (SELECT line.partner_id, %(columns)s
                      FROM account_move_line AS line, (SELECT %(day)s::date AS today) AS day
                     WHERE line.account_id = ANY(%(accounts)s) AND line.company_id = %(company)s
                       AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
                           %(customers)s
                  GROUP BY line.partner_id, day.today) AS figure
              JOIN res_partner AS partner ON partner.id = figure.partner_id
          GROUP BY partner.commercial_partner_id
            """,
            sums=SQL(", ").join(sums), columns=SQL(", ").join(columns), company=company.id,
            day=company._get_collection_day(),
            accounts=self.env["collection.scenario"]._get_receivable_ids(company),
            customers=self._get_customers_condition(customer_ids))

    def _get_payments_query(self, customer_ids=None):
        """:return: query of the customer's id and the day it last paid into bank or cash desk"""
        company = self.env.company
        self.env["account.move.line"].flush_model()
        return SQL(
            """
            SELECT partner.commercial_partner_id AS customer_id,
                   max(line.date) AS collection_last_payment
              FROM account_move_line AS line
              JOIN account_journal AS journal ON journal.id = line.journal_id
              JOIN res_partner AS partner ON partner.id = line.partner_id
             WHERE line.account_id = ANY(%(accounts)s) AND line.company_id = %(company)s
               AND line.parent_state = 'posted' AND line.balance < 0
               AND journal.type IN ('bank', 'cash', 'credit')%(customers)s
          GROUP BY partner.commercial_partner_id
            """,
            company=company.id,
            accounts=self.env["collection.scenario"]._get_receivable_ids(company),
            customers=self._get_customers_condition(customer_ids))

    def _get_customers_condition(self, customer_ids):
        if customer_ids is None:
            return SQL()
        return SQL(
            " AND line.partner_id IN (SELECT partner.id FROM res_partner AS partner"
            " WHERE partner.commercial_partner_id = ANY(%s))", customer_ids)
