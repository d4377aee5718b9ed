from collections import defaultdict
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import engine
from ...engine.sequence.errors import CommandRefused


class CollectionActionAlone(models.Model):
    """Actions that no sequence asks for: of scenarios, on chosen items, by hand.

    They close and trace by themselves, many at once.
    """

    _inherit = "collection.action"

    def _get_own_content(self):
        """:return: what the action asks for, as the engine's plain :class:`~..engine.Content`"""
        self.ensure_one()
        return engine.Content(
            key=self.content_key or "", function=self.function_id.code or None,
            required=self.required, keep=self.keep, validation=self.needs_validation,
            validator=self._get_distinct_validator().code or None,
            options=tuple(engine.Option(option.code, option.outcome)
                          for option in self.option_ids),
            refusable=self._is_refusable())

    def _close_alone(self, outcome, option, comment):
        """Give the action its result, as a person.

        :raise UserError: the result is not one that it allows; nothing has changed
        """
        self.ensure_one()
        action = self.sudo()
        command = engine.Close(self.id, outcome or None, option.code or None, bool(comment))
        try:
            outcome, _option, submits = engine.read_answer(
                action._get_own_content(), action._get_state(), command)
        except CommandRefused as refusal:
            raise UserError(action._explain_refusal(refusal)) from refusal
        if submits and action.state != "validating":
            action._write_submitted(option, comment)
            action._move_activities()
            action._append_action_history(
                [(action, {"kind": "action_submitted", "text": comment})], command="close")
            return
        action._write_closed_alone(outcome, option=option, comment=comment, by_person=True)
        action._plan_next()

    def _plan_next(self):
        """What follows a closed scenario action is planned at once."""
        customers = self.filtered(lambda action: action.origin == "scenario").customer_id
        if customers:
            self.env["collection.scenario"]._plan(customers)

    def _explain_refusal(self, refusal):
        """:return: what a refused answer tells the user: the action and the way out"""
        return self.env["collection.sequence"]._get_answer_refusals()[refusal.code] % {
            "action": self.name}

    def _write_closed_alone(self, outcome, *, option=None, comment="", by_person=False,
                            command="close", cause="person"):
        """Close actions with the same result, and trace it.

        :param option: the ``collection.action.option`` chosen, if one
        """
        if not self:
            return
        days = {company: company._get_collection_day() for company in self.company_id}
        said = defaultdict(self.browse)
        for action in self:
            text = "validation_comment" if action.state == "validating" else "comment"
            said[text, days[action.company_id], action.responsible_id.name] |= action
        for (text, day, holder), actions in said.items():
            actions.write({
                "state": "closed",
                "outcome": outcome,
                "option_id": option.id if option else False,
                **({text: comment} if comment else {}),
                "closed_by_id": self.env.uid if by_person else False,
                "closed_at": fields.Datetime.now(),
                "closed_on": day,
                "holder_name": holder,
                "error": False,
            })
        self._close_activities()
        self._resolve_disputes(outcome, comment)
        self._append_action_history([(action, {
            "kind": "action_closed", "text": comment,
            "data": {"outcome": outcome, "option": option.code if option else None},
            "new_value": option.name if option else "",
            "on_behalf": action._get_represented().name if by_person else "",
        }) for action in self], command=command, cause=cause)

    def _append_action_history(self, rows, command, cause="person"):
        """Trace facts of actions that no sequence asks for.

        :param rows: list of (action, dict of history values), in the order they happened
        """
        reference, facts = uuid4().hex, defaultdict(list)
        for action, vals in rows:
            facts[action.customer_id, action.company_id].append({
                "action_id": action.id, "action_name": action.name,
                "step_name": action.scenario_step_id.name or "",
                "command": command, "command_ref": reference, "cause": cause,
                "data": {}, "old_value": "", "new_value": "", "on_behalf": "", **vals,
            })
        self.env["collection.history"]._append_many(facts)

    # -- their day --------------------------------------------------------------------

    def _waits_for_person(self):
        """Whether somebody must do something before it can be carried out."""
        self.ensure_one()
        if self.mode == "automatic":
            return bool(self.error)
        return not (self.mode == "confirm" and self.confirmed) or bool(self.error)

    @api.model
    def _bring_to_day(self, customers=None):
        """Cron: what was to come for today or earlier is now to do, and its holder knows.

        :param customers: ``res.partner`` to look at, or None for all
        """
        due = Domain.OR([
            Domain("company_id", "=", company.id)
            & Domain("date", "<=", company._get_collection_day())
            for company in self.env["res.company"].search([])])
        if customers is not None:
            due &= Domain("customer_id", "in", customers.commercial_partner_id.ids)
        actions = self.search(due & Domain("state", "=", "scheduled"))
        actions.write({"state": "todo"})
        self.search(due & Domain("state", "=", "todo") & Domain("origin", "=", "specific")
                    )._drop_settled()
        actions = actions.filtered(lambda action: action.state != "closed")
        actions.filtered(lambda action: not action.sequence_id and action._waits_for_person(
            )).with_context(mail_activity_quick_update=True)._open_activities()
