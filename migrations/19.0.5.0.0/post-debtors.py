"""The list of debtors, made once from what there is."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if version:
        api.Environment(cr, SUPERUSER_ID, {})["collection.debtor"]._rebuild()
