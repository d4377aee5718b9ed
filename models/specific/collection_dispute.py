from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import LazyTranslate

from ...tools.activities import ToDo, hand_out
from ...tools.dialogs import open_dialog
from ...tools.records import as_record, as_records, as_text, as_values, in_company_language
from ..history.trace import Trace
from ..item.holders import Holder, register

_lt = LazyTranslate(__name__)

RESULTS = [
    ("credited", "The customer is right: credited"),
    ("justified", "The invoice is right: to be paid"),
    ("withdrawn", "Withdrawn by the customer"),
]

register(Holder("collection.dispute", "item_ids", (("state", "=", "open"),)))


class CollectionDisputeReason(models.Model):
    """Why customers dispute what they owe."""

    _name = "collection.dispute.reason"
    _description = "Dispute Reason"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    owner_id = fields.Many2one(
        "res.users", string="Usual owner", domain="[('share', '=', False)]")


class CollectionDispute(models.Model):
    """A dispute on open items: why, who resolves it, and how it ended (A-004, A-042, A-043)."""

    _name = "collection.dispute"
    _description = "Dispute"
    _inherit = ["collection.portfolio", "mail.thread", "mail.activity.mixin"]
    _order = "opened_on, id"
    _owner_fields = ("customer_id", "company_id")
    _traced_where = "TRUE"
    _copied_texts = ("description", "resolution")

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    item_ids = fields.Many2many("account.move.line", string="Items concerned", readonly=True)
    amount = fields.Monetary(
        readonly=True, currency_field="company_currency_id",
        help="Disputed when it was opened, in the company's currency.")
    reason_id = fields.Many2one(
        "collection.dispute.reason", required=True, readonly=True, ondelete="restrict")
    owner_id = fields.Many2one(
        "res.users", string="Owner", domain="[('share', '=', False)]", tracking=True,
        help="User who has to resolve it.")
    description = fields.Text(readonly=True)
    action_id = fields.Many2one("collection.action", string="Follow-up", readonly=True)
    state = fields.Selection(
        [("open", "Unresolved"), ("resolved", "Resolved")], required=True, readonly=True,
        default="open", tracking=True)
    result = fields.Selection(RESULTS, readonly=True, tracking=True)
    resolution = fields.Text(readonly=True)
    opened_on = fields.Date(required=True, readonly=True)
    resolved_on = fields.Date(readonly=True)
    asked_on = fields.Date(
        readonly=True, copy=False, help="Day on which its owner was asked how it ended.")
    age = fields.Integer(compute="_compute_age", help="Days since it was opened.")
    #: read by the closing of follow-up actions (SpecificSteering.close)
    _action_index = models.Index("(action_id) WHERE state = 'open'")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("reason_id", "item_ids")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = f"{dispute.reason_id.name} – {dispute.customer_id.name}"

    @api.depends("opened_on", "resolved_on")
    def _compute_age(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for dispute in self:
            last = dispute.resolved_on or days.get(dispute.company_id)
            dispute.age = (last - dispute.opened_on).days if dispute.opened_on else 0

    # === CONSTRAINTS === #

    @api.constrains("owner_id")
    def _check_owner(self):
        for dispute in self.sudo().filtered("owner_id.share"):
            raise ValidationError(self.env._(
                "%(user)s has portal access only and cannot resolve “%(dispute)s”: choose a "
                "colleague.", user=dispute.owner_id.name, dispute=dispute.display_name))

    # === CRUD === #

    def write(self, vals):
        if not self.env.su and not set(vals) <= self._get_editable_fields():
            raise AccessError(self.env._(
                "A dispute changes by its buttons, never by editing %(fields)s.",
                fields=", ".join(sorted(set(vals) - self._get_editable_fields()))))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A dispute is part of the customer's history: resolve it."))

    # === DISPUTES === #

    def _get_editable_fields(self):
        """:return: set of names of the fields that users who see a dispute may edit"""
        return {
            "owner_id", "message_follower_ids", "message_partner_ids",
            "message_main_attachment_id", "activity_ids",
        }

    @api.model
    def open(self, items, reason, *, owner=None, description="", follow_up=None, move=False):
        """Open a dispute: its items leave the scenario for a follow-up action (A-004, B32).

        :param items: ``account.move.line`` of one customer and company
        :param reason: ``collection.dispute.reason``
        :param owner: ``res.users`` who resolves it; by default the reason's, else the collector
        :param dict follow_up: values of the follow-up, see
            :meth:`~.collection_action.CollectionAction.create_specific`; its day is by default
            the status's delay from today
        :param bool move: take items out of the excluding action that they are in
        :return: the new ``collection.dispute``
        :raise UserError: no reason, no open item, or items of several customers or companies
        :raise ValidationError: an item is in another excluding action
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = as_records(self.env, "account.move.line", items)
        items._check_open_items()
        reason = as_record(self.env, "collection.dispute.reason", reason)
        if not reason:
            raise UserError(self.env._("Say why the customer disputes it: choose a reason."))
        lines, description = items.sudo(), as_text(self.env, description)
        customer, company = lines._get_single_customer()
        owner = as_record(self.env, "res.users", owner) or reason.owner_id
        status = self._get_status("dispute")
        day = company._get_collection_day()
        values = {
            "name": self.env._("Follow up the dispute: %(reason)s", reason=reason.name),
            "date": fields.Date.add(day, days=status.delay_days),
            **as_values(self.env["collection.action"], follow_up),
        }
        action = self.env["collection.action"].create_specific(items, values, move=move)
        dispute = self.sudo().create({
            "customer_id": customer.id, "company_id": company.id,
            "item_ids": [(6, 0, lines.ids)],
            "amount": sum(line._get_collection_residual() for line in lines),
            "reason_id": reason.id, "owner_id": (owner or action.user_id).id,
            "description": description, "action_id": action.id, "opened_on": day,
        })
        dispute._trace(
            "dispute_opened", in_company_language(reason, company).name, description)
        dispute._post_signals("dispute_opened")
        items.set_collection_status(status, comment=description, review_date=action.date)
        return dispute.with_env(self.env)

    def resolve(self, result, comment=""):
        """Resolve disputes: their items return to the scenario, with a status that says so
        (A-042).

        It credits nothing: the credit note is the accountants'.

        :param str result: ``credited``, ``justified`` or ``withdrawn``
        :param str comment: what was found
        :raise UserError: no such result, or resolved already
        :raise AccessError: neither the owner nor in charge of the customer
        """
        self.check_access("read")
        for dispute in self:
            if self.env.user != dispute.owner_id:
                dispute._check_portfolio()
            if dispute.state != "open":
                raise UserError(self.env._(
                    "“%(dispute)s” is resolved already.", dispute=dispute.display_name))
        result, comment = as_text(self.env, result), as_text(self.env, comment)
        if result not in dict(RESULTS):
            raise UserError(self.env._("Say how the dispute ended."))
        disputes = self.sudo()
        disputes._write_resolved(result, comment)
        disputes.action_id.filtered(lambda action: action.state != "closed")._close(
            "done", Trace("resolve", text=comment))
        disputes.item_ids._react_to_treatment()

    def _review(self):
        """Their follow-up is over, or their items are: resolve these, or ask how they ended.

        What was credited, cancelled or deleted in whole was settled in the customer's favour.
        Anything else only its owner knows, who is asked once.
        """
        otherwise = self.item_ids._filter_not_only_credited()
        named = self.env["collection.item.status"].search_count(
            [("kind", "=", "resolved")], limit=1)
        credited = self._filter_settled().filtered(lambda dispute: (
            named and not dispute.item_ids & otherwise))
        for company, own in credited.grouped("company_id").items():
            own._write_resolved("credited", in_company_language(own, company).env._(
                "Nothing is left of its items: credited or cancelled."))
        (self - credited)._ask_owner()

    def _filter_settled(self):
        """:return: those of these of whose items nothing is owed, nor under correction"""
        missing = set(self.env["collection.item.snapshot"]._get_missing(self))
        return self.filtered(lambda dispute: dispute.id not in missing and all(
            item.reconciled or item.parent_state == "cancel" for item in dispute.item_ids))

    def _ask_owner(self):
        """Ask whoever resolves these how they ended, once; where that one has left, the customer's
        collector."""
        fresh = self.filtered(lambda dispute: not dispute.asked_on)
        for company, disputes in fresh.grouped("company_id").items():
            disputes.asked_on = company._get_collection_day()
        hand_out(self.env, [ToDo(
            dispute, dispute.owner_id.filtered("active") or dispute.company_id._get_collector(
                dispute.customer_id), dispute.company_id,
            _lt("Nothing follows this dispute up any more: how did it end?"))
            for dispute in fresh])

    @api.model
    def _process_settled(self):
        """Review the disputes of whose items nothing is left: there is nothing to follow up, so
        their follow-ups end before their day."""
        disputes = self.sudo().search([
            ("state", "=", "open"),
            ("item_ids", "not any", [("reconciled", "=", False), ("parent_state", "!=", "cancel")]),
        ])._filter_settled()
        followed = disputes.filtered(lambda dispute: (
            dispute.action_id and dispute.action_id.state != "closed"))
        for steering in followed.action_id._get_steerings():  # which reviews their disputes
            steering.drop_settled()
        (disputes - followed)._review()

    def _write_resolved(self, result, comment):
        for company, disputes in self.grouped("company_id").items():
            disputes.write({
                "state": "resolved", "result": result, "resolution": comment,
                "resolved_on": company._get_collection_day()})
            labels = dict(self._fields["result"]._description_selection(
                in_company_language(disputes, company).env))
            disputes._trace("dispute_resolved", labels.get(result, ""), comment)
        self._post_signals("dispute_closed")
        self.filtered("asked_on").activity_unlink(["mail.mail_activity_data_todo"])
        status = self._get_status("resolved")
        self.item_ids.filtered(
            lambda item: item.collection_status_id.kind == "dispute").write({
                "collection_status_id": status.id, "collection_review_date": False,
                "collection_promise_date": False, "collection_excluded_since": False})

    def _get_status(self, kind):
        status = self.env["collection.item.status"].sudo().search([("kind", "=", kind)], limit=1)
        if not status:
            raise UserError(self.env._(
                "There is no item status for disputes or for resolved disputes. A collection "
                "manager can add one under Configuration, Item statuses."))
        return status

    def _post_signals(self, code):
        self.env["collection.signal"]._post_where_open([{
            "key": f"{code}:{dispute.id}", "code": code,
            "customer_id": dispute.customer_id.id, "company_id": dispute.company_id.id,
            "amount": dispute.amount, "about": dispute.reason_id.name,
        } for dispute in self])

    def _trace(self, kind, new, text):
        rows = defaultdict(list)
        for dispute in self:
            rows[dispute.customer_id, dispute.company_id].append({
                "kind": kind, "data": {
                    "dispute": dispute.id, "item": dispute.item_ids._name_items()},
                "new_value": new, "text": text, "command": "dispute",
                "cause": self.env["collection.history"]._get_own_cause()})
        self.env["collection.history"]._append_many(rows)

    # === BUTTONS === #

    def action_open_resolve(self):
        """:return: window action on the dialog that asks how it ended"""
        self.ensure_one()
        return open_dialog("collection.dispute.resolve", self.env._("Resolve the dispute"),
                           default_dispute_id=self.id)

    def action_open_follow_up(self):
        """:return: window action on the action that follows it up"""
        self.ensure_one()
        return self.action_id.action_open()
