from uuid import uuid4

from odoo import models
from odoo.fields import Domain

from ...engine.sequence.effects import Ask, Release


class CollectionSequenceHolder(models.Model):
    """Who acts: resolving functions to people, and moving open actions when they change."""

    _inherit = "collection.sequence"

    def _get_holders(self):
        """Resolve functions for this sequence: sequence, else customer, else default (B2).

        :return: dict of ``res.partner`` by ``collection.function``; a function that nobody
            holds is missing from it
        """
        self.ensure_one()
        functions = self.template_id.function_ids | self.participant_ids.function_id
        holders = {
            function: function.default_partner_id
            for function in functions.with_company(self.company_id)
        }
        defaults = self.customer_id._get_collection_participants(self.company_id)
        for participant in [*defaults, *self.participant_ids]:
            if participant.partner_id:
                holders[participant.function_id] = participant.partner_id
        return {function: partner for function, partner in holders.items() if partner}

    def _get_pilot(self):
        """:return: the ``res.users`` to whom falls what nobody holds: collector, else launcher"""
        customer = self.customer_id.with_company(self.company_id)
        return customer.collector_id or self.launched_by_id

    def _prepare_holder_vals(self, function, validator, recipient, state, holders):
        """Values that say who owes an action now.

        :param function: responsible ``collection.function``
        :param validator: validating function when another one, else empty
        :param recipient: recipient function, or empty
        :param str state: ``validating`` when the validator has the next word
        :param dict holders: what :meth:`_get_holders` returned
        """
        nobody = self.env["res.partner"]
        responsible = holders.get(function, nobody)
        validating = holders.get(validator, nobody)
        turn, partner = (
            (validator, validating) if state == "validating" else (function, responsible))
        pilot = self.env["res.users"] if partner else self._get_pilot()
        return {
            "responsible_id": responsible.id,
            "validator_id": validating.id,
            "recipient_ids": [(6, 0, holders.get(recipient, nobody).ids)],
            "unassigned": not partner,
            "user_id": (pilot or (
                turn.kind == "internal" and self._get_internal_user(partner))
                or self.env["res.users"]).id,
        }

    def _get_internal_user(self, partner):
        """:return: the internal user behind a partner"""
        return partner.with_context(active_test=False).user_ids.filtered(
            lambda user: not user.share)[:1]

    def _apply_holders(self, before):
        """Move the open actions of functions whose holder changed, and trace it (B8).

        :param dict before: what :meth:`_get_holders` returned before the change
        """
        self.ensure_one()
        after = self._get_holders()
        nobody = self.env["res.partner"]
        changed = self.env["collection.function"].union(*(
            function for function in {**before, **after}
            if before.get(function, nobody) != after.get(function, nobody)))
        if not changed:
            return
        rows = [{
            "kind": "participant_changed", "data": {"function": function.code},
            "visit": self.visit_id, "action": self.env["collection.action"],
            "old": self._describe_holder(function, before),
            "new": self._describe_holder(function, after),
        } for function in changed]
        rows += self._move_open_actions(changed, after)
        history = self._append_history(rows, {
            "command": "participants", "command_ref": uuid4().hex, "cause": "person"})
        self._message_log(body=history._get_chatter_body())

    def _describe_holder(self, function, holders):
        holder = holders.get(function, self.env["res.partner"]).name or self.env._("nobody")
        return f"{function.name}: {holder}"

    def _move_open_actions(self, functions, holders):
        """:return: one history row for each action that changed hands"""
        rows = []
        actions = self.action_ids.filtered_domain(Domain("state", "!=", "closed") & (
            Domain("function_id", "in", functions.ids)
            | Domain("validator_function_id", "in", functions.ids)
            | Domain("recipient_function_id", "in", functions.ids)))
        for action in actions:
            old = action._get_holder()
            action.write(self._prepare_holder_vals(
                action.function_id, action._get_distinct_validator(),
                action.recipient_function_id, action.state, holders))
            if action._get_holder() != old:
                rows.append({
                    "kind": "action_reassigned", "data": {"action": action.number},
                    "visit": action.visit_id, "action": action,
                    "old": old.name or self.env._("nobody"),
                    "new": action._get_holder().name or self.env._("nobody"),
                })
        actions._move_activities()
        actions._tell_holders()
        return rows

    def _carry_out(self, effects):
        """Carry out the engine's effects: tell whose turn it is, and whose no more.

        Partners outside are looked at one and all: what waited for a pause to end is told too.
        """
        self.ensure_one()
        released = {e.action for e in effects if not isinstance(e, Ask)}
        asked = {e.action for e in effects if not isinstance(e, Release)} - {
            e.action for e in effects if isinstance(e, Release)}
        self.action_ids.filtered(lambda a: a.number in released)._close_activities()
        self.action_ids.filtered(lambda a: a.number in asked)._open_activities()
        self.action_ids._tell_holders()
