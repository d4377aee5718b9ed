from odoo import api, models

#: What the SMS queue says, in the outbox's words.
SMS_STATES = {
    "process": "claimed", "pending": "sent", "sent": "sent", "error": "failed",
    "canceled": "cancelled",
}

#: What leaves by e-mail: each model finds its records by their messages and keeps their state.
OUTBOXES = ("collection.dispatch", "collection.document.notice")


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


class MailThread(models.AbstractModel):
    """What the mail gateway tells them: a message came back; the outbox, that it was answered."""

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
