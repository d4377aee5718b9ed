from odoo import api, models


class SmsSms(models.Model):
    """Record in the outbox which SMS never left."""

    _inherit = "sms.sms"

    @api.ondelete(at_uninstall=False)
    def _end_deleted(self):
        """An SMS that is deleted before it was sent never leaves."""
        waiting = self.env["collection.dispatch"].sudo().search(
            [("sms_uuid", "in", self.mapped("uuid")), ("state", "=", "pending")])
        waiting._record_never_left(self.env._("Deleted from the SMS queue: it did not leave."))
