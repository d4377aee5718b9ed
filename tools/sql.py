"""Fragments of queries, and what they need, that several models share."""

from __future__ import annotations

from typing import Any

from odoo.tools import SQL

from .branches import BranchField


def partner_value(env: Any, name: str, company: Any) -> SQL:
    """A setting of a customer, for a query whose ``res_partner`` is called ``partner``.

    :param env: the :class:`~odoo.api.Environment`
    :param str name: a stored field of ``res.partner``; a :class:`~.branches.BranchField` is read
        along the company's lineage
    :param company: the ``res.company`` in which it is read
    :return: :class:`~odoo.tools.SQL`, an expression of type text; where nothing is set, what the
        company above it has, else the default
    """
    partners = env["res.partner"].with_company(company)
    field = partners._fields[name]
    if isinstance(field, BranchField):
        return field.to_text_sql(partners, "partner")
    return SQL("%s::text", field.to_sql(partners, "partner"))
