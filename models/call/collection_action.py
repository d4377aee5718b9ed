from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.sequence import outcomes
from ...tools.dialogs import open_dialog
from ..action.channels import get_channel
from ..history.trace import Trace, TraceRow
from .calls import RESULTS


class CollectionAction(models.Model):
    """Calls: what came of each, how many went unanswered, and whom to call."""

    _inherit = "collection.action"

    call_result = fields.Selection(
        RESULTS, string="Result of the call", readonly=True, copy=False)
    call_contact_id = fields.Many2one(
        "res.partner", string="Person called", readonly=True, copy=False, ondelete="set null")
    call_attempts = fields.Integer(
        string="Calls without answer", readonly=True, copy=False,
        help="Calls in a row that nobody answered.")
    callee_id = fields.Many2one(
        "res.partner", string="Whom to call", compute="_compute_callee_id",
        help="The first of the customer's contacts who has a telephone number.")
    callee_phone = fields.Char(string="Telephone", compute="_compute_callee_id")
    call_head = fields.Json(
        string="Before the call", compute="_compute_call_head",
        help="What is owed, what was said last: as above the tabs of the customer.")

    #: read by the count of a customer's calls without answer, and by the page before a call
    _call_index = models.Index("(customer_id, company_id, id) WHERE call_result IS NOT NULL")

    # === COMPUTE === #

    @api.depends("customer_id", "kind", "state")
    def _compute_callee_id(self):
        calls = self.filtered(lambda action: action.kind == "call" and action.state != "closed")
        callees = {}
        for company, actions in calls.grouped("company_id").items():
            callees |= {(company, customer): contacts[:1] for customer, contacts
                        in actions.customer_id._get_call_contacts(company).items()}
        for action in self:
            action.callee_id = callees.get((action.company_id, action.customer_id), False)
            action.callee_phone = action.callee_id.phone

    @api.depends_context("lang", "uid")
    @api.depends("customer_id", "kind", "state")
    def _compute_call_head(self):
        calls = self.filtered(lambda action: action.kind == "call" and action.state != "closed")
        heads = {}
        for company, actions in calls.grouped("company_id").items():
            customers = actions.customer_id.with_company(company)
            heads |= {(company, id_): head for id_, head in
                      customers._get_collection_heads(company).items()}
        for action in self:
            action.call_head = heads.get((action.company_id, action.customer_id.id), False)

    # === NOTING CALLS === #

    @api.model
    def _count_unanswered(self, customer, company):
        """:return: int, calls to a customer in a row that nobody answered, up to now; a planned
            call that is still open counts those that it has had"""
        actions = self.sudo().search([
            ("customer_id", "=", customer.id), ("company_id", "=", company.id),
            ("call_result", "!=", False)], order="id desc", limit=1)
        return actions.call_attempts

    @api.model
    def _note_call(self, customer, company, call):
        """Note a call that no action had asked for, as a closed one: a contact is a contact.

        What nobody answered closes as failed: the days that a scenario keeps between two
        contacts do not count from it.

        :param customer: the ``res.partner``
        :param company: the ``res.company``
        :param Call call: what came of it
        :return: the new ``collection.action``
        """
        labels = dict(self._fields["call_result"]._description_selection(self.env))
        actions = self.sudo().with_company(company)
        vals = actions._prepare_specific_vals(
            {"name": self.env._("Call: %(result)s", result=labels[call.result]), "kind": "call"},
            customer, company)
        user = self.env.user
        action = actions.create({
            **vals, **self._prepare_call_vals(call), "origin": "manual", "excludes": False,
            "user_id": user.id, "responsible_id": user.partner_id.id, "unassigned": False})
        action._write_closed(
            outcomes.DONE if call.is_answered else outcomes.FAILED,
            comment=call.text, by_person=True)
        action._record_call(call)
        return action.with_env(self.env)

    def _note_own_call(self, call):
        """Note a call that this open action had asked for; it stays open.

        :param Call call: what came of it
        """
        self.ensure_one()
        self.write(self._prepare_call_vals(call))
        self._record_call(call)

    def _prepare_call_vals(self, call):
        return {
            "call_result": call.result, "call_contact_id": call.contact.id,
            "call_attempts": call.attempt}

    def _record_call(self, call):
        self._record([TraceRow(self, "call_noted", data={
            "call": call.result, "contact": call.contact.name or "", "attempt": call.attempt,
        })], Trace("call", text=call.text))

    # === BUTTONS === #

    def _open_call_dialog(self, name, **defaults):
        """:return: window action on the dialog, about this action's customer

        :raise AccessError: the user may not read the action, or collect from the customer
        """
        self.ensure_one()
        self.check_access("read")
        return self.customer_id._open_call_dialog(
            name, default_company_id=self.company_id.id, **defaults)

    def action_log_call(self):
        """Button *Call…*.

        :return: window action on the dialog that notes what came of the call
        :raise UserError: it is closed
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.check_access("read")
        if self.state == "closed":
            raise UserError(self._get_closed_message())
        return self._open_call_dialog(
            self.env._("Call %(customer)s", customer=self.customer_id.name),
            default_purpose="call", default_action_id=self.id)

    def action_promise(self):
        """Button *Promise…*: of a call, the call is noted with it.

        :return: window action on the dialog that records a promise
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_agreement("promise", self.env._("Promise to pay"))

    def action_dispute(self):
        """Button *Dispute…*: of a call, the call is noted with it.

        :return: window action on the dialog that opens a dispute
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_agreement("dispute", self.env._("Dispute"))

    def _open_agreement(self, purpose, name):
        self.ensure_one()
        self.check_access("read")
        items = {f"default_{purpose}_item_ids": self.item_ids.ids} if self.item_ids else {}
        if self.kind == "call" and self.state != "closed":
            return self._open_call_dialog(name, **items, **{
                "default_purpose": "call", "default_action_id": self.id,
                f"default_{purpose}s": True})
        return self._open_call_dialog(
            name, default_purpose=purpose, **{f"default_{purpose}s": True}, **items)

    def action_open_address(self):
        """Button *Enter the address*, of a message that has nowhere to go to.

        :return: window action on the contact who should receive it
        :raise AccessError: the user may not act on it
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close(outcomes.CANCELLED)
        recipient = self.sudo()._get_message_recipients()[self.id] or self.customer_id
        action = open_dialog("res.partner", self.env._(
            "Address of %(contact)s", contact=recipient.display_name))
        view = self.env.ref("account_collection.res_partner_view_form_address")
        return {**action, "res_id": recipient.id, "views": [(view.id, "form")]}

    def action_send_as_letter(self):
        """Button *Send as a letter*, of an e-mail or SMS that has nowhere to go to.

        :return: notification that says whether it left
        :raise UserError: it is closed, no message, or has no postal address either
        :raise AccessError: the user may not act on it
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close(outcomes.DONE)
        action = self.sudo()
        action._check_open_message()
        action._change_channel(get_channel("letter"), Trace("send"))
        return self.action_send_now()
