from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine.sequence import outcomes
from ...tools.dialogs import open_dialog
from ...tools.records import as_day, as_record, as_records, as_values, in_company_language
from ..history.trace import Trace, TraceRow
from ..item.holders import Holder, register

#: Fields that whoever asks for a specific action may give.
SPECIFIC_FIELDS = frozenset({
    "name", "kind", "mode", "date", "deadline", "subject", "body", "description", "excludes",
    "mail_template_id", "attach_invoices", "attach_statement", "user_id", "statement_kind",
    "statement_since", "statement_until", "statement_format",
})

register(Holder(
    "collection.action", "item_ids", (("state", "!=", "closed"),),
    reaction="_react_to_replaced_items"))


class CollectionAction(models.Model):
    """Actions on chosen open items, which they take out of the scenario (A-002 to A-008)."""

    _inherit = "collection.action"

    # === SPECIFIC ACTIONS === #

    @api.model
    def create_specific(self, items, values, *, move=False):
        """Ask for something special on chosen open items of one customer.

        :param items: ``account.move.line``, one at least, of one customer and company
        :param dict values: ``name``, and optionally ``kind``, ``mode``, ``date`` (today),
            ``deadline``, ``subject``, ``body``, ``description``, ``mail_template_id``,
            ``attach_invoices``, ``attach_statement``, ``user_id`` (who does it, by default the
            customer's collector), ``excludes`` (default: the scenario leaves the items alone)
        :param bool move: take items out of the excluding action that they are in
        :return: the new ``collection.action``
        :raise UserError: no item, items of several customers or companies, settled items, no
            name, or a day gone by
        :raise ValidationError: an item is in another excluding action, and ``move`` is not set
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = as_records(self.env, "account.move.line", items)
        items._check_open_items()
        lines = items.sudo()
        customer, company = lines._get_single_customer()
        vals = self._prepare_specific_vals(values, customer, company)
        others = self.sudo()._find_excluding(lines)
        if vals.get("excludes", True) and others:
            if not move:
                raise ValidationError(self.env._(
                    "%(items)s is in “%(action)s” already. Close that action, take the item out "
                    "of it, or choose to move it.",
                    items=(others[0].item_ids & lines)._name_items(), action=others[0].name))
            others._release(lines)
        action = self.sudo().create({**vals, "item_ids": [(6, 0, lines.ids)]})
        action._record([TraceRow(action, "action_created", data={
            "date": fields.Date.to_string(action.date), "items": lines._name_items()},
        )], Trace("specific"))
        action._open_first_activities()
        lines._react_to_treatment()
        return action.with_env(self.env)

    def _prepare_specific_vals(self, values, customer, company):
        values = as_values(self, values)
        unknown = set(values) - SPECIFIC_FIELDS
        if unknown:
            raise UserError(self.env._(
                "A specific action has no %(fields)s.", fields=", ".join(sorted(unknown))))
        if not values.get("name"):
            raise UserError(self.env._("Say what is to be done: the action needs a name."))
        day = company._get_collection_day()
        date = as_day(self.env, values.get("date")) or day
        if date < day:
            raise UserError(self.env._(
                "“%(action)s” cannot fall on a day gone by: choose today or later.",
                action=values["name"]))
        user = self._choose_user(values.get("user_id"), customer, company)
        return {
            "kind": "task", **values, "date": date,
            "origin": "specific", "customer_id": customer.id, "company_id": company.id,
            "user_id": user.id, "responsible_id": user.partner_id.id, "unassigned": not user,
            "state": "scheduled" if date > day else "todo",
        }

    def _choose_user(self, user_id, customer, company):
        """:return: ``res.users`` who does it: the one who was asked for, else the collector, else
            the company's manager

        :raise UserError: whoever was asked for is no active colleague of the company
        """
        user = as_record(self.env, "res.users", user_id).sudo()
        if not user:
            return company._get_collector(customer)
        if user.share or not user.active or company not in user.company_ids:
            raise UserError(self.env._(
                "%(user)s is no colleague in %(company)s: choose somebody else.",
                user=user.name, company=company.name))
        return user

    def _find_excluding(self, lines):
        """:return: the open specific actions that take one of these items out (B34)"""
        return self.search([
            ("origin", "=", "specific"), ("state", "!=", "closed"), ("excludes", "=", True),
            ("item_ids", "in", lines.ids)])

    def detach(self, items):
        """Let items out of this specific action: a part of the matter is settled (A-044).

        :param items: ``account.move.line`` among its items; one at least must stay
        :raise UserError: it is closed, no specific action, or nothing would be left in it
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close("cancelled")
        action = self.sudo()
        self._take_turn()
        items = as_records(self.env, "account.move.line", items) & action.item_ids
        if action.state == "closed":
            raise UserError(action._get_closed_message())
        if action.origin != "specific" or not action.item_ids - items:
            raise UserError(self.env._(
                "“%(action)s” would be left without an item. Close it instead.",
                action=action.name))
        action._release(items)
        items.sudo()._react_to_treatment()

    def _release(self, items):
        """Take items out of these actions, and trace it; an action left empty is cancelled."""
        rows = []
        for action in self:
            leaving = action.item_ids & items
            if leaving:
                action.item_ids -= leaving
                rows.append(TraceRow(action, "items_detached", new=leaving._name_items()))
        self._record(rows, Trace("detach"))
        emptied = self.filtered(lambda action: not action.item_ids)
        for company, own in emptied.grouped("company_id").items():
            own._close(outcomes.CANCELLED, Trace("detach", text=in_company_language(
                own, company).env._("Its items went to another action.")))

    def _react_to_replaced_items(self, move, names):
        """What was asked for about nothing but a deleted entry is settled, and says so.

        :param move: the ``account.move``, empty when it was deleted
        :param str names: of its former items
        """
        emptied = self.filtered(lambda action: (
            action.origin == "specific" and action.state != "closed" and not action.item_ids))
        cause = self.env["collection.history"]._get_own_cause()
        for company, own in emptied.grouped("company_id").items():
            own._close(outcomes.SETTLED, Trace(
                "items", cause=cause, text=in_company_language(own, company).env._(
                    "Nothing takes the place of %(items)s.", items=names)))

    def send_and_keep(self, date=None):
        """Send this specific action's message and keep the action open (A-041).

        :param date: the day on which it comes back, as a date; empty leaves it
        :return: bool, whether it left: not about entries under correction; where nothing is due
            any more, it was closed
        :raise UserError: it cannot be sent, see :meth:`send_now`
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close("done")
        if self.origin != "specific":
            raise UserError(self.env._(
                "Only a specific action is used several times: close “%(action)s” instead.",
                action=self.name))
        action = self.sudo()
        action._check_sendable()
        if not action._get_steering().check_again():
            return False
        messages = action._render_messages()
        if not action._pass_gate(messages, by_person=True):
            return False
        action._queue(messages, by_person=True)
        action._record([TraceRow(action, "message_sent")], Trace("send"))
        if date:
            self.reschedule(date)
        return True

    @api.model
    def create_message(self, customer, values):
        """A one-off message or task for a customer, out of its scenario (A-027, A-046, B35).

        It needs no item, and takes none out of the scenario.

        :param customer: the ``res.partner``
        :param dict values: as for :meth:`create_specific`, without ``excludes``
        :return: the new ``collection.action``
        :raise UserError: no name, or a day gone by
        :raise AccessError: a customer outside of the user's portfolio
        """
        customer = as_record(self.env, "res.partner", customer).commercial_partner_id
        return self.create_messages(customer, values)

    @api.model
    def create_messages(self, customers, values):
        """The same one-off message or task for each of many customers.

        :param customers: ``res.partner``
        :param dict values: as for :meth:`create_message`; of the statement that it joins also
            ``statement_kind``, ``statement_since`` and ``statement_until``, ``statement_format``
        :return: the new ``collection.action``, one a customer
        :raise UserError: no name, or a day gone by
        :raise AccessError: a customer outside of the user's portfolio
        """
        customers = as_records(self.env, "res.partner", customers).commercial_partner_id
        customers._check_collection_portfolio()
        actions = self.sudo().create([{
            **self._prepare_specific_vals(values, customer, self.env.company),
            "origin": "manual", "excludes": False} for customer in customers])
        actions._record([TraceRow(action, "action_created", data={
            "date": fields.Date.to_string(action.date)}) for action in actions], Trace("manual"))
        actions._open_first_activities()
        return actions.with_env(self.env)

    def _open_first_activities(self):
        """Whoever must do something about these new actions has an activity; what leaves by itself
        asks nobody."""
        self.filtered(lambda action: action._waits_for_person())._open_activities()

    # === BUTTONS === #

    def action_open_keep(self):
        """:return: window action on the dialog that sends the message and keeps it open"""
        self.ensure_one()
        return open_dialog("collection.action.keep", self.env._("Send and keep open"),
                            default_action_id=self.id)
