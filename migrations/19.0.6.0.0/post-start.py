"""Where reminders leave already, they go on; new companies are started by a manager.

Branches go on with the company above them, and are stopped with it.
"""

from odoo.tools import SQL


def migrate(cr, version):
    if version:
        cr.execute(SQL(
            "UPDATE res_company SET collection_started_on = COALESCE(create_date, now())::date"
            " WHERE collection_started_on IS NULL AND parent_id IS NULL"))
