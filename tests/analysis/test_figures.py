from datetime import date
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...benchmarks.ledger import prepare
from ...models.analysis.collection_analysis import COUNTED, DIFFERENCES
from ..common import ALL_CUSTOMERS, COLLECTOR, CollectionCase

DAY = date(2026, 3, 2)
#: Figures that are the sum of the rows they open, by the column that adds up to them.
SUMS = {
    **dict.fromkeys(("outstanding", "not_due", "overdue", "disputed", "promised"), "residual"),
    "sales": "amount", "collected": "amount",
}


class AnalysisCase(CollectionCase):
    """A tenant who owes 300 for five days, and 200 that fall due later; sold in January."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls.make_invoice(cls.customer, 300, due="2026-02-25")
        cls.coming = cls.make_invoice(cls.customer, 200, due="2026-03-20")
        cls.bank = cls.env["account.journal"].create(
            {"name": "Bank", "code": "ABNK", "type": "bank"})
        cls._get_account("equity")

    def read(self, day=DAY, user=None, company=None, **options):
        """:return: dict of the figures of a day, as the manager unless told otherwise"""
        return self.env["collection.analysis"].with_user(user or self.manager).get_figures(
            company or self.company, day, **options)

    def open(self, figure, day=DAY, user=None, **options):
        """:return: rows that the action of a figure opens, as the web client reads them"""
        env = self.env(user=user or self.manager)
        action = env["collection.analysis"].get_action(figure, self.company, day, **options)
        rows = env[action["res_model"]].with_context(**action["context"])
        self.env.invalidate_all()
        return rows.search(action["domain"])

    def book(self, amount, day, partner=None, journal=None, **vals):
        """Book an amount on the receivable account: money that comes in where it is negative.

        :return: its receivable ``account.move.line``
        """
        partner = self.customer if partner is None else partner
        move = self.env["account.move"].create({
            "move_type": "entry", "date": day, "journal_id": (journal or self.bank).id,
            "line_ids": [
                Command.create({
                    "account_id": self.get_items(self.late).account_id.id,
                    "partner_id": partner.id, "balance": amount, **vals}),
                Command.create({
                    "account_id": self._get_account("equity").id, "balance": -amount})]})
        move.action_post()
        return self.get_items(move)

    def assertFigures(self, figures, **expected):
        self.assertEqual({name: figures[name] for name in expected}, {
            name: Decimal(value) if isinstance(value, (int, str)) else value
            for name, value in expected.items()})


@tagged("post_install", "-at_install")
class TestFigures(AnalysisCase):
    """issue 18: one source of figures, true at the end of any day."""

    def test_keys(self):
        """The keys that screens, sheets and mails rely on; amounts are Decimals."""
        figures = self.read()
        self.assertEqual(figures.keys(), COUNTED.keys())
        self.assertIsInstance(figures["outstanding"], Decimal)
        self.assertIsInstance(figures["buckets"][0], Decimal)

    def test_balance(self):
        """Due on the day itself is not overdue."""
        self.assertFigures(self.read(), outstanding=500, not_due=200, overdue=300)
        self.assertFigures(self.read(day=date(2026, 2, 25)), not_due=500, overdue=0)
        self.assertFigures(self.read(day="2026-02-26"), not_due=200, overdue=300)

    def test_a_bucket_ends_on_its_last_day(self):
        """beyond 12: 1-30, 31-60, 61-90, 91 and more, to the day; they add up."""
        for amount, due in ((1, "2026-01-31"), (2, "2026-01-30"), (4, "2026-01-01"),
                            (8, "2025-12-31"), (16, "2025-12-02"), (32, "2025-12-01")):
            self.make_invoice(self.customer, amount, due=due)
        figures = self.read()
        self.assertEqual(figures["buckets"], {0: 200, 1: 301, 2: 6, 3: 24, 4: 32})
        self.assertEqual(sum(figures["buckets"].values()), figures["outstanding"])

    def test_free_bounds(self):
        """issue 18: bounds are a setting."""
        self.company.collection_buckets = "4,5,90"
        self.assertEqual(self.read()["buckets"], {0: 200, 1: 0, 2: 300, 3: 0, 4: 0})
        self.assertEqual(
            [label for _value, label in self.env["collection.analysis.item"]._selection_bucket()],
            ["Not due", "1–4 days", "5 days", "6–90 days", "Over 90 days"])

    def test_a_bucket_of_one_day(self):
        """issue 18: of the first day late alone, said so."""
        self.company.collection_buckets = "1, 7"
        self.assertEqual(
            list(self.company._get_collection_ages().values()),
            ["1 day", "2–7 days", "Over 7 days"])

    def test_wrong_bounds(self):
        """Bad input: bounds that are none name the company and the remedy."""
        for bounds in ("60; 30", "60, 30", "0", "", False):
            with self.subTest(bounds=bounds), self.assertRaisesRegex(
                    ValidationError, "rising numbers"):
                self.company.collection_buckets = bounds

    def test_matched_later(self):
        """OCA 546: what is matched later does not count; asked today, the past stays as it was."""
        before = self.read(), self.read(day=date(2026, 2, 28))
        with freeze_time("2026-03-10"):
            self.pay(self.late, 120)
            self.credit(self.coming)
            self.assertEqual((self.read(), self.read(day=date(2026, 2, 28))), before)
            self.assertFigures(self.read(day=date(2026, 3, 10)), outstanding=180, overdue=180)
            self.assertFigures(self.read(day=date(2026, 3, 9)), outstanding=500)

    def test_payment_before_its_matching(self):
        """A payment counts from its own day, whenever somebody matches it."""
        money = self.book(-100, "2026-02-10")
        self.assertFigures(self.read(), outstanding=400, unmatched_credits=100)
        (money | self.get_items(self.late)).reconcile()
        self.assertFigures(self.read(), outstanding=400, unmatched_credits=0, overdue=200)
        self.assertFigures(self.read(day=date(2026, 2, 9)), outstanding=500)

    def test_taken_back(self):
        """Bad input: what is un-reconciled was never matched."""
        self.pay(self.late)
        self.get_items(self.late).remove_move_reconcile()
        self.assertFigures(self.read(), outstanding=200, unmatched_credits=300)

    def test_before_the_first_entry(self):
        """Bad input: nothing was owed, nothing sold; what does not exist is None."""
        figures = self.read(day=date(1999, 12, 31))
        self.assertFigures(
            figures, outstanding=0, sales=0, collected=0, dso_countback=0, dso_balance=None,
            best_possible_dso=None, average_days_delinquent=None, cei=None, paid_late_share=None,
            mean_days_late=None)

    def test_days_of_sales(self):
        """beyond 13, 14: January to 2 March are 61 days, 500 sold on 1 January."""
        self.assertFigures(
            self.read(), sales=500, dso_balance=61, best_possible_dso="24.4",
            average_days_delinquent="36.6", dso_countback=2 + 28 + 31, cei=0)
        self.assertFigures(self.read(months=2), sales=0, dso_balance=None)

    def test_sales_less_credit_notes(self):
        """Sales are invoices less credit notes."""
        self.credit(self.coming)
        self.assertFigures(self.read(), sales=300, collected=0)

    def test_delays(self):
        """Weighted by amount, early counting 0: 100 late for 5 days, 200 paid 18 days early."""
        self.pay(self.late, 100)
        self.pay(self.coming)
        figures = self.read()
        self.assertFigures(figures, collected=300, cei=60)
        self.assertAlmostEqual(figures["mean_days_late"], Decimal(500) / 300)
        self.assertAlmostEqual(figures["paid_late_share"], Decimal(100) / 3)

    def test_disputed_and_promised(self):
        """Open debts that were disputed, or of which a promise was awaited, on that day."""
        self.env["collection.dispute"].with_user(self.collector).open(
            self.get_items(self.late), self.env["collection.dispute.reason"].search([], limit=1))
        self.env["collection.promise"].with_user(self.collector).make(
            self.get_items(self.coming), date=date(2026, 3, 12))
        self.assertFigures(self.read(), disputed=300, promised=200)
        self.assertFigures(self.read(day=date(2026, 3, 1)), disputed=0, promised=0)
        with freeze_time("2026-03-09"):
            self.env["collection.dispute"].search([]).with_user(self.collector).resolve(
                "withdrawn", comment="No")
            self.env["collection.promise"].search([]).with_user(self.collector).cancel("No")
            self.assertFigures(self.read(), disputed=300, promised=200)
            self.assertFigures(self.read(day=date(2026, 3, 9)), disputed=0, promised=0)

    def test_neither_due_date_nor_customer(self):
        """Bad input: it falls due on its own day, and counts in the whole."""
        line = self.book(70, "2026-02-20", partner=self.env["res.partner"])
        line.date_maturity = False
        self.assertFigures(self.read(), outstanding=570, overdue=370)
        self.assertFigures(self.read(domain=[]), outstanding=570)
        self.assertFigures(self.read(domain=[("id", "in", [])]), outstanding=0, sales=0)
        self.assertFigures(self.read(domain=[("id", "!=", False)]), outstanding=500)
        self.assertFigures(
            self.read(domain=[("id", "!=", False)], user=self.collector), outstanding=500)

    def test_exchange_difference(self):
        """Bad input: rates that change; the difference counts from its own day."""
        other = self.env["res.currency"].create({
            "name": "ZZD", "symbol": "Z", "rate_ids": [
                Command.create({"name": day, "rate": rate, "company_id": self.company.id})
                for day, rate in (("2025-01-01", 2), ("2026-02-27", 1))]})
        prepare(self.env)
        foreign = self.make_invoice(
            self.customer, 100, due="2026-02-20", currency_id=other.id)
        self.assertFigures(self.read(), outstanding=550)
        self.pay(foreign)
        self.assertFigures(self.read(), outstanding=500)
        self.assertFigures(self.read(day=date(2026, 3, 1)), outstanding=550)
        self.assertFigures(self.read(), mean_days_late=10, paid_late_share=100)

    def test_lock_date(self):
        """Bad input: what is locked is read all the same."""
        before = self.read(day=date(2026, 1, 31))
        self.company.fiscalyear_lock_date = date(2026, 1, 31)
        self.assertEqual(self.read(day=date(2026, 1, 31)), before)

    def test_company_without_sales(self):
        """Bad input: another company's figures are its own."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.company_ids |= other
        self.assertFigures(self.read(company=other), outstanding=0, sales=0, dso_balance=None)
        self.assertFigures(self.read(), outstanding=500)

    def test_branch(self):
        """A branch counts in its company, whose user works in it; not the other way round."""
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids |= branch
        prepared = self._get_account("asset_receivable")
        self.env["account.move"].with_company(branch).create({
            "move_type": "entry", "date": "2026-02-01", "company_id": branch.id,
            "journal_id": self.bank.id, "line_ids": [
                Command.create({"account_id": prepared.id, "partner_id": self.customer.id,
                                "balance": 40}),
                Command.create({"account_id": self._get_account("equity").id,
                                "balance": -40})]}).action_post()
        self.assertFigures(self.read(), outstanding=500)
        self.manager.company_ids |= branch
        self.assertFigures(self.read(), outstanding=540)
        self.assertFigures(self.read(company=branch), outstanding=40)
        self.assertEqual(sum(self.open("outstanding").mapped("residual")), 540)

    def test_queries(self):
        """As many queries for one customer as for ten."""
        def count():
            return self.count_queries(self.read)

        count()
        one = count()
        for number in range(9):
            self.make_invoice(self.make_customer(f"Tenant {number}"), 10)
        self.assertEqual(count(), one)


