"""What a case file is about, and how it writes days, moments and amounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from odoo.models import BaseModel
from odoo.tools import format_amount, format_date, format_datetime, formatLang


@dataclass(frozen=True, slots=True)
class Options:
    """What somebody chose to have in a case file.

    :ivar day: of the claim; None: today
    :ivar lang: code of the language; empty: the company's
    :ivar documents: the files themselves, not only the list of them
    :ivar messages: each message as it left, not only the list of them
    :ivar history: the rows, and what proves them
    """

    day: date | None = None
    lang: str = ""
    documents: bool = True
    messages: bool = True
    history: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """The records of a case, all of one customer and company, in the language of the file.

    :ivar about: what it was asked for, for a reader
    :ivar rows: of the history
    :ivar formats: how the file writes days, moments and amounts
    """

    customer: BaseModel
    company: BaseModel
    day: date
    options: Options
    about: str
    items: BaseModel
    sequences: BaseModel
    actions: BaseModel
    dispatches: BaseModel
    promises: BaseModel
    disputes: BaseModel
    answers: BaseModel
    replies: BaseModel
    requests: BaseModel
    costs: BaseModel
    chains: BaseModel
    rows: BaseModel

    formats: Formats


class Formats:
    """Days, moments and amounts in a language, in the time zone of a company."""

    def __init__(self, env, company):
        self.env = env
        self.zone = company._get_collection_tz()
        self._labels = {}

    def day(self, day):
        """:return: str, a date; empty for none"""
        return format_date(self.env, day) or ""

    def moment(self, moment):
        """:return: str, a date and time in the company's time zone; empty for none"""
        return format_datetime(
            self.env, moment, tz=self.zone, dt_format="short") if moment else ""

    def money(self, amount, currency):
        """:return: str, an amount with its currency"""
        return format_amount(self.env, float(amount), currency)

    def number(self, number, digits=2):
        """:return: str, a number with so many decimals"""
        return formatLang(self.env, float(number), digits=digits)

    def choice(self, record, name):
        """:return: str, what a selection field says; empty for nothing"""
        key = record._name, name
        if key not in self._labels:
            self._labels[key] = dict(record._fields[name]._description_selection(record.env))
        return self._labels[key].get(record[name]) or ""
