"""When delays end: examples counted by hand on the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from ...engine.dates import Calendar, Delay, Truce, due_date, remaining, resume, term
from ...engine.holidays import french_holidays

FRANCE = Calendar()
ALSACE = Calendar(alsace_moselle=True)
BARE = Calendar(country=None)

#: Code of Civil Enforcement Procedures, L. 412-6.
WINTER = Truce(11, 1, 3, 31)


class DatesCase(BaseCase):

    def assertDue(self, start, amount, unit, due, calendar=FRANCE, truce=None):
        """Plain counting ends on that day."""
        self._assert_due(Delay(amount, unit), start, due, calendar, truce)

    def assertProcedural(self, start, amount, unit, due, calendar=FRANCE, truce=None):
        """Counting of civil procedure ends on that day."""
        self._assert_due(Delay(amount, unit, procedural=True), start, due, calendar, truce)

    def _assert_due(self, delay, start, due, calendar, truce):
        start, due = date.fromisoformat(start), date.fromisoformat(due)
        self.assertEqual(due_date(start, delay, calendar, truce), due)


@tagged("standard", "at_install")
class TestEngineHolidays(BaseCase):

    def test_moving_holidays(self):
        """Labour Code, L. 3133-1: Easter Monday, Ascension, Whit Monday, 2024 to 2030."""
        for monday, ascension, whit in (
            ("2024-04-01", "2024-05-09", "2024-05-20"),
            ("2025-04-21", "2025-05-29", "2025-06-09"),
            ("2026-04-06", "2026-05-14", "2026-05-25"),
            ("2027-03-29", "2027-05-06", "2027-05-17"),
            ("2028-04-17", "2028-05-25", "2028-06-05"),
            ("2029-04-02", "2029-05-10", "2029-05-21"),
            ("2030-04-22", "2030-05-30", "2030-06-10"),
        ):
            year = int(monday[:4])
            moving = {
                day for day in french_holidays(year)
                if (day.month, day.day) not in {
                    (1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
            }
            self.assertEqual(moving, {date.fromisoformat(day) for day in (monday, ascension, whit)})

    def test_all_of_a_year(self):
        """Labour Code, L. 3133-1: the eleven holidays, here of 2026."""
        self.assertEqual(sorted(french_holidays(2026)), [date(2026, *day) for day in (
            (1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (8, 15), (11, 1), (11, 11),
            (12, 25))])

    def test_holidays_that_coincide(self):
        """L. 3133-1: in 2008 Ascension fell on 1 May: one holiday less."""
        self.assertEqual(len(french_holidays(2008)), 10)

    def test_alsace_moselle(self):
        """Labour Code, L. 3134-13: Good Friday and the day after Christmas."""
        more = french_holidays(2026, alsace_moselle=True) - french_holidays(2026)
        self.assertEqual(more, {date(2026, 4, 3), date(2026, 12, 26)})

    def test_no_country(self):
        """D-060: nothing is known of those of other countries."""
        self.assertTrue(FRANCE.is_holiday(date(2026, 7, 14)))
        self.assertFalse(BARE.is_holiday(date(2026, 7, 14)))

    def test_refused(self):
        """D-060: a country that is not known, and a closure that ends before it begins."""
        with self.assertRaisesRegex(ValueError, "country 'ZZ'"):
            Calendar(country="ZZ")
        with self.assertRaisesRegex(ValueError, "closure"):
            Calendar(closures=((date(2026, 8, 31), date(2026, 8, 1)),))


@tagged("standard", "at_install")
class TestEngineDelays(DatesCase):

    def test_refused(self):
        """D-060: a delay is a whole number, not negative, of a unit that is known."""
        with self.assertRaisesRegex(ValueError, "negative: -1"):
            Delay(-1, "days")
        with self.assertRaisesRegex(ValueError, "'hours', not one of days, weeks, months, work"):
            Delay(1, "hours")
        with self.assertRaisesRegex(ValueError, "whole number of units, not 1.5"):
            Delay(1.5, "months")

    def test_days(self):
        """CPC 641: the day of the act does not count; a plain delay ends on any day."""
        self.assertDue("2026-05-04", 3, "days", "2026-05-07")
        self.assertDue("2026-05-07", 1, "days", "2026-05-08")  # a holiday
        self.assertDue("2026-05-09", 0, "days", "2026-05-09")  # a Saturday

    def test_weeks(self):
        """T5: a week is seven days."""
        self.assertDue("2026-02-23", 6, "weeks", "2026-04-06")

    def test_months(self):
        """CPC 641: the same day of the month, else the last of the month."""
        self.assertDue("2026-01-15", 2, "months", "2026-03-15")
        self.assertDue("2026-01-31", 1, "months", "2026-02-28")
        self.assertDue("2024-01-31", 1, "months", "2024-02-29")
        self.assertDue("2026-03-31", 1, "months", "2026-04-30")
        self.assertDue("2026-02-28", 1, "months", "2026-03-28")  # not the last of March
        self.assertDue("2024-02-29", 12, "months", "2025-02-28")
        self.assertDue("2024-02-29", 48, "months", "2028-02-29")
        self.assertDue("2026-11-30", 3, "months", "2027-02-28")

    def test_working_days(self):
        """D-060: Monday to Friday less holidays, over Ascension (14 May) and its bridge."""
        self.assertDue("2026-05-12", 1, "working_days", "2026-05-13")
        self.assertDue("2026-05-12", 2, "working_days", "2026-05-15")
        self.assertDue("2026-05-12", 3, "working_days", "2026-05-18")
        self.assertDue("2026-05-16", 1, "working_days", "2026-05-18")  # from a Saturday

    def test_business_days(self):
        """D-060: Monday to Saturday less holidays, over Ascension (14 May)."""
        self.assertDue("2026-05-12", 2, "business_days", "2026-05-15")
        self.assertDue("2026-05-12", 3, "business_days", "2026-05-16")
        self.assertDue("2026-05-12", 4, "business_days", "2026-05-18")

    def test_no_unit_at_all(self):
        """D-060: none from a working day is the very day; else the next such day."""
        self.assertDue("2026-05-13", 0, "working_days", "2026-05-13")
        self.assertDue("2026-05-14", 0, "working_days", "2026-05-15")
        self.assertDue("2026-05-16", 0, "working_days", "2026-05-18")
        self.assertDue("2026-05-16", 0, "business_days", "2026-05-16")
        self.assertEqual(
            term(date(2026, 5, 16), Delay(0, "working_days"), FRANCE), date(2026, 5, 18))

    def test_office_closed(self):
        """D-060: a closure is skipped by plain working days, and by nothing else."""
        calendar = Calendar(closures=((date(2026, 8, 3), date(2026, 8, 21)),))
        self.assertDue("2026-07-31", 1, "working_days", "2026-08-24", calendar)
        self.assertDue("2026-07-31", 3, "business_days", "2026-08-24", calendar)
        self.assertDue("2026-07-31", 5, "days", "2026-08-05", calendar)

    def test_closure_prolongs_no_procedure(self):
        """CPC 642: Saturday, Sunday, holiday; the office's own holidays are not there."""
        calendar = Calendar(closures=((date(2026, 8, 3), date(2026, 8, 21)),))
        self.assertProcedural("2026-07-31", 1, "working_days", "2026-08-03", calendar)
        self.assertProcedural("2026-07-31", 5, "days", "2026-08-05", calendar)

    def test_a_moment_is_no_date(self):
        """D-060: which day a moment belongs to depends on the time zone of the company."""
        moment = datetime(2026, 5, 12, 23, 30)
        delay = Delay(1, "days")
        with self.assertRaisesRegex(ValueError, "a date is needed"):
            due_date(moment, delay, FRANCE)
        with self.assertRaisesRegex(ValueError, "a date is needed"):
            remaining(date(2026, 5, 12), moment, delay, FRANCE)
        with self.assertRaisesRegex(ValueError, "a date is needed"):
            remaining(moment, date(2026, 5, 12), delay, FRANCE)
        with self.assertRaisesRegex(ValueError, "a date is needed"):
            resume(moment, 1, delay, FRANCE)

    def test_too_late_to_be_written(self):
        """D-060: an absurd amount says so, at once, in each unit."""
        for unit in ("days", "weeks", "months", "working_days", "business_days"):
            for amount in (10**7, 10**30):
                with self.assertRaisesRegex(ValueError, "after 2026-05-12: past the year 9999"):
                    due_date(date(2026, 5, 12), Delay(amount, unit), FRANCE)
        with self.assertRaisesRegex(ValueError, "past the year 9999"):
            due_date(date(9999, 12, 31), Delay(0, "working_days"), Calendar(
                closures=((date(9999, 12, 31), date(9999, 12, 31)),)))

    def test_the_last_days_that_can_be_written(self):
        """D-060: the error says how long it was; as many days as are left are not all worked."""
        with self.assertRaisesRegex(ValueError, "^no date can be written for 31 days after "
                                    "9999-12-01: past the year 9999$"):
            due_date(date(9999, 12, 1), Delay(31, "days"), FRANCE)
        with self.assertRaisesRegex(ValueError, "written for 12 months after 9999"):
            due_date(date(9999, 1, 1), Delay(12, "months"), FRANCE)
        self.assertEqual(
            due_date(date(9999, 12, 1), Delay(30, "days"), FRANCE), date(9999, 12, 31))
        with self.assertRaises(ValueError):
            due_date(date(9999, 12, 1), Delay(30, "working_days"), FRANCE)

    def test_never_open(self):
        """D-060: rules that leave no open day say so, and do not search for ever."""
        calendar = Calendar(closures=((date(2026, 1, 1), date(9999, 12, 31)),))
        with self.assertRaisesRegex(ValueError, "no open day in the 30 years after 2026-05-13"):
            due_date(date(2026, 5, 12), Delay(1, "working_days"), calendar)
        christmas = Truce(12, 26, 12, 24)
        with self.assertRaisesRegex(ValueError, "no open day in the 30 years"):
            due_date(date(2026, 5, 12), Delay(1, "days", procedural=True), FRANCE, christmas)


