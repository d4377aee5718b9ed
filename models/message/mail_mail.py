from odoo import models

from .outboxes import OUTBOXES


class MailMail(models.Model):
    """What the mail queue tells the outbox and the log of messages to contributors."""

    _inherit = "mail.mail"

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False,
                                  failure_type=None):
        told = ("failed", failure_reason or self._explain_failure(failure_type)) if (
            failure_type) else ("sent",)
        for model in OUTBOXES:
            sent = self.env[model]._find_by_message(self.mail_message_id)
            if sent:
                sent._set_state(*told)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason,
            failure_type=failure_type)

    def _explain_failure(self, failure_type):
        labels = dict(self._fields["failure_type"]._description_selection(self.env))
        return labels.get(failure_type, failure_type)
