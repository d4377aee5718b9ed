from datetime import date
from decimal import Decimal

from hypothesis import given, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.instalments import MONTHS, WEEKS, list_days, split_amount

CENT = Decimal("0.01")


@tagged("standard", "at_install")
class TestInstalments(BaseCase):
    """Issue 19: a debt cut into instalments."""

    def test_the_last_one_takes_the_rest(self):
        """100.00 in three: 33.33, 33.33 and 33.34; a currency without cents in whole units."""
        self.assertEqual(
            split_amount(Decimal("100.00"), 3, CENT),
            [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")])
        self.assertEqual(
            split_amount(Decimal(100), 3, Decimal(1)), [Decimal(33), Decimal(33), Decimal(34)])

    def test_the_smallest_coin(self):
        """Of a currency that has no coin below five cents."""
        self.assertEqual(
            split_amount(Decimal("100.00"), 3, Decimal("0.05")),
            [Decimal("33.30"), Decimal("33.30"), Decimal("33.40")])

    def test_a_short_month_ends_earlier(self):
        """From the 31st: the last day of February, then the 31st again."""
        self.assertEqual(
            list_days(date(2026, 1, 31), 3, MONTHS),
            [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)])
        self.assertEqual(
            list_days(date(2026, 1, 31), 2, WEEKS), [date(2026, 1, 31), date(2026, 2, 7)])

    def test_bad_input(self):
        """No part, parts of nothing, an unknown unit."""
        for total, count in ((Decimal(1), 0), (Decimal("0.02"), 3)):
            with self.assertRaises(ValueError):
                split_amount(total, count, CENT)
        with self.assertRaises(ValueError):
            list_days(date(2026, 1, 31), 2, "years")

    @given(st.integers(1, 10**9), st.integers(1, 60), st.sampled_from(
        (Decimal(1), Decimal("0.05"), CENT, Decimal("0.001"))))
    def test_the_parts_are_the_whole(self, coins, count, coin):
        """To the coin, all above zero, and the last differs by less than a coin each."""
        total = coins * coin
        if coins < count:
            return
        parts = split_amount(total, count, coin)
        self.assertEqual((len(parts), sum(parts)), (count, total))
        self.assertTrue(all(part > 0 and not part % coin for part in parts))
        self.assertLess(parts[-1] - parts[0], count * coin)
