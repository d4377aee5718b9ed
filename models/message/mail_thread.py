from odoo import api, models

from .outboxes import OUTBOXES


class MailThread(models.AbstractModel):
    """Record bounces in every outbound log, and answers in the outbox."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        bounced = message_dict.get("bounced_message")
        for model in OUTBOXES if bounced else ():
            self.env[model]._find_by_message(bounced)._set_state(
                "bounced", self.env._("The message came back: the address does not work."))
        return result

    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals=update_vals)
        parent = self.env["mail.message"].browse(msg_dict.get("parent_id") or ())
        if parent:
            self.env["collection.dispatch"]._find_by_message(parent)._set_state("replied")
        return result
