from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.dialogs import RELOAD, notify
from ...tools.portfolio import (
    PortfolioDate,
    PortfolioMany2one,
    PortfolioText,
    see_stored,
    seen_domain,
    sees_own_only,
)
from ...tools.records import as_day, as_record, as_text, in_company_language
from ..access import COLLECTORS
from . import open_items

#: Fields of an item's status: each change of them is traced.
STATUS_FIELDS = frozenset({
    "collection_status_id", "collection_comment", "collection_promise_date",
    "collection_review_date",
})

#: What is noted on an item: all of it is ours.
NOTED_FIELDS = STATUS_FIELDS | {"collection_excluded_since", "collection_notice_date"}

#: Context in which the core neither recomputes an entry's lines nor marks it as changed by hand.
NOT_BY_HAND = {
    "skip_invoice_sync": True, "skip_is_manually_modified": True, "check_move_validity": False}


class AccountMoveLine(models.Model):
    """Open items: posted receivable lines that somebody still owes."""

    _inherit = "account.move.line"
    _copied_texts = ("collection_comment",)
    _copied_customer = "partner_id"

    collection_status_id = PortfolioMany2one(
        "collection.item.status", string="Collection status", copy=False,
        index="btree_not_null", ondelete="restrict", groups=COLLECTORS)
    collection_comment = PortfolioText(string="Collection comment", copy=False, groups=COLLECTORS)
    collection_promise_date = PortfolioDate(
        string="Promised for", copy=False, groups=COLLECTORS,
        help="The day by which the customer promised to pay.")
    collection_review_date = PortfolioDate(
        string="Review on", copy=False, groups=COLLECTORS,
        help="Day on which to review an item that is left out of the scenario.")
    collection_excluded_since = PortfolioDate(
        string="Left out since", copy=False, readonly=True, groups=COLLECTORS)
    collection_notice_date = PortfolioDate(
        string="Formal notice on", copy=False, readonly=True, groups=COLLECTORS,
        index="btree_not_null",
        help="The day on which the first formal notice that demands it was really sent.")
    collection_is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_collection_is_overdue", groups=COLLECTORS,
        search="_search_collection_is_overdue")
    collection_kept_out = fields.Boolean(
        string="Kept out of follow-up", compute="_compute_collection_kept_out", groups=COLLECTORS,
        search="_search_collection_kept_out",
        help="Odoo keeps it out: it is a miscellaneous entry without a due date, or somebody "
        "said so.")

    collection_is_own = fields.Boolean(
        compute="_compute_collection_is_own", search="_search_collection_is_own",
        groups=COLLECTORS, help="It is of a customer that the user collects from.")

    # === CRUD === #

    def write(self, vals):
        """Record each change of an item's status, whoever makes it."""
        # our notes change nothing of the entry: it does not count as changed by hand, and the
        # entries of thousands of items are not balanced anew
        noting = self.with_context(**NOT_BY_HAND) if NOTED_FIELDS.issuperset(vals) else self
        if NOTED_FIELDS & set(vals):
            self.check_access("write")  # the core asks only where a value changes
        if not STATUS_FIELDS & set(vals):
            return super(AccountMoveLine, noting).write(vals)
        before = {line: line._describe_lasting_status() for line in self.sudo()}
        result = super(AccountMoveLine, noting).write(vals)
        self.sudo()._trace_status(before, vals.get("collection_comment") or "")
        return result

    def unlink(self):
        """Keep which of our records hold these items, for those that come in their place."""
        self.env["collection.item.snapshot"]._take(self)
        return super().unlink()

    # === SEEN BY THE USER === #

    def _fetch_query(self, query, fields):
        return super(AccountMoveLine, see_stored(self))._fetch_query(
            query, fields).with_env(self.env)

    def _get_collection_seen_sql(self, alias):
        """:return: SQL condition: the item is of a customer of the user's own"""
        return self.env["res.partner"]._get_collection_owned_sql(
            SQL.identifier(alias, "company_id", to_flush=self._fields["company_id"]),
            SQL.identifier(alias, "partner_id", to_flush=self._fields["partner_id"]))

    @api.depends_context("uid")
    def _compute_collection_is_own(self):
        all_customers = not sees_own_only(self.env)
        for line in self:
            line.collection_is_own = all_customers or line._is_collection_seen()

    def _search_collection_is_own(self, operator, value):
        self._check_field_access(self._fields["collection_is_own"], "read")
        if operator != "in":
            return NotImplemented
        return seen_domain() if sees_own_only(self.env) else Domain.TRUE

    def _is_collection_seen(self):
        """:return: bool, whether the item is of a customer of the user's own"""
        return self.partner_id._is_collection_owned(self.company_id)

    # === OPEN ITEMS === #

    def _get_payments(self):
        """What was paid on these items: matched with an entry of a bank, cash or card journal.

        Odoo books all payments and bank transactions in such journals. What a credit note, a
        write-off or any other entry settles is no money received, nor is the reversal of the
        item's own entry. An invoice that is being paid counts as paid, though nothing is
        reconciled yet.

        :return: dict by item's id, of dicts of amount in the item's currency, by id of the
            ``account.move.line`` that paid (0: being paid)
        """
        payments = {item: {} for item in self.ids}
        for item, settlement, amount in self._read_settlements(
                SQL("journal.type IN %s", open_items.MONEY_JOURNALS)):
            payments[item][settlement] = float(amount)
        for item in self._filter_being_paid():
            payments[item.id][0] = item.amount_residual_currency
        return payments

    def _filter_not_only_credited(self):
        """:return: those of these items of which something was, or is being, settled by anything
            but a credit note or the reversal of their entry: paid, written off, set off"""
        settled = {item for item, _settlement, amount in self._read_settlements(
            SQL("settled_by.move_type <> 'out_refund'")) if amount}
        return self.filtered(lambda item: item.id in settled) | self._filter_being_paid()

    def _read_settlements(self, condition):
        """:param SQL condition: on ``settled_by``, the settling ``account.move``, and its
            ``journal``; the reversal of an item's own entry never counts
        :return: list of (item's id, id of the ``account.move.line`` that settled of it, how much
            in the item's currency)
        """
        self.env["account.partial.reconcile"].flush_model()
        return self.env.execute_query(SQL(
            """
            SELECT partial.debit_move_id, partial.credit_move_id,
                   sum(partial.debit_amount_currency)
              FROM account_partial_reconcile AS partial
              JOIN account_move_line AS item ON item.id = partial.debit_move_id
              JOIN account_move_line AS settlement ON settlement.id = partial.credit_move_id
              JOIN account_move AS settled_by ON settled_by.id = settlement.move_id
              JOIN account_journal AS journal ON journal.id = settled_by.journal_id
             WHERE partial.debit_move_id = ANY(%s) AND %s
               AND settled_by.reversed_entry_id IS DISTINCT FROM item.move_id
          GROUP BY partial.debit_move_id, partial.credit_move_id
            """, self.ids, condition))

    def _filter_being_paid(self):
        """:return: those of these items whose invoice is paid, though they are not reconciled"""
        return self.filtered(lambda item: (
            item.parent_state == "posted" and item.amount_residual_currency > 0
            and item.move_id.payment_state in ("in_payment", "paid")))

    @api.model
    def _get_open_item_domain(self, company):
        """:return: domain of the company's open items, instalments and credits included"""
        return Domain("company_id", "=", company.id) & open_items.OPEN

    @api.model
    def _get_overdue_item_domain(self, company, day=None):
        """:return: domain of the open items due before ``day`` (the company's today), credits
            left out"""
        return self._get_open_item_domain(company) & open_items.is_overdue(
            day or company._get_collection_day())

    # === STATUS === #
    # Status, comment and promised day of an open item.

    def set_collection_status(self, status, *, comment="", promise_date=None, review_date=None):
        """Set the status of these open items; traced on item, invoice and customer (A-010).

        :param status: ``collection.item.status`` or its id; empty clears the status
        :param str comment: replaces the items' comments; empty leaves them as they are
        :param promise_date: date or ISO string by which they are promised, for a promise
        :param review_date: date or ISO string on which to review excluded items; by default
            the status's delay from today
        :return: True
        :raise UserError: no item, an item that is not open, or a promise without a coming day
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._check_open_items()
        status = as_record(self.env, "collection.item.status", status)
        lines, comment = self.sudo(), as_text(self.env, comment)
        for company, items in lines.grouped("company_id").items():
            day = company._get_collection_day()
            items.write(items._prepare_status_vals(
                status, comment, as_day(self.env, promise_date),
                as_day(self.env, review_date), day))
        lines._react_to_treatment()
        return True

    def _react_to_treatment(self):
        """Hook: the way in which these items are treated has changed.

        Called in superuser mode after a change of status, promise, dispute or specific action.
        Does nothing by itself; the scenario extends it and plans the items' customers anew.
        """

    def _prepare_status_vals(self, status, comment, promised, review, day):
        promises = status.kind == "promise"
        if promises and (not promised or promised < day):
            raise UserError(self.env._(
                "Say for which day %(items)s is promised: today or later.",
                items=self._name_items()))
        vals = {
            "collection_status_id": status.id,
            "collection_promise_date": promised if promises else False,
            "collection_review_date": False,
            "collection_excluded_since": False,
        }
        if status.excludes:
            delayed = day + timedelta(days=status.delay_days)
            vals["collection_review_date"] = review or promised or delayed
            vals["collection_excluded_since"] = day
        if comment:
            vals["collection_comment"] = comment
        return vals

    def _check_open_items(self):
        """:raise UserError: there is none, or one is settled or no receivable
        :raise AccessError: a customer outside of the user's portfolio"""
        if not self:
            raise UserError(self.env._("Choose at least one open item."))
        self.check_access("read")
        lines = self.sudo()
        for company, items in lines.grouped("company_id").items():
            closed = items - items.filtered_domain(open_items.UNRECONCILED)
            if closed:
                raise UserError(self.env._(
                    "%(items)s is not open in %(company)s any more: reload, and choose what is "
                    "still due.", items=closed._name_items(), company=company.name))
        self._check_collection_portfolio()

    def _check_collection_portfolio(self):
        """:raise AccessError: a customer outside of the user's portfolio in the item's company"""
        for company, items in self.sudo().grouped("company_id").items():
            customers = items.partner_id.commercial_partner_id.with_env(self.env)
            customers.with_company(company)._check_collection_portfolio()

    def _get_single_customer(self):
        """:return: (the customer, the company) of these items

        :raise UserError: they are of several
        """
        customers = self.partner_id.commercial_partner_id
        if len(customers) != 1:
            raise UserError(self.env._(
                "Choose items of one customer; these are of: %(customers)s.",
                customers=", ".join(customers.mapped("display_name")) or "–"))
        if len(self.company_id) != 1:
            raise UserError(self.env._(
                "Choose items of one company; these are of: %(companies)s.",
                companies=", ".join(self.company_id.mapped("name"))))
        return customers, self.company_id

    def _name_items(self):
        """:return: str, the document numbers of these items, each once"""
        return ", ".join(dict.fromkeys(line.move_name or line.name or "–" for line in self))

    def _describe_status(self):
        """:return: str, name of the item's status with the promised day, translated; empty for
            none"""
        self.ensure_one()
        name = self.collection_status_id.name or ""
        if self.collection_promise_date:
            day = format_date(self.env, self.collection_promise_date)
            return self.env._("%(status)s for %(day)s", status=name, day=day)
        return name

    def _describe_lasting_status(self):
        """:return: the same as it stays in the history, in the company's language"""
        return in_company_language(self, self.company_id)._describe_status()

    def _trace_status(self, before, comment):
        """Record what changed in the customers' history and on the entries.

        :param dict before: what :meth:`_describe_lasting_status` gave before, by item
        :param str comment: the new comment
        """
        rows, changes = defaultdict(list), defaultdict(list)
        for line in self:
            customer, old = line.partner_id.commercial_partner_id, before[line]
            new = line._describe_lasting_status()
            if not customer or (old == new and not comment):
                continue
            rows[customer, line.company_id].append({
                "kind": "item_changed", "data": {"item": line._name_items()},
                "old_value": old, "new_value": new, "text": comment,
                "cause": "person", "command": "status"})
            changes[line.move_id] += [
                change for change in (("collection_status_id", old, new),
                                      ("collection_comment", "", comment)) if any(change[1:])]
        self.env["collection.history"]._append_many(rows)
        self.move_id.filtered(lambda move: changes[move])._log_collection_changes(changes)

    # === DUE DATE AND RESIDUAL === #

    def _get_collection_due(self):
        """:return: date on which the item is due; manual entries may have none of their own"""
        return self.date_maturity or self.date

    def _get_collection_residual(self):
        """:return: float, what is left of the item in the company's currency, see
            :mod:`~.open_items`"""
        if self.amount_residual or not self.amount_currency:
            return self.amount_residual
        return self.amount_residual_currency * self.balance / self.amount_currency

    @api.depends("date_maturity", "date", "amount_residual_currency")
    def _compute_collection_is_overdue(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for line in self:
            line.collection_is_overdue = bool(
                line.company_id and line._get_collection_days_late(days[line.company_id]))

    def _search_collection_is_overdue(self, operator, value):
        self._check_field_access(self._fields["collection_is_overdue"], "read")
        if operator != "in":
            return NotImplemented
        return Domain.OR([
            Domain("company_id", "=", company.id)
            & open_items.is_overdue(company._get_collection_day())
            for company in self.env.companies])

    def _search_collection_kept_out(self, operator, value):
        self._check_field_access(self._fields["collection_kept_out"], "read")
        if operator != "in":
            return NotImplemented
        return open_items.KEPT_OUT_DEBTS

    @api.depends(
        "no_followup", "journal_id.type", "amount_residual_currency", "date_maturity",
        "parent_state", "account_type", "reconciled")
    def _compute_collection_kept_out(self):
        kept_out = self.filtered_domain(open_items.KEPT_OUT_DEBTS)
        for line in self:
            line.collection_kept_out = line in kept_out

    def action_take_into_followup(self):
        """Command: what Odoo keeps out of follow-up is chased from now on (opening balances).

        :return: notification
        :raise UserError: none of these is kept out
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self._check_collection_portfolio()
        lines = self.filtered("collection_kept_out")
        if not lines:
            raise UserError(self.env._("None of these is kept out of follow-up."))
        lines._check_open_items()
        lines.sudo()._take_into_followup()
        return notify(self.env._("Taken into follow-up: %(count)s.", count=len(lines)),
                      then=RELOAD)

    def _take_into_followup(self):
        rows = defaultdict(list)
        for line in self:
            _ = in_company_language(line, line.company_id).env._
            rows[line.partner_id.commercial_partner_id, line.company_id].append({
                "kind": "item_changed", "data": {"item": line._name_items()},
                "old_value": _("No follow-up"), "new_value": _("Followed up"),
                "cause": "person", "command": "status"})
        self.no_followup = False
        self.env["collection.history"]._append_many(rows)
        self._react_to_treatment()

    def _get_collection_days_late(self, day):
        """:param date day: the company's day
        :return: int, days since the item was due; 0 for credits and what is not overdue
        """
        due = self._get_collection_due()
        if not due or self.amount_residual_currency <= 0:
            return 0
        return max((day - due).days, 0)
