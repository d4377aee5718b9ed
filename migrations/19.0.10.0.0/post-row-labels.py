"""Published versions keep pictures in which rows that read the same say which ones they are."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    templates = env["collection.sequence.template"].with_context(active_test=False).search(
        [("state", "!=", "draft")])
    templates.filtered(lambda template: template._fits())._keep_layouts()
