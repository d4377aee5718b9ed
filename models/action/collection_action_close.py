from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ... import engine
from ...engine.sequence import outcomes
from ...tools.records import as_record


class CollectionActionClose(models.Model):
    """Closing an action: who may, with what, and what it says when it is too late."""

    _inherit = "collection.action"

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

    # -- written by the sequence's command -----------------------------------------

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
