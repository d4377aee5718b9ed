from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import COLLECTOR, MANAGER
from .test_figures import DAY, AnalysisCase

REPORTS = ("item", "flow", "month", "cohort")


@tagged("post_install", "-at_install")
class TestAnalysisViews(AnalysisCase):
    """issue 18: analyses with graph, pivot and list, that open their records."""

    def get_rows(self, name, user=None, **context):
        rows = self.env[f"collection.analysis.{name}"].with_user(user or self.manager)
        self.env.flush_all()
        rows.invalidate_model()
        return rows.with_context(**context)

    def test_aged_balance(self):
        """beyond 12: customer by bucket at a past day; the totals are the figures'."""
        self.make_invoice(self.make_customer("Tenant Two"), 70, due="2026-01-10")
        with freeze_time("2026-03-20"):
            self.pay(self.late)
            rows = self.get_rows("item", collection_day="2026-03-02")
            found = rows._read_group([], ["customer_id", "bucket"], ["residual:sum"])
            self.assertEqual(
                {(customer.name, bucket): amount for customer, bucket, amount in found},
                {("Tenant One", "0"): 200, ("Tenant One", "1"): 300, ("Tenant Two", "2"): 70})
            [[total]] = rows._read_group([], [], ["residual:sum"])
            self.assertEqual(total, self.read()["outstanding"])
            self.assertEqual(
                sum(self.get_rows("item").search([]).mapped("residual")), 270)

    def test_dialog_asks_the_day(self):
        """The dialog opens the aged balance of its day."""
        dialog = self.env["collection.analysis.figures"].with_user(self.collector).create(
            {"day": "2026-01-31"})
        action = dialog.action_open_aged()
        self.assertEqual(action["context"], {"collection_day": "2026-01-31"})
        self.assertEqual(action["res_model"], "collection.analysis.item")
        self.assertEqual(action["display_name"], "Aged balance at 01/31/2026")

    def test_figures_of_a_day(self):
        """Each figure of the page has its definition, and opens what it counts."""
        with Form(self.env["collection.analysis.figures"].with_user(self.manager)) as form:
            self.assertEqual((form.day, form.outstanding, form.overdue), (DAY, 500, 300))
            self.assertEqual((form.dso_balance, form.mean_days_late), ("61.0 days", "–"))
            form.day = date(2026, 2, 1)
            self.assertEqual(form.overdue, 0)
            form.collector_id = self.litigator
            self.assertEqual(form.outstanding, 0)
        page = form.record
        self.assertEqual(page.display_name, "Figures at 02/01/2026")
        action = page.with_context(collection_figure="outstanding").action_open()
        self.assertIn(
            ("customer_id", "any", [("collector_id", "=", self.litigator.id)]), action["domain"])
        for name, field in page._fields.items():
            if field.compute == "_compute_figures" and name not in ("credit_notes", "payments",
                                                                    "miscellaneous"):
                self.assertTrue(field.help, name)

    def test_cohorts(self):
        """beyond 15: of 570 invoiced in January, what was still open 30 days after it was due."""
        self.make_invoice(self.customer, 70, due="2026-01-10")
        with freeze_time("2026-03-10"):
            self.pay(self.late, 100)
        with freeze_time("2026-04-10"):
            rows = self.get_rows("cohort")
            [[month, amount, due, left, share, share_60]] = rows._read_group(
                [], ["date:month"],
                ["amount:sum", "due_30:sum", "open_30:sum", "share_30:avg", "share_60:avg"])
            self.assertEqual((str(month)[:7], amount, due, left), ("2026-01", 570, 370, 270))
            self.assertAlmostEqual(share, 100 * 270 / 370)
            self.assertEqual(share_60, 100)
            self.assertEqual(
                {row.document for row in rows.search([("open_30", ">", 0)])},
                {self.late.name, *rows.search([("amount", "=", 70)]).mapped("document")})

    def test_months(self):
        """The curve of a customer opens what it had open at the month's end."""
        rows = self.get_rows("month", collection_months=3)
        row = rows.search([("date", "=", "2026-02-28")])
        self.assertRecordValues(row, [{
            "customer_id": self.customer.id, "outstanding": 500, "overdue": 300, "not_due": 200,
            "sales": 0, "dso": 90, "average_days_delinquent": 54}])
        action = row.action_open()
        items = self.get_rows("item", **action["context"]).search(action["domain"])
        self.assertEqual(items.move_id, self.late | self.coming)
        self.assertEqual(items.with_context(**action["context"]).mapped("days_late"), [3, 0])

    def test_flows(self):
        """Sales, money and settlements of a month; how late is weighted by amount."""
        self.pay(self.late, 100)
        self.pay(self.coming)
        found = {kind: values for kind, *values in self.get_rows("flow")._read_group(
            [], ["kind"], ["amount:sum", "days_late:avg", "late_share:avg"])}
        self.assertEqual(found["sale"][0], 500)
        self.assertEqual(found["collected"][0], 300)
        self.assertEqual(found["settled"][0], 300)
        self.assertAlmostEqual(found["settled"][1], 500 / 300)
        self.assertAlmostEqual(found["settled"][2], 100 / 3)

    def test_searched_alike(self):
        """Every analysis is grouped by collector, group, scenario, payer profile and country."""
        group = self.env["collection.group"].create({"name": "Shops"})
        self.customer.collection_group_ids = group
        self.customer.with_user(self.manager).collection_scenario_id = self.make_scenario()
        self.pay(self.late)
        for name in REPORTS:
            rows = self.get_rows(name)
            for field, value in (
                    ("collector_id", self.collector), ("group_ids", group),
                    ("scenario_id", self.customer.collection_scenario_id),
                    ("payer_profile", "slow"), ("country_id", self.env["res.country"]),
                    ("company_id", self.company)):
                with self.subTest(report=name, field=field):
                    [[found, _count]] = rows._read_group([], [field], ["__count"])
                    self.assertEqual(found, value)

    def test_views(self):
        """Each has its views, and a row in the list can be read as the list reads it."""
        for name in REPORTS:
            rows = self.get_rows(name, user=self.collector)
            for kind in ("list", "pivot", "graph", "search"):
                with self.subTest(report=name, view=kind):
                    self.assertIn("collection", str(rows.get_view(view_type=kind)["model"]))
            specification = {field: {} for field in rows.get_views(
                [(False, "list")])["models"][rows._name]["fields"] if field != "id"}
            self.assertTrue(rows.web_search_read([], specification, limit=2)["records"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_rights(self):
        """Nobody without a right of the desk reads an analysis; nobody writes one."""
        employee = self.make_user("employee", "base.group_user")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.make_user("foreign", MANAGER, company_id=elsewhere.id,
                                 company_ids=elsewhere.ids)
        for name in REPORTS:
            with self.assertRaises(AccessError):
                self.get_rows(name, user=employee).search([])
            row = self.get_rows(name).search([], limit=1)
            with self.assertRaises(AccessError):
                row.unlink()
            for user in (foreign, self.make_user(f"other_{name}", COLLECTOR)):
                with self.assertRaises(AccessError):
                    self.get_rows(name, user=user).browse(row.id).action_open()

    def test_wrong_day(self):
        """Bad input: a context without sense is refused, in words."""
        with self.assertRaisesRegex(UserError, "someday"):
            self.get_rows("item", collection_day="someday").search([])
        with self.assertRaisesRegex(UserError, "99"):
            self.get_rows("month", collection_months=99).search([])
