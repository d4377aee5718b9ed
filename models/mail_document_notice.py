from odoo import api, models


class MailThread(models.AbstractModel):
    """What the mail gateway tells of them: a message came back."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        bounced = message_dict.get("bounced_message")
        if bounced:
            self.env["collection.document.notice"]._find_by_message(bounced)._set_state(
                "bounced", self.env._("The message came back: the address does not work."))
        return result
