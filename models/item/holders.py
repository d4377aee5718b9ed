"""Which of our records hold journal items: they follow an entry that is corrected or deleted.

A domain that keeps ``account.move.line`` in a field of its own registers it here; see
``collection.item.snapshot``, which reads this.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Holder:
    """A field of ours that points to journal items.

    :ivar model: of the records, which have a ``customer_id`` and a ``company_id``
    :ivar field: to one item or to many
    :ivar domain: of the records that follow; the others keep what is left to them
    :ivar reaction: name of a method of the records, called with the ``account.move`` (empty when
        it was deleted) and the str that names its former items, once the new ones stand; or ""
    :ivar unique: names of fields: of the records that share their values, one at most holds an
        item; one that has an item keeps it
    :ivar is_traced: whether the customer's history says that the items are others now
    """

    model: str
    field: str
    domain: tuple = ()
    reaction: str = ""
    unique: tuple = ()
    is_traced: bool = True

    @property
    def key(self):
        return f"{self.model}:{self.field}"

    def get_shared(self, record):
        """:return: list of a record's values of the fields of which one record holds an item"""
        return [record[name] for name in self.unique]


#: Each holder by its key.
HOLDERS: dict[str, Holder] = {}


def register(*holders):
    """Have records follow their items from now on.

    :param holders: :class:`Holder` values
    """
    for holder in holders:
        HOLDERS[holder.key] = holder


def find_successors(held, before, after):
    """Which items take the place of those that a record held of an entry.

    A record on the whole entry holds the whole of it afterwards. One on a part of it keeps what
    is still there; where some of that is gone, what is new takes its place.

    :param held: ids of the items that it held
    :param before: ids of the entry's items then
    :param after: ids of the entry's items now, in order
    :return: list of ids among ``after``
    """
    if set(held) >= set(before):
        return list(after)
    kept = [item for item in after if item in held]
    if len(kept) == len(held):
        return kept
    return kept + [item for item in after if item not in before] or list(after)


def find_successor(held, before, after):
    """Which item takes the place of one: the one of the same rank, where the items are others.

    :param int held: id of the item that a record held
    :param before: ids of the entry's items then, by due date
    :param after: ids of the entry's items now, by due date
    :return: id among ``after``, or None where there is none
    """
    if set(before) == set(after) and held in after:
        return held
    return after[min(before.index(held), len(after) - 1)] if after else None
