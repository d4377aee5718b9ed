import random
import time

from psycopg2 import OperationalError

from odoo import models
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY

#: How often a cron begins in all, and how long it waits at most before it begins again, in seconds:
#: twice as long each time.
MOST_TRIES, FIRST_WAIT = 6, 0.25


class IrCron(models.Model):
    """A cron of ours that lost a race goes on at once."""

    _inherit = "ir.cron"

    def _callback(self, cron_name, server_action_id):
        """Odoo would count a failure, and come back when the cron is due again: of what is done by
        night, on the next day. What was committed stays; the cron finds what is left.
        """
        for tries in range(1, MOST_TRIES):
            try:
                return super()._callback(cron_name, server_action_id)
            except OperationalError as error:
                lost = error.pgcode in PG_CONCURRENCY_ERRORS_TO_RETRY  # else nobody may answer
                if not lost or not self._is_of_collection():
                    raise
            time.sleep(random.uniform(0, FIRST_WAIT * 2 ** tries))
        return super()._callback(cron_name, server_action_id)

    def _is_of_collection(self):
        """:return: bool, whether it does the work of this module"""
        return (self.model_id.model or "").startswith("collection.")
