"""Late-payment interest: the vectors of the law to the cent, and what holds for all debts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from random import Random

from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.claims import (
    NO_CLAIM,
    Claim,
    Debt,
    Indemnity,
    Payment,
    Rate,
    RateMissing,
    Terms,
    claim_invoice,
    find_valid,
    interest,
    is_late,
    semester_start,
    spread_on_account,
    sum_percent_days,
)

D = date.fromisoformat


def semester(year, number, percent):
    """A rate for one semester."""
    first, last = ((1, 1), (6, 30)) if number == 1 else ((7, 1), (12, 31))
    return Rate(date(year, *first), date(year, *last), percent and Decimal(percent))


#: The default rate, ECB + 10, by semester; none after 30 June 2026.
BUSINESS = (
    semester(2023, 1, "12.50"), semester(2023, 2, "14.00"),
    semester(2024, 1, "14.50"), semester(2024, 2, "14.25"),
    semester(2025, 1, "13.15"), semester(2025, 2, "12.15"),
    semester(2026, 1, "12.15"),
)
#: The same for public buyers, ECB + 8.
PUBLIC = tuple(Rate(rate.start, rate.end, rate.percent - 2) for rate in BUSINESS)


def claim(amount, due, until, *payments, rates=BUSINESS, **options):
    """Interest, of values as one writes them down."""
    return interest(
        Decimal(amount), D(due), D(until),
        [Payment(D(day), Decimal(paid)) for day, paid in payments], rates, **options)


@tagged("standard", "at_install")
class TestEnginePenalties(BaseCase):

    def test_split_in_the_middle_of_a_year(self):
        """S-010, L4: 91 days at 14.50 and 92 at 14.25."""
        self.assertEqual(claim("10000", "2024-03-31", "2024-09-30"), Decimal("720.68"))

    def test_split_at_the_turn_of_a_year(self):
        """S-010, L4: 61 days at 14.25 and 59 at 13.15."""
        self.assertEqual(claim("10000", "2024-10-31", "2025-02-28"), Decimal("450.71"))

    def test_partial_payments(self):
        """S-010, L5, L6: 45 days on 10,000, then 46 on 6,000."""
        self.assertEqual(
            claim("10000", "2024-03-31", "2024-06-30",
                  ("2024-05-15", "4000"), ("2024-06-30", "6000")), Decimal("288.41"))

    def test_settled_before_the_day_of_the_claim(self):
        """L6: interest ends with the last payment, however much later one asks."""
        self.assertEqual(
            claim("10000", "2024-03-31", "2030-01-01",
                  ("2024-05-15", "4000"), ("2024-06-30", "6000")), Decimal("288.41"))

    def test_paid_on_the_due_date(self):
        """L1, L6: the due date itself is not late."""
        paid = ("2024-03-31", "1000")
        self.assertEqual(claim("1000", "2024-03-31", "2024-03-31", paid), 0)
        self.assertEqual(claim("1000", "2024-03-31", "2024-09-30", paid), 0)
        self.assertFalse(is_late(
            Decimal(1000), D("2024-03-31"), D("2024-09-30"), [Payment(D(paid[0]), Decimal(1000))]))

    def test_paid_on_the_next_day(self):
        """L6: the payment day counts: one day on 1,000 is 0.40."""
        paid = ("2024-04-01", "1000")
        self.assertEqual(claim("1000", "2024-03-31", "2024-04-01", paid), Decimal("0.40"))
        self.assertTrue(is_late(
            Decimal(1000), D("2024-03-31"), D("2024-04-01"), [Payment(D(paid[0]), Decimal(1000))]))

    def test_public_buyer_keeps_the_rate_of_the_first_semester(self):
        """L14: ECB + 8 of 1 January 2024 for the whole delay, 183 days at 12.50."""
        self.assertEqual(
            claim("10000", "2024-03-31", "2024-09-30", rates=PUBLIC, split=False),
            Decimal("626.71"))

    def test_public_buyer_due_on_the_last_day_of_a_semester(self):
        """L14: interest begins the day after the due date, in the next semester: 10 at 12.25."""
        self.assertEqual(
            claim("10000", "2024-06-30", "2024-07-10", rates=PUBLIC, split=False),
            Decimal("33.56"))

    def test_public_buyer_after_the_table_ends(self):
        """L14: the rate was fixed when interest began; no later one is asked for."""
        self.assertEqual(
            claim("10000", "2026-06-29", "2026-07-09", rates=PUBLIC, split=False),
            Decimal("27.81"))

    def test_missing_semester(self):
        """L4: the second semester of 2026 is not known; the first one does not go on."""
        with self.assertRaises(RateMissing) as refused:
            claim("10000", "2026-06-20", "2026-07-01")
        self.assertEqual(refused.exception.day, D("2026-07-01"))
        self.assertIn("2026-07-01", str(refused.exception))
        self.assertEqual(claim("10000", "2026-06-20", "2026-06-30"), Decimal("33.29"))

    def test_missing_before_the_table_begins(self):
        """L4: the first day without a rate is the first late one."""
        with self.assertRaises(RateMissing) as refused:
            claim("10000", "2022-11-30", "2023-02-01")
        self.assertEqual(refused.exception.day, D("2022-12-01"))

    def test_missing_for_a_public_buyer(self):
        """L14: the day named is the one whose rate would hold."""
        with self.assertRaises(RateMissing) as refused:
            claim("10000", "2026-08-15", "2026-09-01", rates=PUBLIC, split=False)
        self.assertEqual(refused.exception.day, D("2026-07-01"))

    def test_rate_known_to_be_missing(self):
        """L4: a row without a rate is no rate of nought."""
        rates = (*BUSINESS, semester(2026, 2, None))
        with self.assertRaises(RateMissing) as refused:
            claim("10000", "2026-06-20", "2026-08-01", rates=rates)
        self.assertEqual(refused.exception.day, D("2026-07-01"))

    def test_no_rate_is_needed_once_settled(self):
        """L4: a debt settled in June asks nothing of July."""
        self.assertEqual(
            claim("10000", "2026-06-20", "2026-09-01", ("2026-06-30", "10000")),
            Decimal("33.29"))

    def test_the_first_rate_that_covers_a_day_holds(self):
        """L2: a company's own rate goes before the general one, for its own days only."""
        own = Rate(D("2024-06-01"), D("2024-06-10"), Decimal(20))
        self.assertEqual(find_valid(D("2024-06-10"), (own, *BUSINESS)), own)
        self.assertEqual(
            sum_percent_days(Decimal(100), D("2024-05-21"), D("2024-06-20"), [], (own, *BUSINESS)),
            Decimal(100) * (10 * Decimal("14.50") + 10 * Decimal(20) + 10 * Decimal("14.50")))

    def test_rounded_once_half_up_to_the_digits_of_the_currency(self):
        """L5: a half goes up; a currency without cents is rounded to its unit."""
        rates = [Rate(D("2024-01-01"), None, Decimal("36.5"))]
        self.assertEqual(claim("5", "2024-01-01", "2024-01-02", rates=rates), Decimal("0.01"))
        self.assertEqual(
            claim("500", "2024-01-01", "2024-01-02", rates=rates, digits=0), Decimal(1))
        self.assertEqual(
            claim("0.5", "2024-01-01", "2024-01-02", rates=rates, digits=3), Decimal("0.001"))

    def test_overpaid_debt(self):
        """L5: what was paid too much earns the debtor nothing."""
        self.assertEqual(
            claim("100", "2024-03-31", "2024-09-30", ("2024-04-01", "150")), Decimal("0.04"))

    def test_semester_start(self):
        """L4: 1 January and 1 July."""
        for day, first in (
            ("2024-01-01", "2024-01-01"), ("2024-06-30", "2024-01-01"),
            ("2024-07-01", "2024-07-01"), ("2024-12-31", "2024-07-01"),
        ):
            self.assertEqual(semester_start(D(day)), D(first))


