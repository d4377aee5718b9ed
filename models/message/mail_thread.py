from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize

from ...tools import incoming_mail
from ...tools.own_context import with_value
from .outboxes import OUTBOXES

#: Key of the context that holds the id of the user who called the mail gateway.
GATEWAY_USER = "collection_gateway_user"


class MailThread(models.AbstractModel):
    """Record bounces in every outbound log, and answers in the outbox."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Take a report for what it says: Odoo calls everything a bounce that a server writes."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        bounced = message_dict.get("bounced_message")
        kind = self._classify_return(email_message, bounced)
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
    def _classify_return(self, email_message, bounced):
        """Anybody may send a report: one about an address that the message did not go to says
        nothing.

        :param bounced: the ``mail.message`` that came back, if it is known
        :return: str, what an e-mail is that Odoo takes for a bounce, see
            :mod:`~...tools.incoming_mail`; one that cannot be read did not arrive
        """
        if email_message is None:
            return incoming_mail.FAILED
        kind = incoming_mail.classify(email_message)
        if kind not in (incoming_mail.ANSWER, incoming_mail.FAILED):
            return kind
        recipients = incoming_mail.get_recipients(email_message)
        if recipients and bounced and recipients.isdisjoint(self._get_sent_addresses(bounced)):
            return incoming_mail.REPORT
        return incoming_mail.FAILED

    @api.model
    def _get_sent_addresses(self, message):
        """:return: set of str, the normalised e-mail addresses that a ``mail.message`` went to"""
        message = message.sudo()
        partners = message.partner_ids | message.notified_partner_ids
        written = [address for model in OUTBOXES
                   for address in self.env[model]._find_by_message(message).mapped("address")]
        return {*filter(None, map(email_normalize, filter(None, written))),
                *filter(None, partners.mapped("email_normalized"))}

    @api.model
    def _is_from_party(self, msg_dict, customer):
        """Whether an e-mail comes from the customer, or from whom the message that it answers was
        written to. Whoever else knows the thread may write to it, and steers nothing.

        :param dict msg_dict: the e-mail, as the gateway has read it
        :param customer: the thread's ``res.partner``, with all of its contacts
        :return: bool
        """
        author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id") or ())
        email = email_normalize(msg_dict.get("email_from") or "") or author.email_normalized
        parent = self.env["mail.message"].sudo().browse(msg_dict.get("parent_id") or ())
        parties = customer.sudo() | parent.partner_ids | parent.notified_partner_ids
        if author and author.commercial_partner_id in parties.commercial_partner_id:
            return True
        if not email:
            return False
        return email in self._get_sent_addresses(parent) or bool(
            self.env["res.partner"].sudo().with_context(active_test=False).search_count([
                ("commercial_partner_id", "in", parties.commercial_partner_id.ids),
                ("email_normalized", "=", email)], limit=1))

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """An answer that no person wrote goes to its thread as any other, and steers nothing.

        Odoo posts each mail as the system: who brought it is kept for the history.
        """
        self = with_value(self, GATEWAY_USER, self.env.uid)
        if message is not None and incoming_mail.classify(message) != incoming_mail.ANSWER:
            self = self.with_context(collection_automatic_mail=True)
        return super()._message_route_process(message, message_dict, routes)

    @api.private  # who calls it makes what create() makes, and calls that
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Whoever calls the gateway names the model and its values, and it creates with the
        system's rights.

        :raise AccessError: it would make a record of ours
        """
        if self._name.startswith("collection."):
            raise AccessError(self.env._(
                "No e-mail makes a record of “%(model)s”.", model=self._description))
        return super().message_new(msg_dict, custom_values=custom_values)

    @api.private  # a caller could make up answers
    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals=update_vals)
        parent = self.env["mail.message"].browse(msg_dict.get("parent_id") or ())
        if parent:
            sent = self.env["collection.dispatch"]._find_by_message(parent)
            author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id") or ())
            if self._is_answered_by_machine():
                sent._record_return(incoming_mail.AUTOMATIC)
            else:
                sent = sent.filtered(lambda dispatch: author not in dispatch.copy_partner_ids)
                answered = sent.filtered(
                    lambda dispatch: self._is_from_party(msg_dict, dispatch.customer_id))
                answered._set_state("replied")
                answered._notify_answered(author, msg_dict.get("body") or "")
                (sent - answered)._record_return(incoming_mail.FOREIGN)
        return result

    def _is_answered_by_machine(self):
        """:return: bool, whether the e-mail that comes in is an automatic one"""
        return bool(self.env.context.get("collection_automatic_mail"))
