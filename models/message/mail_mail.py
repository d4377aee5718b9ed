from odoo import api, fields, models

from .outboxes import OUTBOXES


class MailMail(models.Model):
    """Record in every outbound log what became of e-mails."""

    _inherit = "mail.mail"

    is_collection_copy = fields.Boolean(
        help="A copy for others than the recipient: what becomes of it is not recorded.")

    def write(self, vals):
        """A mail that is cancelled never leaves; one that goes back into the queue may."""
        result = super().write(vals)
        if vals.get("state") == "cancel":
            self._end_dispatches(self.env._("Cancelled in the mail queue: it did not leave."))
        elif vals.get("state") == "outgoing":
            for model in OUTBOXES:
                self.env[model]._find_by_message(
                    self._get_originals().mail_message_id)._record_queued_again()
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
        originals = self._get_originals()
        for model in OUTBOXES if originals else ():
            self.env[model]._find_by_message(originals.mail_message_id)._record_never_left(error)

    def _get_originals(self):
        """:return: those that are no copies for others"""
        return self.filtered(lambda mail: not mail.is_collection_copy)

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False,
                                  failure_type=None):
        for model in OUTBOXES:
            sent = self.env[model]._find_by_message(self._get_originals().mail_message_id)
            if sent and failure_type:
                sent._set_state("failed", self._get_failure_label(failure_type, failure_reason))
            elif sent:
                sent._set_state("sent")
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason,
            failure_type=failure_type)

    def _get_failure_label(self, failure_type, reason):
        """Why it did not leave, in the language of its company: colleagues read it there.

        :param str failure_type: one of Odoo's
        :param str reason: what the mail server said, if anything
        :return: str
        """
        lang = (self.record_company_id[:1] or self.env.company).partner_id.lang
        mails = self.with_context(lang=lang)
        known = {
            "mail_smtp": mails.env._("The outgoing mail server does not answer."),
            "mail_email_invalid": mails.env._("The address is not valid."),
            "mail_email_missing": mails.env._("There is no address."),
            "mail_from_invalid": mails.env._("The sender's address is not valid."),
            "mail_from_missing": mails.env._("The sender has no address."),
            "mail_spam": mails.env._("The server takes it for unwanted mail."),
        }
        labels = dict(mails._fields["failure_type"]._description_selection(mails.env))
        label = known.get(failure_type) or labels.get(failure_type, failure_type)
        return f"{label} ({reason})" if reason and failure_type not in known else label
