import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.sequence import outcomes
from ...tools.dialogs import open_dialog
from ...tools.records import as_reason, in_company_language
from ..history.trace import Trace, TraceRow
from . import besides, notices
from .collection_dispatch import DISPATCH_STATES
from .gate import NO_TEXT, NOTHING_DUE, RATE_MISSING, WRONG_AMOUNT

_logger = logging.getLogger(__name__)


class CollectionAction(models.Model):
    """From an action to the outbox: to whom, at which address, and what became of it."""

    _inherit = "collection.action"

    dispatch_ids = fields.One2many("collection.dispatch", "action_id", readonly=True)
    dispatch_state = fields.Selection(
        DISPATCH_STATES, string="Sending", compute="_compute_dispatch_state",
        search="_search_dispatch_state", help="What became of the message.")

    error = fields.Char(readonly=True, copy=False, help="Why it could not be sent.")
    beside_function_id = fields.Many2one(readonly=True)
    beside_note = fields.Char(
        string="Why the holder was left out", readonly=True, copy=False,
        help="Why the message went to the customer alone.")
    interest_reserved = fields.Char(
        readonly=True, copy=False,
        help="Why this formal notice leaves although a rate is missing: it says that the interest "
        "of those days is reserved.")
    attempts = fields.Integer(readonly=True, copy=False)
    next_try = fields.Datetime(readonly=True, copy=False)

    # === COMPUTE === #

    @api.depends("dispatch_ids.state")
    def _compute_dispatch_state(self):
        states = {}
        for dispatch in self.env["collection.dispatch"].sudo().search(
                [("action_id", "in", self.ids)], order="occurrence desc, trouble desc, id"):
            states.setdefault(dispatch.action_id.id, dispatch.state)
        for action in self:
            action.dispatch_state = states.get(action.id, False)

    def _search_dispatch_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("dispatch_ids.state", "in", value)]

    # === OUTBOX === #

    def _get_message_recipients(self):
        """The recipient of each message: whom it names, else the customer's collection contact,
        else its invoice contact, else the customer; of these the first who has an address for
        it (S-007).

        :return: dict of ``res.partner`` by action id; archived contacts are passed over
        """
        if besides.get_besides(self):
            return {action.id: besides.get_beside(action).partner for action in self}
        recipients, receivers = {}, {}
        for steering in self.filtered("recipient_function_id")._get_steerings():
            receivers |= steering.get_receivers()
        for company, actions in self.grouped("company_id").items():
            contacts = actions._get_message_contacts(company)
            for action in actions:
                chosen = action.to_partner_id.filtered("active")
                recipients[action.id] = chosen.filtered(action._may_be_written_to) or (
                    receivers[action.id] if action.recipient_function_id
                    else action._choose_recipient(contacts[action.customer_id.id]))
        return recipients

    def _may_be_written_to(self, partner):
        """:return: bool, whether a ``res.partner`` belongs to the customer, or receives this
            message by rule: it would show a stranger what is owed"""
        return partner.commercial_partner_id == self.customer_id or (
            partner in self.sudo().recipient_ids)

    def _get_message_contacts(self, company):
        """:return: dict of the ``res.partner`` that may receive messages to a customer, the one to
            be preferred first, by the customer's id; who has left the customer is none"""
        customers = self.customer_id.sudo().with_company(company)
        invoiced = self.env["res.partner"].sudo().search([
            ("parent_id", "in", customers.ids), ("type", "=", "invoice")],
            order="id").grouped("parent_id")
        return {
            customer.id: (
                customer._get_collection_contact()
                | invoiced.get(customer, self.env["res.partner"]) | customer)
            for customer in customers}

    def _choose_recipient(self, contacts):
        """:param contacts: ``res.partner``, the one to be preferred first
        :return: the first of them whom this action reaches, else the first"""
        if len(contacts) == 1 or not self.is_sent:
            return contacts[:1]
        return next(
            (contact for contact in contacts if not self._find_address_problem(contact)),
            contacts[:1])

    def _find_problems(self):
        """:return: dict of why an action cannot be sent, by its id; those that can are not in it"""
        recipients, found = self._get_message_recipients(), {}
        for action in self:
            problem = action._find_address_problem(recipients[action.id])
            if problem:
                found[action.id] = problem
        return found

    def _find_problems_to_keep(self):
        """:return: the same, in the language of each company, whose colleagues read it"""
        problems = {}
        for company, group in self.grouped("company_id").items():
            problems |= in_company_language(group, company)._find_problems()
        return problems

    def _queue(self, messages, by_person=False):
        """Write these messages to the outbox, and hand them to the queue of their channel.

        What the messages were about stays with their actions.

        :param dict messages: :class:`~.message.Message` by action id
        :param bool by_person: whether the user sends them, who then hears the answer
        :raise UserError: one of them must not leave; see :meth:`_pass_gate`
        """
        for action in self:
            if messages[action.id].objection not in (None, WRONG_AMOUNT):
                raise UserError(action._describe_objection(messages[action.id]))
        prepared = [self._prepare_dispatch_vals(messages[action.id], action) for action in self]
        files = self._keep_attachments(messages)
        for action, vals in zip(self, prepared):
            sender = action.edited_by_id or (
                self.env.user if by_person else action.edited_by_id.browse())
            vals["sent_by_id"] = sender.id
            vals["attachment_ids"] = [(6, 0, files.get(action.id, []))]
        self.env["collection.dispatch"].sudo().create(prepared)._hand_over()
        self._keep_items(messages)

    def _keep_items(self, messages):
        """Keep what each message was about; the items of a specific action are its own."""
        items = self._fields["item_ids"]
        pairs = [(action.id, item_id) for action in self
                 for item_id in messages[action.id].items.ids]
        if pairs:  # the ORM would read all journal items, and write one by one
            self.env.cr.execute(SQL(
                "INSERT INTO %(rel)s (%(one)s, %(many)s)"
                " SELECT pair.action, pair.item FROM unnest(%(actions)s::int[], %(items)s::int[])"
                "     AS pair (action, item)"
                "  WHERE NOT EXISTS (SELECT FROM %(rel)s AS own WHERE own.%(one)s = pair.action)",
                rel=SQL.identifier(items.relation), one=SQL.identifier(items.column1),
                many=SQL.identifier(items.column2), actions=[action for action, _item in pairs],
                items=[item for _action, item in pairs]))
            self.invalidate_recordset(["item_ids"])

    def _prepare_dispatch_vals(self, message, action):
        partner, channel = message.recipient, action._get_channel()
        return {
            "action_id": action.id,
            "customer_id": action.customer_id.id,
            "company_id": action.company_id.id,
            "channel": channel.code,
            "partner_id": partner.id,
            "occurrence": (
                len(action.dispatch_ids) + 1 if action._get_steering().sends_repeatedly else 1),
            "address": channel.get_address(partner),
            "lang": message.lang,
            "subject": message.subject,
            "copy_partner_ids": [(6, 0, message.copies.ids)],
            "copies": ", ".join(message.copies.mapped("email_normalized")),
            "body": message.content if channel.is_html else message.body,
            "trouble": False,  # or each would be written a second time, with its text
            "author_id": message.author.id,
            "email_from": message.email_from,
            **channel.prepare_dispatch_vals(action, message),
            **notices.prepare_dispatch_vals(action, message),
        }

    def _keep_attachments(self, messages):
        """Keep the files that go along with each message.

        :return: dict of attachment ids by action id
        """
        owners, vals_list = [], []
        for action in self:
            for file in messages[action.id].attachments:
                owners.append(action.id)
                vals_list.append({
                    "name": file.name, "raw": file.content, "mimetype": file.mimetype,
                    "res_model": self._name, "res_id": action.id,
                })
        files = {}
        for owner, attachment in zip(owners, self.env["ir.attachment"].sudo().create(vals_list)):
            files.setdefault(owner, []).append(attachment.id)
        return files

    # === SENDING === #

    def _execute(self):
        """Send these, whatever decided them; a fault is rolled back alone.

        :return: number of actions sent
        """
        actions = self._check_again()
        problems = actions._find_problems_to_keep()
        hindered = actions.filtered(lambda action: action.id in problems)
        if hindered:
            hindered._take_other_channels()
            problems = hindered._find_problems_to_keep()
        given_up = actions._give_up(problems)
        (actions - given_up)._record_problems(problems)
        ready = actions.filtered(lambda action: action.id not in problems)
        apart = ready.filtered(lambda action: action._get_steering().sends_apart)
        return sum(some._send_apart() for some in (ready - apart, *apart) if some)

    def _send_apart(self):
        """Send all at once; where that fails, one by one, so that a fault stays its own.

        :return: number of actions sent
        """
        try:
            with self.env.cr.savepoint():
                return len(self._send())
        except OperationalError:  # the transaction is lost, not the action
            raise
        except Exception as fault:  # whatever a template or a gateway raises
            self.invalidate_recordset()
            if len(self) == 1:
                _logger.warning("%s could not be sent: %s", self, fault, exc_info=True)
                self._record_problems({self.id: str(fault) or type(fault).__name__})
                return 0
        return sum(action._send_apart() for action in self)

    def _send(self, by_person=False):
        """Render, queue and close these: all in the caller's transaction, or nothing.

        :param bool by_person: whether the user sends them, not the system
        :return: those that left
        :raise UserError: one that a person sends must not leave
        """
        messages = self._render_messages()
        leaving = self._pass_gate(messages, by_person)
        leaving._queue(messages, by_person)
        besides.send(leaving, messages, by_person)
        leaving._close_sent(by_person=by_person)
        return leaving

    def _pass_gate(self, messages, by_person=False):
        """The one check of whatever leaves, see :mod:`~.gate`.

        What asks for money of which nothing is due closes as settled. Of the others, the system
        keeps why they cannot leave, for a person to look at; a person who sends one is told.

        :param dict messages: :class:`~.message.Message` by action id
        :param bool by_person: whether the user sends them, not the system
        :return: those that may leave
        :raise UserError: one that a person sends must not leave
        """
        hindered = self.filtered(lambda action: messages[action.id].objection)
        settled = hindered.filtered(lambda action: (
            messages[action.id].objection == NOTHING_DUE and action._get_steering().settles))
        settled._close_settled()
        problems = {}
        for action in hindered - settled:
            message = messages[action.id]
            if not by_person:
                problems[action.id] = in_company_language(
                    action, action.company_id)._describe_objection(message)
            elif message.objection != WRONG_AMOUNT:  # of that, the person is the judge
                raise UserError(action._describe_objection(message))
        self._record_problems(problems)
        return (self - settled).filtered(lambda action: action.id not in problems)

    def _close_settled(self):
        """Nothing is due of what these would ask for: close them, and decide what comes next."""
        for company, actions in self.grouped("company_id").items():
            actions = in_company_language(actions, company)
            trace = Trace(
                "send", cause="cron", text=actions.env._("Nothing is due of what it asks for."))
            for steering in actions._get_steerings():
                steering.close(outcomes.SETTLED, trace)
                steering.plan_next()

    def _describe_objection(self, message):
        """:return: str, translated: why the message must not leave, and what to do"""
        if message.objection == NO_TEXT:
            return self.env._(
                "“%(action)s” has no text. Write one, or skip it.", action=self.name)
        if message.objection == NOTHING_DUE:
            return self.env._(
                "“%(action)s” asks for money, and nothing is due of what it speaks of. Skip it, "
                "or look at the customer's items.", action=self.name)
        if message.objection == RATE_MISSING:
            return notices.describe_missing(self, message.notice)
        return self.env._(
            "“%(action)s” names an amount that is not owed: credits come to as much or more. "
            "Read it, then send it by hand or skip it.", action=self.name)

    def _send_by_person(self):
        """Send one action now, because a person says so.

        :return: whether it left; otherwise it was closed: bool
        :raise UserError: it cannot be sent
        """
        self.ensure_one()
        self._check_open_message()
        if self._get_steering().check_again():
            self._take_other_channels(cause="person")
            self._check_address()
            return bool(self._send(by_person=True))
        return False

    def _check_sendable(self):
        """:raise UserError: it is closed, is no message, or has no address to go to"""
        self._check_open_message()
        self._check_address()

    def _check_open_message(self):
        """Take the turn of this action, which is to be sent.

        :raise UserError: it is closed, or is no message
        """
        self._take_turn()
        if self.state == "closed":
            raise UserError(self._get_closed_message())
        self._get_channel()

    def _check_address(self):
        """:raise UserError: it has no address to go to"""
        problems = self._find_problems()
        if problems:
            raise UserError(problems[self.id])

    def _check_again(self):
        """Read the debt again; what no longer stands is closed or planned anew.

        :return: those that are still to be sent today
        """
        kept = self.browse().union(*(
            steering.check_again() for steering in self._get_steerings()))
        days = {company: company._get_collection_day() for company in kept.company_id}
        return kept.filtered(
            lambda action: action.state != "closed" and action.date <= days[action.company_id])

    def _drop_settled(self):
        """Close those whose items are all settled.

        :return: the actions that stand
        """
        return self.browse().union(*(
            steering.drop_settled() for steering in self._get_steerings()))

    def _close_sent(self, by_person=False):
        """What was queued is done, and what comes next is decided."""
        trace = Trace("send", cause="person" if by_person else "cron")
        for steering in self._get_steerings():
            steering.close(outcomes.DONE, trace)
            steering.plan_next()

    def _take_other_channels(self, cause="cron"):
        """What reaches nobody leaves by another channel where its steering knows one.

        :param str cause: of the history's rows: ``cron``, or ``person`` who sends it now
        """
        for company, actions in self.grouped("company_id").items():
            # for the company's colleagues to read, whatever language it is sent in
            group = in_company_language(actions, company)
            recipients = group._get_message_recipients()
            for action in group:
                channel, recipient = action._get_channel(), recipients[action.id]
                problem = recipient and action._find_address_problem(recipient)
                if not problem:
                    continue
                other = action._get_steering().find_channel(channel, recipient)
                if other is not channel:
                    action._change_channel(other, Trace("send", cause=cause, text=problem))

    def _change_channel(self, channel, trace):
        """Have this message leave by another channel, and record it.

        :param Channel channel: the other one
        :param Trace trace: why
        """
        former = self._get_channel()
        self.write({"kind": channel.code, "error": False, "next_try": False})
        _ = in_company_language(self, self.company_id).env._
        self._record([TraceRow(
            self, "channel_changed", old=_(former.label), new=_(channel.label))], trace)

    def _give_up(self, problems):
        """Skip those that have waited long enough for an address, so that what follows comes.

        :param dict problems: sentence by action id
        :return: the actions skipped
        """
        skipped = self.filtered(lambda action: (
            action.id in problems
            and action._get_steering().gives_up(action.company_id._get_collection_day())))
        for action in skipped:
            action._close(outcomes.FAILED, Trace(
                "send", cause="cron", text=in_company_language(
                    action, action.company_id).env._(
                        "Skipped, as it reached nobody: %(problem)s",
                        problem=problems[action.id])))
        for steering in skipped._get_steerings():
            steering.plan_next()
        return skipped

    def _record_problems(self, problems):
        """Keep what hinders these actions, and try again later.

        :param dict problems: sentence by action id
        """
        fresh = self.browse()
        for action in self.filtered(lambda action: action.id in problems):
            fresh |= action.filtered(lambda action: not action.error)
            hours = min(2 ** action.attempts, 24)
            action.write({
                "error": problems[action.id], "attempts": action.attempts + 1, "state": "todo",
                "next_try": fields.Datetime.now() + timedelta(hours=hours)})
        fresh._open_awaited_activities()

    def _record_delivery_errors(self, dispatches):
        """Something that left these actions did not arrive."""
        for action in self:
            action.error = dispatches.filtered(
                lambda dispatch, action=action: dispatch.action_id == action)[:1].error

    # === FORMAL NOTICES === #

    def reserve_interest(self, reason):
        """Let this formal notice leave although a rate is missing; it then says that the interest
        of the days without one is reserved.

        :param str reason: stays in the history
        :raise UserError: no reason, or it is closed or no formal notice
        :raise AccessError: the user may not act on it
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close("done")
        reason = as_reason(self.env, reason)
        self._take_turn()
        if self.state == "closed":
            raise UserError(self._get_closed_message())
        if not self.formal_notice:
            raise UserError(self.env._("“%(action)s” is no formal notice.", action=self.name))
        action = self.sudo()
        action.write({"interest_reserved": reason, "error": False, "next_try": False})
        action._record([TraceRow(action, "interest_reserved")],
                       Trace("reserve_interest", text=reason))

    def action_open_reserve(self):
        """:return: window action on the dialog that reserves the interest whose rate is missing"""
        self.ensure_one()
        return open_dialog("collection.notice.reserve", self.env._("Reserve the interest"),
                           default_action_id=self.id)
