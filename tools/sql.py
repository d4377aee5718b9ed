"""Fragments of queries, and what they need, that several models share."""

from odoo.tools import SQL


def partner_value(env, name, company):
    """A setting of a customer, for a query whose ``res_partner`` is called ``partner``.

    :param env: the :class:`~odoo.api.Environment`
    :param str name: a field of ``res.partner``, a :class:`~.branches.BranchField` or one that
        does not depend on the company
    :param company: the ``res.company`` in which it is read
    :return: :class:`~odoo.tools.SQL`, an expression of type text; where nothing is set, what the
        company above it has, else the default
    """
    partners = env["res.partner"].with_company(company)
    field = partners._fields[name]
    if field.company_dependent:
        return field.to_text_sql(partners, "partner")
    return SQL("%s::text", SQL.identifier("partner", name))