days = st.dates(D("2023-01-01"), D("2026-06-30"))
amounts = st.decimals("0.01", "1000000", places=2)
payments = st.lists(st.builds(Payment, days, amounts), max_size=4)
#: Tables and how they are used: business rates by the day, public ones by the first semester.
tables = st.sampled_from([(BUSINESS, True), (PUBLIC, False)])


@tagged("standard", "at_install")
class TestEngineInvoiceClaims(BaseCase):
    """The instalments of one invoice together."""

    #: 40 in a currency that only the caller knows, until further notice.
    FIXED = Indemnity(D("2013-01-01"), None, Decimal(40), "EUR")

    def claim(self, *debts, day="2024-09-30", rates=(), indemnities=(FIXED,)):
        """:return: list of claims, one for each (due date, day of payment or None) of 100"""
        found = claim_invoice({
            number: Debt(Decimal(100), D(due), [Payment(D(paid), Decimal(100))] if paid else [], 2)
            for number, (due, paid) in enumerate(debts)
        }, Terms(rates or None, True, D(day), indemnities), D(day))
        return list(found.values())

    def test_the_first_late_one_still_open_carries_the_indemnity(self):
        """S-010: whatever was paid before it."""
        self.assertEqual(
            self.claim(("2024-03-31", "2024-04-15"), ("2024-06-30", None), ("2024-07-31", None)),
            [NO_CLAIM, Claim(indemnity=Decimal(40), indemnity_currency="EUR"), NO_CLAIM])

    def test_the_first_late_one_carries_it_once_all_are_settled(self):
        """S-010: paying late does not undo it."""
        self.assertEqual(
            [claim.indemnity for claim in self.claim(
                ("2024-03-31", "2024-03-31"), ("2024-04-30", "2024-05-02"))], [0, 40])

    def test_nothing_is_claimed_in_time(self):
        """L1: neither interest nor indemnity."""
        self.assertEqual(self.claim(("2024-09-30", None), rates=BUSINESS), [NO_CLAIM])

    def test_without_an_indemnity_in_the_table_there_is_none(self):
        """S-010: no rate is missing, and the interest stands."""
        self.assertEqual(self.claim(("2024-03-31", None), indemnities=()), [NO_CLAIM])
        [found] = self.claim(("2024-03-31", None), rates=BUSINESS, indemnities=())
        self.assertEqual(found, Claim(interest=claim("100", "2024-03-31", "2024-09-30")))

    def test_before_the_law_there_is_none(self):
        """S-010: late in 2012, the table begins in 2013."""
        [found] = self.claim(("2012-03-31", "2012-05-31"))
        self.assertEqual(found, NO_CLAIM)
        # late on the last day before it, and on its first
        self.assertEqual(
            [self.claim((due, None))[0].indemnity for due in ("2012-12-30", "2012-12-31")],
            [0, 40])

    def test_interest_stands_as_of_the_eve_of_an_unknown_rate(self):
        """S-010: what is known is claimed."""
        known = tuple(rate for rate in BUSINESS if rate.end < D("2024-07-01"))
        [found] = self.claim(("2024-03-31", None), rates=known, indemnities=None)
        self.assertEqual(found.missing_from, D("2024-07-01"))
        self.assertEqual(found.interest, claim("100", "2024-03-31", "2024-06-30"))


