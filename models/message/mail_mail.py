from odoo import models

from .outboxes import OUTBOXES


class MailMail(models.Model):
    """Record in every outbound log what became of e-mails."""

    _inherit = "mail.mail"

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False,
                                  failure_type=None):
        result = ("failed", failure_reason or self._get_failure_label(failure_type)) if (
            failure_type) else ("sent",)
        for model in OUTBOXES:
            sent = self.env[model]._find_by_message(self.mail_message_id)
            if sent:
                sent._set_state(*result)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason,
            failure_type=failure_type)

    def _get_failure_label(self, failure_type):
        labels = dict(self._fields["failure_type"]._description_selection(self.env))
        return labels.get(failure_type, failure_type)