@tagged("post_install", "-at_install")
class TestFigureRights(AnalysisCase):
    """Whoever asks gets the figures of the customers that are theirs to see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_user("other", COLLECTOR)
        cls.theirs = cls.make_customer("Tenant Two", collector=cls.other)
        cls.make_invoice(cls.theirs, 70, due="2026-02-01")

    def test_own_portfolio(self):
        """X-10: a collector of the own portfolio gets the figures of that."""
        self.assertFigures(self.read(user=self.collector), outstanding=500, sales=500)
        self.assertFigures(self.read(user=self.other), outstanding=70, sales=70)
        self.assertFigures(self.read(), outstanding=570)
        self.assertFigures(
            self.read(user=self.make_user("everybody", ALL_CUSTOMERS)), outstanding=570)

    def test_own_rows(self):
        """X-10: what an action opens is no more than that."""
        for figure in ("outstanding", "sales"):
            self.assertEqual(
                self.open(figure, user=self.other).customer_id, self.theirs)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else(self):
        """A plain employee, or an accountant without a right of the desk, gets none."""
        for user in (self.make_user("employee", "base.group_user"),
                     self.make_user("accountant", "account.group_account_invoice")):
            analysis = self.env["collection.analysis"].with_user(user)
            for call in (lambda a=analysis: a.get_figures(self.company, DAY),
                         lambda a=analysis: a.get_differences(self.company, DAY),
                         lambda a=analysis: a.get_action("sales", self.company, DAY)):
                with self.assertRaises(AccessError):
                    call()

    def test_another_company(self):
        """X-02: of a company where one does not work there are no figures."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(AccessError, "Elsewhere"):
            self.read(company=other)

    def test_domain_on_customers(self):
        """Figures of a collector, also of one who left; of archived customers, too."""
        domain = [("collector_id", "=", self.other.id)]
        self.assertFigures(self.read(domain=domain), outstanding=70, sales=70)
        self.other.active = False
        self.theirs.active = False
        self.assertFigures(self.read(domain=domain), outstanding=70, sales=70)
        rows = self.open("outstanding", domain=domain)
        self.assertEqual(rows.collector_id, self.other)

    def test_wrong_questions(self):
        """Bad input: no day, no number of months, no figure, no company."""
        analysis = self.env["collection.analysis"].with_user(self.manager)
        for days in (None, "", "yesterday", "0001-01-01", 5):
            with self.assertRaises(UserError):
                analysis.get_figures(self.company, days)
        for months in (0, 37, "3", None, True):
            with self.assertRaises(UserError):
                analysis.get_figures(self.company, DAY, months=months)
        with self.assertRaisesRegex(UserError, "whatever"):
            analysis.get_action("whatever", self.company, DAY)
        with self.assertRaises(UserError):
            analysis.get_figures(None, DAY)

    def test_by_id(self):
        """A remote call names the company by its id, the day as text."""
        self.assertFigures(self.read(company=self.company.id, day="2026-03-02"), outstanding=570)