@tagged("standard", "at_install")
class TestEngineMoneyOnAccount(BaseCase):
    """What nobody has set against a debt yet covers the first debt first, day by day."""

    def spread(self, debts, *account):
        """:return: list of (day, amount) for each debt, of lists of (amount, *payments)"""
        found = spread_on_account({
            number: Debt(Decimal(amount), D("2024-03-31"),
                         [Payment(D(day), Decimal(paid)) for day, paid in paid_by], 2)
            for number, (amount, *paid_by) in enumerate(debts)
        }, [Payment(D(day), Decimal(paid)) for day, paid in account])
        return [[(str(one.day), int(one.amount)) for one in found.get(number, ())]
                for number in range(len(debts))]

    def test_nothing_on_account(self):
        """S-010: nothing to take off."""
        self.assertEqual(self.spread([(100, ("2024-04-01", 50))]), [[]])

    def test_the_first_debt_first(self):
        """S-010: what is left covers the next one, and the rest nothing."""
        self.assertEqual(
            self.spread([(100,), (100,), (100,)], ("2024-04-01", 150)),
            [[("2024-04-01", 100)], [("2024-04-01", 50)], []])

    def test_what_is_paid_already_takes_nothing(self):
        """S-010: the next one has it; the smallest coin counts too."""
        self.assertEqual(
            self.spread([(100, ("2024-03-01", 100)), (50,)], ("2024-04-01", 20)),
            [[], [("2024-04-01", 20)]])
        self.assertEqual(self.spread([(100,)], ("2024-04-01", 1)), [[("2024-04-01", 1)]])

    def test_more_than_is_owed(self):
        """S-010: it waits for what comes."""
        self.assertEqual(self.spread([(100,)], ("2024-04-01", 150)), [[("2024-04-01", 100)]])

    def test_only_what_is_still_owed(self):
        """S-010: a payment of the same day goes before."""
        self.assertEqual(
            self.spread([(100, ("2024-04-01", 70)), (100,)], ("2024-04-01", 50)),
            [[("2024-04-01", 30)], [("2024-04-01", 20)]])

    def test_a_debt_paid_otherwise_frees_it(self):
        """S-010: from that day on it covers the next one."""
        self.assertEqual(
            self.spread([(100, ("2024-05-01", 100)), (100,)], ("2024-04-01", 80)),
            [[("2024-04-01", 80), ("2024-05-01", -80)], [("2024-05-01", 80)]])

    def test_paid_back(self):
        """S-010: it covers nothing any more, and never less than nothing."""
        self.assertEqual(
            self.spread([(100,), (50,)], ("2024-05-01", -200), ("2024-04-01", 120)),
            [[("2024-04-01", 100), ("2024-05-01", -100)],
             [("2024-04-01", 20), ("2024-05-01", -20)]])

    def test_in_parts(self):
        """S-010: each part from its own day."""
        self.assertEqual(
            self.spread([(100,)], ("2024-05-01", 30), ("2024-04-01", 20)),
            [[("2024-04-01", 20), ("2024-05-01", 30)]])

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(st.tuples(amounts, payments), max_size=4),
        st.lists(st.builds(Payment, days, st.decimals("-1000", "100000", places=2)), max_size=4),
        days)
    def test_counted_on_any_day(self, rows, account, day):
        """S-010: the same as filling up the debts of that day one after the other."""
        debts = {number: Debt(amount, D("2024-03-31"), paid, 2)
                 for number, (amount, paid) in enumerate(rows)}
        spread = spread_on_account(debts, account)
        held = max(sum(one.amount for one in account if one.day <= day), Decimal(0))
        for number, debt in debts.items():
            owed = max(
                debt.amount - sum(one.amount for one in debt.payments if one.day <= day),
                Decimal(0))
            covered = sum(one.amount for one in spread.get(number, ()) if one.day <= day)
            self.assertEqual(covered, min(owed, held))
            held -= covered


