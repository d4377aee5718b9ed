"""Values that travel between a personal page and the models: what it shows, and what it sent."""

import re
from dataclasses import dataclass
from datetime import date

from odoo.models import BaseModel

_KEY = re.compile(r"[\w-]{8,64}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,12}([.,]\d{1,3})?", re.ASCII)
_ID = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageCell:
    """What a column of the statement says of an item.

    :ivar code: of the column, used as a CSS class
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class PageItem:
    """An open item on the page, in the reader's language.

    :ivar item: ``account.move.line``
    :ivar titles: tuple of :class:`PageCell`, its first line
    :ivar details: tuple of :class:`PageCell`, below
    :ivar late: it is overdue
    :ivar printed: the document can be fetched as PDF
    :ivar payable: it can be paid online
    :ivar answerable: an answer may be given for it
    :ivar status: internal status, for colleagues only, as ``comment``
    :ivar note: what the reader should know of it: an answer that is being checked, a promise
    """

    item: BaseModel
    titles: tuple[PageCell, ...]
    details: tuple[PageCell, ...]
    late: bool
    printed: bool
    payable: bool
    answerable: bool
    note: str = ""
    status: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class PageSection:
    """The items of one currency, overdue ones first; never added to another's.

    :ivar currency: ``res.currency``
    :ivar overdue: overdue amount, net of credits; empty where nothing is overdue
    :ivar claims: interest and indemnity on top; empty where there is none
    :ivar more: how many items are not shown
    """

    currency: BaseModel
    items: tuple[PageItem, ...]
    total: str
    overdue: str
    claims: str
    more: int


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """What a page sent: texts that anybody may have written, not checked.

    :ivar key: tells this answer from every other one; sent twice, it is the same answer
    :ivar kind: of the answer
    :ivar items: ids of open items
    :ivar proposal: of a colleague, ``status:ID`` or ``result:CODE``
    :ivar files: tuple of (file name, bytes)
    """

    key: str
    kind: str
    items: frozenset[int]
    day: str = ""
    amount: str = ""
    reason: str = ""
    proposal: str = ""
    text: str = ""
    files: tuple[tuple[str, bytes], ...] = ()

    def has_valid_key(self) -> bool:
        """:return: whether the key is one that a page of ours may have sent"""
        return bool(_KEY.fullmatch(self.key))

    def read_day(self) -> date | None:
        """:return: the day; None where it is none"""
        try:
            return date.fromisoformat(self.day.strip())
        except ValueError:
            return None

    def read_amount(self) -> float | None:
        """:return: the amount, zero or more; None where it is no number"""
        amount = self.amount.strip()
        return float(amount.replace(",", ".")) if _AMOUNT.fullmatch(amount) else None

    def read_reason_id(self) -> int:
        """:return: id of the reason; 0 for none"""
        return _read_id(self.reason)

    def read_result(self) -> str:
        """:return: code of the proposed result of a dispute; empty for none"""
        what, _colon, value = self.proposal.partition(":")
        return value if what == "result" else ""

    def read_status_id(self) -> int:
        """:return: id of the proposed status; 0 for none"""
        what, _colon, value = self.proposal.partition(":")
        return _read_id(value) if what == "status" else 0


def _read_id(text):
    return int(text) if _ID.fullmatch(text) else 0
