"""Whose customer is whose: what changes when a customer becomes another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from odoo.tools import SQL


@dataclass(frozen=True)
class CustomerChange:
    """What a commercial entity was the customer of belongs to another one from now on.

    :ivar int former: id of the ``res.partner`` that was the customer
    :ivar int current: id of the ``res.partner`` that is the customer now
    :ivar bool whole: the former is no customer any more (it was merged, or got a parent), so
        that all of its records change hands; otherwise only those whose open items all belong
        to the current customer now
    :ivar bool fresh: the current one was a part of the former (it lost its parent), and begins
        with what is set for that one
    """

    former: int
    current: int
    whole: bool = False
    fresh: bool = False


def move_all(model: Any, changes: Sequence[CustomerChange]) -> Any:
    """Give the records of customers that are none any more to those that take their place.

    :param model: a model with a ``customer_id``
    :param changes: list of :class:`CustomerChange`; only the whole ones are looked at
    :return: the records that changed hands
    """
    pairs = [(change.former, change.current) for change in changes if change.whole]
    if not pairs:
        return model.browse()
    return _update(model, SQL(
        "UPDATE %s AS record SET customer_id = change.current"
        "  FROM unnest(%s::int[], %s::int[]) AS change (former, current)"
        " WHERE record.customer_id = change.former RETURNING record.id",
        SQL.identifier(model._table), *_split(pairs)))


def find_following(
        model: Any, changes: Sequence[CustomerChange], field: str = "item_ids") -> dict[int, int]:
    """Find the records that go along with their open items, where a customer was split.

    A record on items of several customers stays where it is.

    :param model: a model with a ``customer_id`` and open items
    :param changes: list of :class:`CustomerChange`; the whole ones are not looked at
    :param str field: its ``account.move.line``, one or many
    :return: dict of the current customer's id by record's id
    """
    pairs = [(change.former, change.current) for change in changes if not change.whole]
    if not pairs:
        return {}
    items = model._fields[field]
    rel, one, many = (
        (items.relation, items.column1, items.column2) if items.type == "many2many"
        else (model._table, "id", field))
    model.env.flush_all()
    return dict(model.env.execute_query(SQL(
        """
        SELECT owned.id, owned.current
          FROM (SELECT record.id, record.customer_id AS former,
                       min(owner.commercial_partner_id) AS current,
                       max(owner.commercial_partner_id) AS other
                  FROM %(table)s AS record
                  JOIN %(rel)s AS rel ON rel.%(one)s = record.id
                  JOIN account_move_line AS item ON item.id = rel.%(many)s
                  JOIN res_partner AS owner ON owner.id = item.partner_id
                 WHERE record.customer_id = ANY(%(formers)s)
              GROUP BY record.id, record.customer_id) AS owned
          JOIN unnest(%(formers)s::int[], %(currents)s::int[]) AS change (former, current)
               USING (former, current)
         WHERE owned.current = owned.other
        """,
        table=SQL.identifier(model._table), rel=SQL.identifier(rel), one=SQL.identifier(one),
        many=SQL.identifier(many), **dict(zip(("formers", "currents"), _split(pairs))))))


def move_some(model: Any, currents: Mapping[int, int]) -> Any:
    """Give these records to other customers.

    :param model: a model with a ``customer_id``
    :param dict currents: the customer's id by record's id
    :return: the records
    """
    if not currents:
        return model.browse()
    return _update(model, SQL(
        "UPDATE %s AS record SET customer_id = change.current"
        "  FROM unnest(%s::int[], %s::int[]) AS change (id, current)"
        " WHERE record.id = change.id RETURNING record.id",
        SQL.identifier(model._table), *_split(currents.items())))


def follow(model: Any, changes: Sequence[CustomerChange], field: str) -> Any:
    """Give records to the customer of what they hang on.

    :param model: a model with a ``customer_id``
    :param changes: list of :class:`CustomerChange`
    :param str field: its many2one whose ``customer_id`` holds
    :return: the records that changed hands
    """
    above = model.env[model._fields[field].comodel_name]
    return _update(model, SQL(
        "UPDATE %s AS record SET customer_id = above.customer_id FROM %s AS above"
        " WHERE above.id = record.%s AND record.customer_id = ANY(%s)"
        "   AND record.customer_id <> above.customer_id RETURNING record.id",
        SQL.identifier(model._table), SQL.identifier(above._table), SQL.identifier(field),
        [change.former for change in changes]))


def _update(model: Any, query: SQL) -> Any:
    model.env.flush_all()
    moved = model.browse(id_ for [id_] in model.env.execute_query(query))
    model.invalidate_model(["customer_id"])
    return moved


def _split(pairs: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """:return: list of the first of each pair, and of the second"""
    pairs = list(pairs)
    return [one for one, _other in pairs], [other for _one, other in pairs]
