from datetime import date

from freezegun import freeze_time
from lxml import etree

from odoo.tests import tagged

from ..common import COLLECTOR
from .test_analysis_work import WorkCase


@tagged("post_install", "-at_install")
class TestAnalysisForecast(WorkCase):
    """issue 18: when money is expected, why, and how wrong past forecasts were."""

    def forecast(self, **context):
        """:return: set of (source, day, amount) of the tenant"""
        rows = self.get_rows("forecast", **context).search(
            [("customer_id", "=", self.customer.id)])
        return {(row.source, str(row.date or ""), row.amount) for row in rows}

    def make_past(self, name, paid_on=None):
        """100, due on 1 November, of another customer."""
        invoice = self.make_invoice(
            self.make_customer(name), 100, due="2025-11-01", invoice_date=date(2025, 10, 1))
        if paid_on:
            with freeze_time(paid_on):
                self.pay(invoice)
        return invoice

    def test_nothing_known(self):
        """Where nothing says when, nothing is expected; it adds up to what is outstanding."""
        self.assertEqual(self.forecast(), {("doubtful", "", 300), ("doubtful", "", 200)})

    def test_promise(self):
        """A promise is expected on its day; one whose day has passed, today."""
        self.promise(self.late, "2026-03-10")
        self.assertIn(("promise", "2026-03-10", 300), self.forecast())
        self.assertIn(("promise", "2026-03-12", 300), self.forecast(collection_day="2026-03-12"))

    def test_instalments(self):
        """Each instalment has its day; what was paid since is taken off the first.

        That payment came eight days after the due date, and so the other debt is expected to.
        """
        promise = self.promise(
            self.late, None, instalments=[("2026-03-10", 100), ("2026-03-20", 120)])
        with freeze_time("2026-03-05"):
            self.pay(self.late, 40)
            self.assertEqual(self.forecast(), {
                ("instalment", "2026-03-10", 60), ("instalment", "2026-03-20", 120),
                ("doubtful", "", 80), ("delay", "2026-03-28", 200)})
            rows = self.get_rows("forecast").search([("source", "=", "instalment")])
            self.assertEqual(rows[0].action_open()["res_id"], promise.id)

    def test_promises_by_week_are_read_here(self):
        """Their own list, in which a plan stands at its next instalment, leads here; it draws
        no graph by week."""
        action = self.env.ref("account_collection.collection_promise_action")
        self.assertNotIn("graph", action.view_mode)
        arch = etree.fromstring(self.env["collection.promise"].with_user(
            self.collector).get_view(view_type="list")["arch"])
        [button] = arch.xpath("//header/button[@string='Expected by week']")
        opened = self.env["ir.actions.actions"]._for_xml_id(
            "account_collection.collection_analysis_forecast_action")
        self.assertEqual(int(button.get("name")), opened["id"])

    def test_own_delay(self):
        """A payer who pays ten days late is expected to, until those days have passed."""
        paid = self.make_invoice(self.customer, 50, due="2026-02-10")
        with freeze_time("2026-02-20"):
            self.pay(paid)
        self.assertEqual(self.forecast(), {
            ("delay", "2026-03-07", 300), ("delay", "2026-03-30", 200)})
        self.assertIn(("doubtful", "", 300), self.forecast(collection_day="2026-03-08"))

    def test_cohorts(self):
        """Half of what was one day late came nine days later; the rest is not expected."""
        self.make_past("Paid", "2025-11-11")
        self.make_past("Never paid")
        self.assertEqual(self.forecast(), {
            ("cohort", "2026-03-11", 150), ("doubtful", "", 150),
            ("cohort", "2026-03-30", 100), ("doubtful", "", 100)})

    def test_credits(self):
        """Money on account is no money to come: it settles the oldest debts first."""
        self.book(-350, "2026-02-28")
        self.assertEqual(self.forecast(), {("doubtful", "", 150)})

    def test_disputed(self):
        """What is disputed is not expected."""
        reason = self.env["collection.dispute.reason"].search([], limit=1)
        self.env["collection.dispute"].with_user(self.collector).open(
            self.get_items(self.late).with_user(self.collector), reason)
        self.assertIn(("disputed", "", 300), self.forecast())

    def test_adds_up(self):
        """What is expected and what is not is what is outstanding, on any day."""
        self.make_past("Paid", "2025-11-11")
        self.make_past("Never paid")
        self.promise(self.late, None, instalments=[("2026-03-10", 100), ("2026-03-20", 120)])
        with freeze_time("2026-03-12"):
            self.pay(self.late, 130)
        for day in ("2025-12-01", "2026-03-02", "2026-03-11", "2026-03-12"):
            with self.subTest(day=day):
                [[total]] = self.get_rows("forecast", collection_day=day)._read_group(
                    [], [], ["amount:sum"])
                self.assertAlmostEqual(total, float(self.read(day=day)["outstanding"]))

    def test_forecast_and_reality(self):
        """A past week's forecast is that of the Sunday before; its numbers open what they count.
        """
        with freeze_time("2026-03-03"):
            self.promise(self.late, "2026-03-10")
        with freeze_time("2026-03-09"):
            self.promise(self.coming, "2026-03-12")
        with freeze_time("2026-03-11"):
            self.pay(self.late, 240)
        with freeze_time("2026-03-20"):
            [found] = self.get_rows("forecast.past").search([("date", "=", "2026-03-09")])
            self.assertRecordValues(found, [{
                "customer_id": self.customer.id, "forecast": 300, "received": 240,
                "difference": -60, "error": 25}])
            for action, field, expected in (
                    (found.action_open(), "amount", 300),
                    (found.action_open_received(), "amount", 240)):
                rows = self.env[action["res_model"]].with_user(self.manager).with_context(
                    **action["context"])
                rows.invalidate_model()
                self.assertEqual(
                    sum(rows.search(action["domain"]).mapped(field)), expected)

    def test_own_portfolio(self):
        """A collector sees what is expected of the own customers alone."""
        stranger = self.make_user("stranger", COLLECTOR)
        with freeze_time("2026-02-25"):
            self.pay(self.late, 20)
        for name in ("forecast", "forecast.past"):
            with self.subTest(report=name):
                self.assertTrue(self.get_rows(name, user=self.collector).search([]))
                self.assertFalse(self.get_rows(name, user=stranger).search([]))
                for kind in ("list", "pivot", "graph", "search"):
                    self.assertTrue(self.get_rows(name).get_view(view_type=kind))
