from odoo import api, models

from .outboxes import OUTBOXES


class MailMail(models.Model):
    """Record in every outbound log what became of e-mails."""

    _inherit = "mail.mail"

    def write(self, vals):
        """A mail that is cancelled never leaves; one that goes back into the queue may."""
        result = super().write(vals)
        if vals.get("state") == "cancel":
            self._end_dispatches(self.env._("Cancelled in the mail queue: it did not leave."))
        elif vals.get("state") == "outgoing":
            for model in OUTBOXES:
                self.env[model]._find_by_message(self.mail_message_id)._record_queued_again()
        return result

    @api.ondelete(at_uninstall=False)
    def _end_deleted(self):
        """A mail that is deleted before it was sent never leaves; sent ones are no more work."""
        self.filtered(lambda mail: mail.state != "sent")._end_dispatches(
            self.env._("Deleted from the mail queue: it did not leave."))

    def _end_dispatches(self, error):
        """Nobody sends these any more: whatever still waits for them ends.

        :param str error: why
        """
        for model in OUTBOXES if self else ():
            self.env[model]._find_by_message(self.mail_message_id)._record_never_left(error)

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
