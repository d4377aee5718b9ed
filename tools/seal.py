"""The key of the seal, which is kept outside of the database, and what is sealed with it.

Whoever can write to the database can compute digests anew, but not this: the key stands in the
configuration file of Odoo (``collection_seal_key``) or in the environment
(``COLLECTION_SEAL_KEY``). It is no method of a model, so that no code which is kept in the
database, such as a server action, gets at it. A head is sealed here only where the head before
it was sealed rightly: whoever has forged rows cannot have the next command seal them.

After a planned change of key the former ones, separated by commas, are named by
``collection_seal_key_former``: what was sealed with them still holds, and is sealed with the
present one when it grows.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from odoo.tools import config

OPTION: Final = "collection_seal_key"
FORMER_OPTION: Final = "collection_seal_key_former"
#: Characters that a key has at least: fewer could be guessed.
SHORTEST: Final = 32

#: Whether a head's seal holds. *Foreign*: made with a key that is not there; *stale*: it covers
#: an earlier row; *bare*: there is none.
HOLDS, BROKEN, FOREIGN, STALE, BARE = "holds", "broken", "foreign", "stale", "bare"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a chain.

    :ivar id: of the ``collection.history.chain``
    :ivar key: of the chain
    :ivar customer: id of whom it belongs to
    :ivar company: id
    :ivar number: of its last row
    :ivar digest: of that row
    :ivar seal: hexadecimal, empty for none
    :ivar seal_key: the fingerprint of the key it was made with
    :ivar sealed_number: the last row that the seal covers
    """

    id: int
    key: str
    customer: int
    company: int
    number: int
    digest: str
    seal: str = ""
    seal_key: str = ""
    sealed_number: int = 0


@dataclass(frozen=True, slots=True)
class KeyState:
    """What there is to say of the key.

    :ivar fingerprint: of the present one, empty for none
    :ivar is_short: whether one is configured that is too short to be used
    :ivar known: fingerprints of all keys that are configured, former ones included
    """

    fingerprint: str
    is_short: bool
    known: tuple[str, ...]


def get_key_state() -> KeyState:
    """:return: the :class:`KeyState`"""
    key = _read(OPTION)
    usable = len(key) >= SHORTEST
    return KeyState(
        _find_fingerprint(key) if usable else "", bool(key) and not usable, tuple(_get_keys()))


def check(head: Head) -> str:
    """Whether the seal of a head holds.

    :return: :data:`HOLDS` to :data:`BARE`
    """
    if not head.seal:
        return BARE
    key = _get_keys().get(head.seal_key)
    if not key:
        return FOREIGN
    if head.sealed_number < head.number:
        return STALE
    if head.sealed_number > head.number:
        return BROKEN
    return HOLDS if hmac.compare_digest(head.seal, _make(key, head)) else BROKEN


def raise_head(old: Head, new: Head) -> Head:
    """Seal a head that has grown, where the seal held before.

    A chain that was not sealed from its first row on, or whose seal does not hold, keeps the seal
    that it has: it is out of date from then on, and says so until it is sealed anew
    (:func:`reseal`).

    :param old: the head as it was
    :param new: the head as it is
    :return: ``new`` with its seal
    """
    if old.number and check(old) != HOLDS:
        return replace(new, seal=old.seal, seal_key=old.seal_key, sealed_number=old.sealed_number)
    return reseal(new)


def give(head: Head, customer: int) -> Head:
    """:return: a head as that of a chain of another customer, sealed where it was sealed rightly"""
    return raise_head(head, replace(head, customer=customer))


def reseal(head: Head) -> Head:
    """Seal a head, whatever it was. The row that says so comes before, by whom and when.

    :return: the head with its seal; without one where there is no key
    """
    key = _read(OPTION)
    if len(key) < SHORTEST:
        return replace(head, seal="", seal_key="", sealed_number=0)
    return replace(
        head, seal=_make(key, head), seal_key=_find_fingerprint(key), sealed_number=head.number)


def _make(key: str, head: Head) -> str:
    message = json.dumps([
        "collection seal", 1, head.key, head.customer, head.company, head.number, head.digest])
    return hmac.digest(key.encode(), message.encode(), "sha256").hex()


def _get_keys() -> dict[str, str]:
    """:return: dict of the keys that are configured, by fingerprint"""
    keys = [_read(OPTION), *_read(FORMER_OPTION).split(",")]
    return {_find_fingerprint(key.strip()): key.strip()
            for key in keys if len(key.strip()) >= SHORTEST}


@lru_cache(maxsize=16)
def _find_fingerprint(key: str) -> str:
    """:return: str by which a key is recognised, and from which it cannot be guessed"""
    return hmac.digest(key.encode(), b"collection seal fingerprint", "sha256").hex()[:16]


def _read(option: str) -> str:
    return str(os.environ.get(option.upper()) or config.get(option) or "").strip()
