from uuid import uuid4

from odoo import api, models
from odoo.tools import SQL, html2plaintext

#: What the letter service says, in the outbox's words.
LETTER_STATES = {"pending": "claimed", "sent": "sent", "error": "failed", "canceled": "cancelled"}


class CollectionDispatchCarrier(models.Model):
    """Handing over what is to be sent: to the mail queue, the SMS queue, the letter service.

    The rows of the queues are written in the transaction that closes the action; the queues
    send them in their own time and tell what became of them.
    """

    _inherit = "collection.dispatch"

    def _hand_over(self):
        """Give these to the queue of their channel, a batch each."""
        by_channel = self.grouped("channel")
        if "email" in by_channel:
            by_channel["email"]._queue_emails()
        if "sms" in by_channel:
            by_channel["sms"]._queue_sms()
        if "letter" in by_channel:
            by_channel["letter"]._queue_letters()

    def _get_leaving_bodies(self):
        """:return: dict of what leaves, as HTML, by dispatch id"""
        return {dispatch.id: dispatch.whole_body or dispatch.body for dispatch in self}

    # -- e-mail ----------------------------------------------------------------------------

    def _queue_emails(self):
        """One ``mail.mail`` each, in the customer's thread, where the answers come back."""
        mails = self.env["mail.mail"].sudo()
        note = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        bodies = self._get_leaving_bodies()
        for company, dispatches in self.grouped("company_id").items():
            customers = dispatches.customer_id.with_company(company)
            replies = customers._notify_get_reply_to()
            mails |= mails.with_company(company).create([
                dispatch._prepare_mail_vals(
                    replies.get(dispatch.customer_id.id), note, bodies[dispatch.id])
                for dispatch in dispatches])
            for dispatch, mail in zip(dispatches, mails[-len(dispatches):]):
                dispatch.mail_message_id = mail.mail_message_id
        self._show_in_thread()
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    def _show_in_thread(self):
        """Let the customer's thread show what was written.

        By SQL: the ORM would sanitize each text again, a third of the time that a message takes.
        They were sanitized when they were written, and what stands in the place of hashtags is
        escaped.
        """
        self.flush_recordset(["body", "mail_message_id"])
        self.env.cr.execute(SQL(
            "UPDATE mail_message SET body = dispatch.body FROM collection_dispatch AS dispatch"
            " WHERE dispatch.mail_message_id = mail_message.id AND dispatch.id IN %s",
            tuple(self.ids)))
        self.mail_message_id.invalidate_recordset(["body"])

    def _prepare_mail_vals(self, reply_to, subtype_id, body):
        self.ensure_one()
        return {
            "model": "res.partner",
            "res_id": self.customer_id.id,
            "record_name": self.customer_id.display_name,
            "message_type": "email_outgoing",
            "subtype_id": subtype_id,
            "subject": self.subject,
            "body_html": body,
            "author_id": self.author_id.id,
            "email_from": self.email_from,
            "reply_to": reply_to or self.email_from,
            "recipient_ids": [(4, self.partner_id.id)],
            "attachment_ids": [(4, attachment.id) for attachment in self.attachment_ids],
            "auto_delete": True,
            # or the message would go with the mail, and no answer would find its thread
            "is_notification": True,
            "record_company_id": self.company_id.id,
        }

    # -- SMS -------------------------------------------------------------------------------

    def _queue_sms(self):
        bodies = self._get_leaving_bodies()
        for dispatch in self:
            dispatch.sms_uuid = uuid4().hex
        self.env["sms.sms"].sudo().create([{
            "uuid": dispatch.sms_uuid,
            "number": dispatch.address,
            "body": html2plaintext(bodies[dispatch.id]),
            "partner_id": dispatch.partner_id.id,
        } for dispatch in self])

    # -- letters ---------------------------------------------------------------------------

    def _queue_letters(self):
        """Letters wait to be printed; those of the letter service are handed to it."""
        posted = self.filtered(lambda dispatch: dispatch.post_by == "snailmail")
        if not posted or "snailmail.letter" not in self.env:
            return
        letters = self.env["snailmail.letter"].sudo().create([{
            "partner_id": dispatch.partner_id.id,
            "model": "res.partner",
            "res_id": dispatch.customer_id.id,
            "user_id": self.env.uid,
            "company_id": dispatch.company_id.id,
            "attachment_id": dispatch.attachment_ids[:1].id,
            "state": "pending",
        } for dispatch in posted])
        for dispatch, letter in zip(posted, letters):
            dispatch.write({"letter_ref": letter.id, "state": "claimed"})

    @api.model
    def _follow_letters(self):
        """Cron: ask the letter service's outbox what became of our letters."""
        if "snailmail.letter" not in self.env:
            return
        waiting = self.sudo().search([("letter_ref", ">", 0), ("state", "=", "claimed")])
        letters = self.env["snailmail.letter"].sudo().browse(
            waiting.mapped("letter_ref")).exists()
        states = {letter.id: letter for letter in letters}
        for dispatch in waiting:
            letter = states.get(dispatch.letter_ref)
            state = LETTER_STATES[letter.state] if letter else "to_verify"
            if state != dispatch.state:
                dispatch._set_state(state, letter.error_code if letter else self.env._(
                    "The letter service no longer knows this letter."))

    def _cancel_carriers(self):
        """What the queues still hold does not leave."""
        self.env["mail.mail"].sudo().search([
            ("mail_message_id", "in", self.mail_message_id.ids),
            ("state", "in", ("outgoing", "exception"))]).cancel()
        self.env["sms.sms"].sudo().search([
            ("uuid", "in", [uuid for uuid in self.mapped("sms_uuid") if uuid]),
            ("state", "in", ("outgoing", "error"))]).action_set_canceled()
        if "snailmail.letter" in self.env:
            self.env["snailmail.letter"].sudo().browse(
                [ref for ref in self.mapped("letter_ref") if ref]).exists().cancel()
