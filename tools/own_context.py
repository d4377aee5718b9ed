"""Keys of the context that change what the module does, and that it alone can set.

A remote call brings a context along. A key that lets something through would let everybody
through, so what counts is not that the key is there: its value is an object, which no message
from outside can name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from odoo.models import BaseModel

_OWN: Final = object()


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """A value that the module keeps in a context: no message from outside can make one."""

    value: Any


def with_own(records: BaseModel, *keys: str) -> Any:
    """Give records a context in which the module is at work itself.

    :param keys: what the module does; asked for by :func:`is_own`
    :return: the same records
    """
    return records.with_context(**dict.fromkeys(keys, _OWN))


def is_own(records: BaseModel, key: str) -> bool:
    """Whether the module itself has set this key, and no caller.

    :param key: as given to :func:`with_own`
    """
    return records.env.context.get(key) is _OWN


def with_value(records: BaseModel, key: str, value: Any) -> Any:
    """Give records a context that holds a value of the module's own.

    :param key: asked for by :func:`get_value`
    :return: the same records
    """
    return records.with_context(**{key: _Kept(value)})


def get_value(records: BaseModel, key: str) -> Any:
    """:return: what the module itself has kept under this key; None where it has not"""
    kept = records.env.context.get(key)
    return kept.value if isinstance(kept, _Kept) else None