@tagged("standard", "at_install")
class TestEnginePenaltyProperties(BaseCase):

    @settings(max_examples=200, deadline=None)
    @given(amounts, days, days, st.integers(0, 60), payments, tables)
    def test_monotone_in_days(self, amount, due, until, more, paid, table):
        """S-010: a later day never lowers the claim."""
        later = min(until + timedelta(days=more), D("2026-06-30"))
        rates, split = table
        self.assertLessEqual(
            interest(amount, due, until, paid, rates, split),
            interest(amount, due, later, paid, rates, split))

    @settings(max_examples=200, deadline=None)
    @given(amounts, amounts, days, days, payments, tables)
    def test_monotone_in_amount(self, amount, more, due, until, paid, table):
        """S-010: a greater debt never bears less."""
        rates, split = table
        self.assertLessEqual(
            interest(amount, due, until, paid, rates, split),
            interest(amount + more, due, until, paid, rates, split))

    @settings(max_examples=300, deadline=None)
    @given(amounts, days, days, payments)
    def test_additive_over_semesters(self, amount, due, until, paid):
        """S-010, L4: semester by semester, each at its one rate, gives the whole, unrounded."""
        parts = sum(
            sum_percent_days(
                amount, max(due, rate.start - timedelta(days=1)), min(until, rate.end), paid,
                [rate])
            for rate in BUSINESS)
        self.assertEqual(sum_percent_days(amount, due, until, paid, BUSINESS), parts)

    @settings(max_examples=200, deadline=None)
    @given(amounts, days, days, payments, tables)
    def test_the_explanation_adds_up(self, amount, due, until, paid, table):
        """Issue 19: the periods follow each other after the due date and give the interest."""
        rates, split = table
        terms = Terms(rates=rates, split=split, until=until, indemnities=None)
        debt = Debt(amount, due, paid, 2)
        periods = debt.explain_interest(terms)
        exact = sum((period.interest for period in periods), Decimal(0))
        self.assertAlmostEqual(exact, debt.claim_interest(terms).interest, delta=Decimal("0.005"))
        for period, following in zip(periods, periods[1:]):
            self.assertLess(period.end, following.start)
        for period in periods:
            self.assertLessEqual(due, period.eve)
            self.assertEqual(period.days, (period.end - period.start).days + 1)

    @settings(max_examples=200, deadline=None)
    @given(amounts, days, days, payments, tables)
    def test_zero_on_or_before_the_due_date(self, amount, one, other, paid, table):
        """S-010, L1: nothing before it is late, whatever was paid."""
        until, due = sorted((one, other))
        rates, split = table
        self.assertEqual(interest(amount, due, until, paid, rates, split), 0)
        self.assertFalse(is_late(amount, due, until, paid))

    @settings(max_examples=200, deadline=None)
    @given(amounts, days, days, payments, st.builds(Payment, days, amounts), tables)
    def test_a_payment_never_raises_the_claim(self, amount, due, until, paid, one_more, table):
        """S-010: and an earlier one never raises it over a later one."""
        rates, split = table
        without = interest(amount, due, until, paid, rates, split)
        with_it = interest(amount, due, until, [*paid, one_more], rates, split)
        self.assertTrue(0 <= with_it <= without)
        earlier = Payment(one_more.day - timedelta(days=30), one_more.amount)
        self.assertLessEqual(
            interest(amount, due, until, [*paid, earlier], rates, split), with_it)

    @settings(max_examples=200, deadline=None)
    @given(amounts, days, days, payments)
    def test_counted_day_by_day(self, amount, due, until, paid):
        """S-010, L6: the same as adding up each late day by itself."""
        total, day = Decimal(0), due + timedelta(days=1)
        while day <= until:
            before = sum(payment.amount for payment in paid if payment.day < day)
            total += max(amount - before, Decimal(0)) * find_valid(day, BUSINESS).percent
            day += timedelta(days=1)
        self.assertEqual(sum_percent_days(amount, due, until, paid, BUSINESS), total)


