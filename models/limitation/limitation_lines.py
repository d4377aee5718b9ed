"""How the limitation of an item is told to a reader: what its files and screens show."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class InterruptionLine:
    """An act that bears on the limitation of an item.

    :ivar kind: what it is, translated
    :ivar day: when it happened
    :ivar until: last day for which it has effect, or None
    :ivar note: what proves it
    :ivar counts: whether it had an effect: one after the last day has none
    """

    kind: str
    day: date
    until: date | None
    note: str
    counts: bool


@dataclass(frozen=True)
class LimitationLine:
    """The limitation of an item.

    :ivar item_id: id of the ``account.move.line``
    :ivar item: its document and due date, translated
    :ivar kind: kind of claim, translated; empty where none is known
    :ivar rule: how long the claim may be brought, translated; why there is no date where there
        is none
    :ivar source: where the rule comes from
    :ivar due: the day on which the item fell due
    :ivar start: the day from which the time runs now
    :ivar last_day: the last day on which a claim is in time; None: no rule says so
    :ivar lapsed: whether that day has gone by
    :ivar interruptions: tuple of :class:`InterruptionLine`, in their order
    """

    item_id: int
    item: str
    kind: str
    rule: str
    source: str
    due: date
    start: date
    last_day: date | None
    lapsed: bool
    interruptions: tuple