@tagged("standard", "at_install")
class TestEngineProcedure(DatesCase):

    def test_last_day_closed(self):
        """CPC 642: from a Saturday, a Sunday or a holiday to the next working day."""
        self.assertProcedural("2026-05-04", 5, "days", "2026-05-11")  # Saturday
        self.assertProcedural("2026-05-04", 6, "days", "2026-05-11")  # Sunday
        self.assertProcedural("2026-05-04", 7, "days", "2026-05-11")
        self.assertProcedural("2026-05-04", 4, "days", "2026-05-11")  # Friday 8 May
        self.assertProcedural("2026-05-04", 3, "days", "2026-05-07")
        self.assertProcedural("2026-05-09", 0, "days", "2026-05-11")

    def test_christmas(self):
        """CPC 642, L. 3134-13: 25 December 2025, a Thursday; in Strasbourg Friday is one too."""
        self.assertProcedural("2025-12-17", 8, "days", "2025-12-26")
        self.assertProcedural("2025-12-17", 8, "days", "2025-12-29", ALSACE)

    def test_easter(self):
        """CPC 642, L. 3134-13: from Good Friday 2026 to Tuesday, where it is a holiday."""
        self.assertProcedural("2026-03-03", 1, "months", "2026-04-03")
        self.assertProcedural("2026-03-03", 1, "months", "2026-04-07", ALSACE)

    def test_no_holiday(self):
        """CPC 642: a calendar without holidays still has week-ends."""
        self.assertProcedural("2026-07-13", 1, "days", "2026-07-14", BARE)
        self.assertProcedural("2026-07-17", 1, "days", "2026-07-20", BARE)

    def test_business_days_end_on_no_saturday(self):
        """CPC 642: Saturday counts as "jour ouvrable", and a procedure does not end on it."""
        self.assertProcedural("2026-05-12", 3, "business_days", "2026-05-18")

    def test_months_then_days(self):
        """CPC 641: a month and fifteen days from 12 February 2017, months first."""
        day = term(date(2017, 2, 12), Delay(1, "months", procedural=True), FRANCE)
        self.assertEqual(day, date(2017, 3, 12))  # a Sunday, and no end yet
        self.assertEqual(
            due_date(day, Delay(15, "days", procedural=True), FRANCE), date(2017, 3, 27))

    def test_commandement_two_months(self):
        """T6, law of 6 July 1989, art. 24: served on 15 January 2026; 15 March is a Sunday."""
        self.assertProcedural("2026-01-15", 2, "months", "2026-03-16")
        self.assertProcedural("2025-12-31", 2, "months", "2026-03-02")  # 28 February: Saturday

    def test_commandement_six_weeks(self):
        """T5, law of 6 July 1989, art. 24: up to the Tuesday, and up to Easter Monday."""
        self.assertProcedural("2026-02-24", 6, "weeks", "2026-04-07")
        self.assertProcedural("2026-02-23", 6, "weeks", "2026-04-07")
        self.assertProcedural("2026-02-20", 6, "weeks", "2026-04-03")

    def test_order_for_payment(self):
        """J3, CPC 1411: three months to serve, from 1 September and from 30 November 2026."""
        self.assertProcedural("2026-09-01", 3, "months", "2026-12-01")
        self.assertProcedural("2026-11-30", 3, "months", "2027-03-01")  # 28 February: Sunday

    def test_opposition(self):
        """J4, CPC 1416: one month; 1 May 2026 is a Friday, so to the Monday."""
        self.assertProcedural("2025-01-31", 1, "months", "2025-02-28")
        self.assertProcedural("2026-04-01", 1, "months", "2026-05-04")

    def test_guarantor(self):
        """T8, law of 6 July 1989, art. 24: from Ascension to the Friday after, no holiday."""
        self.assertProcedural("2026-04-01", 15, "days", "2026-04-16")
        self.assertProcedural("2026-04-29", 15, "days", "2026-05-15")


