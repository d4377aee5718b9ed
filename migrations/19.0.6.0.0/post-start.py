"""Where reminders leave already, they go on; new companies are started by a manager."""

from odoo.tools import SQL


def migrate(cr, version):
    if version:
        cr.execute(SQL(
            "UPDATE res_company SET collection_started_on = COALESCE(create_date, now())::date"
            " WHERE collection_started_on IS NULL"))
