"""Fields of a company that hold in its branches too.

A company-dependent field of the core keeps one value a company, and a branch is a company like
any other. The fields here are read along the branch's lineage instead: its own value, else its
parent company's, and so on up to the root, else the default. *Empty* in a branch thus means *as in
the parent*. Reading, searching and grouping take the same expression; so do the queries that read
many customers at once, by :func:`~.sql.partner_value`. Sister companies share nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo import fields
from odoo.tools import SQL

if TYPE_CHECKING:
    from odoo.fields import Field as MixedInto
else:  # a mixin must not be a field itself
    MixedInto = object


class BranchField(MixedInto):
    """Mixin of a company-dependent field that is read along the company's lineage."""

    #: SQL function that makes one value of those of a lineage, the nearest company's first
    combine = SQL("COALESCE")

    #: what an entry of the stored value is compared with before it is dropped, in a branch: an
    #: empty one is, for it says nothing that the parent would not say
    dropped_in_branch: str | None = None

    def to_text_sql(self, model: Any, alias: str) -> SQL:
        """Read the field in the current company, as text.

        :param model: recordset of the field's model, in the company in which to read
        :param str alias: of the model's table
        :return: :class:`~odoo.tools.SQL`
        """
        column = SQL.identifier(alias, self.name, to_flush=self)
        values = [SQL("%s ->> %s", column, str(company_id))
                  for company_id in model.env.company._get_collection_lineage()]
        own = SQL("%s(%s)", self.combine, SQL(", ").join(values)) if values else SQL("NULL")
        default = self.get_company_dependent_fallback(model)
        default = self.convert_to_column(self.convert_to_write(default, model), model)
        if default is None or default == "":
            return own
        if isinstance(default, bool):
            default = str(default).lower()  # as JSON has it
        return SQL("COALESCE(%s, %s)", own, str(default))

    def to_sql(self, model: Any, alias: str) -> SQL:
        if len(model.env.company._get_collection_lineage()) < 2:
            return super().to_sql(model, alias)
        return SQL("(%s)::%s", self.to_text_sql(model, alias), SQL(self._column_type[1]))

    def get_company_dependent_fallback(self, records: Any) -> Any:
        lineage = records.env.company._get_collection_lineage()
        if len(lineage) < 2:
            return super().get_company_dependent_fallback(records)
        default = records.env["ir.default"]._get_collection_default(
            records._name, self.name, lineage)
        default = self.convert_to_cache(default, records, validate=False)
        return self.convert_to_record(default, records)

    def write(self, records: Any, value: Any) -> None:
        """What other companies were seen to have may come from this one: it is read again, and
        never stored with what is written here."""
        own = self._get_cache(records.env)
        others = [cache for cache in records.env.transaction.field_data[self].values()
                  if cache is not own]
        if others:
            records.flush_recordset([self.name])
            for cache in others:
                for id_ in records._ids:
                    cache.pop(id_, None)
        super().write(records, value)


class BranchMany2one(BranchField, fields.Many2one):
    """A record; the root's holds in a branch that names none."""


class BranchSelection(BranchField, fields.Selection):
    """A choice; the root's holds in a branch that has made none."""


class BranchChar(BranchField, fields.Char):
    """A text; the root's holds in a branch that has none."""


class BranchBoolean(BranchField, fields.Boolean):
    """A switch: once set in a branch, on or off, it is the branch's own."""

    #: nothing is: *off* is as good an answer as *on*
    dropped_in_branch = ""


class BranchLatestDate(BranchField, fields.Date):
    """A day up to which something holds: the latest one of the branch and those above it."""

    combine = SQL("GREATEST")  # of ISO dates as text
