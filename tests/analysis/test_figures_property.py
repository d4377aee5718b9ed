"""Random ledgers, and each figure beside a short reference in plain Python."""

import os
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from freezegun import freeze_time
from hypothesis import given, note, strategies as st

from odoo.tests import tagged

from ...benchmarks.ledger import Ledger, draw, prepare
from ...engine import figures
from ..common import CollectionCase
from ..ledger_machine import get_settings

#: Ledgers that are drawn; `make test N=100 ARGS=tests/analysis`.
LEDGERS = int(os.environ.get("N") or 3)
#: Pieces of business in each, and the last days of the months at which it is read.
PIECES, ENDS = 25, [date(2026, month, day) for month, day in (
    (1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30))]
MONEY = ("bank", "cash", "credit")
SALES = ("out_invoice", "out_refund", "out_receipt")
CENT = Decimal("0.01")


def exact(amount):
    return Decimal(str(amount)).quantize(CENT)


class Reference:
    """Journal items and reconciliations of some companies, as Python sees them.

    :param customers: ``res.partner`` that count, or None for all
    """

    def __init__(self, env, companies, customers):
        lines = env["account.move.line"].search([
            ("account_id.account_type", "=", "asset_receivable"), ("parent_state", "=", "posted"),
            ("company_id", "in", companies.ids)])
        moves = env["account.move"].search([
            ("move_type", "in", SALES), ("state", "=", "posted"),
            ("company_id", "in", companies.ids)])
        self.partials = env["account.partial.reconcile"].search([])
        self.exchanges = self.partials.exchange_move_id
        if customers is not None:
            lines = lines.filtered(lambda line: line.partner_id.commercial_partner_id in customers)
            moves = moves.filtered(lambda move: move.commercial_partner_id in customers)
        self.lines, self.moves = lines, moves

    @staticmethod
    def get_due(line):
        return line.date_maturity or line.date

    def get_open(self, day):
        """:return: dict of what was left of each line at the end of a day"""
        left = defaultdict(Decimal)
        for line in self.lines.filtered(lambda line: line.date <= day):
            left[line] += exact(line.balance)
            for partial in line.matched_debit_ids | line.matched_credit_ids:
                settled = max(partial.debit_move_id.date, partial.credit_move_id.date)
                if settled <= day:
                    is_debit = partial.debit_move_id == line
                    left[line] += exact(partial.amount) * (-1 if is_debit else 1)
        return left

    def get_balances(self, day):
        """:return: dict of outstanding, its buckets, and the credits in it"""
        buckets, credits = dict.fromkeys(range(5), Decimal(0)), Decimal(0)
        for line, amount in self.get_open(day).items():
            late = (day - self.get_due(line)).days
            buckets[sum(late > bound for bound in (0, 30, 60, 90))] += amount
            credits -= min(amount, 0)
        outstanding = sum(buckets.values())
        return {"buckets": buckets, "outstanding": outstanding, "not_due": buckets[0],
                "overdue": outstanding - buckets[0], "unmatched_credits": credits}

    def get_sales(self, day):
        sales = defaultdict(Decimal)
        for move in self.moves.filtered(lambda move: move.date <= day):
            sales[move.date.replace(day=1)] += exact(move.amount_total_signed)
        return sales

    def get_settlements(self, start, day):
        """:return: list of (amount, days late) of the debts that were settled"""
        return [
            (exact(partial.amount), max(0, (partial.max_date - self.get_due(debt)).days))
            for partial in self.partials for debt in partial.debit_move_id
            if debt in self.lines and start <= partial.max_date <= day
            and debt.journal_id.type not in MONEY
            and not (debt.move_id | partial.credit_move_id.move_id) & self.exchanges]

    def get_figures(self, day, months):
        start = figures.find_first_day(day, months)
        days, balances = (day - start).days + 1, self.get_balances(day)
        opening = self.get_balances(start - timedelta(days=1))["outstanding"]
        by_month = self.get_sales(day)
        sales = sum((sold for month, sold in by_month.items() if month >= start), Decimal(0))
        settled = self.get_settlements(start, day)
        amount = sum(part for part, _late in settled)
        collected = sum((exact(-line.balance) for line in self.lines if (
            line.journal_id.type in MONEY and start <= line.date <= day)), Decimal(0))
        due = opening + sales - balances["not_due"]
        dso, best = ((balances[name] * days / sales) if sales > 0 else None
                     for name in ("outstanding", "not_due"))
        return balances | {
            "sales": sales, "collected": collected, "dso_balance": dso,
            "best_possible_dso": best,
            "average_days_delinquent": None if dso is None else dso - best,
            "dso_countback": figures.count_back(balances["outstanding"], by_month, day),
            "cei": (opening + sales - balances["outstanding"]) * 100 / due if due else None,
            "mean_days_late": sum(part * late for part, late in settled) / amount
            if amount else None,
            "paid_late_share": sum(part for part, late in settled if late) * 100 / amount
            if amount else None,
        }


