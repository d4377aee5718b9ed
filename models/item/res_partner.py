from datetime import date, timedelta
from operator import ge, gt, le, lt

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.portfolio import (
    PortfolioDate,
    PortfolioFloat,
    PortfolioInteger,
    PortfolioMonetary,
    PortfolioSelection,
)
from ..access import COLLECTORS
from . import open_items

#: Operators by which figures are compared.
COMPARED = {"<": lt, "<=": le, ">": gt, ">=": ge}

#: Which unreconciled lines are overdue.
OVERDUE = SQL(
    "%s < day.today AND line.amount_residual_currency > 0 AND %s",
    open_items.DUE, open_items.IS_OPEN)

#: Each figure as an aggregate of a partner's lines, and of a customer's partners.
FIGURES = {
    "collection_balance": (SQL("sum(%s)", open_items.RESIDUAL), SQL("sum")),
    "collection_overdue": (
        SQL("sum(%s) FILTER (WHERE %s)", open_items.RESIDUAL, OVERDUE), SQL("sum")),
    "collection_days_late": (
        SQL("day.today - min(%s) FILTER (WHERE %s)", open_items.DUE, OVERDUE), SQL("max")),
    "collection_kept_out": (
        SQL("count(*) FILTER (WHERE line.amount_residual_currency > 0 AND %s)",
            open_items.IS_KEPT_OUT), SQL("sum")),
}

#: Whether the payment of a ``line`` was taken back in whole, or rejected.
RETURNED = SQL(
    """
    SELECT FROM account_partial_reconcile AS partial
           JOIN account_move_line AS back ON back.id = partial.debit_move_id
           JOIN account_move AS back_move ON back_move.id = back.move_id
           JOIN account_journal AS back_journal ON back_journal.id = back.journal_id
     WHERE partial.credit_move_id = line.id
       AND (back_journal.type IN %s OR back_move.reversed_entry_id = line.move_id)
    HAVING sum(partial.amount) >= -line.balance
     UNION ALL
    SELECT FROM account_payment AS payment
     WHERE payment.id = line.payment_id AND payment.state IN ('canceled', 'rejected')
    """, open_items.MONEY_JOURNALS)

#: In the context: figures are read once and kept. An object, so that no remote call can set it.
READ_ONCE = object()

#: Temporary tables that keep them; they end with the connection whatever happens.
KEPT = {name: SQL.identifier("pg_temp", f"collection_{name}") for name in ("items", "payments")}

#: Rolling window of the payments that count for the payer profile (S-011).
WINDOW = timedelta(days=183)

#: Payer profiles by the mean delay, in days, up to which they hold; beyond, it is ``bad``.
PROFILES = ((0, "prompt"), (15, "slow"), (30, "late"))


