"""Delays counted on the fingers, from each day of 1990 to 2100.

The reference walks from day to day and asks of each whether it counts, with holidays and last
days of months found without the engine.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

from odoo.tests import BaseCase, tagged

from ...engine.dates import Calendar, Delay, Truce, due_date, remaining, resume, term
from ...engine.holidays import french_holidays

ONE = timedelta(days=1)
#: All days, but where the tests are run thousands of times over.
EVERY = 1 if int(os.environ.get("N") or 2000) >= 2000 else 97
DAYS = [date(1990, 1, 1) + timedelta(days=n) for n in range(0, 40_542, EVERY)]
FRANCE, ALSACE, OPEN = Calendar(), Calendar(alsace_moselle=True), Calendar(country=None)
WINTER = Truce(11, 1, 3, 31)
#: The company's own days and its summer, which procedure knows nothing of.
CLOSED = Calendar(closures=(
    (date(2026, 5, 15), date(2026, 5, 15)), (date(2026, 8, 3), date(2026, 8, 21))))
#: What is counted from each day, in turn.
COUNTED = (
    (Delay(1, "months", procedural=True), FRANCE, None),
    (Delay(15, "days", procedural=True), FRANCE, None),
    (Delay(8, "working_days"), CLOSED, None),
    (Delay(2, "months"), FRANCE, WINTER),
    (Delay(6, "weeks", procedural=True), ALSACE, None),
    (Delay(10, "business_days"), FRANCE, None),
    (Delay(13, "months"), OPEN, None),
    (Delay(3, "working_days", procedural=True), CLOSED, WINTER),
    (Delay(0, "days", procedural=True), FRANCE, None),
    (Delay(30, "days"), OPEN, Truce(2, 29, 3, 1)),
    (Delay(5, "business_days", procedural=True), ALSACE, None),
)


@lru_cache(None)
def find_feasts(year, alsace):
    """:return: the holidays of a year, said in French and then counted from Easter"""
    fixed = ["0101", "0105", "0805", "1407", "1508", "0111", "1111", "2512"] + ["2612"] * alsace
    moving = [1, 39, 50] + [-2] * alsace
    return {date(year, int(day[2:]), int(day[:2])) for day in fixed} | {
        easter(year) + timedelta(days=days) for days in moving}


def is_off(day, calendar):
    return bool(calendar.country and day in find_feasts(day.year, calendar.alsace_moselle))


def counts(day, delay, calendar):
    """Whether a day is one of the delay's."""
    last = {"working_days": 5, "business_days": 6}.get(delay.unit, 7)
    if last == 7:
        return True
    shut = not delay.procedural and any(a <= day <= b for a, b in calendar.closures)
    return day.isoweekday() <= last and not is_off(day, calendar) and not shut


def may_end(day, delay, calendar, truce):
    if delay.procedural and (day.isoweekday() > 5 or is_off(day, calendar)):
        return False
    return counts(day, delay, calendar) and not (truce and is_truce(day, truce))


def is_truce(day, truce):
    """Walk through the truce from its first day on, until this day or its last."""
    first, last, today = (truce.start_month, truce.start_day), (
        truce.end_month, truce.end_day), (day.month, day.day)
    return first <= today <= last if first <= last else not last < today < first


def add_months(start, months):
    """The same day of a later month, or the last one that it has."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in range(start.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue


def count(start, delay, calendar):
    """The term: the day itself does not count."""
    if delay.unit == "months":
        return add_months(start, delay.amount)
    day, left = start, delay.amount * (7 if delay.unit == "weeks" else 1)
    while left:
        day += ONE
        left -= counts(day, delay, calendar)
    return day


def put_off(day, delay, calendar, truce):
    while not may_end(day, delay, calendar, truce):
        day += ONE
    return day


@tagged("standard", "at_install")
class TestEngineDatesDayByDay(BaseCase):

    def test_holidays(self):
        """D-060, Labour Code L. 3133-1: of each year, day by day."""
        for day in DAYS:
            for alsace in (False, True):
                self.assertEqual(
                    day in french_holidays(day.year, alsace),
                    day in find_feasts(day.year, alsace), day)

    def test_days_of_the_calendar(self):
        """D-060: working days and business days."""
        for day in DAYS:
            off = is_off(day, ALSACE)
            self.assertEqual(
                (ALSACE.is_working_day(day), ALSACE.is_business_day(day), WINTER.covers(day)),
                (day.isoweekday() < 6 and not off, day.isoweekday() < 7 and not off,
                 day.month in (11, 12, 1, 2, 3)), day)

    def test_delays(self):
        """CPC 640 to 642: each day's delay ends where it does when counted day by day."""
        for number, start in enumerate(DAYS):
            delay, calendar, truce = COUNTED[number % len(COUNTED)]
            counted = count(start, delay, calendar)
            found = due_date(start, delay, calendar, truce)
            self.assertEqual(found, put_off(counted, delay, calendar, truce), (start, delay))
            if delay.amount:
                self.assertEqual(term(start, delay, calendar), counted, (start, delay))

    def test_what_is_left_and_goes_on(self):
        """D-028: paused and resumed on days of all kinds."""
        for number, start in enumerate(DAYS[::5]):
            delay, calendar, truce = COUNTED[number % len(COUNTED)]
            due = due_date(start, delay, calendar, truce)
            paused = start + timedelta(days=number % 9)
            later = paused + timedelta(days=number % 40)
            days = [paused + timedelta(days=n + 1) for n in range((due - paused).days)]
            left = sum(counts(day, delay, calendar) for day in days)
            self.assertEqual(remaining(paused, due, delay, calendar), left, (start, delay))
            day, units = later, left
            while units:
                day += ONE
                units -= counts(day, delay, calendar)
            self.assertEqual(
                resume(later, left, delay, calendar, truce),
                put_off(day, delay, calendar, truce), (start, delay, paused, later))