@tagged("post_install", "-at_install")
class TestFigureRows(AnalysisCase):
    """issue 18: every number opens exactly the records it counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls()
        case.book(-60, "2026-02-12")
        case.book(15, "2026-02-12", journal=cls.env["account.journal"].create(
            {"name": "Various", "code": "AGEN", "type": "general"}))
        cls.make_invoice(cls.customer, 40, due="2026-01-10")
        cls.pay(cls.coming, 50)
        case.get_items(cls.make_invoice(cls.customer, 9, due="2026-01-10")).no_followup = True
        cls.env["collection.dispute"].with_user(cls.collector).open(
            case.get_items(cls.late), cls.env["collection.dispute.reason"].search([], limit=1))

    def test_sums(self):
        """The rows of an amount add up to it."""
        figures = self.read()
        for figure, column in SUMS.items():
            with self.subTest(figure=figure):
                self.assertAlmostEqual(
                    sum(self.open(figure).mapped(column)), float(figures[figure]), places=6)
        credits = self.open("unmatched_credits")
        self.assertAlmostEqual(
            -sum(credits.mapped("residual")), float(figures["unmatched_credits"]), places=6)

    def test_buckets(self):
        """Each bucket opens its own."""
        figures = self.read()
        for number, amount in figures["buckets"].items():
            rows = self.open("buckets", bucket=number)
            self.assertAlmostEqual(sum(rows.mapped("residual")), float(amount), places=6)

    def test_ratios(self):
        """Days and shares open the rows that they are made of."""
        self.assertEqual(self.open("dso_balance"), self.open("outstanding"))
        self.assertEqual(self.open("average_days_delinquent"), self.open("overdue"))
        self.assertEqual(self.open("mean_days_late").move_id, self.coming)
        self.assertFalse(self.open("paid_late_share"))

    def test_differences(self):
        """beyond, Upflow: what differs from the ledger is said, adds up, and opens."""
        found = self.env["collection.analysis"].with_user(self.manager).get_differences(
            self.company, DAY)
        self.assertEqual(found, {
            "invoices": 490, "credit_notes": 0, "payments": -60, "miscellaneous": 0,
            "kept_out": 24})
        lines = self.env["account.move.line"].search([
            ("account_type", "=", "asset_receivable"), ("parent_state", "=", "posted"),
            ("company_id", "=", self.company.id)])
        self.assertEqual(sum(found.values()), Decimal(str(sum(lines.mapped("balance")))))
        for name in DIFFERENCES:
            self.assertAlmostEqual(
                sum(self.open(name).mapped("residual")), float(found[name]), places=6)

    def test_row_opens_its_document(self):
        """A row opens the invoice or the entry."""
        for figure in ("outstanding", "sales", "collected"):
            action = self.open(figure)[0].action_open()
            self.assertEqual(action["res_model"], "account.move")
