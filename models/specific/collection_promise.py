from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ...tools.dialogs import open_dialog
from ...tools.records import as_record

STATES = [
    ("open", "Awaited"), ("kept", "Kept"), ("broken", "Broken"), ("cancelled", "Cancelled")]


class CollectionPromise(models.Model):
    """A promise to pay: how much of which items, by which day or in which instalments (E1, E24).

    It pauses its items. Reconciliation shows whether it is kept; broken, it brings the items back
    to the scenario and notifies the collector.
    """

    _name = "collection.promise"
    _description = "Promise to Pay"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date, id"

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    item_ids = fields.Many2many("account.move.line", string="Open items", readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    balance = fields.Monetary(
        string="Owed then", readonly=True, help="Amount due on the items when it was made.")
    paid = fields.Monetary(compute="_compute_paid", help="Paid on the items since then.")
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

    late = fields.Boolean(
        compute="_compute_late", help="Its day has passed, and it is not known to be kept.")

    #: read by the cron that finds kept and broken promises (_process_promises)
    _open_index = models.Index("(date) WHERE state = 'open'")

    # === COMPUTE === #

    @api.depends("amount", "date", "customer_id")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = promise._describe() if promise.currency_id else ""

    @api.depends("balance", "item_ids.amount_residual_currency")
    def _compute_paid(self):
        for promise in self:
            left = sum(promise.sudo().item_ids.mapped("amount_residual_currency"))
            promise.paid = promise.balance - left

    def _compute_late(self):
        today = fields.Date.context_today(self)
        for promise in self:
            promise.late = promise.state == "open" and promise.date < today

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
             source="collector", comment=""):
        """Record a promise on open items of one customer, company and currency.

        An earlier promise on one of them is cancelled: it is replaced.

        :param items: ``account.move.line``
        :param date: date or ISO string, unless ``instalments`` are given
        :param amount: float in the items' currency; by default all that is due on them
        :param instalments: list of (date, amount), in order
        :param promised_by: the ``res.partner`` who promised, by default the customer
        :param str source: ``collector`` or ``customer``
        :return: the new ``collection.promise``
        :raise UserError: a day gone by, nothing or more than is owed, items of several
            customers, companies or currencies
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = as_record(self.env, "account.move.line", items)
        items._check_open_items()
        lines = items.sudo()
        customer, company = lines._get_single_customer()
        if len(lines.currency_id) != 1:
            raise UserError(self.env._(
                "Choose items of one currency; these are of: %(currencies)s.",
                currencies=", ".join(lines.currency_id.mapped("name"))))
        balance = sum(lines.mapped("amount_residual_currency"))
        plan = [(fields.Date.to_date(day), part) for day, part in (
            instalments or [(date, balance if amount is None else amount)])]
        self._check_instalments(plan, balance, lines.currency_id, company)
        self.sudo().search([("state", "=", "open"), ("item_ids", "in", lines.ids)])._end(
            "cancelled", self.env._("Another promise takes its place."))
        promise = self.sudo().create({
            "customer_id": customer.id, "company_id": company.id,
            "currency_id": lines.currency_id.id, "item_ids": [(6, 0, lines.ids)],
            "amount": sum(part for _day, part in plan), "balance": balance,
            "date": plan[0][0], "source": source, "user_id": self.env.uid, "comment": comment,
            "promised_by_id": (
                as_record(self.env, "res.partner", promised_by) or customer).id,
            "line_ids": [(0, 0, {"date": day, "amount": part}) for day, part in plan],
        })
        promise._trace("promise_made", comment)
        lines.with_env(self.env).set_collection_status(
            self._get_status(), comment=comment, promise_date=plan[0][0])
        return promise.with_env(self.env)

    def _check_instalments(self, plan, balance, currency, company):
        today = company._get_collection_day()
        days = [day for day, _part in plan]
        if not all(days) or min(days) < today:
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
        self.customer_id._check_collection_portfolio()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the reason stays in the history."))
        for promise in self:
            if promise.state != "open":
                raise UserError(self.env._(
                    "“%(promise)s” is no longer awaited.", promise=promise.display_name))
        promises = self.sudo()
        promises._end("cancelled", reason)
        promises.item_ids._react_to_treatment()

    @api.model
    def _process_promises(self, limit=100):
        """Cron: find which promises are kept, broken, or come to their next instalment.

        :param int limit: promises evaluated in one transaction
        :return: number of promises that changed
        """
        crons, promises = self.env["ir.cron"], self.sudo()
        awaited, changed, last = [("state", "=", "open")], 0, 0
        crons._commit_progress(remaining=promises.search_count(awaited))
        while batch := promises.search(
                [*awaited, ("id", ">", last)], order="id", limit=limit):
            last = batch[-1].id
            changed += len(batch._evaluate())
            if not crons._commit_progress(len(batch)):
                break
        return changed

    def _evaluate(self):
        """Compare what was paid with what was promised by today.

        :return: the promises that changed
        """
        days = {company: company._get_collection_day() for company in self.company_id}
        found = defaultdict(self.browse)
        for promise in self:
            found[promise._get_outcome(days[promise.company_id])] |= promise
        found["kept"]._end("kept")
        found["broken"]._end("broken")
        found["broken"]._notify_broken()
        found["next"]._advance()
        changed = found["kept"] | found["broken"] | found["next"]
        changed.item_ids._react_to_treatment()
        return changed

    def _get_outcome(self, today):
        """:param date today: the company's day
        :return: ``kept``, ``broken``, ``next`` (a later instalment is awaited) or None"""
        self.ensure_one()
        due, compare = 0.0, self.currency_id.compare_amounts
        if compare(self.paid, self.amount) >= 0:
            return "kept"
        for line in self.line_ids.sorted("date"):
            due += line.amount
            if compare(self.paid, due) >= 0:
                continue
            if line.date < today:
                return "broken"
            return "next" if line.date != self.date else None
        return "kept"

    def _end(self, state, reason=""):
        """Close promises, and clear the status of items that still have it from them."""
        if not self:
            return
        for company, promises in self.grouped("company_id").items():
            promises.write({"state": state, "closed_on": company._get_collection_day()})
        self._trace(f"promise_{state}", reason)
        promised = self.item_ids.filtered(
            lambda item: item.collection_status_id.kind == "promise" and not item.reconciled)
        promised.write({
            "collection_status_id": False, "collection_promise_date": False,
            "collection_review_date": False, "collection_excluded_since": False})

    def _advance(self):
        """Await the next instalment, after one was paid; the follow-up is rescheduled with it."""
        for promise in self:
            paid, due = promise.paid, 0.0
            for line in promise.line_ids.sorted("date"):
                due += line.amount
                if promise.currency_id.compare_amounts(paid, due) < 0:
                    promise.date = line.date
                    break
            promise.item_ids.filtered(lambda item: not item.reconciled).write({
                "collection_promise_date": promise.date,
                "collection_review_date": promise.date})
            if promise.action_id and promise.action_id.state != "closed":
                promise.action_id._write_rescheduled(promise.date)

    def _notify_broken(self):
        """Put the event for sequences in the inbox, and notify the collector (E2)."""
        self.env["collection.signal"]._post_where_open([{
            "key": f"promise_broken:{promise.id}", "code": "promise_broken",
            "customer_id": promise.customer_id.id, "company_id": promise.company_id.id,
            "amount": promise.amount - promise.paid, "about": promise.display_name,
        } for promise in self])
        model = self.env["ir.model"]._get_id(self._name)
        kind = self.env.ref("mail.mail_activity_data_todo")
        activities = []
        for promise in self:
            company = promise.company_id
            user = promise.customer_id.with_company(company).collector_id or (
                company._get_collection_manager())
            if user:
                activities.append({
                    "res_model_id": model, "res_id": promise.id, "activity_type_id": kind.id,
                    "user_id": user.id, "date_deadline": company._get_collection_day(),
                    "summary": self.with_context(lang=user.lang).env._("Promise not kept")})
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(activities)

    def _trace(self, kind, text=""):
        rows = defaultdict(list)
        for promise in self:
            rows[promise.customer_id, promise.company_id].append({
                "kind": kind, "data": {"promise": promise.id}, "new_value": promise._describe(),
                "text": text, "cause": "person" if self.env.user.active else "cron",
                "command": "promise"})
        self.env["collection.history"]._append_many(rows)

    # === BUTTONS === #

    def action_open_cancel(self):
        """:return: window action on the dialog that asks why it is cancelled"""
        self.ensure_one()
        return open_dialog("collection.promise.cancel", self.env._("Cancel the promise"),
                           default_promise_id=self.id)


class CollectionPromiseLine(models.Model):
    """An instalment of a promise."""

    _name = "collection.promise.line"
    _description = "Promised Instalment"
    _order = "promise_id, date"

    promise_id = fields.Many2one(
        "collection.promise", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="promise_id.currency_id")
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    _amount_check = models.Constraint("CHECK(amount > 0)", "An instalment is above zero.")
    _day_unique = models.Constraint("UNIQUE(promise_id, date)", "One instalment a day.")
