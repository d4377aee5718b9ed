from odoo import api, fields, models
from odoo.tools import SQL

from ..selections import DISPATCH_STATES


class CollectionActionSend(models.Model):
    """From an action to the outbox: to whom, at which address, and what became of it."""

    _inherit = "collection.action"

    dispatch_ids = fields.One2many("collection.dispatch", "action_id", readonly=True)
    dispatch_state = fields.Selection(
        DISPATCH_STATES, string="Sending", compute="_compute_dispatch_state",
        search="_search_dispatch_state", help="What became of the message.")

    @api.depends("dispatch_ids.state")
    def _compute_dispatch_state(self):
        states = {}
        for dispatch in self.env["collection.dispatch"].sudo().search(
                [("action_id", "in", self.ids)]):
            states.setdefault(dispatch.action_id.id, dispatch.state)
        for action in self:
            action.dispatch_state = states.get(action.id, False)

    def _search_dispatch_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("dispatch_ids.state", "in", value)]

    # -- to whom -----------------------------------------------------------------------------

    def _get_message_recipients(self):
        """To whom each message goes: whom it names, else the customer's collection contact,
        else its invoice contact, else the customer (S-007).

        :return: dict of ``res.partner`` by action id; archived contacts are passed over
        """
        recipients = {}
        for company, actions in self.grouped("company_id").items():
            customers = actions.customer_id.with_company(company)
            contacts = {customer.id: customer.collection_contact_id for customer in customers}
            invoiced = {}
            for contact in self.env["res.partner"].sudo().search([
                    ("parent_id", "in", customers.ids), ("type", "=", "invoice")], order="id"):
                invoiced.setdefault(contact.parent_id.id, contact)
            for action in actions:
                customer = action.customer_id
                named = action.recipient_ids[:1] if action.recipient_function_id else None
                contact = contacts[customer.id].filtered("active")
                recipients[action.id] = (
                    named if named is not None
                    else contact or invoiced.get(customer.id) or customer)
        return recipients

    def _get_address(self, partner, channel):
        """:return: where a partner is reached through a channel, as text; empty for nowhere"""
        if channel == "email":
            return partner.email_formatted if partner.email_normalized else ""
        if channel == "sms":
            return partner._phone_format(fname="phone") or ""
        if not (partner.street and partner.city):
            return ""
        return partner._display_address(without_company=True).strip()

    def _find_address_problem(self, partner, channel):
        """:return: why a message could not reach the partner, or None"""
        _ = self.env._
        if not partner:
            return _("Nobody holds the function that receives it.")
        if self._get_address(partner, channel):
            return None
        if channel == "email":
            return _("%(partner)s has no e-mail address.", partner=partner.display_name) if (
                not partner.email) else _(
                "The e-mail address of %(partner)s is not valid: %(email)s",
                partner=partner.display_name, email=partner.email)
        if channel == "sms":
            return _("%(partner)s has no telephone number that can be written to.",
                     partner=partner.display_name)
        return _("The postal address of %(partner)s lacks its street or city.",
                 partner=partner.display_name)

    def _find_problems(self):
        """:return: dict of why an action cannot be sent, by its id; those that can are not in it"""
        recipients, found = self._get_message_recipients(), {}
        for action in self:
            problem = self._find_address_problem(recipients[action.id], action.kind)
            if problem:
                found[action.id] = problem
        return found

    # -- into the outbox -----------------------------------------------------------------------

    def _queue(self, messages):
        """Write these messages to the outbox, and hand them to the queue of their channel.

        What the messages were about stays with their actions.

        :param dict messages: :class:`~.collection_message.Message` by action id
        """
        prepared = [self._prepare_dispatch_vals(messages[action.id], action) for action in self]
        files = self._keep_attachments(messages)
        for action, vals in zip(self, prepared):
            vals["attachment_ids"] = [(6, 0, files.get(action.id, []))]
        self.env["collection.dispatch"].sudo().create(prepared)._hand_over()
        self._keep_items(messages)

    def _keep_items(self, messages):
        """Keep what each message was about; the items of a specific action are its own."""
        items = self._fields["item_ids"]
        pairs = [
            (action.id, item_id) for action in self.filtered(lambda action: not action.item_ids)
            for item_id in messages[action.id].items.ids]
        if pairs:  # the ORM would write them action by action
            self.env.cr.execute(SQL(
                "INSERT INTO %s (%s, %s) SELECT * FROM unnest(%s::int[], %s::int[])"
                " ON CONFLICT DO NOTHING",
                SQL.identifier(items.relation), SQL.identifier(items.column1),
                SQL.identifier(items.column2), [action for action, _item in pairs],
                [item for _action, item in pairs]))
            self.invalidate_recordset(["item_ids"])

    def _prepare_dispatch_vals(self, message, action):
        partner = message.recipient
        return {
            "action_id": action.id,
            "customer_id": action.customer_id.id,
            "company_id": action.company_id.id,
            "channel": action.kind,
            "partner_id": partner.id,
            "occurrence": len(action.dispatch_ids) + 1 if action.origin == "specific" else 1,
            "address": action._get_address(partner, action.kind),
            "lang": message.lang,
            "subject": message.subject,
            "body": message.content,
            "whole_body": message.body if action.kind == "email" else False,
            "author_id": message.author.id,
            "email_from": message.email_from,
            "post_by": action.kind == "letter" and (
                action.scenario_step_id.post_by or "print"),
        }

    def _keep_attachments(self, messages):
        """Keep the files that go along with each message.

        :return: dict of attachment ids by action id
        """
        owners, vals_list = [], []
        for action in self:
            for name, content, mimetype in messages[action.id].attachments:
                owners.append(action.id)
                vals_list.append({
                    "name": name, "raw": content, "mimetype": mimetype,
                    "res_model": self._name, "res_id": action.id,
                })
        files = {}
        for owner, attachment in zip(owners, self.env["ir.attachment"].sudo().create(vals_list)):
            files.setdefault(owner, []).append(attachment.id)
        return files
