import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate, format_amount, format_date

from ...tools.activities import ToDo, hand_out
from ...tools.batches import contained
from ...tools.dialogs import open_dialog
from ...tools.records import (
    as_instalments,
    as_record,
    as_records,
    as_text,
    in_company_language,
)
from ..item import open_items
from ..item.holders import Holder, register

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

STATES = [
    ("open", "Awaited"), ("unmatched", "Paid, to be matched"), ("kept", "Kept"),
    ("broken", "Broken"), ("cancelled", "Cancelled")]

#: States of a promise of which the outcome is not known yet.
AWAITED = ("open", "unmatched")

#: For how long a payment may be taken back: an unauthorised direct debit for thirteen months.
TAKEN_BACK_DAYS = 400

register(Holder("collection.promise", "item_ids", (("state", "in", (*AWAITED, "kept")),),
                reaction="_react_to_replaced_items"))


@dataclass(frozen=True)
class Progress:
    """What became of a promise so far, in its currency.

    :ivar float paid: what was paid on its items since it was made; credit notes are no payment
    :ivar float expected: what is to be paid of it in all: what was credited, cancelled or
        corrected downwards since is not owed any more
    :ivar bool waits: an entry of it is under correction, so that nothing can be said today
    """

    paid: float
    expected: float
    waits: bool


