from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine import figures

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
AMOUNTS = st.decimals(0, 100000, places=2)


@tagged("post_install", "-at_install")
class TestFigures(BaseCase):
    """Figures of receivables from plain sums (beyond 12 to 15)."""

    def test_bounds(self):
        """issue 18: free bounds of buckets, in whole rising days."""
        self.assertEqual(figures.parse_bounds("30, 60,90"), (30, 60, 90))
        self.assertEqual(figures.get_starts((30, 60, 90)), (1, 31, 61, 91))

    def test_wrong_bounds(self):
        """Bad input: no number, a fall, nought, nothing, too many."""
        for text in ("", "30;60", "60, 30", "30, 30", "0, 30", "-1", "1,2,3,4,5,6,7,8,9", "1.5"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                figures.parse_bounds(text)

    def test_divided_by_age(self):
        """issue 18: what is due on the day is not late; a bucket holds its last day."""
        day = date(2026, 3, 31)
        items = [(date(2026, 3, 31), 1), (date(2026, 3, 30), 2), (date(2026, 3, 1), 4),
                 (date(2026, 2, 28), 8), (date(2025, 1, 1), 16)]
        self.assertEqual(figures.divide_by_age(items, day, (30, 60)), (1, 6, 8, 16))

    def test_first_day(self):
        """issue 18: the last three calendar months, the day's the last of them."""
        self.assertEqual(figures.find_first_day(date(2026, 2, 10), 3), date(2025, 12, 1))
        self.assertEqual(figures.find_first_day(date(2026, 12, 31), 1), date(2026, 12, 1))
        self.assertEqual(figures.find_first_day(date(2026, 12, 31), 12), date(2026, 1, 1))
        self.assertEqual(figures.find_day_before(date(2026, 2, 10), 3), date(2025, 11, 30))
        self.assertEqual(figures.count_days(date(2026, 2, 10), 3), 31 + 31 + 10)

    def test_month_ends(self):
        """The months of a curve end on their last day, the last one on the day asked for."""
        self.assertEqual(figures.list_month_ends(date(2026, 3, 15), 3), [
            date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 15)])

    def test_sales_days(self):
        """issue 18: outstanding times days over sales; none without sales."""
        self.assertEqual(figures.get_sales_days(Decimal(300), Decimal(900), 90), 30)
        for sales in (Decimal(0), Decimal(-5)):
            self.assertIsNone(figures.get_sales_days(Decimal(300), sales, 90))

    def test_count_back(self):
        """beyond 13: 10 days of March (100), all of February (200), and half of January."""
        sales = {date(2026, 1, 1): Decimal(60), date(2026, 2, 1): Decimal(200),
                 date(2026, 3, 1): Decimal(100)}
        self.assertEqual(
            figures.count_back(Decimal(330), sales, date(2026, 3, 10)),
            10 + 28 + Decimal("15.5"))

    def test_count_back_over_a_month_without_sales(self):
        """A month without sales counts its days."""
        sales = {date(2026, 1, 1): Decimal(62), date(2026, 3, 1): Decimal(100)}
        self.assertEqual(
            figures.count_back(Decimal(102), sales, date(2026, 3, 31)), 31 + 28 + 1)

    def test_count_back_beyond_all_sales(self):
        """Bad input: who owes more than was ever sold has no such figure; who owes nothing, 0."""
        self.assertIsNone(figures.count_back(Decimal(1), {}, date(2026, 3, 31)))
        self.assertIsNone(figures.count_back(
            Decimal(9), {date(2026, 3, 1): Decimal(8)}, date(2026, 3, 31)))
        self.assertEqual(figures.count_back(Decimal(0), {}, date(2026, 3, 31)), 0)

    def test_effectiveness(self):
        """beyond 14: of 1,000 opening and 500 sold, 300 not due: 900 of 1,200 collected."""
        self.assertEqual(figures.get_effectiveness(
            Decimal(1000), Decimal(500), Decimal(600), Decimal(300)), 75)
        self.assertIsNone(figures.get_effectiveness(*[Decimal(0)] * 4))

    def test_nothing_has_no_mean(self):
        """A figure that does not exist is None."""
        self.assertIsNone(figures.get_mean(Decimal(0), Decimal(0)))
        self.assertIsNone(figures.get_share(Decimal(0), Decimal(0)))
        self.assertIsNone(figures.get_delinquency(None, Decimal(1)))
        self.assertEqual(figures.get_mean(Decimal(30), Decimal(4)), Decimal("7.5"))
        self.assertEqual(figures.get_share(Decimal(1), Decimal(4)), 25)
        self.assertEqual(figures.get_delinquency(Decimal(50), Decimal(30)), 20)

    def test_count_back_of_even_sales(self):
        """Where a day sells as much as any other, countback gives the days that are owed."""
        @given(DAYS, st.integers(1, 200))
        def check(day, owed):
            sales, first = {}, figures.find_first_day(day, 12)
            for back in range((day - first).days + 1):
                month = (day - timedelta(days=back)).replace(day=1)
                sales[month] = sales.get(month, Decimal(0)) + 7
            days = figures.count_back(Decimal(7 * owed), sales, day)
            self.assertAlmostEqual(days, owed, places=9)

        check()

    def test_count_back_grows_with_what_is_owed(self):
        """Owing more is never fewer days."""
        @given(DAYS, AMOUNTS, AMOUNTS, st.lists(AMOUNTS, max_size=6))
        def check(day, owed, more, sold):
            sales = {figures.find_first_day(day, number + 1): amount
                     for number, amount in enumerate(sold)}
            less = figures.count_back(owed, sales, day)
            days = figures.count_back(owed + more, sales, day)
            self.assertTrue(days is None or less is not None and less <= days)

        check()
