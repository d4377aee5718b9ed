from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime, plaintext2html
from odoo.tools.translate import LazyTranslate

from ...tools.dialogs import RELOAD, notify, open_dialog
from ...tools.records import as_record, as_text
from ..message.holds import Hold, register
from .mail_thread import Writer, read_text

_lt = LazyTranslate(__name__)

SOURCES = [
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("page", "Personal page"),
    ("bounce", "Returned message"),
]

RESULTS = [
    ("promise", "Promise"),
    ("dispute", "Dispute"),
    ("question", "Question"),
    ("copy", "Copy asked"),
    ("proof", "Proof of payment"),
    ("nothing", "Nothing to do"),
]

#: Characters kept of what somebody wrote.
LONGEST = 4000

#: Characters of it that a list shows.
EXCERPT = 160


def get_answered_domain(env):
    """:param env: :class:`~odoo.api.Environment` in superuser mode
    :return: ``Domain`` of the actions whose customer has answered, and nobody has dealt with it"""
    replies = env["collection.reply"]
    return Domain.OR(
        Domain("company_id", "=", company.id) & Domain(
            "customer_id", "in", replies._search(get_waiting_domain(company)).subselect(
                "customer_id"))
        for company in env["res.company"].search([]))


def get_waiting_domain(company):
    """:return: ``Domain`` of a company's replies that keep messages from leaving by themselves"""
    return Domain("state", "=", "open") & Domain("company_id", "=", company.id) & Domain(
        "quiet_until", ">=", company._get_collection_day())


ANSWERED = _lt("The customer has answered: somebody has to read the reply first.")
register(Hold(get_answered_domain, ANSWERED))