def claim_by_day(amount, due, until, paid, rates, split, digits):
    """The law in fractions, one late day after the other.

    :return: (the claim, the first day without a rate or None)
    """
    total, day = Fraction(0), due
    while (day := day + timedelta(days=1)) <= until:
        owed = Fraction(amount) - sum(Fraction(one.amount) for one in paid if one.day < day)
        if owed <= 0:
            continue
        asked = day if split else semester_start(due + timedelta(days=1))
        percent = next((rate.percent for rate in rates if rate.start <= asked and (
            rate.end is None or asked <= rate.end)), None)
        if percent is None:
            return None, asked
        total += owed * Fraction(percent) / 100 / 365
    unit = Fraction(1, 10 ** digits)
    return Decimal(floor(total / unit + Fraction(1, 2))).scaleb(-digits), None


def draw_rates(random):
    """:return: a table with whatever a table may have: gaps, overlaps, unknown and endless rates"""
    rates, day = [], D("2023-01-01") + timedelta(days=random.randrange(200))
    for _rate in range(random.randrange(5)):
        end = day + timedelta(days=random.randrange(1, 300))
        percent = random.choice((None, *[Decimal(random.randrange(2000)) / 100] * 9))
        rates.append(Rate(day, None if random.random() < 0.2 else end, percent))
        day = end + timedelta(days=random.choice((1, 1, 1, 20, -20)))
    return rates


