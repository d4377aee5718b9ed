"""Fields of customers and invoices that only their collector sees.

A collector of the own portfolio reads customers and invoices of colleagues, for these are Odoo's
own; what collecting adds to them comes out empty there. The rule stands in the field, so that it
holds on every way to it: read and exported values, forms, templates, conditions, groups, sums and
orders of a search.

What is stored, and what the cache holds, is the truth, whoever reads first: superuser mode and
the people who see every customer pass through. A model with such fields says which of its records
are of the user's own customers, by two methods that mean the same:

* ``_is_collection_seen()`` answers for one record, and reads what it needs for all that were read
  with it,
* ``_get_collection_seen_sql(alias)`` returns an SQL condition on the model's table,

and reads what is stored by :func:`see_stored`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.orm.utils import COLLECTION_TYPES
from odoo.tools import SQL

from .branches import (
    BranchBoolean,
    BranchChar,
    BranchLatestDate,
    BranchMany2one,
    BranchSelection,
)
from .own_context import is_own, with_own

if TYPE_CHECKING:
    from odoo.fields import Field as MixedInto
else:  # a mixin must not be a field itself
    MixedInto = object

#: Group of all who collect: it includes those who see every customer, and the managers.
COLLECTORS = "account_collection.group_collection_user"

#: Group of those who see every customer.
ALL_CUSTOMERS = "account_collection.group_collection_all"

#: What is ours on entries and their lines is read together, and not whenever Odoo reads something
#: of them: it does so at every posting and matching.
PREFETCH = "collection"

#: Key of the context under which what is stored is read.
STORED = "collection_stored"


def sees_own_only(env: Any) -> bool:
    """:return: whether the user is a collector who sees the own customers only"""
    return not env.su and env.user._sees_own_customers_only()


def see_stored(records: Any) -> Any:
    """:return: the recordset, to read what is stored into the cache, whose the records are"""
    if sees_own_only(records.env):
        return with_own(records, STORED)
    return records


def _hides(records: Any) -> bool:
    return sees_own_only(records.env) and not is_own(records, STORED)


class PortfolioField(MixedInto):
    """Mixin of a field that is empty for collectors of other customers.

    What is computed is computed in superuser mode: one value for everybody.
    """

    def _get_attrs(self, model_class: Any, name: str) -> dict[str, Any]:
        attrs = super()._get_attrs(model_class, name)
        if attrs.get("compute"):
            attrs["compute_sudo"] = True
        if model_class._name.startswith("account."):
            attrs.setdefault("prefetch", PREFETCH)
        return attrs

    def __get__(self, record: Any, owner: Any = None) -> Any:
        if record is not None and record and not self.related and _hides(record):
            seen = record.filtered(self._is_seen)
            # the same one, where nothing is hidden: it knows what it was read with
            record = record if len(seen) == len(record) else seen
        return super().__get__(record, owner)

    def _is_seen(self, record: Any) -> bool:
        """A form's record is the one that it was opened from; what is computed on one that comes
        from nowhere may be of anybody."""
        origin = record._origin
        return origin._is_collection_seen() if origin else not self.compute

    def to_sql(self, model: Any, alias: str) -> SQL:
        sql = super().to_sql(model, alias)
        if not _hides(model):
            return sql
        return SQL("(CASE WHEN %s THEN %s END)", model._get_collection_seen_sql(alias), sql)

    def determine_domain(self, records: Any, operator: str, value: Any) -> Any:
        """Search a field that is not stored: customers of colleagues are never found.

        :raise AccessError: the user has no right to read the field
        """
        records._check_field_access(self, "read")
        domain = super().determine_domain(records, operator, value)
        if domain is NotImplemented or self.related or not _hides(records):
            return domain
        return Domain(domain, internal=True) & seen_domain()

    def write(self, records: Any, value: Any) -> None:
        """:raise AccessError: one of the records is of a colleague's customer, or the field is set
            by commands only"""
        if self.store and not self.compute and not records.env.su and any(records._ids):
            if self.readonly:
                raise AccessError(records.env._(
                    "%(field)s is set by the commands that stand beside it, never by hand.",
                    field=self.get_description(records.env, ["string"])["string"]))
            if sees_own_only(records.env) and not all(map(self._is_seen, records)):
                records._check_collection_portfolio()
        super().write(records, value)


def seen_domain() -> Domain:
    """:return: ``Domain`` of the records of the user's own customers"""
    return Domain.custom(
        to_sql=lambda model, alias, _query: model._get_collection_seen_sql(alias),
        predicate=lambda record: record._is_collection_seen())


