"""Whoever launched the first sequence answers for those that it has led to, although a cron, or a
partner outside, has closed what led to them."""

from odoo import SUPERUSER_ID
from odoo.tools import SQL


def migrate(cr, version):
    """Pass the launcher on from each sequence to those that it launched, until none changes."""
    passing = bool(version)
    while passing:
        cr.execute(SQL(
            """
            UPDATE collection_sequence AS launched SET launched_by_id = parent.launched_by_id
              FROM collection_sequence AS parent, res_users AS launcher
             WHERE parent.id = launched.parent_id AND launcher.id = launched.launched_by_id
               AND (launcher.share OR launcher.id = %s)
               AND parent.launched_by_id <> launched.launched_by_id
            """, SUPERUSER_ID))
        passing = cr.rowcount