class CollectionPromise(models.Model):
    """A promise to pay: how much of which items, by which day or in which instalments (E1, E24).

    It pauses its items. Whether it is kept is found from what happened to them: reconciled with a
    payment, it is kept; credited or cancelled, less of it is expected; paid on account and not
    matched yet, it waits some days for the accountants. Broken, also when a payment is taken
    back afterwards, it brings the items back to the scenario and notifies the collector.
    """

    _name = "collection.promise"
    _description = "Promise to Pay"
    _inherit = ["collection.portfolio", "mail.thread", "mail.activity.mixin"]
    _order = "date, id"
    _owner_fields = ("customer_id", "company_id")
    _traced_where = "TRUE"
    _copied_texts = ("comment",)

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    item_ids = fields.Many2many("account.move.line", string="Items concerned", readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    balance = fields.Monetary(
        string="Owed then", readonly=True, help="Amount due on the items when it was made.")
    matched_before = fields.Json(
        readonly=True, copy=False,
        help="What was paid on the items before it was made, by id of the payment's item.")
    paid = fields.Monetary(
        compute="_compute_paid", help="Paid on the items since then; credits are no payment.")
    expected = fields.Monetary(
        compute="_compute_paid", help="What is to be paid of it: what was credited, cancelled or "
        "corrected since is not owed any more.")
    made_on = fields.Date(
        required=True, readonly=True, default=lambda self: self.env.company._get_collection_day())
    date = fields.Date(
        string="Promised for", required=True, readonly=True, index=True,
        help="The day of the next instalment.")
    line_ids = fields.One2many(
        "collection.promise.line", "promise_id", string="Instalments", readonly=True)
    promised_by_id = fields.Many2one("res.partner", string="Promised by", readonly=True)
    source = fields.Selection(
        [("collector", "Recorded by a collector"), ("customer", "Given by the customer")],
        required=True, readonly=True, default="collector")
    user_id = fields.Many2one("res.users", string="Recorded by", readonly=True)
    comment = fields.Text(readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="open", tracking=True)
    action_id = fields.Many2one("collection.action", string="Follow-up", readonly=True)
    closed_on = fields.Date(readonly=True)
    grace_days = fields.Integer(
        string="Days of grace", readonly=True,
        help="Days after the day of an instalment, after which it counts as unpaid: of a payment "
        "plan, those that its terms name.")
    wait_until = fields.Date(
        string="To be matched by", readonly=True, copy=False,
        help="Day until which a payment on account may wait to be matched with its items.")

    late = fields.Boolean(
        compute="_compute_late", help="Its day has passed, and it is not known to be kept.")

    #: read by the cron that finds kept and broken promises (_process_promises)
    _open_index = models.Index("(date) WHERE state IN ('open', 'unmatched')")
    #: read by the same, to find payments that were taken back
    _kept_index = models.Index("(closed_on) WHERE state = 'kept'")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("amount", "date", "customer_id")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = promise._describe() if promise.currency_id else ""

    @api.depends("balance", "item_ids.amount_residual_currency")
    def _compute_paid(self):
        found = self.sudo()._get_progress()
        for promise in self:
            progress = found[promise.id]
            promise.paid, promise.expected = progress.paid, progress.expected

    @api.depends("state", "date", "company_id")
    def _compute_late(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for promise in self:
            promise.late = promise.state == "open" and promise.date < days[promise.company_id]

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A promise is part of the customer's history: cancel it."))

    # === PROMISES === #

    def _describe(self):
        """:return: how much and for when, in the reader's language"""
        self.ensure_one()
        amount = format_amount(self.env, self.amount, self.currency_id)
        last = max([self.date, *self.line_ids.mapped("date")])
        if len(self.line_ids) > 1:
            return self.env._("%(amount)s in %(count)s instalments until %(day)s", amount=amount,
                              count=len(self.line_ids), day=format_date(self.env, last))
        return self.env._(
            "%(amount)s for %(day)s", amount=amount, day=format_date(self.env, last))

    @api.model
    def make(self, items, date=None, amount=None, *, instalments=None, promised_by=None,
             comment=""):
        """Record a promise on open items of one customer, company and currency.

        An earlier promise on one of them is cancelled: it is replaced.

        :param items: ``account.move.line``
        :param date: date or ISO string, unless ``instalments`` are given
        :param amount: float in the items' currency; by default all that is due on them
        :param instalments: list of (date, amount), in order
        :param promised_by: the ``res.partner`` who promised, by default the customer: a contact
            of it, or who holds a function for it
        :return: the new ``collection.promise``
        :raise UserError: a day gone by, nothing or more than is owed, items of several
            customers, companies or currencies
        :raise ValidationError: somebody promised who has nothing to do with the customer
        :raise AccessError: a customer outside of the user's portfolio
        """
        promise = self._make(items, date, amount, instalments=instalments,
                             promised_by=promised_by, comment=as_text(self.env, comment))
        promise._check_promised_by()
        return promise

    @api.model
    def _make(self, items, date=None, amount=None, *, instalments=None, promised_by=None,
              source="collector", comment="", grace_days=0, on_behalf=""):
        """Record a promise, as :meth:`make` says.

        :param str source: who gave it, ``collector`` or ``customer``: no caller from outside
            says so
        :param int grace_days: days after the day of an instalment for which it is still in time
        :param str on_behalf: name of the debtor who gives it on the personal page now
        """
        items = as_records(self.env, "account.move.line", items)
        items._check_open_items()
        lines = items.sudo()
        customer, company = lines._get_single_customer()
        if len(lines.currency_id) != 1:
            raise UserError(self.env._(
                "Choose items of one currency; these are of: %(currencies)s.",
                currencies=", ".join(lines.currency_id.mapped("name"))))
        balance = sum(lines.mapped("amount_residual_currency"))
        plan = as_instalments(
            self.env, instalments or [(date, balance if amount is None else amount)])
        self._check_instalments(plan, balance, lines.currency_id, company)
        self.sudo().search([("state", "in", AWAITED), ("item_ids", "in", lines.ids)])._end(
            "cancelled", in_company_language(self, company).env._(
                "Another promise takes its place."), on_behalf)
        promise = self.sudo().create({
            "customer_id": customer.id, "company_id": company.id,
            "currency_id": lines.currency_id.id, "item_ids": [(6, 0, lines.ids)],
            "amount": sum(part for _day, part in plan), "balance": balance,
            "matched_before": self._sum_payments(lines, lines._get_payments()),
            "made_on": company._get_collection_day(), "date": plan[0][0], "source": source,
            "user_id": self.env.uid, "comment": comment, "grace_days": grace_days,
            "promised_by_id": (
                as_record(self.env, "res.partner", promised_by) or customer).id,
            "line_ids": [(0, 0, {"date": day, "amount": part}) for day, part in plan],
        })
        promise._trace("promise_made", comment, on_behalf)
        lines.with_env(self.env).set_collection_status(
            self._get_status(), comment=comment, promise_date=plan[0][0],
            review_date=promise._get_pause_end())
        return promise.with_env(self.env)

    def _check_instalments(self, plan, balance, currency, company):
        days = [day for day, _part in plan]
        if not days or not all(days):
            raise UserError(self.env._("Say for which day it is promised."))
        if min(days) < company._get_collection_day():
            raise UserError(self.env._("A promise is for today or a later day."))
        if days != sorted(set(days)):
            raise UserError(self.env._("The instalments must follow each other, a day each."))
        total = sum(part for _day, part in plan)
        if any(currency.compare_amounts(part, 0) <= 0 for _day, part in plan):
            raise UserError(self.env._("The amount promised must be above zero."))
        if currency.compare_amounts(total, balance) > 0:
            raise UserError(self.env._(
                "%(amount)s is more than is due on the items: %(balance)s.",
                amount=format_amount(self.env, total, currency),
                balance=format_amount(self.env, balance, currency)))

    def _check_promised_by(self):
        """:raise ValidationError: whom a user has named has nothing to do with the customer"""
        self.promised_by_id._check_speaks_for(self.customer_id, self.company_id)

    def _get_status(self):
        status = self.env["collection.item.status"].sudo().search(
            [("kind", "=", "promise")], limit=1)
        if not status:
            raise UserError(self.env._(
                "There is no item status for promises. A collection manager can add one under "
                "Configuration, Item statuses."))
        return status

    def cancel(self, reason):
        """Cancel promises; their items return to the scenario.

        :param str reason: stays in the history
        :raise UserError: no reason, or it is no longer awaited
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self._check_portfolio()
        reason = as_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why: the reason stays in the history."))
        for promise in self:
            if promise.state not in AWAITED:
                raise UserError(self.env._(
                    "“%(promise)s” is no longer awaited.", promise=promise.display_name))
        promises = self.sudo()
        promises._end("cancelled", reason)
        promises.item_ids._react_to_treatment()

    def _react_to_replaced_items(self, move, names):
        """A kept promise whose invoice was corrected waits until its payment is matched again.

        :param move: the ``account.move``, empty when it was deleted
        :param str names: of its former items
        """
        if move:
            self.filtered(lambda promise: promise.state == "kept")._give_time_to_match()

    # === EVALUATING === #
    # What became of promises: found from what happened to their items, never from a mere balance.

    @api.model
    def _process_promises(self, limit=100):
        """Cron: find which promises are kept, broken, or come to their next instalment.

        It does not stop when it is out of time: every run begins with the same promises, and would
        never get to the last ones.

        :param int limit: promises evaluated in one transaction, unless one customer has more
        """
        crons = self.env["ir.cron"]
        self.env["collection.item.snapshot"]._process_pending()
        batches = self.sudo()._get_batches_to_evaluate(limit)
        crons._commit_progress(remaining=sum(map(len, batches)))
        for batch in batches:
            batch._try_evaluate()
            crons._commit_progress(len(batch))
        self.env["collection.dispute"]._process_settled()

    @api.model
    def _get_batches_to_evaluate(self, limit):
        """:return: list of recordsets, a customer's together, so that the same money on account
            keeps one of them: the promises that are awaited, and those kept on whose items
            something is owed, because a payment may have been taken back"""
        batches = []
        for ids in self._find_ids_to_evaluate():
            if batches and len(batches[-1]) + len(ids) <= limit:
                batches[-1] += self.browse(ids)
            else:
                batches.append(self.browse(ids))
        return batches

    def _find_ids_to_evaluate(self):
        """:return: list of lists of ids, one for each customer"""
        self.env.flush_all()
        items = self._fields["item_ids"]
        return [found for [found] in self.env.execute_query(SQL(
            """
            SELECT array_agg(promise.id ORDER BY promise.id) FROM collection_promise AS promise
             WHERE promise.state IN %(awaited)s
                OR promise.state = 'kept' AND promise.closed_on > %(since)s AND EXISTS (
                   SELECT FROM %(rel)s AS rel
                     JOIN account_move_line AS line ON line.id = rel.%(line)s
                    WHERE rel.%(promise)s = promise.id AND line.reconciled IS NOT TRUE)
          GROUP BY promise.customer_id ORDER BY promise.customer_id
            """,
            awaited=AWAITED, since=fields.Date.today() - timedelta(days=TAKEN_BACK_DAYS),
            rel=SQL.identifier(items.relation), promise=SQL.identifier(items.column1),
            line=SQL.identifier(items.column2)))]

    def _try_evaluate(self):
        """Evaluate these; a fault keeps those of its own customer waiting, and no others. So does
        what somebody has changed meanwhile: its batch waits for the next run."""
        done, customers = False, self.grouped("customer_id").values()
        try:
            with contained(self.env, "Promises could not be evaluated: %s", self):
                self._evaluate()
                self.env.flush_all()
                done = True
        except OperationalError as error:
            self.env.cr.rollback()
            _logger.info("%s are evaluated later: %s", self, error)
            return
        for own in customers if not done and len(customers) > 1 else ():
            own._try_evaluate()

    def _evaluate(self):
        """Compare what was paid with what was promised by today."""
        days = {company: company._get_collection_day() for company in self.company_id}
        progress, credits = self._get_progress(), self._get_credits()
        found = defaultdict(self.browse)
        for promise in self.sorted("date"):
            account = promise._get_account()
            outcome, missing = promise._get_outcome(
                days[promise.company_id], progress[promise.id], credits.get(account, 0.0))
            found[outcome] |= promise
            if outcome == "unmatched" or promise.state == "unmatched" and not outcome:
                credits[account] -= missing  # the same money keeps no other promise
        taken_back = found["broken"].filtered(lambda promise: promise.state == "kept")
        found["kept"]._end("kept")
        taken_back._end_because("broken", _lt("The payment was taken back."))
        (found["broken"] - taken_back)._end("broken")
        found["broken"]._notify_broken()
        found["cancelled"]._end_because("cancelled", _lt(
            "What was promised is not owed any more: credited, cancelled or corrected."))
        found["unmatched"]._await_matching()
        found["reopened"]._reopen()
        found["next"]._advance()
        found.pop(None, None)
        self.browse().union(*found.values()).item_ids._react_to_treatment()

    def _get_outcome(self, today, progress, credit):
        """Find what became of this promise.

        :param date today: the company's day
        :param Progress progress: what was paid so far, and what is expected
        :param float credit: on the customer's account, matched with nothing
        :return: (``kept``, ``broken``, ``cancelled``, ``unmatched``: paid on account, ``next``:
            a later instalment is awaited, ``reopened``: kept, but taken back before its day, or
            None; float that is missing today)
        """
        self.ensure_one()
        compare, paid, expected = (
            self.currency_id.compare_amounts, progress.paid, progress.expected)
        if progress.waits:
            return None, 0.0
        if compare(paid, expected) >= 0:
            kept = "kept" if compare(paid, 0) > 0 else "cancelled"
            return (None if self.state == "kept" else kept), 0.0
        due = sum(self.line_ids.filtered(lambda line: (
            line.date + timedelta(days=self.grace_days) < today)).mapped("amount"))
        missing = min(due, expected) - paid
        if compare(missing, 0) <= 0:
            return self._get_coming(paid), 0.0
        return self._evaluate_missing(today, missing, compare(credit, missing) >= 0), missing

    def _get_coming(self, paid):
        """:param float paid: what was paid so far: all that is due before today
        :return: as :meth:`_get_outcome`, of a promise of which a day is still to come"""
        if self.state == "kept":
            return "reopened"
        day = self._find_next_day(paid)
        return "next" if day != self.date or self.state == "unmatched" else None

    def _evaluate_missing(self, today, missing, covered):
        """Find what became of this promise, of which something is missing after its day.

        A payment that was matched and is not any more was taken back, even where it is still on
        the account; unless it is the invoice that was corrected.

        :param bool covered: as much is on the customer's account, matched with nothing
        :return: as :meth:`_get_outcome`
        """
        in_time = not self.wait_until or today <= self.wait_until
        if not covered or not in_time or (self.state == "kept" and not self.wait_until):
            return "broken"
        return None if self.state == "unmatched" else "unmatched"

    def _find_next_day(self, paid):
        """:param float paid: what was paid so far
        :return: date of the first instalment that this does not cover"""
        due = 0.0
        for line in self.line_ids.sorted("date"):
            due += line.amount
            if self.currency_id.compare_amounts(paid, due) < 0:
                return line.date
        return self.date

    def _get_progress(self):
        """:return: dict of :class:`Progress` by id of each of these promises"""
        payments = self.item_ids._get_payments()
        waiting = self.env["collection.item.snapshot"]._get_missing(self)
        return {promise.id: promise._get_own_progress(
            payments, promise.id in waiting) for promise in self}

    def _get_own_progress(self, payments, waits):
        """:param dict payments: see :meth:`~.account_move_line.AccountMoveLine._get_payments`
        :param bool waits: an entry of it is under correction
        :return: its :class:`Progress`"""
        items = self.item_ids
        before = self.matched_before or {}
        paid = sum(max(amount - before.get(payment, 0.0), 0.0)
                   for payment, amount in self._sum_payments(items, payments).items())
        left = sum(items.filtered(lambda item: (
            item.parent_state == "posted"
            and item.move_id.payment_state not in open_items.PAID_STATES)).mapped(
                "amount_residual_currency"))
        gone = max(self.balance - left - paid, 0.0)
        return Progress(
            paid, max(min(self.amount, self.balance - gone), 0.0),
            waits or any(item.parent_state == "draft" for item in items))

    @api.model
    def _sum_payments(self, items, payments):
        """:return: dict of float paid on these items, by id (as str) of the payment's item; what
            one of them settles of another is no payment"""
        total = {}
        for item in items.ids:
            for payment, amount in payments[item].items():
                if payment not in items.ids:
                    total[str(payment)] = total.get(str(payment), 0.0) + amount
        return total

    def _get_account(self):
        """:return: tuple of ids: customer, company and currency"""
        return self.customer_id.id, self.company_id.id, self.currency_id.id

    def _get_credits(self):
        """What is on the accounts of these promises' customers, matched with nothing.

        :return: dict of float above zero, by :meth:`_get_account`
        """
        credits = defaultdict(float)
        lines = self.env["account.move.line"].search(
            open_items.UNRECONCILED
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("partner_id.commercial_partner_id", "in", self.customer_id.ids)
            & Domain("currency_id", "in", self.currency_id.ids)
            & Domain("amount_residual_currency", "<", 0)
            & Domain("id", "not in", self.item_ids.ids))
        for line in lines:
            credits[line.partner_id.commercial_partner_id.id, line.company_id.id,
                    line.currency_id.id] -= line.amount_residual_currency
        return credits

    def _end(self, state, reason="", on_behalf=""):
        """Close promises, and clear the status of items that still have it from them."""
        if not self:
            return
        for company, promises in self.grouped("company_id").items():
            promises.write({
                "state": state, "closed_on": company._get_collection_day(), "wait_until": False})
        self._trace(f"promise_{state}", reason, on_behalf)
        promised = self.item_ids.filtered(
            lambda item: item.collection_status_id.kind == "promise" and not item.reconciled)
        promised.write({
            "collection_status_id": False, "collection_promise_date": False,
            "collection_review_date": False, "collection_excluded_since": False})

    def _end_because(self, state, reason):
        """:param reason: to be said in the company's language"""
        for company, own in self.grouped("company_id").items():
            own._end(state, in_company_language(own, company).env._(reason))  # pylint: disable=gettext-variable

    def _await_matching(self):
        """The money is on the account: leave the accountants some days to match it."""
        self.write({"state": "unmatched", "closed_on": False})
        self.filtered(lambda promise: not promise.wait_until)._give_time_to_match()
        self._pause_items()
        self._trace("promise_unmatched")

    def _give_time_to_match(self):
        for company, promises in self.grouped("company_id").items():
            promises.wait_until = company._get_collection_day() + timedelta(
                days=company.collection_matching_days)

    def _reopen(self):
        """Kept, but taken back before its day: these are awaited again."""
        self.write({"state": "open", "closed_on": False, "wait_until": False})
        self._pause_items()
        self._trace("promise_reopened")

    def _get_pause_end(self):
        """:return: date, the last day on which the scenario leaves the promised items alone: that
            of the instalment with its days of grace, or of the accountants' delay"""
        return self.wait_until or self.date + timedelta(days=self.grace_days)

    def _pause_items(self):
        """The scenario leaves the promised items alone."""
        status = self.env["collection.item.status"].search([("kind", "=", "promise")], limit=1)
        paused = self if status else self.browse()
        for (company, day, until), promises in paused.grouped(lambda promise: (
                promise.company_id, promise.date, promise._get_pause_end())).items():
            items = promises.item_ids.filtered(lambda item: (
                not item.reconciled and item.collection_status_id.kind in (False, "promise")))
            items.write({
                "collection_status_id": status.id, "collection_promise_date": day,
                "collection_review_date": until, "collection_excluded_since": (
                    company._get_collection_day() if status.excludes else False)})

    def _advance(self):
        """Await the next instalment, after one was paid; the follow-up is rescheduled with it."""
        progress = self._get_progress()
        for promise in self:
            promise.write({
                "date": promise._find_next_day(progress[promise.id].paid), "state": "open",
                "wait_until": False})
            promise.item_ids.filtered(lambda item: (
                not item.reconciled and item.collection_status_id.kind == "promise")).write({
                    "collection_promise_date": promise.date,
                    "collection_review_date": promise._get_pause_end()})
            if promise.action_id and promise.action_id.state != "closed":
                promise.action_id._write_rescheduled(promise.date)

    def _notify_broken(self):
        """Put the event for sequences in the inbox, and notify the collector (E2).

        A hook: a domain for which more follows from it extends it.
        """
        self.env["collection.signal"]._post_where_open([{
            "key": f"promise_broken:{promise.id}", "code": "promise_broken",
            "customer_id": promise.customer_id.id, "company_id": promise.company_id.id,
            "amount": promise.expected - promise.paid, "about": promise.display_name,
        } for promise in self])
        hand_out(self.env, [ToDo(
            promise, promise.company_id._get_collector(promise.customer_id), promise.company_id,
            _lt("Promise not kept")) for promise in self])

    def _trace(self, kind, text="", on_behalf=""):
        rows = defaultdict(list)
        for promise in self:
            rows[promise.customer_id, promise.company_id].append({
                "kind": kind, "data": {"promise": promise.id},
                "new_value": in_company_language(promise, promise.company_id)._describe(),
                "text": text, "command": "promise", "on_behalf": on_behalf,
                "cause": self.env["collection.history"]._get_own_cause(on_behalf)})
        self.env["collection.history"]._append_many(rows)

    # === BUTTONS === #

    def action_open_cancel(self):
        """:return: window action on the dialog that asks why it is cancelled"""
        self.ensure_one()
        return open_dialog("collection.promise.cancel", self.env._("Cancel the promise"),
                           default_promise_id=self.id)
