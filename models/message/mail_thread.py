from odoo import api, models

from ...tools import incoming_mail
from .outboxes import OUTBOXES


class MailThread(models.AbstractModel):
    """Record bounces in every outbound log, and answers in the outbox."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Take a report for what it says: Odoo calls everything a bounce that a server writes."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        bounced, kind = message_dict.get("bounced_message"), self._classify_return(email_message)
        if kind == incoming_mail.AUTOMATIC:  # it came back to where bounces go
            bounced = self.env["mail.message"].browse(message_dict.get("parent_id") or ())
        for model in OUTBOXES if bounced else ():
            sent = self.env[model]._find_by_message(bounced)
            if kind == incoming_mail.FAILED:
                sent._set_state(
                    "bounced", self.env._("The message came back: the address does not work."))
                sent._block_addresses()
            elif sent:
                sent._record_return(kind)
        return result

    @api.model
    def _classify_return(self, email_message):
        """:return: str, what an e-mail is that Odoo takes for a bounce, see
            :mod:`~...tools.incoming_mail`; one that cannot be read did not arrive
        """
        if email_message is None:
            return incoming_mail.FAILED
        kind = incoming_mail.classify(email_message)
        return incoming_mail.FAILED if kind == incoming_mail.ANSWER else kind

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """An answer that no person wrote goes to its thread as any other, and steers nothing."""
        if message is not None and incoming_mail.classify(message) != incoming_mail.ANSWER:
            self = self.with_context(collection_automatic_mail=True)
        return super()._message_route_process(message, message_dict, routes)

    @api.private  # a caller could make up answers
    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals=update_vals)
        parent = self.env["mail.message"].browse(msg_dict.get("parent_id") or ())
        if parent:
            sent = self.env["collection.dispatch"]._find_by_message(parent)
            author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id") or ())
            if self._is_answered_by_machine():
                sent._record_return(incoming_mail.AUTOMATIC)
            elif not sent or author not in sent.copy_partner_ids:
                sent._set_state("replied")
                sent._notify_answered(author, msg_dict.get("body") or "")
        return result

    def _is_answered_by_machine(self):
        """:return: bool, whether the e-mail that comes in is an automatic one"""
        return bool(self.env.context.get("collection_automatic_mail"))
