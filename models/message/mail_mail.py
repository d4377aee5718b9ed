import smtplib
import sys
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ...tools import mail_faults
from ...tools.own_context import get_value, with_value
from .outboxes import OUTBOXES

#: Nobody is still sending an e-mail after that: Odoo waits a minute for each of the five answers of
#: a mail server, at the most, and the rest takes seconds.
LONGEST_SENDING = timedelta(minutes=15)

#: Key of the context that holds the :class:`_Sending` of a batch.
_SENDING = "collection_sending"


@dataclass(slots=True)
class _Sending:
    """A batch on its way to the mail server.

    :ivar ours: ids of the ``mail.mail`` that are ours
    :ivar commits: whether each is committed by itself
    :ivar current: id of the one whose turn it is; None for somebody else's
    """

    ours: frozenset
    commits: bool
    current: int | None = None


class MailMail(models.Model):
    """Record in every outbound log what became of e-mails."""

    _inherit = "mail.mail"

    is_collection_copy = fields.Boolean(
        help="A copy for others than the recipient: what becomes of it is not recorded.")
    collection_tries = fields.Integer(
        readonly=True, copy=False, help="How often a mail server has refused it for now.")

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

    # === SENDING === #
    # Odoo marks an e-mail as failed before it asks the server, and as sent afterwards. For ours the
    # mark is committed before the text leaves: an e-mail whose worker dies is never sent again by
    # itself, and shows as *to verify*. What the server refuses for now is tried again.

    def _send(self, auto_commit=False, *arguments, **options):
        ours = self._get_ours()
        ours._get_originals()._note_addresses()
        sending = _Sending(frozenset(ours.ids), commits=auto_commit)
        try:
            return super(MailMail, with_value(self, _SENDING, sending))._send(
                auto_commit, *arguments, **options)
        except smtplib.SMTPServerDisconnected as lost:
            self.browse(sending.current or ())._record_lost_connection(lost)
            if auto_commit:
                self.env.cr.commit()  # pylint: disable=invalid-commit
            raise

    def _note_addresses(self):
        """Outboxes say where these leave to: since they were decided, the recipient's address may
        have been corrected, or the recipient merged into another."""
        addresses = {
            mail.mail_message_id: partner.email_formatted
            for mail in self
            if len(partner := mail.recipient_ids) == 1 and partner.email_normalized}
        for model in OUTBOXES if addresses else ():
            for entry in self.env[model]._find_by_message(self.mail_message_id):
                address = addresses.get(entry.mail_message_id, entry.address)
                if address != entry.address:
                    entry.address = address

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """The last thing that Odoo does before it hands an e-mail to the server."""
        emails = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        sending = get_value(self, _SENDING)
        if sending:
            sending.current = self.id if self.id in sending.ours else None
            if sending.current and sending.commits:
                self.env.cr.commit()  # pylint: disable=invalid-commit
        return emails

    def _postprocess_sent_message(self, success_pids, success_emails, failure_reason=False,
                                  failure_type=None):
        ours = self._get_ours()
        if ours and failure_type:
            ours._record_failure(failure_type, failure_reason, success_pids)
        else:
            ours._record_sent()
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason,
            failure_type=failure_type)

    def _record_sent(self):
        """These have left; but not one that Odoo still has as failed: it went to nobody."""
        unsent = self.filtered(lambda mail: mail.state == "exception")
        (self - unsent)._tell_outboxes("_set_state", "sent")
        unsent._tell_outboxes(
            "_set_state", "failed", self._get_failure_label("mail_email_missing", False))

    def _record_failure(self, failure_type, reason, reached=()):
        """These did not leave: try again later, or say that they failed.

        :param str failure_type: one of Odoo's
        :param str reason: what the mail server said, if anything
        :param reached: list of ``res.partner`` who have received their copy all the same
        """
        label = self._get_failure_label(failure_type, reason)
        self.write({"failure_type": failure_type})  # Odoo keeps none of a server that is down
        verdict = self._judge(failure_type)
        if verdict == mail_faults.UNKNOWN:
            self._tell_outboxes("_record_unknown", label)
            return
        failed = self
        if verdict == mail_faults.TEMPORARY:
            failed = self._postpone(label, reached)
        failed._tell_outboxes("_set_state", "failed", label)

    def _judge(self, failure_type):
        """:return: str, see :func:`~...tools.mail_faults.judge`, of the fault that is handled:
            it hands on no more than its text"""
        fault = sys.exc_info()[1]
        if isinstance(fault, MailDeliveryException):
            fault = fault.__context__
        elif failure_type != "mail_smtp":
            return mail_faults.PERMANENT  # no server was asked
        return mail_faults.judge(fault)

    def _postpone(self, error, reached=()):
        """Put these back into the queue, for later.

        :param str error: why
        :param reached: list of ``res.partner`` who are not written to again
        :return: those that have been tried often enough
        """
        spent = self.filtered(lambda mail: mail.collection_tries >= len(mail_faults.DELAYS))
        moments = []
        for tries, mails in (self - spent).grouped("collection_tries").items():
            moments.append(fields.Datetime.now() + mail_faults.DELAYS[tries])
            mails.write({
                "state": "outgoing", "scheduled_date": moments[-1], "collection_tries": tries + 1,
                "recipient_ids": [(3, partner.id) for partner in reached]})
            mails._tell_outboxes("_record_postponed", moments[-1], error)
        self._wake_queue(moments)
        return spent

    def _record_lost_connection(self, lost):
        """The connection ended while this one was sent, or none: the others of its batch wait.

        :param lost: what smtplib raised
        """
        if not self:
            return
        label = self._get_failure_label("mail_smtp", False)
        if mail_faults.judge(lost) == mail_faults.UNKNOWN or len(self.recipient_ids) > 1:
            self._tell_outboxes("_record_unknown", self._describe_unknown())
        else:
            self._postpone(label)._tell_outboxes("_set_state", "failed", label)
        self._wake_queue([fields.Datetime.now()])

    @api.model
    def _record_interrupted(self):
        """Whoever was sending these has died: nobody knows whether they left."""
        before = fields.Datetime.now() - LONGEST_SENDING
        for model in OUTBOXES:
            waiting = self.env[model]._find_waiting()
            mails = self.sudo().search([
                ("state", "=", "exception"), ("write_date", "<", before),
                ("is_collection_copy", "=", False),
                ("mail_message_id", "in", waiting.mail_message_id.ids)])
            if mails:
                self.env[model]._find_by_message(mails.mail_message_id)._record_unknown(
                    mails._describe_unknown())

    def _describe_unknown(self):
        """:return: str, in the language of their company: nobody knows whether they left"""
        return self._in_company_language().env._(
            "The connection to the mail server ended while it was sent: it may have left. Ask the "
            "recipient, or look into the mail server's log, before you send it again.")

    def _wake_queue(self, moments):
        """:param moments: list of datetimes at which Odoo's mail queue is to run"""
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
        if cron and moments:
            cron.sudo()._trigger(moments)

    def _get_ours(self):
        """:return: those that an outbox waits for, and copies of them"""
        messages = self.env["mail.message"].union(*(
            self.env[model]._find_by_message(self.mail_message_id).mail_message_id
            for model in OUTBOXES))
        return self.filtered(lambda mail: mail.mail_message_id in messages)

    def _tell_outboxes(self, method, *values):
        """Let every outbox record what became of these; of copies, nothing is recorded.

        :param str method: one of :data:`~.outboxes.OUTBOXES`' methods
        """
        originals = self._get_originals()
        for model in OUTBOXES if originals else ():
            sent = self.env[model]._find_by_message(originals.mail_message_id)
            if sent:
                getattr(sent, method)(*values)

    def _in_company_language(self):
        """:return: these, in the language of their company: colleagues read there what happened"""
        company = self.record_company_id[:1] or self.env.company
        return self.with_context(lang=company.partner_id.lang)

    def _get_failure_label(self, failure_type, reason):
        """Why it did not leave, in the language of its company: colleagues read it there.

        :param str failure_type: one of Odoo's
        :param str reason: what the mail server said, if anything
        :return: str
        """
        mails = self._in_company_language()
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
