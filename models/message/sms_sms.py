from odoo import models

#: What the SMS queue says, in the outbox's words.
SMS_STATES = {
    "process": "claimed", "pending": "sent", "sent": "sent", "error": "failed",
    "canceled": "cancelled",
}


class SmsSms(models.Model):
    """What the SMS queue tells the outbox."""

    _inherit = "sms.sms"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals and vals["state"] in SMS_STATES:
            dispatches = self.env["collection.dispatch"].sudo().search(
                [("sms_uuid", "in", self.mapped("uuid"))])
            labels = dict(self._fields["failure_type"]._description_selection(self.env))
            dispatches._set_state(
                SMS_STATES[vals["state"]],
                labels.get(vals.get("failure_type"), vals.get("failure_type") or False))
        return result
