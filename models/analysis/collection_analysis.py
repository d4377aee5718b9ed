from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import figures
from ...tools.records import as_domain, as_records, as_text
from .collection_analysis_item import SINCE
from .collection_analysis_report import DAY, check_day, check_months

ITEM, FLOW = "collection.analysis.item", "collection.analysis.flow"
ALL = ()
NOT_DUE, OVERDUE = (("bucket", "=", "0"),), (("bucket", "!=", "0"),)
CHASED = ("kept_out", "=", False)

#: What a figure counts: the analysis and the domain of its rows; of flows, within the months.
COUNTED = {
    "outstanding": (ITEM, ALL),
    "not_due": (ITEM, NOT_DUE),
    "overdue": (ITEM, OVERDUE),
    "buckets": (ITEM, ALL),
    "disputed": (ITEM, (("disputed", "=", True),)),
    "promised": (ITEM, (("promised", "=", True),)),
    "unmatched_credits": (ITEM, (("residual", "<", 0),)),
    "sales": (FLOW, (("kind", "=", "sale"),)),
    "collected": (FLOW, (("kind", "=", "collected"),)),
    "dso_balance": (ITEM, ALL),
    "dso_countback": (ITEM, ALL),
    "best_possible_dso": (ITEM, NOT_DUE),
    "average_days_delinquent": (ITEM, OVERDUE),
    "cei": (FLOW, (("kind", "in", ("sale", "settled")),)),
    "paid_late_share": (FLOW, (("kind", "=", "settled"), ("late_amount", ">", 0))),
    "mean_days_late": (FLOW, (("kind", "=", "settled"),)),
}

#: Why what is chased differs from the ledger: these add up to what is outstanding.
DIFFERENCES = {
    "invoices": (("kind", "=", "invoice"), CHASED),
    "credit_notes": (("kind", "=", "credit_note"), CHASED),
    "payments": (("kind", "=", "payment"), CHASED),
    "miscellaneous": (("kind", "=", "miscellaneous"), CHASED),
    "kept_out": (("kept_out", "=", True),),
}


@dataclass(frozen=True)
class Scope:
    """Of which ledger a figure is.

    :ivar company: ``res.company``, the company and those of its branches that the user may see
    :ivar day: at whose end the ledger is read
    :ivar customers: domain on customers; None or an empty one for all, entries without customer
        included
    :ivar months: calendar months of what happened
    """

    company: object
    day: date
    customers: object
    months: int

    @property
    def start(self):
        return figures.find_first_day(self.day, self.months)