class CollectionReply(models.Model):
    """An answer of a debtor, from wherever it came: one queue, in which each is dealt with once.

    Mails to a thread of ours, mails from a known address, what is written on the portal or on a
    personal page, and messages that came back. The words are kept as text: what a stranger wrote
    never becomes markup. While a reply waits, nothing leaves by itself to its customer, for some
    days.
    """

    _name = "collection.reply"
    _description = "Reply of a Customer"
    _inherit = ["collection.portfolio", "mail.thread", "mail.activity.mixin"]
    _order = "received_at, id"
    _owner_fields = ("customer_id", "company_id")
    _copied_texts = ("text", "result_note")

    key = fields.Char(
        required=True, readonly=True, copy=False,
        help="Identifies what came in: a second one of the same key is the same reply.")
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Written by", readonly=True, ondelete="set null")
    email_from = fields.Char(string="From", readonly=True)
    doubtful = fields.Boolean(
        string="Sender unknown", readonly=True,
        help="Nobody of that address is known, or several customers have it: see whether it is "
        "this customer's before you act on it.")
    source = fields.Selection(SOURCES, required=True, readonly=True)
    subject = fields.Char(string="Subject", readonly=True)
    text = fields.Text(string="What was written", readonly=True)
    excerpt = fields.Char(string="Words", compute="_compute_excerpt")
    file_count = fields.Integer(string="Files", readonly=True)
    message_ref_id = fields.Many2one(
        "mail.message", string="Message", readonly=True, index="btree_not_null",
        ondelete="set null")
    about_action_id = fields.Many2one(
        "collection.action", string="Answers", readonly=True, ondelete="restrict",
        help="The action whose message was answered.")
    answer_ids = fields.One2many("collection.answer", "reply_id", readonly=True)
    received_at = fields.Datetime(string="Received on", required=True, readonly=True)
    age = fields.Integer(string="Days waiting", compute="_compute_age")
    age_label = fields.Char(string="Waiting", compute="_compute_age")
    quiet_until = fields.Date(
        readonly=True, help="Nothing leaves by itself up to and including this day, as long as "
        "the reply waits.")
    user_id = fields.Many2one(
        "res.users", string="Owner", readonly=True, index="btree_not_null")
    state = fields.Selection(
        [("open", "Waits"), ("done", "Dealt with")], required=True, readonly=True,
        default="open")
    result = fields.Selection(RESULTS, string="What it was", readonly=True)
    result_note = fields.Text(string="Note", readonly=True)
    done_by_id = fields.Many2one("res.users", string="Dealt with by", readonly=True)
    done_at = fields.Datetime(string="Dealt with on", readonly=True)
    promise_id = fields.Many2one("collection.promise", readonly=True)
    dispute_id = fields.Many2one("collection.dispute", readonly=True)
    action_id = fields.Many2one("collection.action", string="What follows", readonly=True)
    is_page = fields.Boolean(
        compute="_compute_is_page", help="Its answers are accepted or refused as they are.")

    _key_unique = models.UniqueIndex("(key)", "This reply was received already.")
    #: read by the sending of what is due, and by counts of what waits for each customer
    _open_index = models.Index(
        "(customer_id, company_id, quiet_until) WHERE state = 'open'")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("customer_id", "subject")
    def _compute_display_name(self):
        for reply in self:
            reply.display_name = " – ".join(
                filter(None, [reply.customer_id.name, reply.subject]))

    @api.depends("text")
    def _compute_excerpt(self):
        for reply in self:
            words = " ".join((reply.text or "").split())
            reply.excerpt = words if len(words) <= EXCERPT else words[:EXCERPT - 1] + "…"

    @api.depends_context("lang")
    @api.depends("received_at", "done_at")
    def _compute_age(self):
        now = fields.Datetime.now()
        for reply in self:
            last = reply.done_at or now
            days = (last - reply.received_at).days if reply.received_at else 0
            reply.age = days
            reply.age_label = (
                self.env._("today") if days < 1 else self.env._("1 day") if days == 1
                else self.env._("%(days)s days", days=days))

    @api.depends("answer_ids.state")
    def _compute_is_page(self):
        waiting = self.env["collection.answer"].sudo().search(
            [("reply_id", "in", self.ids), ("state", "=", "waiting")]).reply_id
        for reply in self:
            reply.is_page = reply.sudo() in waiting

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "A reply is part of the customer's history: say that there is nothing to do."))

    def write(self, vals):
        if not self.env.su and set(vals) - self._get_editable_fields():
            raise AccessError(self.env._(
                "A reply changes by its buttons, never by editing %(fields)s.",
                fields=", ".join(sorted(set(vals) - self._get_editable_fields()))))
        return super().write(vals)

    def _get_editable_fields(self):
        """:return: set of names of the fields that users who see a reply may edit"""
        return {"message_follower_ids", "message_partner_ids", "activity_ids"}

    # === RECEIVING === #

    @api.model
    def _receive(self, vals_list):
        """Take replies into the queue; those that are in it already are left out.

        :param vals_list: list of dicts of field values; owner, silence and moment are filled in
        :return: the new ``collection.reply``
        """
        replies = self.sudo().with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True)
        known = set(replies.search([
            ("key", "in", [vals["key"] for vals in vals_list])]).mapped("key"))
        created = replies.create([
            self._prepare_received_vals(vals) for vals in vals_list if vals["key"] not in known])
        created.filtered(lambda reply: reply.source != "page")._trace_received()
        return created

    def _prepare_received_vals(self, vals):
        company = self.env["res.company"].sudo().browse(vals["company_id"])
        customer = self.env["res.partner"].sudo().browse(vals["customer_id"])
        owner = customer.with_company(company).collector_id or company._get_collection_manager()
        quiet = vals["source"] != "bounce" and company.collection_reply_days
        return {
            "received_at": fields.Datetime.now(), "user_id": owner.id, **vals,
            "text": (vals.get("text") or "").replace("\0", "").strip()[:LONGEST],
            "quiet_until": quiet and company._get_collection_day() + timedelta(days=quiet),
        }

    @api.private  # a caller could make up mails
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Take a mail that answers none of our messages.

        :param dict msg_dict: the e-mail, as the gateway has read it
        :param custom_values: :class:`~.mail_thread.Writer`
        :return: its ``collection.reply``
        :raise AccessError: a caller of the gateway has made it up
        """
        if not isinstance(custom_values, Writer):
            return super().message_new(msg_dict, custom_values=custom_values)
        customer = self.env["res.partner"].sudo().browse(custom_values.customer)
        company = customer._find_answering_company(self.env["mail.message"])
        key = f"message:{msg_dict['message_id']}"
        reply = self._receive([{
            "key": key, "source": "email", "customer_id": customer.id,
            "company_id": company.id, "doubtful": custom_values.doubtful,
            "partner_id": msg_dict.get("author_id"), "email_from": msg_dict.get("email_from"),
            "subject": msg_dict.get("subject") or "", "text": read_text(msg_dict.get("body")),
            "file_count": len(msg_dict.get("attachments") or ()),
        }]) or self.sudo().search([("key", "=", key)])
        customer._post_mail_signal("mail_replied", msg_dict)
        return reply

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        first = self.sudo().filtered(lambda reply: (
            not reply.message_ref_id and reply.key == f"message:{message.message_id}"))
        first.message_ref_id = message
        return result

    def _trace_received(self):
        self._trace(lambda reply: {
            "kind": "reply_received", "new_value": reply._get_sender(), "text": reply.text,
            "cause": "signal", "command": "reply"})

    def _get_sender(self):
        return self.partner_id.name or self.email_from or self.customer_id.name

    def _trace(self, prepare):
        """Record the same kind of thing of each of these in its customer's history.

        :param prepare: function of a reply that returns the field values of its row
        """
        rows = defaultdict(list)
        for reply in self.sudo():
            vals = prepare(reply)
            rows[reply.customer_id, reply.company_id].append({
                **vals, "action_id": reply.about_action_id.id,
                "action_name": reply.about_action_id.name,
                "data": {"reply": reply.id, "message": reply.message_ref_id.message_id or "",
                         **vals.get("data", {})}})
        self.env["collection.history"]._append_many(rows)

    # === DEALING WITH REPLIES === #

    def settle(self, result, note="", *, promise=None, dispute=None, action=None):
        """Say what these replies were: they leave the queue.

        :param str result: a code of :data:`RESULTS`
        :param str note: what there is to say
        :param promise: ``collection.promise`` that it became, if any
        :param dispute: ``collection.dispute``
        :param action: ``collection.action`` that follows from it
        :return: True
        :raise UserError: no such result, or one of them was dealt with already
        :raise AccessError: neither the owner nor in charge of the customer
        """
        replies = self._take_turn()
        result = as_text(self.env, result)
        if result not in dict(RESULTS):
            raise UserError(self.env._("Say what the reply was."))
        links = {
            "promise_id": as_record(self.env, "collection.promise", promise),
            "dispute_id": as_record(self.env, "collection.dispute", dispute),
            "action_id": as_record(self.env, "collection.action", action)}
        for record in links.values():
            record.check_access("read")
        replies._write_done(result, as_text(self.env, note), {
            name: record.id for name, record in links.items()})
        return True

    def _write_done(self, result, note="", vals=None):
        self.write({
            "state": "done", "result": result, "result_note": note, "done_by_id": self.env.uid,
            "done_at": fields.Datetime.now(), **(vals or {})})
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self._trace(lambda reply: {
            "kind": "reply_done", "old_value": reply._get_sender(), "text": note,
            "cause": "person", "command": "reply", "data": {"reply_result": result}})

    def _take_turn(self):
        """Lock these replies to deal with them.

        :return: the replies, in superuser mode
        :raise UserError: one was dealt with already
        :raise AccessError: neither the owner nor in charge of the customer
        """
        self.check_access("read")
        self.filtered(lambda reply: reply.user_id != self.env.user)._check_portfolio()
        replies = self.sudo()
        replies.lock_for_update()
        replies.invalidate_recordset(["state", "done_by_id", "done_at", "result"])
        labels = dict(self._fields["result"]._description_selection(self.env))
        for reply in replies.filtered(lambda reply: reply.state == "done"):
            raise UserError(self.env._(
                "“%(reply)s” was dealt with by %(user)s on %(when)s: %(result)s.",
                reply=reply.display_name, user=reply.done_by_id.name,
                when=format_datetime(self.env, reply.done_at), result=labels[reply.result]))
        return replies

    def pass_on(self, user, note=""):
        """Give these replies to a colleague, who is notified.

        :param user: ``res.users``, an internal user of the company
        :param str note: what there is to say
        :return: True
        :raise UserError: no colleague, or one of them was dealt with already
        :raise AccessError: neither the owner nor in charge of the customer
        """
        replies = self._take_turn()
        user, note = as_record(self.env, "res.users", user), as_text(self.env, note)
        if not user or user.sudo().share or not user.sudo().active:
            raise UserError(self.env._("Choose the colleague who deals with it."))
        replies._check_reader(user)
        replies._trace(lambda reply: {
            "kind": "reply_passed", "old_value": reply.user_id.name or "–",
            "new_value": user.name, "text": note, "cause": "person",
            "command": "reply"})
        replies.user_id = user
        replies.activity_unlink(["mail.mail_activity_data_todo"])
        for reply in replies.with_context(mail_activity_quick_update=True, lang=user.lang):
            reply.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id,
                date_deadline=reply.company_id._get_collection_day(),
                summary=reply.env._("Reply from %(who)s", who=reply._get_sender()),
                note=plaintext2html(note) if note else False)
        return True

    def give_to(self, customer):
        """Say that these replies are another customer's: its collector deals with them.

        :param customer: the ``res.partner``
        :return: True
        :raise UserError: no customer, or one of them was dealt with already
        :raise AccessError: neither the owner nor in charge of the present customer, or a customer
            that the user may not read
        """
        replies = self._take_turn()
        customer = as_record(self.env, "res.partner", customer)
        customer.check_access("read")
        customer = customer.sudo().commercial_partner_id
        if not customer:
            raise UserError(self.env._("Choose the customer who wrote it."))
        replies._trace(lambda reply: {
            "kind": "reply_passed", "old_value": reply.customer_id.name,
            "new_value": customer.name, "cause": "person", "command": "reply"})
        for company, own in replies.grouped("company_id").items():
            owner = customer.with_company(company).collector_id or (
                company._get_collection_manager())
            own._write_owner({
                "customer_id": customer.id, "user_id": owner.id, "doubtful": False,
                "about_action_id": False})
        # who dealt with it for the former customer has no more part in it
        replies.activity_unlink(["mail.mail_activity_data_todo"])
        replies._trace_received()
        return True

    def _check_reader(self, user):
        """:raise UserError: a user who may not read these would never see them"""
        own = self.with_user(user).with_context(allowed_company_ids=user.sudo().company_ids.ids)
        if not own.browse().has_access("read") or self.company_id - user.sudo().company_ids:
            raise UserError(self.env._(
                "%(user)s has no right to collect in %(company)s: choose another colleague.",
                user=user.name, company=self.company_id[:1].name))

    # === BUTTONS === #

    def _open_agreement(self, purpose, name, result, **defaults):
        """:return: window action on the dialog that records what this reply says"""
        self.ensure_one()
        self.check_access("read")
        customer = self.customer_id.with_company(self.company_id)
        return customer._open_call_dialog(name, **{
            "default_company_id": self.company_id.id, "default_purpose": purpose,
            "default_reply_id": self.id, "default_reply_result": result,
            "default_note": self.text or self.subject or "", **defaults})

    def action_promise(self):
        """Button *Promise…*.

        :return: window action on the dialog that records the promise, with the words of the reply
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_agreement(
            "promise", self.env._("Promise to pay"), "promise", default_promises=True)

    def action_dispute(self):
        """Button *Dispute…*.

        :return: window action on the dialog that opens the dispute, with the words of the reply
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_agreement(
            "dispute", self.env._("Dispute"), "dispute", default_disputes=True)

    def action_proof(self):
        """Button *Proof of payment…*: the scenario is silent until the money should have come.

        :return: window action on the dialog that records it as a promise for that day
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.check_access("read")
        company = self.company_id
        return self._open_agreement(
            "promise", self.env._("Proof of payment"), "proof", default_promises=True,
            default_promise_date=fields.Date.to_string(
                company._get_collection_day() + timedelta(days=company.collection_payment_days)))

    def action_copy(self):
        """Button *Copy asked…*.

        :return: window action on the dialog that sends statement or invoices
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_agreement(
            "paper", self.env._("Send a copy"), "copy", default_sends=True, default_note="")

    def action_question(self):
        """Button *Question*: answering it becomes a task of whoever presses the button.

        :return: notification
        :raise UserError: it was dealt with already
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self._take_turn()
        actions = self.env["collection.action"].with_company(self.company_id)
        action = actions.create_message(self.customer_id, {
            "name": self.env._("Answer the question of %(who)s", who=self._get_sender()),
            "kind": "task", "description": plaintext2html(self.text or self.subject or "")})
        self.settle("question", action=action)
        return notify(self.env._("“%(action)s” is to do.", action=action.name), then=RELOAD)

    def action_nothing(self):
        """Button *Nothing to do* of one reply or many.

        :return: the page is loaded anew
        :raise UserError: one of them was dealt with already
        :raise AccessError: neither the owner nor in charge of the customer
        """
        self.settle("nothing")
        return RELOAD

    def action_open_pass(self):
        """:return: window action on the dialog that passes these on"""
        return open_dialog("collection.reply.pass", self.env._("Pass on"),
                           default_reply_ids=self.ids)

    def action_accept(self):
        """Button *Accept*, of what was answered on a personal page.

        :raise UserError: one of its answers cannot become what it says
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self.answer_ids.filtered(lambda answer: answer.state == "waiting").accept()

    def action_open_refuse(self):
        """:return: window action on the dialog that refuses what was answered on a page"""
        self.check_access("read")
        return self.answer_ids.filtered(
            lambda answer: answer.state == "waiting").action_open_refuse()

    def action_open_thread(self):
        """Button *Open the message*.

        :return: window action on the record to whose thread it was written
        :raise UserError: the message is gone
        """
        self.ensure_one()
        self.check_access("read")
        message = self.sudo().message_ref_id
        if not message.model or not message.res_id:
            raise UserError(self.env._("The message is not there any more."))
        self.env[message.model].browse(message.res_id).check_access("read")
        return {
            "type": "ir.actions.act_window", "res_model": message.model,
            "res_id": message.res_id, "views": [(False, "form")]}

    def action_open_customer(self):
        """:return: window action on the customer"""
        self.ensure_one()
        return self.customer_id.action_open_collection_customer()
