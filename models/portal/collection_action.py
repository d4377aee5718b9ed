from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ... import engine
from ...engine.sequence import outcomes, state as states
from ..sequence.collection_sequence_commands import read_day

#: Largest number that an id may be: beyond, the database refuses the question.
_LARGEST_ID = 2 ** 31 - 1

#: Kinds of dates and facts that a partner can enter; others are the office's.
_ENTERED = ("date", "char", "text", "integer", "float", "boolean", "selection")

#: The activity of whoever answers a partner who asks for more time.
ACTIVITY = "account_collection.mail_activity_type_postponement"


class CollectionAction(models.Model):
    """What a partner outside sees: the actions asked of them or of their firm (D-078, D-079).

    Portal users have no rights on these models, so nothing is reached by remote calls. The
    pages look for an action through :meth:`_find_portal`, the one door.
    """

    _inherit = "collection.action"

    told_id = fields.Many2one(
        "res.partner", string="Told on the portal", readonly=True, copy=False,
        index="btree_not_null",
        help="The partner outside to whom the portal has announced it.")
    late_told = fields.Boolean(
        readonly=True, copy=False, help="The partner was reminded after the deadline.")
    postpone_to = fields.Date(
        string="Postponement asked", readonly=True, copy=False,
        help="The day to which the partner outside asks to postpone it.")
    postpone_reason = fields.Text(readonly=True, copy=False)

    # === CONSTRAINTS === #

    @api.constrains("function_id", "needs_validation", "validator_function_id")
    def _check_outside_validation(self):
        """Asked of templates: a version published before must not stop its sequences."""

    # === CRUD === #

    def write(self, vals):
        """A wish for more time, and the reminder of a deadline, are the holder's who had them."""
        passed = self.filtered(lambda action: action.responsible_id.id != vals["responsible_id"]) \
            if "responsible_id" in vals else self.browse()
        result = super().write(vals)
        passed._end_postponement()
        passed.filtered("late_told").late_told = False
        return result

    # === VISIBILITY === #

    @api.model
    def _get_portal_domain(self):
        """:return: domain of what the user sees on the portal; matches nothing for colleagues

        What is to come is not shown before it is asked. What was closed stays with whoever was
        responsible, unless it never came to their day.
        """
        user = self.env.user
        if not user._is_portal():
            return Domain.FALSE
        holders = user._get_held_partners().ids
        asked = (
            Domain("state", "in", ("todo", "validating"))
            | Domain("told_id", "in", holders)
            | (Domain("state", "=", "closed")
               & Domain("outcome", "not in", tuple(outcomes.SILENT))))
        return (
            Domain("responsible_id", "in", holders)
            & Domain("function_id.kind", "=", "external")
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("customer_id", "!=", user.partner_id.commercial_partner_id.id)
            & asked)

    @api.model
    def _find_portal(self, action_id):
        """Find what a user of the portal may see.

        :param int action_id: whatever a caller gave
        :return: the action with the system's rights in the user's name; empty where there is
            none, and where it is somebody else's
        """
        if not 0 < action_id <= _LARGEST_ID:
            return self.sudo().browse()
        return self.sudo().search(
            self._get_portal_domain() & Domain("id", "=", action_id), limit=1)

    def _get_portal_partners(self):
        """Who reaches these actions on the portal: their holder, or the people of that firm.

        :return: dict of ``res.partner`` by action id
        """
        users = self.env["res.users"]._search_portal_holders(self.responsible_id).filtered(
            "share")
        return {action.id: users.filtered(lambda user, action=action: user._holds_for(
            action.responsible_id, action.company_id)).partner_id for action in self}

    def _get_portal_url(self):
        """:return: path of the action's page on the portal"""
        self.ensure_one()
        return f"/my/collection/{self.id}"

    def _shows_customer(self):
        """:return: whether the partner may know who the customer is"""
        self.ensure_one()
        return self.portal_shows in ("customer", "items")

    def _get_portal_items(self):
        """:return: the open items that the partner may see, as ``account.move.line``"""
        self.ensure_one()
        if self.portal_shows != "items":
            return self.env["account.move.line"]
        items = self.item_ids or self.sequence_id.item_ids
        return items.filtered_domain(items._get_open_item_domain(self.company_id)).sorted(
            lambda item: (item.date_maturity or item.date, item.id))

    def _get_portal_due(self):
        """:return: the day by which it is to be done"""
        self.ensure_one()
        return self.deadline or self.date

    def _get_portal_case(self):
        """:return: what the action belongs to, in words that tell no more than may be shown"""
        self.ensure_one()
        sequence = self.sequence_id
        about = sequence.situation if self._shows_customer() else False
        return " – ".join(filter(None, (sequence.template_id.name, about)))

    # === ANSWERS === #
    # What a partner outside says of an action: done, decided, or more time is needed (B11).
    #
    # It goes through the same door as a colleague's answer, in the partner's name. A partner
    # never gives a validator's word, and enters nothing while the sequence is paused (B12).

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
        submits = engine.get_allowed_answers(content, states.TODO).submits
        if content.validation and not submits or self.option_ids and not (
                self._get_portal_options()):
            return self.env._(
                "The office validates this. Write what it should know, and send your files.")
        return ""

    def _get_portal_options(self):
        """:return: the options that the partner may choose; to validate is a colleague's"""
        self.ensure_one()
        content = self._get_definition_content()
        if engine.get_allowed_answers(content, states.TODO).submits:
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

    # === POSTPONEMENT === #
    # A partner outside asks for more time: the pilot decides, by moving the action or not.

    def _plan_postponement(self):
        """Let the pilot know, once: a new wish takes the place of an older one."""
        self.ensure_one()
        self._end_postponement_activities()
        pilot = self._get_pilot() or self.company_id.collection_manager_id
        if not pilot:
            return
        words = self.with_context(lang=pilot.lang)
        words.activity_schedule(
            ACTIVITY, user_id=pilot.id, date_deadline=self.company_id._get_collection_day(),
            summary=words.env._(
                "%(partner)s asks to postpone to %(date)s", partner=self.env.user.name,
                date=format_date(words.env, self.postpone_to)),
            note=Markup("<p>%s</p>") % self.postpone_reason)

    def _end_postponement(self):
        """The office has answered, or the action is closed: the wish is settled."""
        asked = self.filtered("postpone_to")
        if asked:
            asked.write({"postpone_to": False, "postpone_reason": False})
            asked._end_postponement_activities()

    def _end_postponement_activities(self):
        self.env["mail.activity"].sudo().search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("activity_type_id", "=", self.env.ref(ACTIVITY).id)]).action_archive()

    def _close_activities(self):
        self._end_postponement()
        return super()._close_activities()

    def _write_rescheduled(self, date):
        asked = self.postpone_to
        result = super()._write_rescheduled(date)
        if asked:
            self._end_postponement()
            self._say_rescheduled()
        return result

    def _say_rescheduled(self):
        """Tell the partner who asked for it which day it is now."""
        self.ensure_one()
        partners = self._get_portal_partners()[self.id]
        if not partners:
            return
        words = self.with_context(
            lang=partners[0].lang, mail_post_autofollow=False,
            mail_post_autofollow_author_skip=True)
        words.message_post(
            body=words.env._(
                "“%(action)s” is now to be done by %(date)s.", action=words.name,
                date=format_date(words.env, self._get_portal_due())),
            message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=partners.ids)
