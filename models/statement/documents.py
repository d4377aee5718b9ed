"""Statements of account as documents: what is open, or the activity of a period, on paper or as a
workbook, each in the language of its reader."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.models import BaseModel
from odoo.tools import format_date

from ...engine import hashtags
from ...tools.workbook import Page, write_workbook
from .collection_statement_activity import Activity

#: What a statement shows, and as which kind of file.
OPEN, ACTIVITY = "open", "activity"
PDF, XLSX, BOTH = "pdf", "xlsx", "both"
STATEMENT_KINDS = [(OPEN, "What is open"), (ACTIVITY, "Activity of a period")]
STATEMENT_FORMATS = [(PDF, "PDF"), (XLSX, "Excel"), (BOTH, "PDF and Excel")]
#: Lines that a customer's statement has on paper: more than a hundred pages.
MOST_LINES = 5000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class OpenStatement:
    """What is open on a customer's account.

    :ivar customer: commercial ``res.partner``
    :ivar items: its ``account.move.line``
    :ivar day: the company's
    :ivar claims: late-payment claims by item id
    :ivar instalments: see ``collection.statement._get_instalments``
    """

    customer: BaseModel
    company: BaseModel
    items: BaseModel
    day: date
    claims: dict
    instalments: dict

    def is_empty(self):
        """:return: bool, it has nothing to show"""
        return not self.items

    def get_name(self, lang):
        """:return: str, name of its file without the ending, in a language"""
        return name_open_statement(self.customer.env, self.day, lang)

    def prepare_sheet(self, lang, recipient):
        """:return: :class:`~...report.collection_print.Sheet`, in a language"""
        statement = self._get_model(lang)
        overdue = self._sum_overdue(statement)
        return _prepare_sheet(
            self, "account_collection.collection_statement_sheet", lang, recipient, self.day,
            statement._get_aged_tables(
                self.items, self.day, self._get_labels(statement), self.claims),
            overdue=overdue and statement._format_amounts(
                overdue, currency=self.company.currency_id))

    def _sum_overdue(self, statement):
        """:return: dict of what is overdue by currency, credits taken off, where it comes to
            something"""
        late = self.items.filtered(lambda item: (
            item.amount_residual_currency < 0 or item._get_collection_due() < self.day))
        return {currency: amount for currency, amount in statement._sum_items(late).items()
                if currency.compare_amounts(amount, 0) > 0}

    def prepare_page(self, lang):
        """:return: :class:`~...tools.workbook.Page`, in a language"""
        statement = self._get_model(lang)
        return _prepare_page(
            self, statement, statement.env._("Statement of account"),
            format_date(statement.env, self.day), statement._get_grids(
                self.items, self.day, self._get_labels(statement), self.claims))

    def _get_model(self, lang):
        return _get_model(self, "collection.statement", lang)

    def _get_labels(self, statement):
        return statement._get_labels(self.items, self.instalments)


@dataclass(frozen=True, slots=True)
class ActivityStatement:
    """A customer's account over a period.

    :ivar customer: commercial ``res.partner``
    :ivar since: first day of the period
    :ivar until: its last day
    :ivar activities: one a currency
    """

    customer: BaseModel
    company: BaseModel
    since: date
    until: date
    activities: tuple[Activity, ...]

    def is_empty(self):
        """:return: bool, it has nothing to show"""
        return not self.activities

    def get_name(self, lang):
        """:return: str, name of its file without the ending, in a language"""
        return name_activity(self.customer.env, self.since, self.until, lang)

    def prepare_sheet(self, lang, recipient):
        """:return: :class:`~...report.collection_print.Sheet`, in a language"""
        self._check_length()
        statement = self._get_model(lang)
        return _prepare_sheet(
            self, "account_collection.collection_activity_sheet", lang, recipient,
            self.company._get_collection_day(),
            statement._get_tables(self.activities, self.since, self.until),
            since=format_date(statement.env, self.since),
            until=format_date(statement.env, self.until))

    def _check_length(self):
        """:raise UserError: it has more entries than anybody reads on paper"""
        count = sum(len(activity.entries) for activity in self.activities)
        if count > MOST_LINES:
            raise UserError(self.customer.env._(
                "%(customer)s has %(count)s entries in this period: a printed account lists "
                "%(most)s at most. Choose a shorter period, or Excel.",
                customer=self.customer.display_name, count=count, most=MOST_LINES))

    def prepare_page(self, lang):
        """:return: :class:`~...tools.workbook.Page`, in a language"""
        statement = self._get_model(lang)
        env = statement.env
        return _prepare_page(
            self, statement, env._("Account activity"),
            env._("%(since)s to %(until)s", since=format_date(env, self.since),
                  until=format_date(env, self.until)),
            statement._get_grids(self.activities, self.since, self.until))

    def _get_model(self, lang):
        return _get_model(self, "collection.statement.activity", lang)


def _get_model(document, name, lang):
    return document.customer.env[name].with_company(document.company).with_context(lang=lang)


def _prepare_sheet(document, template, lang, recipient, day, tables, **values):
    company = document.company
    return document.customer.env["collection.print"]._prepare_sheet(
        template, company, lang, recipient, day, customer=document.customer,
        bank=company.partner_id.bank_ids[:1],
        tables=[Markup(hashtags.render_table(table)) for table in tables], **values)


def _prepare_page(document, statement, title, days, grids):
    nothing = () if grids else (statement.env._("Nothing is open."),)
    name = document.customer.name or ""
    return Page(name, (title, document.company.name, name, days, *nothing), tuple(grids))


def name_open_statement(env, day, lang):
    """:return: str, name of the file of what is open on a day, without its ending"""
    env = env["collection.statement"].with_context(lang=lang).env
    return env._("Statement of account %(date)s", date=day.isoformat())


def name_activity(env, since, until, lang):
    """:return: str, name of the file of an account over a period, without its ending"""
    env = env["collection.statement"].with_context(lang=lang).env
    return env._("Account activity %(since)s to %(until)s",
                 since=since.isoformat(), until=until.isoformat())


def read_activity(customers, company, since, until):
    """:param customers: commercial ``res.partner``
    :return: dict of :class:`ActivityStatement` by customer's id"""
    found = customers.env["collection.statement.activity"]._read(customers, company, since, until)
    return {customer.id: ActivityStatement(
        customer, company, since, until, tuple(found.get(customer.id, ())))
        for customer in customers}


def render_file(documents, langs, form):
    """Make one file of statements.

    :param documents: list of statements
    :param langs: dict of language codes by customer's id
    :param str form: PDF or XLSX
    :return: its content as bytes
    """
    if form == XLSX:
        return write_workbook([
            document.prepare_page(langs[document.customer.id]) for document in documents])
    prints = documents[0].customer.env["collection.print"]
    return prints._merge(prints._print_sheets([
        document.prepare_sheet(langs[document.customer.id], document.customer)
        for document in documents]))
