import json
from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import format_amount

from ..common import COLLECTOR
from .test_analysis_work import WorkCase

FILTERS = {"period", "collector", "company"}


@tagged("post_install", "-at_install")
class TestDashboards(WorkCase):
    """issue 18: two sheets in the Dashboards app, and my week on the work list."""

    def get_sheets(self):
        """:return: list of (name, content) of both dashboards"""
        return [
            (name, json.loads(self.env.ref(f"account_collection.dashboard_{name}").sudo()
                              .spreadsheet_data)) for name in ("manager", "collector")]

    def prepare(self):
        self.promise(self.late, "2026-03-10")
        self.make_closed("2026-02-20", "2026-02-24", origin="manual")
        self.make_action("2026-02-25", state="todo")
        self.pay(self.coming, 50)

    def test_who_sees_them(self):
        """The manager's is the manager's; the collector's everybody's of the desk."""
        manager, collector = (
            self.env.ref(f"account_collection.dashboard_{name}") for name in (
                "manager", "collector"))
        dashboards = self.env["spreadsheet.dashboard"]
        self.assertLessEqual(
            manager | collector, dashboards.with_user(self.manager).search([]))
        found = dashboards.with_user(self.collector).search([])
        self.assertIn(collector, found)
        self.assertNotIn(manager, found)

    def test_each_number_opens_what_it_counts(self):
        """A number's rows, by its domain and context, add up to it; filters reach all of them."""
        self.prepare()
        for name, sheet in self.get_sheets():
            for pivot in sheet["pivots"].values():
                with self.subTest(sheet=name, pivot=pivot["name"]):
                    self.assert_opens(pivot)

    def assert_opens(self, pivot):
        rows = self.get_rows(pivot["model"].removeprefix("collection.analysis."),
                             **pivot["context"])
        domain = Domain(pivot["domain"])
        groupby = [row["fieldName"] for row in pivot["rows"]]
        found = rows._read_group(domain, groupby, ["__count", *(
            f"{measure['fieldName']}:{rows._fields[measure['fieldName']].aggregator}"
            for measure in pivot["measures"] if measure["fieldName"] != "__count")])
        opened = rows.search(domain)
        self.assertEqual(sum(group[len(groupby)] for group in found), len(opened))
        for number, measure in enumerate(pivot["measures"], start=len(groupby) + 1):
            field = rows._fields.get(measure["fieldName"])
            if field is not None and field.aggregator == "sum":
                self.assertAlmostEqual(
                    sum(group[number] for group in found),
                    sum(opened.mapped(measure["fieldName"])))

    def test_filters(self):
        """Collector and company reach every number and chart, the period all that has one."""
        for name, sheet in self.get_sheets():
            self.assertEqual({found["id"] for found in sheet["globalFilters"]}, FILTERS)
            charts = [figure["data"] for figure in sheet["sheets"][0]["figures"]]
            for part in [*sheet["pivots"].values(), *charts]:
                with self.subTest(sheet=name, part=part.get("name") or part["metaData"]):
                    self.assertLessEqual({"collector", "company"}, set(part["fieldMatching"]))
                    model = part.get("model") or part["metaData"]["resModel"]
                    for way in part["fieldMatching"].values():
                        self.assertIn(way["chain"], self.env[model]._fields)

    def test_charts(self):
        """Each chart is of measures and groups that there are."""
        self.prepare()
        for name, sheet in self.get_sheets():
            for figure in sheet["sheets"][0]["figures"]:
                chart = figure["data"]["metaData"]
                rows = self.get_rows(chart["resModel"].removeprefix("collection.analysis."))
                measure = chart["measure"]
                with self.subTest(sheet=name, chart=chart):
                    self.assertTrue(rows._read_group(
                        figure["data"]["searchParams"]["domain"], chart["groupBy"],
                        [measure if measure == "__count" else (
                            f"{measure}:{rows._fields[measure].aggregator}")]))

    # === MY WEEK === #

    def get_week(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        week = self.env["collection.analysis.week"].with_user(user or self.collector)
        return {figure["name"]: figure["value"] for figure in week.get_week()["figures"]}

    def test_week(self):
        """From Monday to Sunday, of the own customers and actions; each figure opens its rows."""
        kept = self.promise(self.late, "2026-03-04")
        self.promise(self.coming, "2026-03-08")
        with freeze_time("2026-03-03"):
            self.pay(self.late)
            self.evaluate(kept, "2026-03-03")
            self.make_closed("2026-03-02", "2026-03-03")
            self.make_closed("2026-02-26", "2026-02-27")  # of the week before
            self.make_action("2026-02-25", state="todo")
            self.assertEqual(
                {name: value.replace("\xa0", "") for name, value in self.get_week().items()},
                {"received": "$300.00", "kept": "$300.00", "broken": "$0.00",
                 "awaited": "$200.00", "done": "1", "late": "1"})
            week = self.env["collection.analysis.week"].with_user(self.collector)
            for name, field, expected in (
                    ("received", "amount", 300), ("kept", "kept_amount", 300),
                    ("awaited", "week_amount", 200)):
                action = week.get_action(name)
                rows = self.env[action["res_model"]].with_user(self.collector)
                self.assertEqual(
                    sum(rows.search(action["domain"]).mapped(field)), expected, name)
            for name in ("done", "late"):
                action = week.get_action(name)
                self.assertEqual(self.env[action["res_model"]].with_user(
                    self.collector).search_count(action["domain"]), 1)

    def test_instalments_of_the_week(self):
        """E24: of a payment plan the week awaits the instalments that are due in it, less what was
        paid of them; the figure opens the same amount."""
        items = self.get_items(self.late)
        promises = self.env["collection.promise"].with_user(self.collector)
        promises.make(items, instalments=[
            ("2026-03-02", 40), ("2026-03-08", 60), ("2026-03-09", 70), ("2026-04-09", 130)])
        promises.make(self.get_items(self.coming), "2026-03-09")
        week = self.env["collection.analysis.week"].with_user(self.collector)

        def read():
            value = self.get_week()["awaited"].replace("\xa0", "")
            rows = self.env["collection.analysis.promise"].with_user(self.collector)
            return value, sum(rows.search(week.get_action("awaited")["domain"]).mapped(
                "week_amount"))

        self.assertEqual(read(), ("$100.00", 100))
        self.pay(self.late, 55)
        self.assertEqual(read(), ("$45.00", 45))
        with freeze_time("2026-03-10"):
            self.assertEqual(read(), ("$270.00", 270))

    def test_week_of_all_companies_that_are_chosen(self):
        """Issue 17: as the list below it; amounts in the main company's currency."""
        self.pay(self.coming, 50)
        currency = self.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "CHF")])
        currency.active = True
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": currency.id})
        self.env["res.currency.rate"].create({
            "name": "2026-01-01", "company_id": other.id, "currency_id": currency.id, "rate": 2})
        self.collector.company_ids |= other
        week = self.env["collection.analysis.week"].with_user(self.collector)
        one = week.with_context(allowed_company_ids=self.company.ids)
        both = week.with_context(allowed_company_ids=(self.company | other).ids)
        swapped = week.with_context(allowed_company_ids=(other | self.company).ids)
        amounts = [found._read("received", date(2026, 3, 2), date(2026, 3, 8))
                   for found in (one, both, swapped)]
        self.assertEqual(amounts, [50, 50, self.company.currency_id._convert(
            50, currency, other, date(2026, 3, 2))])
        self.assertNotEqual(amounts[2], 50)
        domain = Domain(both.get_action("received")["domain"])
        self.assertIn(("company_id", "in", (self.company | other).ids), list(domain))

    def test_week_of_others(self):
        """A week is of the own customers; without a right to collect there is none."""
        self.pay(self.coming, 50)
        for user, amount in ((self.collector, 50), (self.make_user("stranger", COLLECTOR), 0)):
            self.assertEqual(self.get_week(user)["received"], format_amount(
                self.env, amount, self.company.currency_id))
        with self.assertRaises(AccessError):
            self.get_week(self.make_user("employee", "base.group_user"))

    def test_week_of_whoever_helps(self):
        """Own actions count, also those on a customer whom somebody else collects from."""
        self.make_closed("2026-03-02", "2026-03-02", submitted_by_id=self.litigator.id)
        self.make_action("2026-02-25", state="todo", user_id=self.litigator.id)
        self.make_action("2026-02-25", state="todo")
        week = self.get_week(self.litigator)
        self.assertEqual((week["done"], week["late"]), ("1", "1"))

    def test_no_such_figure(self):
        """Bad input: a figure that there is not is refused by its name."""
        with self.assertRaisesRegex(UserError, "profit"):
            self.env["collection.analysis.week"].with_user(self.collector).get_action("profit")

    def test_mailed_on_mondays(self):
        """Who wants it gets it on Mondays, with the own figures, by the core's digest."""
        week = self.env["collection.analysis.week"].with_user(self.collector)
        digest = self.env.ref("account_collection.digest_collection")
        self.assertEqual((digest.periodicity, digest.next_run_date.weekday()), ("weekly", 0))
        week.subscribe(True)
        self.assertTrue(week.get_week()["subscribed"])
        with freeze_time("2026-03-01"):
            self.pay(self.late, 120)
        self.make_closed("2026-02-24", "2026-02-25")
        self.env.flush_all()
        found = {kpi["kpi_name"]: kpi for kpi in digest._compute_kpis(
            self.company, self.collector)}
        self.assertEqual(found["kpi_collection_done"]["kpi_col2"]["value"], 1)
        self.assertIn("120", found["kpi_collection_received"]["kpi_col2"]["value"])
        week.subscribe(False)
        self.assertNotIn(self.collector, digest.user_ids)

    def test_each_day_is_mailed_once(self):
        """Monday's mail is of the week that has ended: what Monday brings is in the next one."""
        for day, amount in (("2026-02-22", 1), ("2026-02-23", 2), ("2026-03-01", 4),
                            ("2026-03-02", 8)):
            with freeze_time(day):
                self.pay(self.late, amount)
        self.env.flush_all()
        digest = self.env.ref("account_collection.digest_collection").with_user(
            self.collector).with_context(start_datetime=datetime(2026, 2, 23, 6),
                                         end_datetime=datetime(2026, 3, 2, 6))
        self.assertEqual(digest.kpi_collection_received_value, 6)

    def test_digest_of_others(self):
        """Who has no right to collect gets no figure of it."""
        employee = self.make_user("employee", "base.group_user")
        digest = self.env.ref("account_collection.digest_collection")
        self.assertFalse(digest._compute_kpis(self.company, employee))
