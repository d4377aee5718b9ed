from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from ... import engine
from ...engine.sequence import outcomes, state as states
from ..sequence.collection_sequence_marker import read_day

#: Kinds of dates and facts that a partner can enter; others are the office's.
_ENTERED = ("date", "char", "text", "integer", "float", "boolean", "selection")


class CollectionActionPortalAnswer(models.Model):
    """What a partner outside says of an action: done, decided, or more time is needed (B11).

    It goes through the same door as a colleague's answer, in the partner's name. A partner
    never gives a validator's word, and enters nothing while the sequence is paused (B12).
    """

    _inherit = "collection.action"

    # -- may anything be entered? ----------------------------------------------------

    def _get_portal_pause(self):
        """:return: why nothing can be entered at all, empty where it can (B12)"""
        self.ensure_one()
        state = self.sequence_id.state
        if not state or state == "running":
            return ""
        if state == "paused":
            return self.env._(
                "The office has paused this case. There is nothing to do until it goes on, and "
                "nothing can be entered; what you have sent is kept.")
        return self.env._("This case has ended. Nothing more can be entered.")

    def _get_portal_result(self):
        """:return: what has become of the action, empty while it is to be done"""
        self.ensure_one()
        if self.state == "closed":
            labels = dict(self._fields["outcome"]._description_selection(self.env))
            return self.env._(
                "Closed by %(user)s on %(when)s: %(outcome)s.",
                user=self.closed_by_id.name or self.env._("the system"),
                when=format_datetime(self.env, self.closed_at),
                outcome=labels[self.outcome])
        if self.state != "validating":
            return ""
        return self.env._(
            "Sent by %(user)s on %(when)s; the office checks it.", user=self.submitted_by_id.name,
            when=format_datetime(self.env, self.submitted_at))

    def _get_portal_comment(self):
        """:return: what the partner said of it; a colleague's comment stays in the house"""
        self.ensure_one()
        return self.comment if (self.submitted_by_id or self.closed_by_id).share else ""

    def _check_portal_open(self):
        """:raise UserError: it is closed or being checked, by whom and since when is said; or
            its sequence is paused or has ended"""
        if self.state == "closed":
            raise UserError(self._get_closed_message())
        if self.state == "validating":
            raise UserError(self.env._(
                "“%(action)s” was sent by %(user)s on %(when)s and is being checked by the "
                "office. Nothing has changed.", action=self.name,
                user=self.submitted_by_id.name,
                when=format_datetime(self.env, self.submitted_at)))
        self._check_portal_running()

    def _get_portal_refusal(self):
        """:return: why the office closes it and not the partner, empty where the partner may"""
        self.ensure_one()
        if self.option_ids and not self.portal_decides:
            return self.env._(
                "The office decides here. Write what it should know, and send your files.")
        content = self._get_definition_content()
        submits = engine.ways_to_close(content, states.TODO).submits
        if content.validation and not submits or self.option_ids and not (
                self._get_portal_options()):
            return self.env._(
                "The office validates this. Write what it should know, and send your files.")
        return ""

    def _get_portal_options(self):
        """:return: the options that the partner may choose; to validate is a colleague's"""
        self.ensure_one()
        content = self._get_definition_content()
        if engine.ways_to_close(content, states.TODO).submits:
            return self.option_ids
        return self.option_ids.filtered(lambda option: option.outcome != outcomes.VALIDATED)

    def _get_portal_markers(self):
        """:return: the dates and facts to enter, as :meth:`_get_required_markers` has them"""
        return [marker for marker in self._get_required_markers() if marker["type"] in _ENTERED]

    def _take_portal_turn(self):
        """Nobody else changes the action meanwhile, and it is still the partner's.

        :raise UserError: it went to somebody else
        """
        self.ensure_one()
        self._take_turn()
        if not self._find_portal(self.id):
            raise UserError(self.env._("This action is no longer asked of you."))

    def _check_portal_running(self):
        """:raise UserError: its sequence is paused or has ended (B12)"""
        pause = self._get_portal_pause()
        if pause:
            raise UserError(pause)

    # -- done, decided ---------------------------------------------------------------

    def _answer_from_portal(self, *, option_id=None, comment="", markers=None, files=()):
        """Close the action, or hand it to its validator, as the user of the portal.

        :param int option_id: the ``collection.action.option`` chosen, where one is asked
        :param dict markers: dates and facts that it asks for, as text by technical name
        :param files: tuple of (file name, bytes)
        :raise UserError: it cannot be; nothing has changed if the caller rolls back
        """
        self._take_portal_turn()
        option = self._get_portal_options().filtered(lambda option: option.id == option_id)
        if option_id and not option and not self._get_portal_refusal():
            raise UserError(self.env["collection.sequence"]._get_answer_refusals()[
                "unknown_option"] % {"action": self.name})
        if self._is_portal_answer(option):
            return
        self._check_portal_open()
        refusal = self._get_portal_refusal()
        if refusal:
            raise UserError(refusal)
        self._keep_portal_files(files)
        asked = {marker["name"] for marker in self._get_portal_markers()}
        self.close(None if option else outcomes.DONE, option=option, comment=comment, markers={
            name: value for name, value in (markers or {}).items() if name in asked})

    def _is_portal_answer(self, option):
        """Whether the same user has given the same answer already: a double click."""
        by = self.closed_by_id if self.state == "closed" else self.submitted_by_id
        return (
            self.state in ("closed", "validating") and by == self.env.user
            and self.option_id == option)

    # -- more time -------------------------------------------------------------------

    def _ask_to_postpone(self, date, reason):
        """Ask the office for another day. It decides; nothing moves.

        :param str date: the day wished, as an ISO date
        :raise UserError: no such day or one too early, or no reason
        """
        self._take_portal_turn()
        self._check_portal_open()
        due = self._get_portal_due()
        try:
            day = read_day(date or "")
        except ValueError as error:
            raise UserError(self.env._("Choose the day to postpone to.")) from error
        today = self.company_id._get_collection_day()
        if not max(due, today) < day <= fields.Date.add(max(due, today), years=1):
            raise UserError(self.env._(
                "Choose a day after today and after %(due)s, within a year.",
                due=format_date(self.env, due)))
        if not reason:
            raise UserError(self.env._("Say why more time is needed."))
        if (self.postpone_to, self.postpone_reason) == (day, reason):
            return
        self.write({"postpone_to": day, "postpone_reason": reason})
        self._append_portal_history(
            "postpone_asked", text=reason, old=fields.Date.to_string(due),
            new=fields.Date.to_string(day))
        self._plan_postponement()

    def _append_portal_history(self, kind, *, text="", old="", new=""):
        """Trace a fact of the portal, in the name of the firm where the firm holds it."""
        holder = self.responsible_id - self.env.user.partner_id
        if not self.sequence_id:
            self._append_action_history([(self, {
                "kind": kind, "text": text, "old_value": old, "new_value": new,
                "on_behalf": holder.name or ""})], command="portal")
            return
        self.sequence_id._append_history([{
            "kind": kind, "data": {"action": self.number}, "visit": self.visit_id,
            "action": self, "text": text, "old": old, "new": new, "on_behalf": holder,
        }], {"command": "portal", "command_ref": False, "cause": "person"})
