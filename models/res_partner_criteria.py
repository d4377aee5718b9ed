from operator import ge, gt, le, lt

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .res_partner import COLLECTORS

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


class ResPartner(models.Model):
    """What customers are searched by: outstanding, overdue, days late, last payment.

    Searched by one grouped query, however many customers there are, so that saved searches feed
    assignment rules (M-007, M-008). Figures are those of the current company.
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
        customers = self.commercial_partner_id
        found = {customer: figures for customer, *figures in self.env.execute_query(
            self._get_items_query(FIGURES, customers.ids))} if customers.ids else {}
        for partner in self:
            figures = found.get(partner.commercial_partner_id.id, (0, 0, 0))
            partner.update(dict(zip(FIGURES, (figure or 0 for figure in figures))))

    @api.depends_context("company")
    def _compute_collection_last_payment(self):
        customers = self.commercial_partner_id
        found = dict(self.env.execute_query(
            self._get_payments_query(customers.ids))) if customers.ids else {}
        for partner in self:
            partner.collection_last_payment = found.get(partner.commercial_partner_id.id, False)

    # -- searched ------------------------------------------------------------------------

    def _search_collection_balance(self, operator, value):
        return self._search_figure("collection_balance", operator, value)

    def _search_collection_overdue(self, operator, value):
        return self._search_figure("collection_overdue", operator, value)

    def _search_collection_days_late(self, operator, value):
        return self._search_figure("collection_days_late", operator, value)

    def _search_figure(self, name, operator, value):
        figure = SQL("COALESCE(%s(figure.%s), 0)", FIGURES[name][1], SQL.identifier(name))
        return self._search_grouped(self._get_items_query([name]), figure, operator, value, 0)

    def _search_collection_last_payment(self, operator, value):
        return self._search_grouped(
            self._get_payments_query(), SQL("max(line.date)"), operator, value, None)

    def _search_collection_sequence_count(self, operator, value):
        self.env["collection.sequence"].flush_model(["customer_id", "state"])
        query = SQL(
            "SELECT sequence.customer_id FROM collection_sequence AS sequence"
            " WHERE sequence.state IN ('running', 'paused') GROUP BY sequence.customer_id")
        return self._search_grouped(query, SQL("count(*)"), operator, value, 0)

    def _search_grouped(self, query, figure, operator, value, nothing):
        """Compare a figure of a grouped query.

        :param query: of customers' ids, ending with its GROUP BY
        :param figure: SQL of the figure
        :param nothing: what customers count as of whom the query has no row
        :return: domain, or NotImplemented
        """
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
        if without:  # those of whom nothing is known too: all but the others
            having = SQL("NOT IN (%s HAVING NOT (%s))", query, condition)
        else:
            having = SQL("IN (%s HAVING %s)", query, condition)
        return Domain.custom(to_sql=lambda model, alias, query: SQL(
            "%s %s", SQL.identifier(alias, "id"), having))

    # -- queries ---------------------------------------------------------------------------

    def _get_items_query(self, names, customer_ids=None):
        """Figures of customers' receivable lines that are not reconciled.

        Lines are summed up by partner before anything is joined: there are ten times as many.

        :param names: of ``FIGURES``
        :param customer_ids: whose; None for everybody, of whom only the ids are asked for
        :return: query
        """
        company = self.env.company
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model(["payment_state"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        figures = SQL(", ").join(
            SQL("%s AS %s", FIGURES[name][0], SQL.identifier(name)) for name in names)
        columns = SQL() if customer_ids is None else SQL(", %s", SQL(", ").join(
            SQL("%s(figure.%s)", FIGURES[name][1], SQL.identifier(name)) for name in names))
        return SQL(
            """
            SELECT partner.commercial_partner_id%(columns)s
              FROM (SELECT line.partner_id, %(figures)s
                      FROM account_move_line AS line, (SELECT %(day)s::date AS today) AS day
                     WHERE line.account_id = ANY(%(accounts)s) AND line.company_id = %(company)s
                       AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
                           %(customers)s
                  GROUP BY line.partner_id, day.today) AS figure
              JOIN res_partner AS partner ON partner.id = figure.partner_id
          GROUP BY partner.commercial_partner_id
            """,
            columns=columns, figures=figures, company=company.id,
            day=company._get_collection_day(),
            accounts=self.env["collection.scenario"]._get_receivable_ids(company),
            customers=self._get_customers_condition(customer_ids))

    def _get_payments_query(self, customer_ids=None):
        """:return: query of customers by what they paid into banks and cash desks"""
        company = self.env.company
        self.env["account.move.line"].flush_model()
        return SQL(
            """
            SELECT partner.commercial_partner_id%(columns)s
              FROM account_move_line AS line
              JOIN account_journal AS journal ON journal.id = line.journal_id
              JOIN res_partner AS partner ON partner.id = line.partner_id
             WHERE line.account_id = ANY(%(accounts)s) AND line.company_id = %(company)s
               AND line.parent_state = 'posted' AND line.balance < 0
               AND journal.type IN ('bank', 'cash', 'credit')%(customers)s
          GROUP BY partner.commercial_partner_id
            """,
            columns=SQL() if customer_ids is None else SQL(", max(line.date)"),
            company=company.id,
            accounts=self.env["collection.scenario"]._get_receivable_ids(company),
            customers=self._get_customers_condition(customer_ids))

    def _get_customers_condition(self, customer_ids):
        if customer_ids is None:
            return SQL()
        return SQL(
            " AND line.partner_id IN (SELECT partner.id FROM res_partner AS partner"
            " WHERE partner.commercial_partner_id = ANY(%s))", customer_ids)
