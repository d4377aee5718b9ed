"""Letters and plans that somebody has printed lay with that user, where every colleague reads them,
and a link opens them. They are read by whoever printed them alone. None is deleted: nothing says
for certain whose such a file is.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["ir.attachment"].search([
        ("res_model", "=", "res.users"), ("res_field", "=", False),
        ("mimetype", "=", "application/pdf"), ("access_token", "!=", False),
    ]).filtered(lambda file: file.create_uid.id == file.res_id).write(
        {"res_model": False, "res_id": False, "access_token": False})
