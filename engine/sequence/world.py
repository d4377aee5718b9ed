"""The state of the world around a sequence, gathered by the caller before each command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ..dates import Calendar

#: (step key, row key) of a row.
RowKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """What decisions may read besides the sequence itself.

    :param levels: what holds now, by level code: True / False, or an amount in company currency
    :param markers: the sequence's date properties, by name; those not filled are missing
    :param guards: keys of the guarded rows whose guard holds
    :param calendar: the company's; None counts no holiday
    """

    levels: Mapping[str, bool | float | None] = field(default_factory=dict)
    markers: Mapping[str, date | None] = field(default_factory=dict)
    guards: frozenset[RowKey] = frozenset()
    calendar: Calendar | None = None
