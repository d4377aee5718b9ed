from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...engine.sequence import outcomes
from ...tools.records import as_day, as_mapping, as_record, as_text
from ..history.trace import Trace, TraceRow
from .closings import FOLLOWERS
from .steering import STEERINGS

#: Actions that one transaction of the cron brings to their day.
BATCH = 1000


class CollectionAction(models.Model):
    """Closing an action, moving it to another day, and the trace of both.

    What differs by what decided the action is its :class:`~.steering.Steering`'s.
    """

    _inherit = "collection.action"

    # === CLOSING === #

    def close(self, outcome, *, option=None, comment="", markers=None):
        """Give the action its result; of one being validated, the validator's decision.

        :param outcome: one of ``done``, ``validated``, ``refused``, ``cancelled``, ``ignored``;
            falsy takes the option's own
        :param option: the ``collection.action.option`` chosen, where a decision is asked
        :param str comment: required to refuse, to cancel and to skip
        :param dict markers: values that the action asks for, by technical name
        :return: True
        :raise UserError: the action cannot be closed like that; nothing has changed
        :raise AccessError: the user may neither act on it nor act for its holder
        """
        self.ensure_one()
        self.check_access("read")
        outcome, comment = as_text(self.env, outcome), as_text(self.env, comment)
        markers = as_mapping(self.env, markers)
        self._check_may_close(outcome)
        option = as_record(self.env, "collection.action.option", option)
        self._take_turn()
        if self._is_same_answer(outcome, option):
            return True
        action = self.sudo()
        if action.state == "closed":
            raise UserError(self._get_closed_message())
        trace = Trace("close", text=comment,
                      on_behalf=self._get_represented().name or "")
        action._get_steering().answer(outcome, trace, option, markers)
        return True

    def _close(self, outcome, trace):
        """Close these with the same result, without asking whether a person may, and record it.

        :param str outcome: code of the outcome
        :param Trace trace: its text is the comment
        """
        for steering in self._get_steerings():
            steering.close(outcome, trace)

    def _take_turn(self):
        """Nobody else changes this action, or what steers it, until the transaction ends."""
        action = self.sudo()
        action._get_steering().take_turn()
        action.invalidate_recordset()

    def _is_same_answer(self, outcome, option):
        """Whether the same person has given the same answer already: a double click."""
        action = self.sudo()
        return (
            action.state == "closed" and action.closed_by_id == self.env.user
            and action.outcome == (outcome or (option and option.outcome))
            and action.option_id == (option or action.option_id.browse()))

    def _write_submitted(self, option, comment):
        """The holder has done it: the validator is next.

        :param option: the ``collection.action.option`` proposed, if one
        """
        self.ensure_one()
        validator = self.validator_id._get_internal_user()
        self.write({
            "state": "validating",
            "option_id": option.id if option else False,
            "comment": comment or self.comment,
            "submitted_by_id": self.env.uid,
            "submitted_at": fields.Datetime.now(),
            "user_id": (validator or self._get_steering().get_pilot()).id,
            "unassigned": not self.validator_id,
        })

    def _write_closed(self, outcome, *, option=None, comment="", by_person=False, day=None):
        """Write the same result on these actions; the one place where an action is closed.

        A domain that has something to do once an action is closed registers it, see
        :mod:`~.closings`.

        :param str outcome: code of the outcome
        :param option: the ``collection.action.option`` chosen, if one
        :param bool by_person: whether the user closes them, not the system
        :param day: day on which they close, as a date; by default the company's today
        """
        groups = defaultdict(self.browse)
        for action in self:
            field = "validation_comment" if action.state == "validating" else "comment"
            groups[field, action.company_id, action.responsible_id.name] |= action
        for (field, company, holder), actions in groups.items():
            actions.write({
                "state": "closed",
                "outcome": outcome,
                "option_id": option.id if option else False,
                **({field: comment} if comment else {}),
                "closed_by_id": self.env.uid if by_person else False,
                "closed_at": fields.Datetime.now(),
                "closed_on": day or company._get_collection_day(),
                "holder_name": holder,
                "error": False,
            })
        for follow in FOLLOWERS:
            follow(self, option)

    def _describe_followed(self):
        """:return: str, translated: what the answer has led to, for whoever has just given it"""
        self.ensure_one()
        action = self.sudo()
        if action.state == "validating":
            return self.env._("Passed on for validation: %(turn)s.", turn=action._describe_turn())
        return " ".join(filter(None, (
            self.env._("Closed."), action._get_steering().describe_followed())))

    def _get_closed_message(self):
        """:return: str, translated: by whom, when and how the action was closed"""
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        return self.env._(
            "“%(action)s” was already closed by %(user)s on %(when)s: %(outcome)s. Nothing has "
            "changed; reload to see what followed.",
            action=self.name, user=self.closed_by_id.name or self.env._("the system"),
            when=format_datetime(self.env, self.closed_at),
            outcome=labels.get(self.outcome, self.outcome))

    def _get_answer_error(self, code):
        """:return: str, translated error message for an answer that the engine refused

        :param str code: of the engine's ``CommandRefused``
        """
        return self._get_answer_errors()[code] % {"action": self.name}

    def _get_answer_errors(self):
        """:return: dict of error messages by the code of a refused answer; each has a place for
            the name of the ``action``"""
        _ = self.env._
        return {
            "unknown_option": _("This choice is not one of those that “%(action)s” offers."),
            "option_missing": _("“%(action)s” asks for a decision: choose one of its options."),
            "unknown_outcome": _("“%(action)s” cannot be closed with this result."),
            "comment_missing": _("Say why: “%(action)s” needs a comment for this result."),
        }

    # === WHO MAY === #

    def _get_represented(self):
        """:return: the ``res.partner`` for whom the user acts, empty when acting for oneself"""
        holder = self.sudo()._get_holder()
        return holder - self.env.user.partner_id

    def _may_answer(self, outcome=None):
        """Whether the user may give this action its result.

        A manager may; its holder may; whoever steers the customer may cancel or skip it, and
        may complete it for an external partner. What a colleague must validate or decide is
        theirs (D-058, D-063, D-077).

        :return: bool
        """
        self.ensure_one()
        if self.env.su or self.env.user.has_group("account_collection.group_collection_manager"):
            return True
        action = self.sudo()
        if self.env.user in (action.user_id, *action._get_holder().user_ids):
            return True
        if not self._get_steering().is_in_portfolio():
            return False
        judged = action.needs_validation or action.option_ids or action.state == "validating"
        external = not action._get_holder()._get_internal_user()
        by_steering = outcome in (outcomes.CANCELLED, outcomes.IGNORED)
        return by_steering or external or not judged

    def _check_may_close(self, outcome):
        """:raise AccessError: the user may not give the action this result"""
        if not self._may_answer(outcome):
            raise AccessError(self.env._(
                "“%(action)s” waits for %(holder)s. Only they or a collection manager can give "
                "its result.", action=self.name, holder=self.sudo().user_id.name))

    # === MOVING === #

    def reschedule(self, date):
        """Move an open action to another day, and its deadline where that comes earlier.

        The original deadline is kept.

        :param date: the new day, as a date
        :raise UserError: the action is closed, or no date is given
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close(outcomes.CANCELLED)  # whoever may cancel may postpone
        date = as_day(self.env, date)
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

    def _write_rescheduled(self, date):
        """Move it, with its deadline and its activity, and record it.

        :param date date: the new day
        """
        steering, old = self._get_steering(), self.date
        today = self.company_id._get_collection_day()
        self.write({"date": date, "date_by_hand": True, "moved_on": today})
        if self.deadline and self.deadline < date:
            steering.move_deadline(date)
        if self.state != "validating":
            self.state = "scheduled" if date > today else "todo"
        self._react_to_new_day()
        if self.state == "scheduled" and not steering.has_activity_ahead:
            self._close_activities()
        else:
            self._move_activities()
        self._record([TraceRow(
            self, "action_rescheduled", old=fields.Date.to_string(old),
            new=fields.Date.to_string(date))], Trace("reschedule"))

    def _waits_for_person(self):
        """Whether somebody must do something before it can be executed: bool."""
        self.ensure_one()
        if self.mode == "automatic":
            return bool(self.error)
        return not (self.mode == "confirm" and self.confirmed) or bool(self.error)

    @api.model
    def _bring_to_day(self, customers=None):
        """What was to come for today or earlier is now to do, and its holder knows; but not what
        its origin holds.

        In the present transaction; the cron goes in batches, see :meth:`_bring_all_to_day`.

        :param customers: ``res.partner`` to look at, or None for all
        """
        arrived = self._get_arrived_domain()
        if customers is not None:
            arrived &= Domain("customer_id", "in", customers.commercial_partner_id.ids)
        self.search(arrived)._arrive()
        self._react_to_coming_day(customers)

    @api.model
    def _bring_all_to_day(self):
        """Cron: the same for all customers, a batch a transaction.

        What another worker is at is left to it, and to the next run. It does not stop when it is
        out of time: what is to do is looked at anew by every run, which would never get beyond
        the first batches.
        """
        crons, arrived = self.env["ir.cron"], self._get_arrived_domain()
        ids = self.search(arrived, order="id").ids
        crons._commit_progress(remaining=len(ids))
        for start in range(0, len(ids), BATCH):
            batch = self.browse(ids[start:start + BATCH]).try_lock_for_update()
            self.search(arrived & Domain("id", "in", batch.ids))._arrive()
            crons._commit_progress(len(ids[start:start + BATCH]))
        self._react_to_coming_day(None)

    @api.model
    def _get_arrived_domain(self):
        """:return: domain of what is to come for today or earlier, unless its origin holds it; and
            of what is to do, where its items may have been settled"""
        due = Domain.OR([
            Domain("company_id", "=", company.id)
            & Domain("date", "<=", company._get_collection_day())
            for company in self.env["res.company"].search([])])
        held = Domain.OR(
            Domain("origin", "=", origin) & steering.held
            for origin, steering in STEERINGS.items())
        followed = [origin for origin, steering in STEERINGS.items() if steering.follows_items]
        return due & (
            Domain("state", "=", "scheduled") & ~held
            | Domain("state", "=", "todo") & Domain("origin", "in", followed))

    def _arrive(self):
        """The day of these has come, see :meth:`_get_arrived_domain`."""
        coming = self.filtered(lambda action: action.state == "scheduled")
        coming.write({"state": "todo"})
        self.filtered(lambda action: action._get_steering().follows_items)._drop_settled()
        coming.filtered(lambda action: action.state != "closed")._open_awaited_activities()

    def _open_awaited_activities(self):
        """The day of these has come: whoever must do something about them has one activity."""
        self.filtered(lambda action: (
            not action._get_steering().has_activity_ahead and action._waits_for_person()
        )).with_context(mail_activity_quick_update=True)._move_activities()

    # === TRACE === #

    def _record(self, rows, trace):
        """Add to the history what happened to actions; the one way for what is theirs.

        :param rows: list of :class:`~..history.trace.TraceRow`, in the order they happened
        :param Trace trace: what they have in common
        """
        facts = defaultdict(list)
        for row in rows:
            action, steering = row.action, row.action._get_steering()
            facts[action.customer_id, action.company_id].append({
                **row.prepare_vals(trace), **steering.prepare_history_vals(),
                "data": {**steering.prepare_history_data(), **row.data}})
        self.env["collection.history"]._append_many(facts)
