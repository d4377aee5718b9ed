"""What a message says and what leaves of it, as plain values."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from odoo import models
from odoo.tools import formataddr

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signs a message.

    :ivar partner: the colleague, or the company itself
    """

    partner: models.BaseModel
    name: str
    email: str
    phone: str

    @property
    def email_from(self):
        return formataddr((self.name, self.email)) if self.email else ""


@dataclass(frozen=True, slots=True)
class MessageData:
    """The records and figures that a message speaks of.

    :ivar recipient: the contact that it goes to
    :ivar lang: code of the language that it is written in
    :ivar account: open items of the customer that the message may speak of
    :ivar items: those among them that it is about
    :ivar leader: the oldest of these, empty where nothing is due
    :ivar claims: late-payment claims by item id
    :ivar instalments: (number, how many) by item id, for invoices with several due dates
    :ivar paid_late: settled items of the customer on which something may still be claimed
    :ivar copies: the contacts that receive a copy of it
    :ivar is_ahead: it reminds before anything is overdue, and speaks of what falls due
    :ivar holder: the ``res.partner`` who receives it, or a text of its own besides, as the holder
        of a function; None for nobody
    """

    day: date
    recipient: models.BaseModel
    lang: str
    sender: Sender
    account: models.BaseModel
    items: models.BaseModel
    leader: models.BaseModel
    claims: dict
    instalments: dict
    paid_late: models.BaseModel
    copies: models.BaseModel
    is_ahead: bool = False
    holder: models.BaseModel | None = None

    @property
    def overdue(self):
        """What of the account is overdue, or falls due where the message reminds ahead of it;
        credits count from the start."""
        if self.is_ahead:
            return self.items
        return self.account.filtered(lambda line: (
            line.amount_residual_currency < 0 or line._get_collection_due() < self.day
        )).with_prefetch(self.account._prefetch_ids)


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it was written, with its hashtags.

    :ivar body: HTML or plain text, as ``is_html`` says
    """

    subject: str
    body: str
    is_html: bool


class MessageFile(NamedTuple):
    """A file that goes along with a message."""

    name: str
    content: bytes
    mimetype: str = PDF


@dataclass(frozen=True, slots=True)
class Message:
    """What leaves for one action, or would leave now.

    :ivar recipient: the contact it goes to; whether it can be reached is for the sender to see
    :ivar lang: code of the language that it is written in
    :ivar subject: plain text, one line
    :ivar content: what was written, with values for hashtags; HTML or plain text, as its channel
        has it
    :ivar body: the same as it leaves, always HTML: an e-mail in its layout, a letter with what
        stands below it, an SMS as escaped lines
    :ivar items: ``account.move.line`` that it is about
    :ivar sender: who signs it
    :ivar copies: ``res.partner`` that receive a copy
    :ivar attachments: list of :class:`MessageFile`; of a letter, the letter itself
    :ivar objection: why it must not leave, see :mod:`~.gate`; None where it may
    """

    recipient: models.BaseModel
    lang: str
    subject: str
    content: str
    body: Markup
    items: models.BaseModel
    sender: Sender
    copies: models.BaseModel
    attachments: list = field(default_factory=list)
    objection: str | None = None

    @property
    def author(self):
        """The ``res.partner`` that signs."""
        return self.sender.partner

    @property
    def email_from(self):
        return self.sender.email_from

    def get_invoices(self):
        """:return: the invoices and credit notes that it is about, as ``account.move``"""
        return self.items.move_id.filtered(lambda move: move.is_sale_document())
