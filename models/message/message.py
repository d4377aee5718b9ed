"""What a message says and what leaves of it, as plain values."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
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
class Notice:
    """What a formal notice demands, and how.

    :ivar items: the overdue ``account.move.line`` that it demands, and credits
    :ivar demands: :class:`~..claim.account_move_line.Demand` by item id
    :ivar day: the day that it bears
    :ivar until: last day of grace
    :ivar kind: of the debtor, a value of ``collection_debtor_kind``
    :ivar text: the ``collection.notice.text`` that holds, empty for none
    :ivar is_reserved: whether a person has said that interest without a rate is reserved
    """

    items: models.BaseModel
    demands: dict
    day: date
    until: date
    kind: str
    text: models.BaseModel
    is_reserved: bool

    @property
    def claims(self):
        """The claims by item id; those of which a rate is reserved as far as rates are known."""
        claims = {item_id: self.demands[item_id].claim for item_id in self.items.ids}
        return {item_id: replace(claim, missing_from=None) for item_id, claim in claims.items()
                } if self.is_reserved else claims

    @property
    def missing_from(self):
        """The first day for which a rate is missing, None where none is."""
        claims = (self.demands[item_id].claim for item_id in self.items.ids)
        return min((claim.missing_from for claim in claims if claim.missing_from), default=None)


@dataclass(frozen=True)
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
    :ivar notice: the :class:`Notice` that it is; None for no formal notice
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
    notice: Notice | None = None

    @property
    def demanded(self):
        """What a formal notice demands; nothing where it is none."""
        return self.notice.items if self.notice else self.items.browse()

    @cached_property
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
    :ivar notice: the :class:`Notice` that it is; None for no formal notice
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
    notice: Notice | None = None

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
