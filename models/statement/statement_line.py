"""A line of a statement of account, and the columns in which it is shown.

One registry of columns, ``collection.statement._get_columns``, serves all renderings: PDF, e-mail
and letter, the page behind a personal link, and the portal. A further column is one entry there:
another add-on extends that method in one class. Only the list of open items on the screen is an
Odoo list view, where a column is necessarily a field of ``account.move.line`` and a line in
``views/item/account_move_line_views.xml``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from odoo.models import BaseModel

from ...tools.clauses import join_label

#: Renderings: the table in PDF, e-mail and letter; a card on the personal page; the portal.
TABLE, PAGE, PORTAL = "table", "page", "portal"


@dataclass(frozen=True, slots=True)
class ItemLabels:
    """Names of a batch of items, in one language.

    :ivar documents: names by item id: number, type of document, which instalment
    :ivar date: formats a date; kept, as the same dates come back for many customers
    """

    documents: dict[int, str]
    date: Callable[[date], str]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One open item on a statement, or the total of a currency, in the reader's language.

    Texts are empty where there is nothing to say.

    :ivar items: the ``account.move.line``; of a total, all that it adds up
    :ivar document: name of the document; of a total, the word for it
    :ivar date: day of the document
    :ivar due: due date
    :ivar days_late: days since the due date; 0 for credits and what is not overdue
    :ivar amount: amount due, with its currency
    :ivar interest: late-payment interest, or that its rate is missing
    :ivar indemnity: fixed indemnity
    :ivar claimed: the same two as numbers in the currency of the items, each None where there is
        none, its rate is missing, or it is in another currency
    """

    items: BaseModel
    document: str
    date: str = ""
    due: str = ""
    days_late: int = 0
    amount: str = ""
    interest: str = ""
    indemnity: str = ""
    claimed: tuple[float | None, float | None] = (None, None)

    @property
    def owed(self):
        """What is left of the items, as a number in their currency."""
        return sum(self.items.mapped("amount_residual_currency"))


@dataclass(frozen=True, slots=True)
class StatementColumn:
    """A column of statements of account, in the reader's language.

    :ivar code: technical name, unique; the personal page uses it as a CSS class
    :ivar label: heading
    :ivar value: takes a :class:`StatementLine`, returns the cell's text; empty for nothing, never
        False
    :ivar total: takes the :class:`StatementLine` of a total; None: nothing is added up
    :ivar card: takes a :class:`StatementLine`, returns what a card says, which has no headings;
        empty: not shown there. None: label and value
    :ivar cell: takes a :class:`StatementLine`, returns what stands in a spreadsheet: number or
        date; None for the text of ``value``, which stands where there is no cell
    :ivar is_title: it stands in the first line of a card
    :ivar is_number: amounts and numbers of days, aligned at the end and never broken
    :ivar is_claim: shown only where something may be claimed on top of an item of the customer
    :ivar places: renderings that show it
    """

    code: str
    label: str
    value: Callable[[StatementLine], str]
    total: Callable[[StatementLine], str] | None = None
    card: Callable[[StatementLine], str] | None = None
    cell: Callable[[StatementLine], object] | None = None
    is_title: bool = False
    is_number: bool = False
    is_claim: bool = False
    places: frozenset[str] = frozenset((TABLE, PAGE, PORTAL))

    def get_total(self, total):
        """:param StatementLine total: of a currency
        :return: str, the cell below the column"""
        return self.total(total) if self.total else ""

    def get_cell(self, line):
        """:param StatementLine line: an open item
        :return: number, date or text of a spreadsheet"""
        cell = self.cell(line) if self.cell else None
        return self.value(line) if cell is None else cell

    def get_total_cell(self, total):
        """:param StatementLine total: of a currency
        :return: number or text below the column of a spreadsheet"""
        cell = self.cell(total) if self.cell and self.total else None
        return self.get_total(total) if cell is None else cell

    def get_card_text(self, line):
        """:param StatementLine line: an open item
        :return: str, what a card says of it; empty where it says nothing"""
        if self.card:
            return self.card(line)
        value = self.value(line)
        return value if self.is_title or not value else join_label(
            line.items.env, self.label, value)


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """What customers owe in one currency.

    :ivar currency: ``res.currency``
    :ivar open: net of open items, which is what statements on paper and messages ask for
    :ivar overdue: what of them is overdue, credits left out
    :ivar kept_out: net of what is neither settled nor open: blocked, being paid, or kept out of
        follow-up
    """

    currency: BaseModel
    open: float
    overdue: float
    kept_out: float
