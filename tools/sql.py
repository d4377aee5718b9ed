"""Fragments of queries, and what they need, that several models share."""

from odoo.tools import SQL


def partner_value(env, name, company):
    """A setting of a customer, for a query whose ``res_partner`` is called ``partner``.

    :param env: the :class:`~odoo.api.Environment`
    :param str name: a field of ``res.partner``, company-dependent or not
    :param company: the ``res.company`` in which it is read
    :return: :class:`~odoo.tools.SQL`, an expression of type text; where nothing is set, the
        company's default
    """
    partners = env["res.partner"].with_company(company)
    field = partners._fields[name]
    column = SQL.identifier("partner", name)
    if not field.company_dependent:
        return SQL("%s::text", column)
    fallback = field.get_company_dependent_fallback(partners)
    fallback = field.convert_to_column(field.convert_to_write(fallback, partners), partners)
    if isinstance(fallback, bool):
        fallback = str(fallback).lower()  # as JSON has it
    return SQL("COALESCE(%s ->> %s, %s)", column, str(company.id),
               None if fallback is None else str(fallback))
