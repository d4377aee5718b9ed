from odoo import api, models

from ..action.channels import get_channel


class SmsSms(models.Model):
    """Record in the outbox what became of SMS."""

    _inherit = "sms.sms"

    def write(self, vals):
        result = super().write(vals)
        states = get_channel("sms").provider_states
        if vals.get("state") in states:
            dispatches = self.env["collection.dispatch"].sudo().search(
                [("sms_uuid", "in", self.mapped("uuid"))])
            labels = dict(self._fields["failure_type"]._description_selection(self.env))
            dispatches._set_state(
                states[vals["state"]],
                labels.get(vals.get("failure_type"), vals.get("failure_type") or False))
        return result

    @api.ondelete(at_uninstall=False)
    def _end_deleted(self):
        """An SMS that is deleted before it was sent never leaves."""
        waiting = self.env["collection.dispatch"].sudo().search(
            [("sms_uuid", "in", self.mapped("uuid")), ("state", "=", "pending")])
        waiting._record_never_left(self.env._("Deleted from the SMS queue: it did not leave."))