@tagged("standard", "at_install")
class TestEngineTruce(DatesCase):

    def test_bounds(self):
        """CPCE L. 412-6: from 1 November to 31 March, both included."""
        for day, open_day in (
            ("2026-10-31", "2026-10-31"),
            ("2026-11-01", "2027-04-01"),
            ("2026-12-31", "2027-04-01"),
            ("2027-01-01", "2027-04-01"),
            ("2027-03-31", "2027-04-01"),
            ("2027-04-01", "2027-04-01"),
            ("2027-07-14", "2027-07-14"),
        ):
            self.assertEqual(
                WINTER.next_open_day(date.fromisoformat(day)), date.fromisoformat(open_day))

    def test_within_a_year(self):
        """D-060: a truce need not run across the new year."""
        august = Truce(8, 1, 8, 31)
        self.assertEqual(august.next_open_day(date(2026, 7, 31)), date(2026, 7, 31))
        self.assertEqual(august.next_open_day(date(2026, 8, 1)), date(2026, 9, 1))
        self.assertEqual(august.next_open_day(date(2026, 9, 1)), date(2026, 9, 1))

    def test_leap_day(self):
        """D-060: a truce up to the end of February, in any year."""
        truce = Truce(12, 1, 2, 29)
        self.assertEqual(truce.next_open_day(date(2027, 2, 28)), date(2027, 3, 1))
        self.assertEqual(truce.next_open_day(date(2028, 2, 29)), date(2028, 3, 1))

    def test_of_one_day(self):
        """D-060: that day of each year, and no other."""
        labour = Truce(5, 1, 5, 1)
        self.assertEqual(
            [labour.covers(date(2026, *day)) for day in ((4, 30), (5, 1), (5, 2))],
            [False, True, False])

    def test_refused(self):
        """D-060: a day that no year has, and a truce without end."""
        with self.assertRaisesRegex(ValueError, "no day 30 of month 2"):
            Truce(11, 1, 2, 30)
        for bounds in ((1, 1, 12, 31), (4, 1, 3, 31), (3, 1, 2, 28)):
            with self.assertRaisesRegex(
                    ValueError, "^a truce that covers the whole year would never end$"):
                Truce(*bounds)

    def test_order_to_leave(self):
        """CPCE L. 412-1, L. 412-6: two months that end in the truce wait for 1 April."""
        self.assertProcedural("2026-09-15", 2, "months", "2027-04-01", FRANCE, WINTER)
        self.assertProcedural("2026-08-28", 2, "months", "2026-10-28", FRANCE, WINTER)
        self.assertProcedural("2026-03-02", 2, "months", "2026-05-04", FRANCE, WINTER)
        self.assertDue("2026-09-15", 2, "months", "2027-04-01", FRANCE, WINTER)

    def test_truce_ends_on_a_holiday(self):
        """CPCE L. 412-6, CPC 642: 1 April 2024 was Easter Monday; 1 April 2028 is a Saturday."""
        self.assertProcedural("2024-01-10", 1, "months", "2024-04-02", FRANCE, WINTER)
        self.assertProcedural("2028-01-10", 1, "months", "2028-04-03", FRANCE, WINTER)
        self.assertDue("2024-01-10", 1, "months", "2024-04-01", FRANCE, WINTER)

    def test_put_off_into_the_truce(self):
        """CPCE L. 412-6, CPC 642: from Saturday 31 October 2026, 642 leads into the truce."""
        self.assertProcedural("2026-08-31", 2, "months", "2027-04-01", FRANCE, WINTER)
        self.assertDue("2026-08-31", 2, "months", "2026-10-31", FRANCE, WINTER)

    def test_working_days_after_the_truce(self):
        """CPCE L. 412-6: a delay in working days ends on one, when the truce put it off too."""
        self.assertDue("2028-01-10", 5, "working_days", "2028-04-03", FRANCE, WINTER)
        self.assertDue("2028-01-10", 5, "business_days", "2028-04-01", FRANCE, WINTER)


