from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import incoming_mail, tracking
from ...tools.batches import contained
from ...tools.dialogs import open_dialog
from ...tools.records import as_day, as_mapping, as_reason, as_records, as_text
from ..action.channels import CHANNELS, get_channel
from . import letters, notices
from .message import PDF

DISPATCH_STATES = [
    ("pending", "Queued"),
    ("claimed", "Being sent"),
    ("sent", "Sent"),
    ("bounced", "Bounced"),
    ("failed", "Sending failed"),
    ("replied", "Answered"),
    ("to_verify", "To verify"),
    ("cancelled", "Cancelled"),
]

#: What became of a registered letter, in its order.
TRACKING = [
    (tracking.DEPOSITED, "Deposited"), (tracking.PRESENTED, "Presented"),
    (tracking.ACCEPTED, "Accepted"), (tracking.REFUSED, "Refused"),
    (tracking.UNCLAIMED, "Unclaimed")]

#: What our reference of a letter begins with.
LETTER_PREFIX = "L"

#: E-mails that failed of which the alert counts at most so many.
MOST_COUNTED = 1000

#: States that somebody should look at.
TROUBLE = ("bounced", "failed", "to_verify")

#: States in which their carrier still has them.
WAITING = ("pending", "claimed")

#: States in which their action says what went wrong.
UNARRIVED = (*TROUBLE, "cancelled")


