"""What a company decides for its branches holds in those that exist."""

from odoo import SUPERUSER_ID, api

#: Settings that branches have had values of their own for.
FIELDS = (
    "collection_statement_monthly", "collection_statement_format", "collection_retention_months")


def migrate(cr, version):
    if not version:
        return
    companies = api.Environment(cr, SUPERUSER_ID, {})["res.company"].with_context(
        active_test=False)
    for root in companies.search([("parent_id", "=", False)]):  # a few of them
        companies.search([("id", "child_of", root.id), ("id", "!=", root.id)]).write(
            {name: root[name] for name in FIELDS})
