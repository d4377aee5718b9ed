from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, plaintext2html

from ... import engine
from ...engine.sequence import outcomes, state as states
from ..history.trace import Trace, TraceRow
from ..sequence.collection_sequence_commands import read_day

#: Types of markers that an external partner can enter; others are for colleagues.
_ENTERED = ("date", "char", "text", "integer", "float", "boolean", "selection")

#: The activity of whoever answers a partner who asks for more time.
ACTIVITY = "account_collection.mail_activity_type_postponement"


class CollectionAction(models.Model):
    """What an external partner sees: the actions asked of them or of their firm (D-078, D-079).

    Portal users have no rights on these models, so nothing is reached by remote calls. The
    pages look for an action through :meth:`_find_portal` only.
    """

    _inherit = "collection.action"

    notified_partner_id = fields.Many2one(
        "res.partner", string="Notified partner", readonly=True, copy=False,
        index="btree_not_null",
        help="The external partner who was notified that the action is asked of them.")
    late_notice_sent = fields.Boolean(
        readonly=True, copy=False, help="The partner was reminded after the deadline.")
    postpone_to = fields.Date(
        string="Postponement asked", readonly=True, copy=False,
        help="The day to which the external partner asks to postpone it.")
    postpone_reason = fields.Text(readonly=True, copy=False)

    # === CONSTRAINTS === #

    @api.constrains("function_id", "needs_validation", "validator_function_id")
    def _check_external_validation(self):
        """Asked of templates: a version published before must not stop its sequences."""

    # === REACTIONS === #

    def _react_to_new_holder(self):
        """A request for more time, and the late notice, are the former holder's."""
        super()._react_to_new_holder()
        self._end_postponement()
        self.filtered("late_notice_sent").late_notice_sent = False

    def _react_to_end_of_turn(self):
        """A request for more time is settled with the turn that it was about."""
        super()._react_to_end_of_turn()
        self._end_postponement()

    def _react_to_new_day(self):
        """Whoever asked for another day is notified of it; a new day has its own late notice."""
        super()._react_to_new_day()
        if self.postpone_to:
            self._end_postponement()
            self._notify_new_day()
        self.late_notice_sent = False
        self._notify_holders()

    def _react_to_coming_day(self, customers):
        """Notify the external partners whose day has come, or who have portal access only now.

        Whoever let a deadline pass gets one late notice.
        """
        super()._react_to_coming_day(customers)
        asked = Domain("state", "=", "todo") & Domain("function_id.kind", "=", "external")
        if customers is not None:
            asked &= Domain("customer_id", "in", customers.commercial_partner_id.ids)
        self.search(asked & Domain("notified_partner_id", "=", False))._notify_holders()
        if customers is None:
            self.search(
                asked & Domain("notified_partner_id", "!=", False)
                & Domain("late_notice_sent", "=", False)
                & Domain("deadline", "<", fields.Date.add(fields.Date.today(), days=1))
            )._remind_holders()

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
            | Domain("notified_partner_id", "in", holders)
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

    def _shows_present(self):
        """:return: bool, whether the partner sees how the case stands now: while it is asked of
            them, and as long as they hold the function; who left keeps what they did themselves"""
        self.ensure_one()
        return self.state != "closed" or bool(self.sequence_id) and (
            self.sequence_id._get_holders().get(self.function_id) == self.responsible_id)

    def _get_portal_items(self):
        """:return: the open items that the partner may see, as ``account.move.line``"""
        self.ensure_one()
        if self.portal_shows != "items" or not self._shows_present():
            return self.env["account.move.line"]
        items = self.item_ids or self._get_steering().get_items()
        return items.filtered_domain(items._get_open_item_domain(self.company_id)).sorted(
            lambda item: (item._get_collection_due(), item.id))

    def _get_portal_due(self):
        """:return: the day by which it is to be done"""
        self.ensure_one()
        return self.deadline or self.date

    def _get_portal_case(self):
        """:return: str: what the action belongs to, with no more than may be shown"""
        self.ensure_one()
        sequence = self.sequence_id
        about = sequence.situation if self._shows_customer() else False
        return " – ".join(filter(None, (sequence.template_id.name, about)))

    # === ANSWERS === #
    # How an external partner answers: done, decided, or more time is needed (B11).
    #
    # It goes through the same door as a colleague's answer, in the partner's name. A partner
    # never validates, and enters nothing while the sequence is paused (B12).

    def _get_portal_pause(self):
        """:return: why nothing can be entered at all, empty where it can (B12)"""
        self.ensure_one()
        state = self.sequence_id.state
        if not state or state == "running":
            return ""
        if state == "paused":
            return self.env._(
                "The collection team has paused this case. There is nothing to do until it goes "
                "on, and nothing can be entered; what you have sent is kept.")
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
            "Sent by %(user)s on %(when)s; the collection team checks it.",
            user=self.submitted_by_id.name, when=format_datetime(self.env, self.submitted_at))

    def _get_portal_comment(self):
        """:return: str: the partner's comment; a colleague's stays internal"""
        self.ensure_one()
        return self.comment if (self.submitted_by_id or self.closed_by_id).share else ""

    def _check_portal_open(self):
        """:raise UserError: it is closed or being checked (the message says by whom and since
            when), or its sequence is paused or has ended"""
        if self.state == "closed":
            raise UserError(self._get_closed_message())
        if self.state == "validating":
            raise UserError(self.env._(
                "“%(action)s” was sent by %(user)s on %(when)s and is being checked by the "
                "collection team. Nothing has changed.", action=self.name,
                user=self.submitted_by_id.name,
                when=format_datetime(self.env, self.submitted_at)))
        self._check_portal_running()

    def _get_portal_refusal(self):
        """:return: str: why a colleague closes it and not the partner, empty where the partner
            may"""
        self.ensure_one()
        if self.option_ids and not self.portal_decides:
            return self.env._(
                "The collection team decides here. Write what it should know, and send your "
                "files.")
        content = self._get_steering().get_content()
        submits = engine.get_allowed_answers(content, states.TODO).submits
        if content.validation and not submits or self.option_ids and not (
                self._get_portal_options()):
            return self.env._(
                "The collection team validates this. Write what it should know, and send your "
                "files.")
        return ""

    def _get_portal_options(self):
        """:return: the options that the partner may choose; to validate is a colleague's"""
        self.ensure_one()
        content = self._get_steering().get_content()
        if engine.get_allowed_answers(content, states.TODO).submits:
            return self.option_ids
        return self.option_ids.filtered(lambda option: option.outcome != outcomes.VALIDATED)

    def _get_portal_markers(self):
        """:return: the markers to enter, as :meth:`~..action.steering.Steering.
            get_required_markers` has them"""
        return [marker for marker in self._get_steering().get_required_markers()
                if marker["type"] in _ENTERED]

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
        :param dict markers: values that it asks for, as text by technical name
        :param files: tuple of (file name, bytes)
        :raise UserError: it cannot be; nothing has changed if the caller rolls back
        """
        self._take_portal_turn()
        option = self._get_portal_options().filtered(lambda option: option.id == option_id)
        if option_id and not option and not self._get_portal_refusal():
            raise UserError(self._get_answer_error("unknown_option"))
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
        """Ask for another day. A colleague decides; nothing moves.

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
        """Record what a portal user did, in the name of the firm where the firm holds it."""
        holder = self.responsible_id - self.env.user.partner_id
        self._record([TraceRow(self, kind, old=old, new=new)], Trace(
            "portal", text=text, on_behalf=holder.name or ""))

    # === POSTPONEMENT === #
    # An external partner asks for more time: the pilot decides, by moving the action or not.

    def _plan_postponement(self):
        """Give the pilot one activity: a new request takes the place of an older one."""
        self.ensure_one()
        self._end_postponement_activities()
        pilot = self._get_steering().get_pilot() or self.company_id._get_collection_manager()
        if not pilot:
            return
        translated = self.with_context(lang=pilot.lang)
        translated.activity_schedule(
            ACTIVITY, user_id=pilot.id, date_deadline=self.company_id._get_collection_day(),
            summary=translated.env._(
                "%(partner)s asks to postpone to %(date)s", partner=self.env.user.name,
                date=format_date(translated.env, self.postpone_to)),
            note=plaintext2html(self.postpone_reason))

    def _end_postponement(self):
        """Forget the request for more time: it was answered, or is answered by what happened."""
        asked = self.filtered("postpone_to")
        if asked:
            asked.write({"postpone_to": False, "postpone_reason": False})
            asked._end_postponement_activities()

    def _end_postponement_activities(self):
        self.env["mail.activity"].sudo().search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("activity_type_id", "=", self.env.ref(ACTIVITY).id)]).action_archive()

    def _notify_new_day(self):
        """Notify the partner who asked for more time of the day it is now."""
        self.ensure_one()
        partners = self._get_portal_partners()[self.id]
        if not partners:
            return
        translated = self.with_context(
            lang=partners[0].lang, mail_post_autofollow=False,
            mail_post_autofollow_author_skip=True)
        translated.message_post(
            body=translated.env._(
                "“%(action)s” is now to be done by %(date)s.", action=translated.name,
                date=format_date(translated.env, self._get_portal_due())),
            message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=partners.ids)
