"""The kinds of personal links, each declared once.

For each kind, ``collection.link`` has a method ``_is_valid_<code>``: whether its recipient may
still see what it shows. A domain below that adds a kind lists it here and defines that method.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkKind:
    """A kind of personal link.

    :ivar code: stored value
    :ivar label: its name in lists, in English
    :ivar answers: kinds of answers that its page takes, see ``collection.answer``
    :ivar shows_account: its page shows open items
    """

    code: str
    label: str
    answers: tuple[str, ...] = ()
    shows_account: bool = True


KINDS = {kind.code: kind for kind in (
    LinkKind("customer", "The customer's", answers=("paid", "promise", "dispute", "question")),
    LinkKind("internal", "A colleague's", answers=("comment",)),
    LinkKind("documents", "A contributor's", shows_account=False),
)}

#: Codes of the kinds whose page shows open items.
ACCOUNT_KINDS = tuple(kind.code for kind in KINDS.values() if kind.shows_account)