@tagged("standard", "at_install")
class TestEnginePenaltiesInFractions(BaseCase):

    def test_day_by_day(self):
        """S-010, L1 to L6, L14: whatever the table, to the last digit and to the missing day."""
        random, missing, claimed = Random(14), 0, 0
        for _case in range(600):
            rates, split, digits = draw_rates(random), random.random() < 0.7, random.choice((0, 2))
            due = D("2023-01-01") + timedelta(days=random.randrange(400))
            until = due + timedelta(days=random.randrange(-20, 200))
            amount = Decimal(random.randrange(1, 10 ** 7)) / 100
            paid = [
                Payment(due + timedelta(days=random.randrange(-30, 200)),
                        Decimal(random.randrange(-10 ** 5, 10 ** 7)) / 100)
                for _payment in range(random.randrange(4))]
            expected, without = claim_by_day(amount, due, until, paid, rates, split, digits)
            terms = Terms(rates, split, until, None)
            debt = Debt(amount, due, paid, digits)
            with self.subTest(debt=debt, terms=terms):
                found = debt.claim_interest(terms)
                self.assertEqual(found.missing_from, without)
                if without is None:
                    self.assertEqual(str(found.interest), str(expected))
                elif split:
                    eve = without - timedelta(days=1)
                    known, _none = claim_by_day(amount, due, eve, paid, rates, split, digits)
                    self.assertEqual(found.interest, known)
            missing += without is not None
            claimed += bool(expected)
        self.assertGreater(min(missing, claimed), 100)


@tagged("standard", "at_install")
class TestDebt(BaseCase):
    """One instalment, by its own currency and its customer's terms."""

    RATES = (Rate(date(2026, 1, 1), date(2026, 6, 30), Decimal(10)),
             Rate(date(2026, 7, 1), None, Decimal(20)))

    def claim(self, split=True, digits=2):
        terms = Terms(self.RATES, split, date(2026, 7, 10), None)
        debt = Debt(Decimal(1000), date(2026, 6, 20), (), digits)
        return debt.claim_interest(terms).interest

    def test_its_currency_has_its_digits(self):
        """L5: ten days at 10 percent, ten at 20."""
        self.assertEqual(str(self.claim(digits=2)), "8.22")
        self.assertEqual(str(self.claim(digits=0)), "8")

    def test_one_rate_where_the_terms_say_so(self):
        """L14: that of the first semester, for all of it."""
        self.assertEqual(self.claim(split=False), Decimal("5.48"))

    def test_it_is_settled_on_the_day_of_its_payment(self):
        """L5: and not on its eve."""
        debt = Debt(Decimal(10), date(2026, 6, 20), (Payment(date(2026, 7, 1), Decimal(10)),), 2)
        self.assertTrue(debt.is_settled(date(2026, 7, 1)))
        self.assertFalse(debt.is_settled(date(2026, 6, 30)))

    def test_the_sum_is_exact(self):
        """L5: before anything is divided or rounded, at one rate or at each day's."""
        days = date(2026, 6, 20), date(2026, 7, 10)
        for split, total in ((False, 1000 * 10 * 20), (True, 1000 * (10 * 10 + 20 * 10))):
            found = sum_percent_days(Decimal(1000), *days, (), self.RATES, split)
            self.assertEqual(found, total)
