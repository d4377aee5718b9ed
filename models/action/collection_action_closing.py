from collections import defaultdict
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ... import engine
from ...engine.sequence import outcomes
from ...engine.sequence.errors import CommandRefused
from ...tools.records import as_record


class CollectionAction(models.Model):
    """Closing an action: who may, with what, and what it says when it is too late."""

    _inherit = "collection.action"

    # === CLOSING === #

    def close(self, outcome, *, option=None, comment="", markers=None):
        """Give the action its result; of one being validated, the validator's word.

        :param outcome: one of ``done``, ``validated``, ``refused``, ``cancelled``, ``ignored``;
            falsy takes the option's own
        :param option: the ``collection.action.option`` chosen, where a decision is asked
        :param str comment: what there is to say; a refusal, cancelling or skipping needs it
        :param dict markers: dates and facts that the action asks for, by technical name
        :return: True
        :raise UserError: the action cannot be closed like that; nothing has changed
        :raise AccessError: the user may neither act on it nor act for its holder
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close(outcome)
        option = as_record(self.env, "collection.action.option", option)
        sequence = self.sequence_id.sudo()
        self._take_turn()
        if self._is_same_answer(outcome, option):
            return True
        comment = (comment or "").strip()
        if not sequence:
            if self.state == "closed":
                raise UserError(self._get_closed_message())
            self._close_alone(outcome, option, comment)
            return True
        self._fill_required_markers(outcome, option, markers)
        sequence._run_in_turn(
            engine.Close(self.number, outcome or None, option.code or None,
                         bool(comment)),
            text=comment, action=self.sudo(), on_behalf=self._get_represented())
        return True

    def _take_turn(self):
        """Nobody else changes this action, or its sequence, until the transaction ends."""
        action = self.sudo()
        if action.sequence_id:
            action.sequence_id._raise_rev()
        else:
            action.lock_for_update()
        action.invalidate_recordset()

    def _is_same_answer(self, outcome, option):
        """Whether the same person has given the same answer already: a double click."""
        action = self.sudo()
        return (
            action.state == "closed" and action.closed_by_id == self.env.user
            and action.outcome == (outcome or (option and option.outcome))
            and action.option_id == (option or action.option_id.browse()))

    def _get_represented(self):
        """:return: the holder for whom the user acts, empty when acting for oneself"""
        holder = self.sudo()._get_holder()
        return holder - self.env.user.partner_id

    def _may_answer(self, outcome=None):
        """Whether the user may give this action its result.

        A manager may; its holder may; whoever steers the customer may cancel or skip it, and
        may complete it for a holder outside. What a colleague must validate or decide is
        theirs (D-058, D-063, D-077).
        """
        self.ensure_one()
        if self.env.su or self.env.user.has_group("account_collection.group_collection_manager"):
            return True
        action = self.sudo()
        if self.env.user in (action.user_id, *action._get_holder().user_ids):
            return True
        if not self.customer_id._is_in_collection_portfolio(action.sequence_id):
            return False
        judged = action.needs_validation or action.option_ids or action.state == "validating"
        outside = not action.sequence_id._get_internal_user(action._get_holder())
        by_steering = outcome in (outcomes.CANCELLED, outcomes.IGNORED)
        return by_steering or outside or not judged

    def _check_may_close(self, outcome):
        if not self._may_answer(outcome):
            raise AccessError(self.env._(
                "“%(action)s” waits for %(holder)s. Only they or a collection manager can give "
                "its result.", action=self.name, holder=self.sudo().user_id.name))

    def _get_closed_message(self):
        """:return: by whom, when and how the action was closed"""
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        return self.env._(
            "“%(action)s” was already closed by %(user)s on %(when)s: %(outcome)s. Nothing has "
            "changed; reload to see what followed.",
            action=self.name, user=self.closed_by_id.name or self.env._("the system"),
            when=format_datetime(self.env, self.closed_at),
            outcome=labels.get(self.outcome, self.outcome))

    def reschedule(self, date):
        """Move an open action to another day, and its deadline where that comes earlier.

        The original deadline is kept.

        :param date: the new day, as a date
        :raise UserError: the action is closed, or no date is given
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close(outcomes.CANCELLED)  # whoever may cancel may postpone
        date = fields.Date.to_date(date)
        if not date:
            raise UserError(self.env._("Choose the day to move “%(action)s” to.",
                                       action=self.name))
        self._take_turn()
        action = self.sudo()
        if action.state == "closed":
            raise UserError(action._get_closed_message())
        if date == action.date:
            return
        action._write_rescheduled(date)

    def _get_pilot(self):
        """:return: the ``res.users`` to whom falls what nobody holds"""
        if self.sequence_id:
            return self.sequence_id._get_pilot()
        customer = self.customer_id.with_company(self.company_id)
        return customer.collector_id or self.company_id.collection_manager_id

    def _write_rescheduled(self, date):
        today = self.company_id._get_collection_day()
        old = self.date
        self.write({"date": date, "date_by_hand": True})
        if self.sequence_id and self.deadline and self.deadline < date:
            self.sequence_id._run_in_turn(engine.Move(self.number, date.isoformat()))
        if self.state != "validating":
            self.state = "scheduled" if date > today else "todo"
        if self.sequence_id or self.state == "todo":
            self._move_activities()
        else:
            self._close_activities()
        moved = {"kind": "action_rescheduled"}
        values = {"old": fields.Date.to_string(old), "new": fields.Date.to_string(date)}
        if not self.sequence_id:
            self._append_action_history([(self, {
                **moved, "old_value": values["old"], "new_value": values["new"]})],
                command="reschedule")
            return
        self.sequence_id._append_history([{
            **moved, **values, "data": {"action": self.number}, "visit": self.visit_id,
            "action": self,
        }], {"command": "reschedule", "command_ref": False, "cause": "person"})

    def _write_submitted(self, option, comment):
        self.ensure_one()
        validator = self.sequence_id._get_internal_user(self.validator_id)
        self.write({
            "state": "validating",
            "option_id": option.id if option else False,
            "comment": comment or self.comment,
            "submitted_by_id": self.env.uid,
            "submitted_at": fields.Datetime.now(),
            "user_id": (validator or self._get_pilot()).id,
            "unassigned": not self.validator_id,
        })

    def _write_closed(self, outcome, option, comment, *, by_person):
        self.ensure_one()
        said = "validation_comment" if self.state == "validating" else "comment"
        self.write({
            "state": "closed",
            "outcome": outcome,
            "option_id": option.id if option else False,
            said: comment or self[said],
            "closed_by_id": self.env.uid if by_person else False,
            "closed_at": fields.Datetime.now(),
            "holder_name": self.responsible_id.name,
        })

    # === WITHOUT A SEQUENCE === #
    # Actions that no sequence asks for: of scenarios, on chosen items, by hand.
    #
    # They close and trace by themselves, many at once.

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
            answer = engine.check_answer(
                action._get_own_content(), action._get_state(), command)
        except CommandRefused as refusal:
            raise UserError(action._explain_refusal(refusal)) from refusal
        if answer.submits and action.state != "validating":
            action._write_submitted(option, comment)
            action._move_activities()
            action._append_action_history(
                [(action, {"kind": "action_submitted", "text": comment})], command="close")
            return
        action._write_closed_alone(answer.outcome, option=option, comment=comment, by_person=True)
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