class CollectionAnalysis(models.AbstractModel):
    """The figures of a credit manager, of one source: screens, sheets, mails and tests read it.

    A figure is what the ledger of a company and its branches said at the end of a day: an item
    counts from the day of its entry, and what it was matched with from that one's. Amounts are in
    the company's currency, taxes included, as ``Decimal``; days and percentages too. A figure
    that does not exist is None.

    Each figure counts rows of an analysis, ``collection.analysis.item`` or
    ``collection.analysis.flow``, with the rights of the user; :meth:`get_action` opens the same
    rows.
    """

    _name = "collection.analysis"
    _description = "Figures of Collecting"

    # === FIGURES === #

    @api.model
    def get_figures(self, company, day, domain=None, months=3):
        """Read all figures of a day.

        * ``outstanding``: balance of the receivable accounts, credits deducted; ``not_due`` and
          ``overdue`` are its parts by due date, ``buckets`` a dict of its parts by number, from 0
          (not due) on, each as the company's setting divides them. What is due on the day is not
          overdue.
        * ``disputed``, ``promised``: of the debts, those with an open dispute or awaited promise;
          ``unmatched_credits``: payments and credit notes that are matched with nothing, positive.
        * ``sales``: invoices less credit notes of the last calendar months, the day in the last
          of them; ``collected``: money received in them, less what was paid back.
        * ``dso_balance``: outstanding times days over sales; ``best_possible_dso``: the same of
          what is not due; ``average_days_delinquent``: their difference.
        * ``dso_countback``: days of the months whose sales make up what is outstanding, the last
          one by its share.
        * ``cei``: (opening + sales - closing) over (opening + sales - closing not due), in %.
        * ``mean_days_late``, ``paid_late_share`` (in %): of the debts that were settled in the
          months, weighted by amount; early counts 0 days.

        :param company: ``res.company`` or its id; its branches count in it
        :param day: date or ISO text
        :param domain: domain on customers (``res.partner``), None for all
        :param int months: 1 to 36
        :return: dict of these
        :raise AccessError: no right to collect, or not in this company
        :raise UserError: no day, or no number of months
        """
        scope = self._get_scope(company, day, domain, months)
        balances = self._read_balances(scope)
        opening = balances.pop("opening")
        sales_by_month = self._read_sales(scope)
        sales = sum((amount for month, amount in sales_by_month.items() if month >= scope.start),
                    Decimal(0))
        collected, settled, late, weighted = self._read_settlements(scope)
        days = figures.count_days(scope.day, months)
        actual, best = (figures.get_sales_days(balances[name], sales, days)
                        for name in ("outstanding", "not_due"))
        return {
            **balances,
            "sales": sales,
            "collected": collected,
            "dso_balance": actual,
            "dso_countback": figures.count_back(
                balances["outstanding"], sales_by_month, scope.day),
            "best_possible_dso": best,
            "average_days_delinquent": figures.get_delinquency(actual, best),
            "cei": figures.get_effectiveness(
                opening, sales, balances["outstanding"], balances["not_due"]),
            "paid_late_share": figures.get_share(late, settled),
            "mean_days_late": figures.get_mean(weighted, settled),
        }

    @api.model
    def get_differences(self, company, day, domain=None):
        """Say why what is chased differs from the ledger.

        :return: dict of the parts of what is outstanding: ``invoices``, less unmatched
            ``credit_notes`` and ``payments``, with ``miscellaneous`` entries, and what is
            ``kept_out`` of follow-up; they add up to the balance of the receivable accounts
        """
        scope = self._get_scope(company, day, domain, 1)
        return self._sum_rows(scope, ITEM, ALL, {
            name: ("residual", conditions) for name, conditions in DIFFERENCES.items()})

    @api.model
    def get_action(self, figure, company, day, domain=None, months=3, bucket=None):
        """Open what a figure counts.

        :param str figure: a key of :meth:`get_figures` or :meth:`get_differences`
        :param bucket: number of the bucket, of ``buckets``
        :return: window action on the rows of the analysis, whose sum the figure is
        :raise UserError: there is no such figure
        """
        scope = self._get_scope(company, day, domain, months)
        figure = as_text(self.env, figure)
        model, conditions = COUNTED.get(figure) or (ITEM, DIFFERENCES.get(figure))
        if conditions is None:
            raise UserError(self.env._("There is no figure “%(name)s”.", name=figure))
        if bucket is not None:
            conditions = (*conditions, ("bucket", "=", str(bucket)))
        return {
            **self.env[model]._get_action_at(scope.day),
            "domain": self._get_rows_domain(scope, model, conditions),
            "context": {DAY: fields.Date.to_string(scope.day),
                        "allowed_company_ids": scope.company.ids},
        }

    # === ROWS === #

    def _get_scope(self, company, day, domain, months):
        """:return: the :class:`Scope` that a caller named"""
        self.env[ITEM].check_access("read")
        company = as_records(self.env, "res.company", company)
        if len(company) != 1:
            raise UserError(self.env._("Figures are of one company."))
        return Scope(self._get_companies(company), check_day(self.env, day),
                     as_domain(self.env["res.partner"], domain), check_months(self.env, months))

    def _get_companies(self, company):
        """:return: ``res.company``, the one given first, then those of its branches in which the
            user works
        :raise AccessError: the user does not work in it
        """
        branches = self.env["res.company"].sudo().search([("id", "child_of", company.id)])
        if not self.env.su:
            branches &= self.env.user.company_ids
            if company not in branches:
                raise AccessError(self.env._(
                    "You do not work in %(company)s.", company=company.sudo().name))
        return company | branches.with_env(self.env)

    def _get_rows(self, scope, model):
        since = figures.find_day_before(scope.day, scope.months)
        return self.env[model].with_context(**{
            "allowed_company_ids": scope.company.ids, SINCE: fields.Date.to_string(since),
        })._at(scope.day)

    @staticmethod
    def _get_rows_domain(scope, model, conditions, since_ever=False):
        """:return: list, the domain of the rows that a figure counts"""
        domain = [("company_id", "in", scope.company.ids), *conditions]
        if model == FLOW and not since_ever:
            domain.append(("date", ">=", fields.Date.to_string(scope.start)))
        customers = Domain(scope.customers or Domain.TRUE)
        if not customers.is_true():
            domain.append(("customer_id", "any", list(customers)))
        return domain

    def _sum_rows(self, scope, model, conditions, sums):
        """Sum up rows of an analysis, exactly.

        :param sums: dict by name of a column, or SQL, and the conditions of the rows that count
        :return: dict of ``Decimal`` by name
        """
        rows = self._get_rows(scope, model)
        query = rows._search(self._get_rows_domain(scope, model, conditions))
        [totals] = self.env.execute_query(query.select(*(
            self._sum(rows, query, amount, only) for amount, only in sums.values())))
        return {name: Decimal(total) for name, total in zip(sums, totals)}

    @staticmethod
    def _sum(rows, query, amount, conditions):
        """:return: SQL of a sum as text, which loses nothing on its way"""
        if isinstance(amount, str):
            amount = rows._field_to_sql(query.table, amount, query)
        condition = Domain(list(conditions)).optimize_full(rows)._to_sql(rows, query.table, query)
        return SQL("COALESCE(sum(%s) FILTER (WHERE %s), 0)::text", amount, condition)

    # === SUMS === #

    def _read_balances(self, scope):
        """:return: dict of what was open at the end of the day, as :meth:`get_figures` has it, and
            ``opening``, what was outstanding before the months"""
        count = len(scope.company[:1]._get_collection_bounds()) + 2
        sums = self._sum_rows(scope, ITEM, ALL, {
            **{name: ("residual", COUNTED[name][1]) for name in (
                "outstanding", "not_due", "overdue", "disputed", "promised", "unmatched_credits")},
            **{number: ("residual", [("bucket", "=", str(number))]) for number in range(count)},
            "opening": (SQL.identifier(self.env[ITEM]._table, "opening"), ()),
        })
        buckets = {number: sums.pop(number) for number in range(count)}
        return {**sums, "unmatched_credits": -sums["unmatched_credits"], "buckets": buckets}

    def _read_sales(self, scope):
        """:return: dict of sales by the first day of their month, of all months up to the day"""
        rows = self._get_rows(scope, FLOW)
        query = rows._search(self._get_rows_domain(
            scope, FLOW, COUNTED["sales"][1], since_ever=True))
        month = SQL("date_trunc('month', %s)::date", rows._field_to_sql(
            query.table, "date", query))
        query.groupby = month
        return {month: Decimal(total) for month, total in self.env.execute_query(query.select(
            month, self._sum(rows, query, "amount", ())))}

    def _read_settlements(self, scope):
        """:return: tuple of ``Decimal``: money received, debts settled, those of them that were
            late, and the sum of each amount times its days late"""
        rows = self.env[FLOW]
        days = SQL("%s * %s", SQL.identifier(rows._table, "amount"),
                   SQL.identifier(rows._table, "days_late"))
        settled = COUNTED["mean_days_late"][1]
        return tuple(self._sum_rows(
            scope, FLOW, (("kind", "in", ("collected", "settled")),), {
                "collected": ("amount", COUNTED["collected"][1]),
                "settled": ("amount", settled),
                "late": ("late_amount", settled),
                "weighted": (days, settled),
            }).values())