class PortfolioInteger(PortfolioField, fields.Integer):
    """A number."""


class PortfolioFloat(PortfolioField, fields.Float):
    """A number with decimals."""


class PortfolioMonetary(PortfolioField, fields.Monetary):
    """An amount."""


class PortfolioBoolean(PortfolioField, fields.Boolean):
    """A switch."""


class PortfolioChar(PortfolioField, fields.Char):
    """A line of text."""


class PortfolioText(PortfolioField, fields.Text):
    """A text."""


class PortfolioDate(PortfolioField, fields.Date):
    """A day."""


class PortfolioSelection(PortfolioField, fields.Selection):
    """A choice."""


class PortfolioJson(PortfolioField, fields.Json):
    """A value that a widget of ours reads."""


class PortfolioMany2one(PortfolioField, fields.Many2one):
    """A record."""


class PortfolioMany2many(PortfolioField, fields.Many2many):
    """Records. The model groups by them with :meth:`group_to_sql`."""

    def condition_to_sql(
            self, field_expr: str, operator: str, value: Any, model: Any, alias: str, query: Any,
    ) -> SQL:
        sql = super().condition_to_sql(field_expr, operator, value, model, alias, query)
        if not _hides(model):
            return sql
        return SQL("(%s AND %s)", model._get_collection_seen_sql(alias), sql)

    def group_to_sql(self, model: Any, alias: str, query: Any) -> SQL:
        """Group by it: in the user's own customers only.

        :param model: recordset of the field's model
        :param str alias: of the model's table
        :param query: the :class:`~odoo.tools.Query`, which is joined with the relation
        :return: :class:`~odoo.tools.SQL`, the related record's id
        """
        relation = query.make_alias(alias, self.name)
        query.add_join("LEFT JOIN", relation, self.relation, SQL(
            "%s = %s AND %s", SQL.identifier(alias, "id"),
            SQL.identifier(relation, self.column1), model._get_collection_seen_sql(alias)))
        return SQL.identifier(relation, self.column2)


class RuledField(MixedInto):
    """Mixin of records of ours on a record of Odoo: found by those that the user may read.

    Odoo looks for ids, and for whether there is any, in superuser mode.
    """

    def condition_to_sql(
            self, field_expr: str, operator: str, value: Any, model: Any, alias: str, query: Any,
    ) -> SQL:
        def find(some: bool, domain: Domain) -> SQL:
            return super(RuledField, self).condition_to_sql(
                field_expr, "any" if some else "not any", domain, model, alias, query)

        if model.env.su or operator not in ("in", "not in") or not isinstance(
                value, COLLECTION_TYPES):
            return super().condition_to_sql(field_expr, operator, value, model, alias, query)
        found, ids = operator == "in", [one for one in value if one]
        conditions = [find(found, Domain("id", "in", ids))] if ids else []
        if len(ids) < len(value):
            conditions.append(find(not found, Domain.TRUE))
        return SQL("(%s)", SQL(" OR " if found else " AND ").join(conditions))


class RuledOne2many(RuledField, fields.One2many):
    """Records of ours that point to the record."""


class RuledMany2many(RuledField, fields.Many2many):
    """Records of ours that the record is in a relation with."""


class PortfolioBranchBoolean(PortfolioField, BranchBoolean):
    """A switch that holds in branches."""


class PortfolioBranchChar(PortfolioField, BranchChar):
    """A text that holds in branches."""


class PortfolioBranchLatestDate(PortfolioField, BranchLatestDate):
    """A day up to which something holds, in branches too."""


class PortfolioBranchMany2one(PortfolioField, BranchMany2one):
    """A record that holds in branches."""


class PortfolioBranchSelection(PortfolioField, BranchSelection):
    """A choice that holds in branches."""