class CollectionDispatch(models.Model):
    """One thing to send for an action: the outbox, and what became of it.

    Written in the transaction that closes the action; what left is kept as it left.
    """

    _name = "collection.dispatch"
    _description = "Collection Dispatch"
    _inherit = ["collection.portfolio"]
    _order = "id desc"
    _rec_name = "subject"
    _owner_fields = ("customer_id", "company_id", "action_id")
    _traced_where = "record.state = 'sent'"
    _copied_pages = ("body",)

    action_id = fields.Many2one(
        "collection.action", required=True, readonly=True, index=True, ondelete="restrict")
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    channel = fields.Selection("_selection_channel", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Recipient", required=True, readonly=True, ondelete="restrict")
    address = fields.Char(readonly=True, help="Where it was sent, as it stood then.")
    copy_partner_ids = fields.Many2many(
        "res.partner", "collection_dispatch_copy_rel", string="Copies to", readonly=True)
    copies = fields.Char(
        string="Addresses of the copies", readonly=True, help="As they stood then.")
    sent_by_id = fields.Many2one(
        "res.users", readonly=True, help="Who sent or edited it by hand; hears the answer.")
    author_id = fields.Many2one("res.partner", string="Signed by", readonly=True)
    email_from = fields.Char(string="From", readonly=True)
    lang = fields.Char(string="Language", readonly=True)
    lang_name = fields.Char(string="Written in", compute="_compute_lang_name")
    subject = fields.Char(readonly=True)
    body = fields.Html(string="Text", readonly=True, sanitize=False)
    whole_body = fields.Html(
        string="As it left", readonly=True, sanitize=False, help="An e-mail with its layout.")
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments", readonly=True)
    state = fields.Selection(
        DISPATCH_STATES, required=True, readonly=True, default="pending")
    error = fields.Char(readonly=True)
    attempts = fields.Integer(
        string="Refused for now", readonly=True, copy=False,
        help="How often the mail server has put it off.")
    next_try = fields.Datetime(readonly=True, copy=False, help="When it is sent again by itself.")
    came_back = fields.Char(
        string="What came back", readonly=True,
        help="A report of the mail server or an automatic answer. It changes nothing by itself.")
    sent_at = fields.Datetime(string="Sent on", readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null")
    sms_uuid = fields.Char(readonly=True, index="btree_not_null")
    post_by = fields.Selection(
        [("print", "Posted by us"), ("registered", "Posted by us, registered with receipt"),
         ("snailmail", "Odoo's letter service")], readonly=True)
    letter_ref = fields.Integer(
        readonly=True, help="Id of the letter at Odoo's letter service.")
    registered_number = fields.Char(
        string="Registered number", readonly=True, copy=False, index="btree_not_null",
        help="The number of the registered letter.")
    letter_code = fields.Char(
        string="Letter", compute="_compute_letter_code",
        help="Our reference, by which a carrier's list finds the letter.")
    tracking = fields.Selection(
        TRACKING, string="Tracking", readonly=True, copy=False, index="btree_not_null",
        help="What became of a registered letter last.")
    deposited_on = fields.Date(readonly=True, copy=False)
    presented_on = fields.Date(
        readonly=True, copy=False,
        help="The letter was brought to the addressee, who may have been away.")
    accepted_on = fields.Date(readonly=True, copy=False)
    refused_on = fields.Date(readonly=True, copy=False)
    unclaimed_on = fields.Date(
        readonly=True, copy=False,
        help="Nobody fetched it in time. What follows in law is not decided here: have it "
        "checked by your counsel.")
    receipt_ids = fields.Many2many(
        "ir.attachment", "collection_dispatch_receipt_rel", string="Receipts", readonly=True,
        help="Proof of deposit, receipt signed by the addressee.")
    notice_day = fields.Date(
        string="Formal notice of", readonly=True, help="The day that a formal notice bears.")
    notice_until = fields.Date(
        string="To be paid by", readonly=True, help="Last day of grace of a formal notice.")
    notice_given_on = fields.Date(
        string="Notice given on", readonly=True,
        help="The day on which formal notice was really given to the debtor: the day it left; of a "
        "registered letter that of its first presentation, as soon as it is known, else that of "
        "its deposit.")
    occurrence = fields.Integer(
        required=True, default=1, readonly=True,
        help="1, 2, 3… for a specific action that is used several times.")

    trouble = fields.Boolean(compute="_compute_trouble", store=True)

    _key_unique = models.Constraint(
        "UNIQUE(action_id, channel, partner_id, occurrence)",
        "An action is sent once to a recipient.")
    _tracking_check = models.Constraint(
        "CHECK(num_nonnulls(accepted_on, refused_on, unclaimed_on) <= 1)",
        "A registered letter is accepted, refused or unclaimed: one of them.")
    #: read by the cron that looks at what waits in the outbox; nearly all are sent
    _waiting_index = models.Index("(channel) WHERE state IN ('pending', 'claimed')")
    #: read by the list of what was sent
    _trouble_index = models.Index("(trouble, id)")
    #: read by the alert above that list: what is held up, and what has left since
    _held_index = models.Index("(id) WHERE state = 'failed' OR next_try IS NOT NULL")
    _left_index = models.Index("(write_date) WHERE channel = 'email' AND state = 'sent'")
    #: read when a formal notice was given, or came back
    _notice_index = models.Index("(notice_given_on) WHERE notice_given_on IS NOT NULL")

    @api.model
    def _selection_channel(self):
        """:return: list of (code, label): channels registered later are offered as well"""
        return [(code, self.env._(channel.label)) for code, channel in CHANNELS.items()]

    # === COMPUTE === #

    @api.depends("lang")
    def _compute_lang_name(self):
        names = dict(self.env["res.lang"].get_installed())
        for dispatch in self:
            dispatch.lang_name = names.get(dispatch.lang, dispatch.lang)

    @api.depends("state")
    def _compute_trouble(self):
        for dispatch in self:
            dispatch.trouble = dispatch.state in TROUBLE

    @api.depends("channel")
    def _compute_letter_code(self):
        for dispatch in self:
            dispatch.letter_code = f"{LETTER_PREFIX}{dispatch.id}" if get_channel(
                dispatch.channel).is_posted else False

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was sent is part of the customer's history."))

    # === STATES === #

    def _set_state(self, state, error=False):
        """Record what became of these; trouble is shown on their actions.

        :param str state: one of :data:`DISPATCH_STATES`
        :param str error: why, where it went wrong
        """
        if state == "cancelled":
            error = error or self.env._("Cancelled by its carrier: it did not leave.")
        vals = {"state": state, "error": error, "next_try": False}
        if state == "sent":
            vals["sent_at"] = fields.Datetime.now()
        self.write(vals)
        notices.follow(self)
        if state in UNARRIVED:
            self.action_id._record_delivery_errors(self)
        elif state == "sent":
            self._clear_errors()

    def _get_noticed_items(self):
        """:return: ``account.move.line``, the debts that these formal notices demand"""
        return self.env["account.move.line"].union(*(
            notice.action_id.item_ids.filtered(lambda item, day=notice.notice_day: (
                item.balance > 0 and item._get_collection_due() < day))
            for notice in self))

    def _clear_errors(self):
        """Their actions show no error any more, but that of what left with these and has not
        arrived."""
        failed = self.filtered("action_id.error")
        left = {(other.action_id, other.occurrence): other.error for other in self.search([
            ("action_id", "in", failed.action_id.ids), ("state", "in", UNARRIVED),
            ("error", "!=", False)])} if failed else {}
        for dispatch in failed:
            dispatch.action_id.error = left.get((dispatch.action_id, dispatch.occurrence), False)

    def _record_never_left(self, error):
        """These are not in the queue of their carrier any more, and were not sent.

        :param str error: why
        """
        self._get_waiting()._set_state("cancelled", error)

    def _record_queued_again(self):
        """Somebody put these into the queue of their carrier again."""
        again = self.filtered(
            lambda dispatch: dispatch.state in ("failed", "to_verify", "cancelled"))
        if again:
            again.write({"state": "pending", "error": False})
            again._clear_errors()

    def _record_postponed(self, until, error):
        """Their carrier refuses these for now; they are sent again by themselves.

        :param datetime until: when
        :param str error: why
        """
        for attempts, dispatches in self._get_waiting().grouped("attempts").items():
            dispatches.write({"attempts": attempts + 1, "next_try": until, "error": error})

    def _record_unknown(self, error):
        """Nobody knows whether these left: a person finds out.

        :param str error: why
        """
        waiting = self._get_waiting()
        if waiting:
            waiting._set_state("to_verify", error)

    def _get_waiting(self):
        """:return: those of these that have not left yet, as far as is known"""
        return self.filtered(lambda dispatch: dispatch.state in WAITING)

    @api.model
    def _find_waiting(self):
        """:return: the dispatches whose e-mail has not left yet, as far as is known"""
        return self.sudo().search([("channel", "=", "email"), ("state", "in", WAITING)])

    def _record_return(self, kind):
        """Something came back to these that steers nothing: once noted, it costs nothing more.

        :param str kind: see :mod:`~...tools.incoming_mail`
        """
        notes = {
            incoming_mail.AUTOMATIC: self.env._("An automatic answer came back."),
            incoming_mail.FOREIGN: self.env._(
                "An answer came from another address than the customer's: it changes nothing."),
            incoming_mail.DELAYED: self.env._(
                "Delivery is delayed: the mail server goes on trying."),
        }
        fresh = self.filtered(lambda dispatch: dispatch.came_back != notes.get(kind))
        if kind in notes and fresh:
            fresh.came_back = notes[kind]

    def _block_addresses(self):
        """Nothing more is written to where these went, until somebody confirms the address."""
        self.env["res.partner"]._block_collection_addresses(self.mapped("address"))

    @api.model
    def get_alert(self):
        """What keeps the company's e-mails from leaving, to be said once.

        :return: str, translated; empty where the last e-mails left
        """
        self.check_access("read")
        emails = Domain("channel", "=", "email")
        held = self.search(
            emails & (Domain("state", "=", "failed") | Domain("next_try", "!=", False)),
            limit=MOST_COUNTED)
        waiting = held and self.env["mail.mail"].sudo().search_count([
            ("mail_message_id", "in", held.mail_message_id.ids),
            ("failure_type", "=", "mail_smtp")])
        if not waiting or self.search_count(
                emails & Domain("state", "=", "sent")
                & Domain("write_date", ">=", max(held.mapped("write_date"))), limit=1):
            return ""
        return self.env._(
            "No e-mail leaves: the outgoing mail server does not answer. E-mails held up: "
            "%(count)s. They are tried again for some hours; those that have failed by then are "
            "sent again from here, once it is put right.", count=waiting)

    @api.model
    def _find_by_message(self, messages):
        """:return: the dispatches that left as these ``mail.message``"""
        return self.sudo().search([("mail_message_id", "in", messages.ids)])

    def _check_state(self, states):
        self.check_access("read")
        self._check_portfolio()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for dispatch in self:
            if dispatch.state not in states:
                raise UserError(self.env._(
                    "“%(subject)s” for %(customer)s is in state “%(state)s”: this is not "
                    "possible now.", subject=dispatch.subject, state=labels[dispatch.state],
                    customer=dispatch.customer_id.name))

    # === CARRIERS === #
    # The rows of the mail queue, the SMS queue and the letter service are written in the
    # transaction that closes the action; they are sent in their own time and report what became
    # of them.

    def _hand_over(self):
        """Give these to their carriers, a batch each."""
        for code, dispatches in self.grouped("channel").items():
            get_channel(code).queue(dispatches)

    def _get_leaving_bodies(self):
        """What leaves of each message, as it is handed to its carrier.

        A hook: a domain that keeps something out of what is stored overrides it, and puts that
        into what ``super()`` returns.

        :return: dict of HTML as str by dispatch id
        """
        return {dispatch.id: dispatch.whole_body or dispatch.body for dispatch in self}

    def _get_copy_bodies(self):
        """What the copies of each message say: the same, without what is the recipient's alone.

        A hook, as :meth:`_get_leaving_bodies`.

        :return: dict of HTML as str by dispatch id
        """
        return {dispatch.id: dispatch.whole_body or dispatch.body for dispatch in self}

    def _notify_answered(self, author, answer):
        """Whoever sent or edited these by hand reads what was answered.

        A follower of the customer reads it there already.

        :param author: the ``res.partner`` who answers, may be empty
        :param Markup answer: what was written
        """
        for dispatch in self.filtered("sent_by_id"):
            user, customer = dispatch.sent_by_id, dispatch.customer_id
            if not user.active or user.partner_id in customer.message_partner_ids:
                continue
            translate = self.with_context(lang=user.lang).env._
            customer.message_notify(
                partner_ids=user.partner_id.ids, author_id=author.id or customer.id,
                subject=translate("Answer to “%(subject)s”", subject=dispatch.subject or ""),
                body=answer)

    @api.model
    def _follow_letters(self):
        """Cron: ask each carrier what became of the letters that it was handed; a fault of one
        costs the others nothing."""
        for channel in CHANNELS.values():
            with contained(self.env, "What became of messages by %s is not known", channel.code):
                channel.follow(self.env)

    def _cancel_carriers(self):
        """Keep what the carriers still hold from leaving."""
        for code, dispatches in self.grouped("channel").items():
            get_channel(code).cancel(dispatches)

    def _take_back(self):
        """The same, of what failed or is in doubt: copies for others stay."""
        for code, dispatches in self.grouped("channel").items():
            get_channel(code).take_back(dispatches)

    # === REGISTERED LETTERS === #

    def record_tracking(self, dates=None, *, number=None, receipt_ids=None):
        """Write down what became of the one registered letter; traced, and an event for the
        sequences that wait for it.

        :param dict dates: dates or ISO strings by stage: ``deposited``, ``presented``,
            ``accepted``, ``refused``, ``unclaimed``; a stage that is not named stays as it is,
            one without a date is taken back
        :param str number: of the registered letter
        :param receipt_ids: ids of ``ir.attachment`` to keep with it
        :return: bool, whether something has changed
        :raise UserError: it is no registered letter, or the dates contradict one another
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.check_access("read")
        self._check_portfolio()
        days = self._take_stages(dates or {})
        receipts = as_records(self.env, "ir.attachment", receipt_ids)
        receipts.check_access("read")
        return self.sudo()._record_tracking(
            days, number=as_text(self.env, number), receipts=receipts.sudo())

    def _record_tracking(self, days, *, number=None, receipts=None):
        """The same for commands and carriers; what is known already changes nothing.

        :param dict days: dates by stage, see :meth:`record_tracking`
        :param receipts: ``ir.attachment``
        """
        news = letters.find_news(self, days, number=number, receipts=receipts)
        letters.write_news([news] if news else [])
        return bool(news)

    def _take_stages(self, dates):
        """:return: dict of dates by stage, as a caller gave them
        :raise UserError: a stage is none of a letter's, or has no day
        """
        if unknown := set(as_mapping(self.env, dates)) - set(tracking.STAGES):
            raise UserError(self.env._(
                "A letter is not “%(stage)s”.", stage=", ".join(sorted(unknown))))
        return {stage: as_day(self.env, day) for stage, day in dates.items()}

    # === FORMAL NOTICES === #

    def correct_notice_day(self, day, reason):
        """Say on which day this formal notice was really given; traced.

        :param day: date or ISO string
        :param str reason: stays in the history
        :raise UserError: no reason, it is no formal notice that has left, or a day before the one
            that it bears, or to come
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.check_access("read")
        self._check_portfolio()
        reason, day = as_reason(self.env, reason), as_day(self.env, day)
        notices.check_given_day(self, day)
        notices.redate({self.sudo(): day}, reason)

    # === BUTTONS === #

    def action_open_notice_day(self):
        """:return: window action on the dialog that corrects the day on which notice was given"""
        self.ensure_one()
        self.check_access("read")
        return open_dialog("collection.notice.day", self.env._("Day of the formal notice"),
                           default_dispatch_id=self.id)

    def action_open_tracking(self):
        """:return: window action on the dialog that takes down what became of a letter"""
        self.ensure_one()
        self.check_access("read")
        return open_dialog("collection.letter.tracking", self.env._("Registered letter"),
                           default_dispatch_id=self.id)

    def action_open_letter_import(self):
        """:return: window action on the dialog that reads a carrier's list, whatever is chosen"""
        self.check_access("read")
        return open_dialog("collection.letter.import", self.env._("Import a carrier's list"))

    def action_print(self):
        """Print these letters as one PDF.

        :return: action that downloads it
        :raise UserError: there is no letter among them
        """
        posted = self.filtered(lambda dispatch: get_channel(dispatch.channel).is_posted)
        files = [dispatch.attachment_ids[:1].raw for dispatch in posted.sorted("id")]
        if not all(files) or not files:
            raise UserError(self.env._("Choose letters: only they are printed."))
        return self.env["collection.download"]._offer(
            self.env._("Letters.pdf"), self.env["collection.print"]._merge(files), PDF)

    def action_mark_sent(self):
        """A person says that these have left.

        :raise UserError: one of them is neither queued nor to be verified
        """
        self._check_state(("pending", "claimed", "to_verify"))
        # or it would leave again: at its next try, when somebody tries the mail queue again, or by
        # the letter service
        held = self.sudo().filtered(lambda dispatch: (
            dispatch.next_try or dispatch.letter_ref or dispatch.state == "to_verify"))
        self.sudo()._set_state("sent")
        held._take_back()

    def action_cancel(self):
        """A person says that these must not leave.

        :raise UserError: one of them has left already
        """
        self._check_state(("pending", "failed", "to_verify", "bounced"))
        dispatches = self.sudo()
        dispatches._cancel_carriers()
        dispatches.write({"state": "cancelled", "error": False, "next_try": False})
        notices.follow(dispatches)
        dispatches._clear_errors()

    def action_retry(self):
        """Send these once more, as they were written, to the recipient's present address.

        :raise UserError: one of them did not fail, or its recipient has no address that works
        """
        self._check_state((*TROUBLE, "cancelled"))
        dispatches = self.sudo()
        for dispatch in dispatches:
            channel = get_channel(dispatch.channel)
            problem = channel.find_address_problem(dispatch.partner_id, dispatch.post_by)
            if problem:
                raise UserError(problem)
            dispatch.address = channel.get_address(dispatch.partner_id)
        dispatches._take_back()
        dispatches.write({"state": "pending", "error": False, "attempts": 0})
        dispatches._clear_errors()
        dispatches._hand_over()

    def action_confirm_address(self):
        """A person says that the address works to which these were sent: they may be sent again.

        :raise UserError: one of them did not come back
        """
        self._check_state(("bounced",))
        self.sudo().partner_id._confirm_collection_address()

    def action_open_action(self):
        """:return: window action on the action that it was sent for"""
        self.ensure_one()
        return self.action_id.action_open()