class ResPartner(models.Model):
    """Figures by which customers are searched: outstanding, overdue, days late, last payment.

    Searched by one grouped query, however many customers there are, so that saved searches feed
    assignment rules (M-007, M-008). Figures are those of the current company. The rules of one
    run read them once.
    """

    _inherit = "res.partner"

    collection_balance = PortfolioMonetary(
        string="Outstanding", currency_field="currency_id", groups=COLLECTORS,
        compute="_compute_collection_figures", search="_search_collection_balance",
        help="All that the customer owes, due or not, less its credits; what is kept out of "
        "follow-up counts.")
    collection_overdue = PortfolioMonetary(
        string="Overdue", currency_field="currency_id", groups=COLLECTORS,
        compute="_compute_collection_figures", search="_search_collection_overdue",
        help="What is past its due date and not kept out of follow-up; credits are not "
        "deducted.")
    collection_days_late = PortfolioInteger(
        string="Days late", compute="_compute_collection_figures", groups=COLLECTORS,
        search="_search_collection_days_late",
        help="Days since the oldest open item fell due; 0 when nothing is overdue.")
    collection_kept_out = PortfolioInteger(
        string="Kept out of follow-up", compute="_compute_collection_figures", groups=COLLECTORS,
        search="_search_collection_kept_out",
        help="Number of debts that Odoo keeps out of follow-up: nobody is chased for them.")
    collection_last_payment = PortfolioDate(
        string="Last payment", compute="_compute_collection_last_payment", groups=COLLECTORS,
        search="_search_collection_last_payment",
        help="Day of the last payment received, and not taken back since.")

    collection_payer_delay = PortfolioFloat(
        string="Mean delay", compute="_compute_collection_payer", groups=COLLECTORS,
        digits=(16, 1),
        help="Mean days between due date and payment over the last six months, weighted by "
        "amount. Negative: paid before the due date.")
    collection_payer_profile = PortfolioSelection(
        [("unknown", "No payment yet"), ("prompt", "Pays on time"), ("slow", "Pays slowly"),
         ("late", "Pays late"), ("bad", "Pays very late")],
        string="Payer profile", compute="_compute_collection_payer", groups=COLLECTORS)

    # === COMPUTE === #

    @api.depends_context("company")
    def _compute_collection_figures(self):
        found = self._read_figures(self._get_items_query)
        for partner in self:
            figures = found.get(partner.commercial_partner_id.id, [0] * len(FIGURES))
            partner.update(dict(zip(FIGURES, (figure or 0 for figure in figures))))

    @api.depends_context("company")
    def _compute_collection_last_payment(self):
        found = self._read_figures(self._get_payments_query)
        for partner in self:
            [day, _amount] = found.get(partner.commercial_partner_id.id, (False, 0))
            partner.collection_last_payment = day

    def _search_collection_balance(self, operator, value):
        return self._search_items("collection_balance", operator, value)

    def _search_collection_overdue(self, operator, value):
        return self._search_items("collection_overdue", operator, value)

    def _search_collection_days_late(self, operator, value):
        return self._search_items("collection_days_late", operator, value)

    def _search_collection_kept_out(self, operator, value):
        return self._search_items("collection_kept_out", operator, value)

    def _search_items(self, name, operator, value):
        return self._search_figure(
            self._get_figures("items", self._get_items_query()), name, operator, value, 0)

    def _search_collection_last_payment(self, operator, value):
        return self._search_figure(
            self._get_figures("payments", self._get_payments_query()),
            "collection_last_payment", operator, value, None)

    def _search_figure(self, figures, name, operator, value, nothing):
        """Compare a figure of customers; other domains search their own figures by it, too.

        :param SQL figures: relation with a column ``customer_id``, one row a customer
        :param str name: the figure's column
        :param str operator: of the domain
        :param value: of the domain: number, date, or a collection of them
        :param nothing: value of customers without a row; None for no value
        :return: ``Domain``, or NotImplemented for another operator
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
        # where customers without a row match: all but those who have one that does not
        kept, condition = (SQL("NOT IN"), SQL("NOT (%s)", condition)) if without else (
            SQL("IN"), condition)
        return Domain.custom(to_sql=lambda model, alias, query: SQL(
            "%s %s (SELECT figure.customer_id FROM %s AS figure WHERE %s)",
            SQL.identifier(alias, "id"), kept, figures, condition))

    @api.depends_context("company")
    def _compute_collection_payer(self):
        delays = self.commercial_partner_id._get_payer_delays(self.env.company)
        for partner in self:
            delay = delays.get(partner.commercial_partner_id.id)
            partner.collection_payer_delay = delay or 0
            partner.collection_payer_profile = "unknown" if delay is None else next(
                (profile for days, profile in PROFILES if delay <= days), "bad")

    # === FIGURES === #

    def _read_figures(self, get_query):
        """:return: dict of figures by customer's id"""
        customers = self.commercial_partner_id
        return {customer: figures for customer, *figures in self.env.execute_query(
            get_query(customers.ids))} if customers.ids else {}

    def _get_figures(self, name, query):
        """:return: SQL of a relation of these figures: the query, or the table that keeps it"""
        if self.env.context.get("collection_figures") is not READ_ONCE:
            return SQL("(%s)", query)
        self.env.cr.execute(SQL("CREATE TEMP TABLE IF NOT EXISTS %s AS %s", KEPT[name], query))
        return KEPT[name]

    @api.model
    def _forget_figures(self):
        """Drop the figures that were kept: the next search reads them again."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL(", ").join(KEPT.values())))

    def _get_items_query(self, customer_ids=None):
        """Figures of customers' receivable lines that are not reconciled.

        Lines are summed up by partner before anything is joined: there are ten times as many.

        :param customer_ids: list of ids of commercial partners; None for all customers
        :return: ``SQL``, a query of the customer's id and its figures
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
                     WHERE %(unreconciled)s%(customers)s
                  GROUP BY line.partner_id, day.today) AS figure
              JOIN res_partner AS partner ON partner.id = figure.partner_id
          GROUP BY partner.commercial_partner_id
            """,
            sums=SQL(", ").join(sums), columns=SQL(", ").join(columns),
            day=company._get_collection_day(),
            unreconciled=open_items.is_unreconciled(self.env, company),
            customers=self._get_customers_condition(customer_ids))

    def _get_payments_query(self, customer_ids=None, accounts=None):
        """Days on which money came in last, and stayed.

        What the bank took back, whether a colleague matched the payment with the return or
        reversed it, is no payment, nor is one that the bank rejected.

        :param accounts: ids of receivable accounts, where the caller knows them already
        :return: ``SQL``, a query of the customer's id, the date of its last payment and how much
            that was, in the company's currency
        """
        company = self.env.company
        for model in ("account.move.line", "account.move", "account.partial.reconcile",
                      "account.payment"):
            self.env[model].flush_model()
        return SQL(
            """
            SELECT partner.commercial_partner_id AS customer_id,
                   max(line.date) AS collection_last_payment,
                   (array_agg(-line.balance ORDER BY line.date DESC, line.id DESC))[1]
                   AS collection_last_amount
              FROM account_move_line AS line
              JOIN account_journal AS journal ON journal.id = line.journal_id
              JOIN res_partner AS partner ON partner.id = line.partner_id
             WHERE line.account_id = ANY(%(accounts)s) AND line.company_id = %(company)s
               AND line.parent_state = 'posted' AND line.balance < 0
               AND journal.type IN %(money)s AND NOT EXISTS (%(returned)s)%(customers)s
          GROUP BY partner.commercial_partner_id
            """,
            company=company.id, money=open_items.MONEY_JOURNALS, returned=RETURNED,
            accounts=open_items.get_receivable_ids(
                self.env, company) if accounts is None else accounts,
            customers=self._get_customers_condition(customer_ids))

    def _get_customers_condition(self, customer_ids):
        if customer_ids is None:
            return SQL()
        return SQL(
            " AND line.partner_id IN (SELECT partner.id FROM res_partner AS partner"
            " WHERE partner.commercial_partner_id = ANY(%s))", customer_ids)

    # === PAYER === #
    # How late a customer pays: the mean over six months.

    def _get_payer_delays(self, company):
        """:return: dict of the mean delay in days, float, by id of the customers who paid"""
        return {customer: float(delay) for customer, delay in self.env.execute_query(
            self._get_payers_query(company, self.ids))} if self.ids else {}

    @api.model
    def _get_payers_query(self, company, customer_ids=None, day=None):
        """How late invoices were paid; only money received counts, as in ``_get_payments`` of
        items.

        :param customer_ids: ids of commercial partners; None for all customers
        :param date day: at whose end they are looked at; what was matched later does not count.
            None for today, whatever is dated later
        :return: ``SQL``, a query of the customer's id and its mean ``delay`` in days, of those
            of the customers who paid
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move.line"].flush_model(
            ["date", "date_maturity", "partner_id", "company_id", "journal_id"])
        return SQL(
            """
            SELECT partner.commercial_partner_id AS customer_id,
                   sum((paid.date - owed.date_maturity) * partial.amount) / sum(partial.amount)
                   AS delay
              FROM account_partial_reconcile AS partial
              JOIN account_move_line AS owed ON owed.id = partial.debit_move_id
              JOIN account_move_line AS paid ON paid.id = partial.credit_move_id
              JOIN account_move AS invoice ON invoice.id = owed.move_id
              JOIN account_journal AS journal ON journal.id = paid.journal_id
              JOIN res_partner AS partner ON partner.id = owed.partner_id
             WHERE %s AND owed.company_id = %s AND owed.date_maturity IS NOT NULL
               AND invoice.move_type = 'out_invoice' AND journal.type IN %s
               AND paid.date > %s AND partial.amount > 0 AND partial.max_date <= %s
          GROUP BY partner.commercial_partner_id
            """, SQL("TRUE") if customer_ids is None else SQL(
                "partner.commercial_partner_id = ANY(%s)", list(customer_ids)),
            company.id, open_items.MONEY_JOURNALS,
            (day or company._get_collection_day()) - WINDOW, day or date.max)

    # === ITEMS AND LANGUAGES === #

    def _get_collection_items(self, company):
        """:return: ``account.move.line``, open items of these customers in a company, the oldest
            first"""
        lines = self.env["account.move.line"]
        items = lines.search_fetch(
            lines._get_open_item_domain(company) & Domain(
                "partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
            open_items.READ)
        return items.sorted(lambda line: (line._get_collection_due(), line.id))

    def _get_collection_langs(self, company):
        """Language in which to write to each partner: its own where that is installed, else the
        company's.

        :return: dict of language codes by partner id
        """
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        own = company.partner_id.lang
        fallback = own if own in installed else self.env.lang or "en_US"
        return {
            partner.id: partner.lang if partner.lang in installed else fallback
            for partner in self}
