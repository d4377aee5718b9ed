import io
from decimal import Decimal

from openpyxl import load_workbook

from odoo.tests import tagged

from .case_file_case import CaseFileCase


@tagged("post_install", "-at_install")
class TestCaseClaim(CaseFileCase):
    """Issue 19: the claim adds up, says how, and says what is missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.with_company(cls.company).write({
            "collection_debtor_kind": "professional", "collection_penalties": True,
            "collection_indemnity": True})
        cls.company.collection_penalty_regime = "contractual"
        cls.rate = cls.env["collection.penalty.rate"].create({
            "regime": "contractual", "date_from": "2025-01-01", "rate": 12})

    def prepare(self):
        case = self.env["collection.case"].with_user(self.collector)._read(
            self.customer.with_user(self.collector), lang="en_US")
        return case, self.env["collection.case.claim"]._prepare(case)

    def test_the_interest_is_explained(self):
        """Issue 19: period by period, with the payment's day between."""
        with self.at("2026-02-15 12:00:00"):
            self.pay(self.invoice, 400)
        _case, sheet = self.prepare()
        line = sheet.lines[0]
        self.assertEqual([
            (str(period.start), str(period.end), float(period.amount))
            for period in line.periods], [
                ("2026-02-02", "2026-02-15", 1000), ("2026-02-16", "2026-03-02", 600)])
        exact = sum(period.interest for period in line.periods)
        self.assertEqual(round(exact, 2), line.claim.interest)
        self.assertEqual(
            line.claim.interest, round((Decimal(1000) * 14 + 600 * 15) * 12 / 36500, 2))

    def test_the_total(self):
        """Issue 19: principal, interest, indemnity; costs apart, as they are invoiced."""
        _case, sheet = self.prepare()
        total = sheet.totals[0]
        self.assertEqual(
            (total.principal, total.costs, bool(total.interest)), (1000, 75, True))
        self.assertAlmostEqual(
            total.claimed, 1000 + total.interest + total.indemnity, places=2)

    def test_the_payments(self):
        """Issue 19: what was taken off an item, and by what."""
        payment = self.pay(self.invoice, 400)
        _case, sheet = self.prepare()
        self.assertEqual(
            [(paid.by, paid.amount) for paid in sheet.settlements], [(payment.move_id.name, 400)])

    def test_a_missing_rate_is_said(self):
        """Issue 19: interest stands as of the eve, and the file says so."""
        self.rate.date_to = "2026-02-10"
        _case, sheet = self.prepare()
        self.assertEqual(str(sheet.missing), "2026-02-11")
        self.assertEqual(str(sheet.lines[0].periods[-1].end), "2026-02-10")
        self.assertIn("No rate is known from", self.make().get_text())

    def test_a_later_day(self):
        """Issue 19: interest to the day of the hearing."""
        text = self.make(day=self.items.date_maturity.replace(month=5)).get_text()
        self.assertIn("05/01/2026", text)

    def test_the_workbook(self):
        """Issue 19: the same figures as numbers; no text is a formula."""
        self.sequence.cost_ids.note = "=1+1"
        made = self.make()
        book = load_workbook(io.BytesIO(made.parts["claims.xlsx"]))
        items, costs = book["Items"], book["Costs"]
        self.assertEqual(items["F4"].value, 1000)
        self.assertEqual((costs["D4"].value, costs["D4"].data_type), ("=1+1", "s"))
        self.assertEqual(book["Total"]["F4"].value, 75)
