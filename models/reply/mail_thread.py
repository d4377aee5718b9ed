from dataclasses import dataclass

from lxml import etree, html

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize, html2plaintext

from ...tools import incoming_mail
from ...tools.batches import contained
from ...tools.own_context import get_value
from ...tools.records import as_record
from ..event.mail_thread import THREADS
from ..item import open_items
from ..message.mail_thread import GATEWAY_USER

#: A mail that answers none of our messages has its reply for a thread.
THREADS["collection.reply"] = "customer_id"

#: On whose threads customers answer, and the field that names the customer.
ANSWERED = {**THREADS, "account.move": "commercial_partner_id"}

#: Messages that persons wrote: by mail, or on the portal.
WRITTEN = {"email": "email", "comment": "portal"}

#: What an answer repeats of the message that it answers.
_QUOTES = "//*[@data-o-mail-quote or @data-o-mail-quote-container] | //blockquote"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a mail without reference: on its way through the gateway, whose callers make none.

    :ivar customer: id of the ``res.partner``
    :ivar doubtful: a person should look at that
    """

    customer: int
    doubtful: bool


class MailThread(models.AbstractModel):
    """What customers write to threads of ours, or to nobody in particular, becomes a reply."""

    _inherit = "mail.thread"

    # === RECEIVING === #

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        # what colleagues write is no reply, and costs them nothing: no savepoint, no flush
        if self._name in ANSWERED and message.message_type in WRITTEN and (
                not self._is_answered_by_machine() and _is_from_outside(message)):
            self._keep_reply(lambda: self.sudo()._receive_message(message.sudo()))
        return result

    def _keep_reply(self, receive):
        """Take something into the queue; a fault of ours never costs the message itself."""
        with contained(self.env, "A message on %s was not taken for a reply", self):
            receive()

    def _receive_message(self, message):
        """Take a message on this thread for a reply, if a customer wrote it.

        :param message: the ``mail.message``, in superuser mode
        """
        author = message.author_id
        if self._is_from_holder(author) or not self._is_of_customer():
            return
        customer, doubtful = self._find_sender(message)
        if not customer or self._is_from_participant(author, customer):
            return
        answered = self._find_answered(message).filtered(
            lambda action: action.customer_id == customer)
        # the history names who called the gateway: colleagues can, with any sender's name
        by = get_value(self, GATEWAY_USER) or self.env.uid
        self.env["collection.reply"].with_user(by)._receive([{
            "key": f"message:{message.message_id or message.id}",
            "source": WRITTEN[message.message_type],
            "customer_id": customer.id, "company_id": (
                answered.company_id or self._find_answering_company(message)).id,
            "partner_id": author.id, "email_from": message.email_from, "doubtful": doubtful,
            "subject": message.subject or message.record_name or "",
            "text": read_text(message.body), "file_count": len(message.attachment_ids),
            "message_ref_id": message.id,
            "about_action_id": answered.id,
        }])

    def _find_answered(self, message):
        """:return: the ``collection.action`` whose message it answers, open or closed; or none"""
        if self._name == "collection.action":
            return self
        parent = message.parent_id
        sent = self.env["collection.dispatch"]._find_by_message(parent) if parent else (
            self.env["collection.dispatch"])
        return sent[:1].action_id

    def _is_of_customer(self):
        """:return: bool, whether it is a thread on which a customer may answer"""
        return self._name != "account.move" or bool(
            self.is_sale_document(include_receipts=True) and self._get_collection_lines())

    def _find_sender(self, message):
        """Whose reply it is: the sender's address decides, not what the mail refers to.

        :return: (the ``res.partner`` of the customer, whether a person should look at that)
        """
        owner = self[ANSWERED[self._name]].commercial_partner_id
        email = email_normalize(message.email_from or "")
        sent = self.env["collection.dispatch"]._find_by_message(message.parent_id)
        if email and sent.filtered(lambda dispatch: (
                dispatch.customer_id == owner and email_normalize(dispatch.address) == email)):
            return owner, False  # a guarantor answers what was written about this customer
        senders = self.env["res.partner"].search(
            [("email_normalized", "=", email)]) if email else self.env["res.partner"]
        senders = (senders | message.author_id).commercial_partner_id
        known = self._filter_debtors(senders | owner)
        if owner in senders:
            return known & owner, len(known & senders) > 1 and not message.parent_id
        found = known & senders
        return found[:1] or known & owner, len(found) != 1

    @api.model
    def _filter_debtors(self, partners):
        """:return: those of these customers who owe something, or of whom the collection keeps
            anything: others write to us about other matters"""
        known = self.env["res.partner"].sudo()._find_known_customers(partners.ids)
        others = partners.filtered(lambda partner: partner.id not in known)
        owing = others.browse(partner.commercial_partner_id.id for [partner] in self.env[
            "account.move.line"].sudo()._read_group(open_items.UNRECONCILED & Domain(
                "partner_id.commercial_partner_id", "in", others.ids), ["partner_id"]))
        return partners.filtered(lambda partner: partner.id in known or partner in owing)

    def _is_from_participant(self, author, customer):
        """:return: bool, whether a bailiff or lawyer who holds a function for the customer wrote
            it: that is no reply of the customer"""
        people = (author | author.commercial_partner_id) - customer
        return bool(people) and bool(self.env["collection.participant"].sudo().search_count([
            ("customer_id", "=", customer.id), ("contact_id", "in", people.ids),
            ("function_id.kind", "=", "external")], limit=1))

    def _find_answering_company(self, message):
        """:return: ``res.company`` to whose message it answers"""
        if self._name != "res.partner":
            return self.company_id
        sent = self.env["collection.dispatch"].sudo().search(
            [("customer_id", "=", self.commercial_partner_id.id)], order="id desc", limit=1)
        return (message.parent_id.record_company_id or sent.company_id or self.company_id
                or self.env.company)

    # === MESSAGES THAT CAME BACK === #

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        bounced = message_dict.get("bounced_message")
        if bounced and bounced.model in ANSWERED and (
                self._classify_return(email_message, bounced) == incoming_mail.FAILED):
            thread = self.env[bounced.model].sudo().browse(bounced.res_id).exists()
            if thread and thread._is_of_customer():
                thread._keep_reply(lambda: thread._receive_bounce(message_dict, bounced))
        return result

    def _receive_bounce(self, message_dict, bounced):
        customer = self[ANSWERED[self._name]].commercial_partner_id
        if not customer:
            return
        address = message_dict.get("bounced_email") or ""
        # the message is ours: it knows itself whose it was
        sent = self.env["collection.dispatch"]._find_by_message(bounced)[:1]
        company = (sent.company_id or bounced.record_company_id
                   or self._find_answering_company(bounced))
        lang = company.partner_id.lang
        self.env["collection.reply"]._receive([{
            "key": f"bounce:{message_dict.get('message_id') or bounced.message_id}",
            "source": "bounce", "customer_id": customer.id, "company_id": company.id,
            "email_from": address, "subject": bounced.subject or bounced.record_name or "",
            "text": self.with_context(lang=lang).env._(
                "A message to %(address)s came back: the address does not work.",
                address=address or customer.name),
            "message_ref_id": bounced.id,
            "about_action_id": (
                self.id if self._name == "collection.action" else sent.action_id.id),
        }])

    # === MAILS WITHOUT REFERENCE === #
    # A customer writes to us without answering any message of ours: its address tells who it is.
    # What it says is for its collector alone, so that it does not go to the customer's own thread,
    # which every colleague reads.

    @api.private  # a caller could make up mails
    @api.model
    def message_route(
            self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """A mail that leads nowhere becomes a reply of the customer whose address it has.

        :raise AccessError: the caller names a thread on which it may not write
        """
        if thread_id and model in self.env and (
                model in ANSWERED or model.startswith("collection.")):
            as_record(self.env, model, thread_id).check_access("write")
        try:
            return super().message_route(message, message_dict, model, thread_id, custom_values)
        except ValueError:
            customer, doubtful = self._find_debtor(message, message_dict)
            if not customer:
                raise
        message_dict.pop("parent_id", None)
        writer = Writer(customer.id, doubtful)
        return [("collection.reply", False, writer, self.env.uid, None)]

    @api.model
    def _find_debtor(self, message, message_dict):
        """Who wrote a mail without reference.

        :return: (the ``res.partner`` of the customer, empty where nobody known did, or a machine;
            whether a person should look at that)
        """
        email = email_normalize(message_dict.get("email_from") or "")
        nobody = self.env["res.partner"]
        if not email or incoming_mail.classify(message) != incoming_mail.ANSWER:
            return nobody, False
        senders = self.env["res.partner"].sudo().search(
            [("email_normalized", "=", email)], order="id").commercial_partner_id
        known = self._filter_debtors(senders).sorted("id")
        sent = self.env["collection.dispatch"].sudo().search(
            [("customer_id", "in", known.ids)], order="id desc", limit=1)
        return sent.customer_id or known[:1], len(known) > 1

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        """To write to the address that messages are answered to is no fault of a customer's."""
        found = super()._detect_write_to_catchall(msg_dict)
        email = email_normalize(msg_dict.get("email_from") or "")
        if not found or not email:
            return found
        senders = self.env["res.partner"].sudo().search([("email_normalized", "=", email)])
        return not self._filter_debtors(senders.commercial_partner_id)


def _is_from_outside(message):
    """:return: bool, whether somebody wrote it who is no colleague, or nobody known"""
    author = message.sudo().author_id
    return not author or author.partner_share


def read_text(body):
    """Read what somebody wrote as text, without what it repeats of our message.

    :param str body: HTML
    :return: str
    """
    if not body:
        return ""
    try:
        root = html.fromstring(f"<div>{body}</div>")
    except etree.ParserError:
        return html2plaintext(body)
    for quote in root.xpath(_QUOTES):
        quote.drop_tree()
    return html2plaintext(etree.tostring(root, encoding="unicode"), include_references=False)
