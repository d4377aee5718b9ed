from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, html2plaintext

from ..selections import DISPATCH_STATES

CHANNELS = [("email", "E-mail"), ("letter", "Letter"), ("sms", "SMS")]

#: States that somebody should look at.
TROUBLE = ("bounced", "failed", "to_verify")

#: What the letter service says, in the outbox's words.
LETTER_STATES = {"pending": "claimed", "sent": "sent", "error": "failed", "canceled": "cancelled"}


class CollectionDispatch(models.Model):
    """One thing to send for an action: the outbox, and what became of it.

    Written in the transaction that closes the action; what left is kept as it left.
    """

    _name = "collection.dispatch"
    _description = "Collection Dispatch"
    _order = "id desc"
    _rec_name = "subject"

    action_id = fields.Many2one(
        "collection.action", required=True, readonly=True, index=True, ondelete="restrict")
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Recipient", required=True, readonly=True, ondelete="restrict")
    address = fields.Char(readonly=True, help="Where it was sent, as it stood then.")
    author_id = fields.Many2one("res.partner", string="Signed by", readonly=True)
    email_from = fields.Char(string="From", readonly=True)
    lang = fields.Char(string="Language", readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html(string="Text", readonly=True, sanitize=False)
    whole_body = fields.Html(
        string="As it left", readonly=True, sanitize=False, help="An e-mail with its layout.")
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments", readonly=True)
    state = fields.Selection(
        DISPATCH_STATES, required=True, readonly=True, default="pending", index=True)
    error = fields.Char(readonly=True)
    sent_at = fields.Datetime(string="Sent on", readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null")
    sms_uuid = fields.Char(readonly=True, index="btree_not_null")
    post_by = fields.Selection(
        [("print", "Posted by us"), ("registered", "Posted by us, registered with receipt"),
         ("snailmail", "Odoo's letter service")], readonly=True)
    letter_ref = fields.Integer(
        readonly=True, help="Id of the letter at Odoo's letter service.")
    occurrence = fields.Integer(
        required=True, default=1, readonly=True,
        help="1, 2, 3… for a specific action that is used several times.")

    trouble = fields.Boolean(compute="_compute_trouble", store=True)

    _key_unique = models.Constraint(
        "UNIQUE(action_id, channel, partner_id, occurrence)",
        "An action is sent once to a recipient.")
    #: read by the list of what was sent
    _trouble_index = models.Index("(trouble, id)")

    # === COMPUTE === #

    @api.depends("state")
    def _compute_trouble(self):
        for dispatch in self:
            dispatch.trouble = dispatch.state in TROUBLE

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was sent is part of the customer's history."))

    # === STATES === #

    def _set_state(self, state, error=False):
        """Note what became of these; trouble is shown on their actions.

        :param str state: one of :data:`~.selections.DISPATCH_STATES`
        :param str error: why, where it went wrong
        """
        vals = {"state": state, "error": error}
        if state == "sent":
            vals["sent_at"] = fields.Datetime.now()
        self.write(vals)
        if state in TROUBLE:
            self.action_id._record_delivery_errors(self)
        elif state == "sent":
            self.action_id.filtered("error").write({"error": False})

    @api.model
    def _find_by_message(self, messages):
        """:return: the dispatches that left as these ``mail.message``"""
        return self.sudo().search([("mail_message_id", "in", messages.ids)])

    def _check_state(self, states):
        self.check_access("read")
        self.customer_id._check_collection_portfolio()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for dispatch in self:
            if dispatch.state not in states:
                raise UserError(self.env._(
                    "“%(subject)s” for %(customer)s is in state “%(state)s”: this is not "
                    "possible now.", subject=dispatch.subject, state=labels[dispatch.state],
                    customer=dispatch.customer_id.name))

    # === CARRIERS === #
    # Handing over what is to be sent: to the mail queue, the SMS queue, the letter service.
    #
    # The rows of the queues are written in the transaction that closes the action; the queues
    # send them in their own time and tell what became of them.

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

    # === BUTTONS === #

    def action_print(self):
        """Print these letters as one PDF.

        :return: action that downloads it
        :raise UserError: there is no letter among them
        """
        letters = self.filtered(lambda dispatch: dispatch.channel == "letter")
        files = [dispatch.attachment_ids[:1].raw for dispatch in letters.sorted("id")]
        if not all(files) or not files:
            raise UserError(self.env._("Choose letters: only they are printed."))
        merged = self.env["ir.attachment"].sudo().create({
            "name": self.env._("Letters.pdf"), "raw": self.env["collection.print"]._merge(files),
            "mimetype": "application/pdf", "res_model": "res.users", "res_id": self.env.uid,
        })
        merged.generate_access_token()
        return {
            "type": "ir.actions.act_url", "target": "download",
            "url": f"/web/content/{merged.id}?download=true"
                   f"&access_token={merged.access_token}",
        }

    def action_mark_sent(self):
        """A person says that these have left.

        :raise UserError: one of them is neither queued nor to be verified
        """
        self._check_state(("pending", "claimed", "to_verify"))
        self.sudo()._set_state("sent")

    def action_cancel(self):
        """A person says that these must not leave.

        :raise UserError: one of them has left already
        """
        self._check_state(("pending", "failed", "to_verify", "bounced"))
        self.sudo()._cancel_carriers()
        self.sudo().write({"state": "cancelled", "error": False})
        self.sudo().action_id.filtered("error").write({"error": False})

    def action_retry(self):
        """Send these once more, as they were written, to the recipient's present address.

        :raise UserError: one of them did not fail, or its recipient has no address
        """
        self._check_state(TROUBLE)
        dispatches = self.sudo()
        for dispatch in dispatches:
            address = dispatch.action_id._get_address(dispatch.partner_id, dispatch.channel)
            problem = dispatch.action_id._find_address_problem(
                dispatch.partner_id, dispatch.channel)
            if problem:
                raise UserError(problem)
            dispatch.address = address
        dispatches.write({"state": "pending", "error": False})
        dispatches.action_id.write({"error": False})
        dispatches._hand_over()

    def action_open_action(self):
        """:return: window action on the action that it was sent for"""
        self.ensure_one()
        return self.action_id.action_open()