@tagged("standard", "at_install")
class TestEngineFreeze(DatesCase):

    def test_working_days(self):
        """D-028: five working days from 4 May 2026, paused on the 6th, resumed on the 18th."""
        delay = Delay(5, "working_days")
        due = due_date(date(2026, 5, 4), delay, FRANCE)
        self.assertEqual(due, date(2026, 5, 12))  # over 8 May and the week-end
        left = remaining(date(2026, 5, 6), due, delay, FRANCE)
        self.assertEqual(left, 3)
        self.assertEqual(resume(date(2026, 5, 18), left, delay, FRANCE), date(2026, 5, 21))

    def test_business_days(self):
        """D-028: Saturday is one of the days that are left."""
        delay = Delay(5, "business_days")
        due = due_date(date(2026, 5, 4), delay, FRANCE)
        self.assertEqual(due, date(2026, 5, 11))
        self.assertEqual(remaining(date(2026, 5, 6), due, delay, FRANCE), 3)
        self.assertEqual(resume(date(2026, 5, 18), 3, delay, FRANCE), date(2026, 5, 21))
        self.assertEqual(resume(date(2026, 5, 20), 3, delay, FRANCE), date(2026, 5, 23))

    def test_months_and_weeks_in_days(self):
        """D-028: of a month, what is left is so many days."""
        for delay in (Delay(1, "months"), Delay(4, "weeks"), Delay(30, "days")):
            self.assertEqual(remaining(date(2026, 5, 6), date(2026, 6, 4), delay, FRANCE), 29)
            self.assertEqual(resume(date(2026, 6, 1), 29, delay, FRANCE), date(2026, 6, 30))

    def test_closures_are_not_left(self):
        """D-028: the days on which the office is shut were not to run."""
        calendar = Calendar(closures=((date(2026, 8, 3), date(2026, 8, 21)),))
        delay = Delay(10, "working_days")
        self.assertEqual(remaining(date(2026, 7, 31), date(2026, 8, 25), delay, calendar), 2)
        self.assertEqual(
            remaining(date(2026, 7, 31), date(2026, 8, 25), replace(delay, procedural=True),
                      calendar), 17)

    def test_over(self):
        """D-028: nothing is left on the due date, nor after."""
        delay = Delay(5, "working_days")
        for today in (date(2026, 5, 12), date(2026, 5, 13), date(2027, 5, 13)):
            self.assertEqual(remaining(today, date(2026, 5, 12), delay, FRANCE), 0)

    def test_of_the_term(self):
        """D-028, CPCE L. 412-6: the delay itself freezes; the truce that put it off does not."""
        delay, start = Delay(2, "months"), date(2026, 9, 15)
        last = term(start, delay, FRANCE)
        self.assertEqual(last, date(2026, 11, 15))
        left = remaining(date(2026, 10, 1), last, delay, FRANCE)
        self.assertEqual(
            resume(date(2026, 12, 1), left, delay, FRANCE, WINTER), date(2027, 4, 1))
        due = due_date(start, delay, FRANCE, WINTER)
        left = remaining(date(2026, 10, 1), due, delay, FRANCE)
        self.assertEqual(
            resume(date(2026, 12, 1), left, delay, FRANCE, WINTER), date(2027, 6, 1))

    def test_a_date_chosen_by_hand(self):
        """D-028: a Sunday that no procedure would end on is put off to the Monday."""
        delay, sunday = Delay(10, "days", procedural=True), date(2026, 5, 17)
        left = remaining(date(2026, 5, 12), sunday, delay, FRANCE)
        self.assertEqual(resume(date(2026, 5, 12), left, delay, FRANCE), date(2026, 5, 18))

    def test_refused(self):
        """D-028: less than nothing cannot be left."""
        with self.assertRaisesRegex(ValueError, "negative: -1"):
            resume(date(2026, 5, 12), -1, Delay(5, "working_days"), FRANCE)


#: The same examples at every run. A slow machine is no fault, so slowness is not judged.
