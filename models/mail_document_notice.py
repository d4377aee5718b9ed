from odoo import api, models


class MailMail(models.Model):
    """What the mail queue tells of messages to contributors: sent, or refused and why."""

    _inherit = "mail.mail"

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False,
                                  failure_type=None):
        notices = self.env["collection.document.notice"]._find_by_message(self.mail_message_id)
        if notices and failure_type:
            notices._set_state("failed", failure_reason or self._explain_failure(failure_type))
        elif notices:
            notices._set_state("sent")
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason,
            failure_type=failure_type)


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