@tagged("post_install", "-at_install")
class TestAgainstTheLedger(CollectionCase):
    """issue 18: each figure is that of a short reference, whatever is booked.

    Partial payments, credit notes, a second currency whose rate changes, a branch, another
    company, un-reconciling, merging.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for account_type in ("income", "asset_receivable", "equity"):
            cls._get_account(account_type)
        cls.set_up = prepare(cls.env)
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.manager.company_ids |= cls.set_up["companies"] | cls.elsewhere
        cls.env = cls.env(context={
            **cls.env.context, "allowed_company_ids": cls.set_up["companies"].ids})
        cls.people = (
            cls.customer | cls.make_customer("Two") | cls.make_customer("Three")
            | cls.make_partner("Group", is_company=True)).with_env(cls.env)

    def test_every_ledger(self):
        """issue 18, Shows: at every past month's end, of all and of some customers."""
        @get_settings(LEDGERS)
        @given(st.randoms(use_true_random=True))
        def go_through(random):
            with freeze_time("2026-01-20") as clock, self.env.cr.savepoint() as savepoint:
                self.do_business(random, clock)
                self.check(random)
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

        go_through()

    def do_business(self, random, clock):
        ledger = Ledger(self.env, self.set_up, self.people)
        for _piece in range(PIECES):
            operation, arguments = draw(random)
            note(f"{clock().date()} {operation}({arguments})")
            ledger.do(operation, arguments)
            clock.tick(timedelta(days=random.randint(0, 11)))
        self.env.invalidate_all()

    def check(self, random):
        root, branch = self.set_up["companies"]
        customer = self.people.exists().commercial_partner_id[:1]
        for day, (companies, customers) in product(ENDS, (
                (root | branch, None), (branch, None), (root | branch, customer))):
            reference = Reference(self.env, companies, customers)
            self.check_day(reference, companies[:1], customers, day, random.randint(1, 4))
        self.check_ledger(root | branch)
        self.assertFalse(self.read(self.elsewhere, None, ENDS[-1], 3)["outstanding"])
        self.check_months(Reference(self.env, root | branch, None), root | branch)

    def read(self, company, customers, day, months):
        domain = None if customers is None else [("id", "in", customers.ids)]
        return self.env["collection.analysis"].with_user(self.manager).get_figures(
            company, day, domain, months)

    def check_day(self, reference, company, customers, day, months):
        found = self.read(company, customers, day, months)
        for name, expected in reference.get_figures(day, months).items():
            value = found[name]
            if expected is None or isinstance(expected, dict):
                self.assertEqual(value, expected, f"{name} at {day}")
            else:
                self.assertAlmostEqual(value, expected, 6, f"{name} at {day}")

    def check_ledger(self, companies):
        """Sum of buckets, balance and account are one."""
        for day in ENDS:
            found = self.read(companies[:1], None, day, 3)
            lines = self.env["account.move.line"].search([
                ("account_id.account_type", "=", "asset_receivable"), ("date", "<=", day),
                ("parent_state", "=", "posted"), ("company_id", "in", companies.ids)])
            account = sum((exact(line.balance) for line in lines), Decimal(0))
            self.assertEqual(found["outstanding"], account)
            self.assertEqual(sum(found["buckets"].values()), account)

    def check_months(self, reference, companies):
        """The curve says the same, in one query."""
        rows = self.env["collection.analysis.month"].with_user(self.manager).with_context(
            allowed_company_ids=companies.ids)._at(ENDS[-1], months=len(ENDS))
        names = ["outstanding", "not_due", "overdue", "sales", "collected", "dso",
                 "best_possible_dso", "average_days_delinquent", "cei", "paid_late_share",
                 "mean_days_late", "dso_countback"]
        flows = ("sales", "collected")
        found = {day.date() if hasattr(day, "date") else day: values for day, *values in
                 rows._read_group([], ["date:day"], [
                     f"{name}:{'sum' if name in flows else 'avg'}" for name in names])}
        for day in ENDS:
            expected = reference.get_figures(day, 3) | {
                name: reference.get_figures(day, 1)[name] for name in flows}
            expected["dso"] = expected.pop("dso_balance")
            for name, value in zip(names, found.get(day, [0] * len(names))):
                self.assertAlmostEqual(
                    float(value or 0), float(expected[name] or 0), 6, f"{name} at {day}")
