from odoo import api, models

from ...tools import incoming_mail

#: Where messages about collecting are sent from, and the customer's field on each.
THREADS = {
    "collection.sequence": "customer_id",
    "collection.action": "customer_id",
    "collection.document.request": "customer_id",
    "res.partner": "commercial_partner_id",
}


class MailThread(models.AbstractModel):
    """Events of the mail gateway: a message bounced, or was answered by a person."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        bounced = message_dict.get("bounced_message")
        failed = self._classify_return(email_message, bounced) == incoming_mail.FAILED
        if bounced and bounced.model in THREADS and failed:
            thread = self.env[bounced.model].sudo().browse(bounced.res_id).exists()
            thread._post_mail_signal("mail_bounced", message_dict)
        return result

    @api.private  # a caller could make up events
    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals=update_vals)
        if self._is_answered_by_machine():
            return result
        author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id") or ())
        if self._name in THREADS and (not author or author.partner_share):
            self.sudo().filtered(lambda thread: (
                not thread._is_from_holder(author)
                and thread._is_from_party(msg_dict, thread[THREADS[thread._name]])
            ))._post_mail_signal("mail_replied", msg_dict)
        return result

    def _is_from_holder(self, author):
        """Whether a bailiff or lawyer answers on an action of their own, and not the customer."""
        if self._name != "collection.action" or self.function_id.kind != "external":
            return False
        return self.responsible_id in (author | author.commercial_partner_id)

    def _post_mail_signal(self, code, message):
        """Post an event for the sequence of these threads, or of their customer in any company."""
        self.env["collection.signal"]._post_where_open([{
            "key": f"{code}:{message.get('message_id')}:{thread._name},{thread.id}",
            "code": code,
            "customer_id": thread[THREADS[thread._name]].id,
            "company_id": thread._name != "res.partner" and thread.company_id.id,
            "sequence_id": thread._get_signalled_sequence().id,
            "about": message.get("subject"),
        } for thread in self if message.get("message_id")])

    def _get_signalled_sequence(self):
        """:return: the ``collection.sequence`` that a thread belongs to, if to one"""
        if self._name in ("collection.action", "collection.document.request"):
            return self.sequence_id
        return self if self._name == "collection.sequence" else (
            self.env["collection.sequence"])
