from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date, plaintext2html

from ...models.call.calls import RESULTS, UNANSWERED, Call, find_next_working_day
from ...models.specific.collection_promise import AWAITED
from ...tools.clauses import join_clauses
from ...tools.dialogs import RELOAD, notify, open_dialog

PURPOSES = [
    ("call", "A call or a note"),
    ("promise", "A promise"),
    ("dispute", "A dispute"),
    ("paper", "Documents to send"),
]

#: What is written down without a call.
NOTE = "note"

PAPERS = [
    ("statement", "Statement of account"),
    ("invoices", "Copies of invoices"),
    ("both", "Statement and copies"),
]

#: Monthly instalments that are proposed first.
INSTALMENTS = 3

#: Days of a hold that are proposed first.
HOLD_DAYS = 7

#: Characters of what was said that become the reason of a hold.
REASON_LENGTH = 200


class CollectionCall(models.TransientModel):
    """What a customer says, noted in one dialog: a call and what came of it, and in the same
    breath a promise, a dispute, a paper to send, a hold.

    The same dialog records a promise or a dispute without a call. All of it is done, or nothing:
    what is wrong is said, and what was typed stays.
    """

    _name = "collection.call"
    _description = "What a Customer Says"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_id": None}

    purpose = fields.Selection(PURPOSES, required=True, readonly=True, default="call")
    customer_id = fields.Many2one("res.partner", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    action_id = fields.Many2one("collection.action", string="Planned call", readonly=True)
    applied = fields.Boolean(readonly=True, copy=False)
    summary = fields.Char(compute="_compute_summary")

    result = fields.Selection(
        [*RESULTS, (NOTE, "Only a note")], string="What came of it", default="reached")
    is_answered = fields.Boolean(compute="_compute_is_answered")
    contact_id = fields.Many2one(
        "res.partner", string="With", compute="_compute_contact_id", store=True, readonly=False,
        domain="[('commercial_partner_id', '=', customer_id)]")
    phone = fields.Char(related="contact_id.phone", related_sudo=False, string="Telephone")
    note = fields.Text(help="Stays in the customer's history.")
    option_ids = fields.Many2many(related="action_id.option_ids", related_sudo=False)
    option_id = fields.Many2one(
        "collection.action.option", string="Decision", domain="[('id', 'in', option_ids)]")
    attempt = fields.Integer(compute="_compute_attempt")
    attempts_note = fields.Char(compute="_compute_attempt")
    then = fields.Selection(
        [("again", "Call again"), ("done", "Stop calling: the next step follows"),
         ("write", "Stop calling, and write instead…")],
        string="What next", compute="_compute_then", store=True, readonly=False)
    next_date = fields.Date(
        string="Next contact", compute="_compute_next_date", store=True, readonly=False,
        help="A call is planned for that day.")

    promises = fields.Boolean(string="Promises to pay")
    promise_item_ids = fields.Many2many(
        "account.move.line", "collection_call_promise_rel", string="Promised items",
        compute="_compute_promise_item_ids", store=True, readonly=False)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    promise_balance = fields.Monetary(compute="_compute_currency_id")
    promise_amount = fields.Monetary(
        string="Amount promised", compute="_compute_promise_amount", store=True, readonly=False)
    promise_date = fields.Date(
        string="Promised for", compute="_compute_promise_date", store=True, readonly=False)
    in_instalments = fields.Boolean(string="In instalments")
    other_currencies = fields.Char(compute="_compute_other_currencies")
    replaces = fields.Char(compute="_compute_replaces")
    instalment_ids = fields.One2many("collection.call.instalment", "call_id")

    disputes = fields.Boolean(string="Disputes invoices")
    dispute_item_ids = fields.Many2many(
        "account.move.line", "collection_call_dispute_rel", string="Disputed items",
        compute="_compute_dispute_item_ids", store=True, readonly=False)
    reason_id = fields.Many2one("collection.dispute.reason")
    owner_id = fields.Many2one(
        "res.users", string="Owner", domain="[('share', '=', False)]",
        compute="_compute_owner_id", store=True, readonly=False, help="Who resolves it.")
    conflict = fields.Char(compute="_compute_conflict")

    sends = fields.Boolean(
        string="Send documents", compute="_compute_sends", store=True, readonly=False)
    paper = fields.Selection(
        PAPERS, compute="_compute_paper", store=True, readonly=False)
    paper_item_ids = fields.Many2many(
        "account.move.line", "collection_call_paper_rel", string="Invoices to send",
        compute="_compute_paper_item_ids", store=True, readonly=False)

    holds = fields.Boolean(string="Put on hold")
    hold_until = fields.Date(
        string="On hold until", compute="_compute_hold_until", store=True, readonly=False)

    promise_id = fields.Many2one("collection.promise", readonly=True)
    dispute_id = fields.Many2one("collection.dispute", readonly=True)
    call_action_id = fields.Many2one("collection.action", readonly=True)

    # === COMPUTE === #

    def _today(self):
        return self.company_id._get_collection_day()

    @api.depends_context("lang")
    @api.depends("customer_id", "company_id")
    def _compute_summary(self):
        statement = self.env["collection.statement"]
        for dialog in self:
            overdue = dialog._get_overdue_items()
            dialog.summary = self.env._(
                "%(amount)s overdue, the oldest since %(day)s",
                amount=statement._format_amounts(
                    statement._sum_items(overdue), currency=dialog.company_id.currency_id),
                day=format_date(self.env, overdue[0]._get_collection_due()),
            ) if overdue else self.env._("Nothing is overdue.")

    def _is_own(self, customer):
        """:return: bool, whether the user collects from the customer in the dialog's company"""
        company = self.company_id._origin or self.env.company
        return bool(customer) and customer.with_company(company)._is_in_collection_portfolio()

    def _get_open_items(self):
        """:return: ``account.move.line``, the customer's open debts that the user may read, the
            oldest first"""
        self.ensure_one()
        lines = self.env["account.move.line"]
        customer = self.customer_id._origin
        if not self._is_own(customer):
            return lines
        return lines.search(
            lines._get_open_item_domain(self.company_id._origin)
            & Domain("partner_id.commercial_partner_id", "=", customer.id)
            & Domain("amount_residual_currency", ">", 0)
        ).sorted(lambda line: (line._get_collection_due(), line.id))

    def _get_overdue_items(self):
        day = self._today()
        return self._get_open_items().filtered(lambda line: line._get_collection_days_late(day))

    def _get_proposed_items(self):
        """:return: what the customer most likely speaks of: what is overdue, else all that is
            open, neither disputed nor promised already; all of it promised, the promise is made
            anew"""
        items = (self._get_overdue_items() or self._get_open_items()).filtered(
            lambda line: line.collection_status_id.kind not in ("dispute", "litigation"))
        return items.filtered(lambda line: line.collection_status_id.kind != "promise") or items

    def _get_promisable_items(self):
        """:return: the proposed items of one currency, that of the oldest: a sum is promised in
            one; what is disputed in this dialog is left out"""
        items = self._get_proposed_items() - self.dispute_item_ids._origin
        return items.filtered(lambda line: line.currency_id == items[0].currency_id)

    @api.depends("result", "purpose")
    def _compute_is_answered(self):
        for dialog in self:
            dialog.is_answered = dialog.purpose != "call" or dialog.result not in UNANSWERED

    @api.depends("customer_id", "company_id")
    def _compute_contact_id(self):
        for dialog in self:
            customer = dialog.customer_id._origin
            contacts = customer._get_call_contacts(dialog.company_id).get(customer)
            dialog.contact_id = contacts[:1] if contacts else customer

    @api.depends_context("lang")
    @api.depends("result", "customer_id", "company_id", "action_id")
    def _compute_attempt(self):
        for dialog in self:
            dialog.attempt = dialog._count_attempts() if not dialog.is_answered else 0
            dialog.attempts_note = dialog._describe_attempts()

    def _count_attempts(self):
        """:return: int, which call in a row without answer this one is"""
        customer = self.customer_id._origin
        if not self._is_own(customer):
            return 1
        return 1 + (self.action_id._origin.call_attempts or self.env[
            "collection.action"]._count_unanswered(customer, self.company_id))

    def _describe_attempts(self):
        most = self.company_id.collection_call_attempts
        if not self.attempt or self.attempt == 1 and most != 1:
            return False
        if most and self.attempt >= most:
            return self.env._(
                "Call number %(count)s in a row without answer: it is time for another way.",
                count=self.attempt)
        return self.env._("Call number %(count)s in a row without answer.", count=self.attempt)

    @api.depends("result")
    def _compute_then(self):
        for dialog in self:
            most = dialog.company_id.collection_call_attempts
            given_up = most and dialog.attempt >= most
            if dialog.is_answered:
                dialog.then = False
            elif dialog.result == "wrong_number":
                dialog.then = "write"
            elif not given_up:
                dialog.then = "again"
            else:
                planned = dialog.action_id.origin in ("scenario", "sequence")
                dialog.then = "done" if planned else "write"

    @api.depends("result", "then")
    def _compute_next_date(self):
        for dialog in self:
            if dialog.is_answered:
                dialog.next_date = dialog.next_date
            else:
                dialog.next_date = dialog.then == "again" and find_next_working_day(
                    dialog._today())

    @api.depends("promises")
    def _compute_promise_item_ids(self):
        for dialog in self:
            dialog.promise_item_ids = dialog.promise_item_ids or (
                dialog.promises and dialog._get_promisable_items())

    @api.depends("promise_item_ids")
    def _compute_currency_id(self):
        for dialog in self:
            items = dialog.promise_item_ids._origin
            dialog.currency_id = items.currency_id if len(items.currency_id) == 1 else False
            dialog.promise_balance = sum(items.mapped("amount_residual_currency"))

    @api.depends_context("lang")
    @api.depends("promises", "promise_item_ids", "dispute_item_ids")
    def _compute_other_currencies(self):
        for dialog in self:
            chosen = dialog.promise_item_ids._origin
            others = dialog.promises and len(chosen.currency_id) == 1 and (
                dialog._get_proposed_items() - dialog.dispute_item_ids._origin).filtered(
                lambda line, chosen=chosen: line.currency_id != chosen.currency_id)
            dialog.other_currencies = dialog._describe_others(others) if others else False

    def _describe_others(self, items):
        """:return: str, what is left out of a promise as it is in other currencies"""
        statement = self.env["collection.statement"]
        return self.env._(
            "Not in this promise, as it is in another currency: %(amount)s. Add it below, or "
            "record another promise for it.",
            amount=statement._format_amounts(
                statement._sum_items(items), currency=self.company_id.currency_id))

    @api.depends_context("lang")
    @api.depends("promise_item_ids")
    def _compute_replaces(self):
        for dialog in self:
            promises = self.env["collection.promise"].search([
                ("state", "in", AWAITED),
                ("item_ids", "in", dialog.promise_item_ids._origin.ids)])
            dialog.replaces = promises and self.env._(
                "It takes the place of the promise of %(promises)s.",
                promises=", ".join(promises.mapped("display_name"))) or False

    @api.depends("promise_item_ids", "in_instalments", "instalment_ids.amount")
    def _compute_promise_amount(self):
        for dialog in self:
            dialog.promise_amount = dialog.promise_balance if not dialog.in_instalments else sum(
                dialog.instalment_ids.mapped("amount"))

    @api.depends("promises")
    def _compute_promise_date(self):
        status = self.env["collection.item.status"].search([("kind", "=", "promise")], limit=1)
        for dialog in self:
            dialog.promise_date = dialog.promise_date or (
                dialog.promises and find_next_working_day(
                    dialog._today() + timedelta(days=status.delay_days - 1)))

    @api.onchange("in_instalments")
    def _onchange_in_instalments(self):
        """Propose monthly instalments of about the same amount."""
        if not self.in_instalments or self.instalment_ids or not self.currency_id:
            return
        first = self.promise_date or self._today()
        part = self.currency_id.round(self.promise_balance / INSTALMENTS)
        parts = [part] * (INSTALMENTS - 1)
        parts.append(self.promise_balance - sum(parts))
        self.instalment_ids = [fields.Command.create({
            "date": fields.Date.add(first, months=number), "amount": amount,
        }) for number, amount in enumerate(parts)]

    @api.depends("disputes")
    def _compute_dispute_item_ids(self):
        for dialog in self:
            dialog.dispute_item_ids = dialog.dispute_item_ids or dialog.disputes and (
                dialog._get_proposed_items() - dialog.promise_item_ids._origin)

    @api.onchange("dispute_item_ids")
    def _onchange_dispute_item_ids(self):
        """What is disputed is not promised."""
        self.promise_item_ids -= self.dispute_item_ids

    @api.depends("holds")
    def _compute_hold_until(self):
        for dialog in self:
            dialog.hold_until = dialog.hold_until or (
                dialog.holds and dialog._today() + timedelta(days=HOLD_DAYS))

    @api.depends("reason_id")
    def _compute_owner_id(self):
        for dialog in self:
            dialog.owner_id = dialog.reason_id.owner_id

    @api.depends_context("lang")
    @api.depends("dispute_item_ids", "disputes")
    def _compute_conflict(self):
        for dialog in self:
            items = dialog.dispute_item_ids._origin
            others = dialog.disputes and self.env["collection.action"]._find_excluding(
                items) - dialog.action_id._origin
            dialog.conflict = others and self.env._(
                "They leave “%(action)s”, which they are in.",
                action=", ".join(others.mapped("name"))) or False

    @api.depends("result", "purpose")
    def _compute_sends(self):
        for dialog in self:
            dialog.sends = (dialog.purpose == "call" and dialog.result == "copy"
                            or dialog.purpose == "paper" or dialog.sends and dialog.is_answered)

    @api.depends("sends")
    def _compute_paper(self):
        for dialog in self:
            dialog.paper = dialog.sends and (dialog.paper or "invoices")

    @api.depends("paper")
    def _compute_paper_item_ids(self):
        for dialog in self:
            dialog.paper_item_ids = dialog.paper_item_ids or (
                dialog.paper and (dialog._get_overdue_items() or dialog._get_open_items()))

    # === CHECKS === #

    def _check_subject(self):
        """The customer may be another collector's since the dialog was opened.

        :raise AccessError: not the user's to deal with
        :raise ValidationError: the contact does not speak for the customer
        """
        self.customer_id.with_company(self.company_id)._check_collection_portfolio()
        self.contact_id._check_speaks_for(self.customer_id, self.company_id)
        self.action_id.check_access("read")

    def _check(self):
        """:raise UserError: something is missing or contradicts something else"""
        if self.purpose == "call" and not self.result:
            raise UserError(self.env._("Say what came of the call."))
        if self.result == NOTE and self.purpose == "call" and not (self.note or "").strip():
            raise UserError(self.env._("Write the note."))
        if not self.is_answered and (self.promises or self.disputes):
            raise UserError(self.env._(
                "Nobody answered, so nobody can have promised or disputed anything. Choose "
                "another result, or take the promise and the dispute out."))
        if not self.is_answered and self.then == "again" and not self.next_date:
            raise UserError(self.env._("Say on which day to call again."))
        if self.next_date and self.next_date < self._today():
            raise UserError(self.env._("The next contact is today or later."))
        for name in ("promise", "dispute"):
            if self[f"{name}s"]:
                getattr(self, f"_check_{name}")()
        if self.holds:
            self._check_hold()

    def _check_promise(self):
        items = self.promise_item_ids.sudo()
        if not items:
            raise UserError(self.env._("Choose the items that are promised."))
        if not self.in_instalments and not self.promise_date:
            raise UserError(self.env._("Say for which day it is promised."))
        disputed = items.filtered(lambda line: line.collection_status_id.kind == "dispute")
        if disputed:
            raise UserError(self.env._(
                "%(items)s is disputed: resolve the dispute first, or take it out of the promise.",
                items=disputed._name_items()))
        twice = items & self.dispute_item_ids.sudo() if self.disputes else items.browse()
        if twice:
            raise UserError(self.env._(
                "%(items)s is both promised and disputed: take it out of one of the two.",
                items=twice._name_items()))

    def _check_dispute(self):
        if not self.dispute_item_ids:
            raise UserError(self.env._("Choose the items that are disputed."))
        if not self.reason_id:
            raise UserError(self.env._("Say why the customer disputes it: choose a reason."))
        disputed = self.env["collection.dispute"].sudo().search([
            ("state", "=", "open"), ("item_ids", "in", self.dispute_item_ids.ids)])
        if disputed:
            raise UserError(self.env._(
                "%(items)s is disputed already: take it out, or open the dispute “%(dispute)s”.",
                items=(disputed.item_ids & self.dispute_item_ids.sudo())._name_items(),
                dispute=disputed[0].display_name))

    def _check_hold(self):
        if not self.hold_until or self.hold_until < self._today():
            raise UserError(self.env._("Say until which day the customer is on hold."))

    # === APPLYING === #

    def action_apply(self):
        """Button *Record*: do all of it, or nothing.

        :return: notification that says what was done, or the dialog in which to write instead
        :raise UserError: something is missing, contradicts something else, or was done meanwhile
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self._check_subject()
        self.lock_for_update()
        self.invalidate_recordset(["applied"])
        if self.applied:  # a double click
            return RELOAD
        self.applied = True
        dialog = self.with_company(self.company_id)
        dialog._check()
        done = dialog._apply()
        if not done:
            raise UserError(self.env._(
                "Nothing is recorded by this: note a call, a promise, a dispute, documents to send "
                "or a hold."))
        dialog._react_to_applied()
        if dialog.then == "write" and dialog.purpose == "call":
            return dialog._open_writing()
        return notify(join_clauses(self.env, done) + ".", then=RELOAD)

    def _apply(self):
        """:return: list of str, what was done, in the order of the dialog"""
        # what is agreed comes before the call closes: nothing is planned to be dropped again
        first = self.action_id.origin == "specific"  # its items are free once it is closed
        done = self._apply_call() if first else []
        for name in ("hold", "promise", "dispute", "paper"):
            if self._is_wanted(name):
                done.append(getattr(self, f"_apply_{name}")())
        return done if first else self._apply_call() + done

    def _is_wanted(self, name):
        flags = {"hold": "holds", "promise": "promises", "dispute": "disputes", "paper": "sends"}
        return self[flags[name]]

    def _react_to_applied(self):
        """Hook: all was recorded. For domains in which something waited for it."""

    def _apply_call(self):
        """:return: list of str, what was noted"""
        if self.purpose != "call":
            return []
        if self.result == NOTE:
            self.customer_id._add_collection_note(self.note.strip(), self.company_id)
            return [self.env._("Note recorded")]
        call = Call(self.result, self.contact_id, (self.note or "").strip(), self.attempt)
        if self.action_id:
            self._note_planned_call(call)
        else:
            self.call_action_id = self.env["collection.action"]._note_call(
                self.customer_id, self.company_id, call)
        again = self._plan_next_call(call)
        return [self.env._("Call recorded"), *again]

    def _note_planned_call(self, call):
        """Of the call that was planned: it is done, or tried again on another day."""
        action = self.call_action_id = self.action_id
        action._check_may_close("done")
        action._take_turn()
        if action.sudo().state == "closed":
            raise UserError(action._get_closed_message())
        action.sudo()._note_own_call(call)
        if self.then == "again":
            action.reschedule(self.next_date)
            return
        labels = dict(self._fields["result"]._description_selection(self.env))
        action.close(
            None if self.option_id else "done", option=self.option_id,
            comment=". ".join(filter(None, [labels[call.result], call.text])))

    def _plan_next_call(self, call):
        """:return: list of str, what was planned"""
        if not self.next_date:
            return []
        planned = [self.env._("next contact on %(day)s",
                              day=format_date(self.env, self.next_date))]
        if self.action_id and self.then == "again":
            return planned  # the same action, on another day
        action = self.env["collection.action"].create_message(self.customer_id, {
            "name": self.env._("Call back"), "kind": "call", "date": self.next_date,
            "description": plaintext2html(call.text) if call.text else False})
        action.sudo().call_attempts = call.attempt
        return planned

    def _apply_hold(self):
        self.customer_id.write({
            "collection_hold_until": self.hold_until,
            "collection_hold_reason": " ".join((self.note or "").split())[:REASON_LENGTH] or (
                self.env._("Agreed on the telephone"))})
        return self.env._(
            "on hold until %(day)s", day=format_date(self.env, self.hold_until))

    def _get_promise_source(self):
        """:return: str, who recorded the promise: see ``source`` of ``collection.promise``"""
        return "collector"

    def _apply_promise(self):
        promises, amounts = self.env["collection.promise"], []
        for items in self.promise_item_ids.grouped("currency_id").values():
            promise = promises._make(
                items, instalments=self._get_plan(items), promised_by=self.contact_id,
                source=self._get_promise_source(), comment=self.note or "")
            promise._check_promised_by()
            amounts.append(promise.display_name)
            self.promise_id = promise
        return self.env._("promise of %(amounts)s", amounts=", ".join(amounts))

    def _get_plan(self, items):
        """:return: list of (date, amount) promised on items of one currency"""
        if self.in_instalments and self.currency_id:
            return [(line.date, line.amount) for line in self.instalment_ids.sorted("date")]
        owed = sum(items.sudo().mapped("amount_residual_currency"))
        return [(self.promise_date, self.promise_amount if self.currency_id else owed)]

    def _apply_dispute(self):
        self.dispute_id = self.env["collection.dispute"].open(
            self.dispute_item_ids, self.reason_id, owner=self.owner_id,
            description=self.note or "", move=True)
        amount = format_amount(
            self.env, self.dispute_id.amount, self.company_id.currency_id)
        return self.env._("dispute on %(amount)s", amount=amount)

    def _apply_paper(self):
        if not self.paper:
            raise UserError(self.env._("Choose what to send."))
        actions = self.env["collection.action"]
        invoices = self.paper in ("invoices", "both")
        values = {**self._prepare_paper_vals(), "attach_invoices": invoices,
                  "attach_statement": self.paper != "invoices"}
        if invoices:
            action = actions.create_specific(self.paper_item_ids, {**values, "excludes": False})
        else:
            action = actions.create_message(self.customer_id, values)
        if not action.send_now():
            raise UserError(self.env._(
                "The documents could not leave: %(reason)s",
                reason=action.sudo().comment or action.sudo().error or action.name))
        return self.env._("documents on their way")

    def _prepare_paper_vals(self):
        """:return: dict of the message that goes with a paper, in the customer's language"""
        customer = self.customer_id
        lang = customer._get_collection_langs(self.company_id)[customer.id]
        _ = self.with_context(lang=lang).env._
        text = _("Hello,\nPlease find attached what you asked us for.\nKind regards,\n"
                 "#collector_name")
        return {
            "name": self.env._("Send what the customer asked for"), "kind": "email",
            "subject": _("Your account with #company_name"), "body": plaintext2html(text)}

    def _is_reached_by_email(self):
        """:return: bool, whether an e-mail would find an address: of whoever would receive it"""
        message = self.env["collection.action"].sudo().new({
            "customer_id": self.customer_id.id, "company_id": self.company_id.id, "kind": "email"})
        return not message._find_problems()

    def _open_writing(self):
        """:return: window action on the dialog that asks for a message, by whatever reaches"""
        return open_dialog(
            "collection.new.action", self.env._("Write instead"),
            default_customer_id=self.customer_id.id, default_company_id=self.company_id.id,
            default_kind="email" if self._is_reached_by_email() else "letter",
            default_name=self.env._("Nobody answers: write"),
            default_subject=self.env._("Please call us back"))
