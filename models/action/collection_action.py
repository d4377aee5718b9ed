from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ... import engine
from ...tools import bulk
from ...tools.dialogs import open_dialog
from ...tools.own_context import with_own
from ...tools.records import in_company_language
from .channels import CHANNELS
from .collection_outcome import OUTCOMES
from .steering import STEERINGS

ACTION_STATES = [
    ("scheduled", "To come"),
    ("todo", "To do"),
    ("validating", "To validate"),
    ("closed", "Closed"),
]

#: The columns of a board: what waits comes first, and shows even if there is nothing.
BOARD = ("todo", "validating", "scheduled", "closed")
#: Those that are folded at first.
FOLDED = ("scheduled", "closed")

#: Set by our own moves of an activity, so that it does not come back as a user's move.
FROM_ACTION = "collection_from_action"


class CollectionAction(models.Model):
    """The unit of work, whatever decided it: who owes what, to whom, by when, with what result.

    It carries a copy of its content, so that what was asked stays as it was asked.
    """

    _name = "collection.action"
    _description = "Collection Action"
    _inherit = [
        "collection.portfolio", "collection.action.content", "mail.thread", "mail.activity.mixin"]
    _order = "date, sequence_id, number, id"
    _mail_post_access = "read"
    _owner_fields = ("customer_id", "company_id", "sequence_id", "responsible_id")
    _traced_where = "record.state = 'closed'"
    _copied_texts = ("comment", "validation_comment", "postpone_reason")

    name = fields.Char(readonly=True)
    description = fields.Html(readonly=True)
    origin = fields.Selection(
        [("sequence", "Sequence"), ("scenario", "Scenario"), ("specific", "Specific"),
         ("manual", "By hand")],
        required=True, readonly=True, default="manual",
    )
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    sequence_id = fields.Many2one(
        "collection.sequence", readonly=True, index="btree_not_null", ondelete="restrict")
    visit_id = fields.Many2one(
        "collection.sequence.visit", readonly=True, index="btree_not_null", ondelete="restrict")
    step_id = fields.Many2one(related="visit_id.step_id", string="Step", store=True)
    content_id = fields.Many2one(
        "collection.sequence.content", readonly=True, ondelete="restrict")
    content_key = fields.Char(readonly=True)
    number = fields.Integer(readonly=True, help="1, 2, 3… within its sequence.")
    item_ids = fields.Many2many("account.move.line", string="Items concerned", readonly=True)
    responsible_id = fields.Many2one(
        "res.partner", string="Responsible", readonly=True, index="btree_not_null")
    validator_id = fields.Many2one("res.partner", string="Validated by", readonly=True)
    recipient_ids = fields.Many2many("res.partner", string="Recipients", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Assigned to", readonly=True, index="btree_not_null",
        help="The colleague who has the next move: the responsible, then the validator.",
    )
    unassigned = fields.Boolean(
        readonly=True,
        help="Nobody holds the function that owes it; it falls to the customer's collector.",
    )
    date = fields.Date(required=True, readonly=True, index=True)
    deadline = fields.Date(readonly=True)
    original_deadline = fields.Date(readonly=True)
    moved_on = fields.Date(
        readonly=True, copy=False,
        help="When a person last chose its day: of a pause, what came before counts no more.")
    late = fields.Boolean(compute="_compute_late", search="_search_late")
    state = fields.Selection(
        ACTION_STATES, default="todo", required=True, readonly=True,
        group_expand="_expand_states")
    outcome = fields.Selection(OUTCOMES, readonly=True)
    option_id = fields.Many2one(
        "collection.action.option", string="Decision", readonly=True, ondelete="restrict")
    comment = fields.Text(readonly=True)
    validation_comment = fields.Text(readonly=True)
    submitted_by_id = fields.Many2one("res.users", string="Done by", readonly=True)
    submitted_at = fields.Datetime(string="Done on", readonly=True)
    closed_by_id = fields.Many2one("res.users", string="Closed by", readonly=True)
    closed_at = fields.Datetime(string="Closed on", readonly=True)
    closed_on = fields.Date(
        string="Day closed", readonly=True, help="In the company's time zone; deadlines count "
        "from it.")
    lost = fields.Boolean(
        string="Cancelled by a version", readonly=True, copy=False,
        help="The version of the tree that its sequence was moved to does not know it.")
    holder_name = fields.Char(
        string="Responsible then", readonly=True,
        help="Name of the responsible at the moment it was closed.",
    )
    can_answer = fields.Boolean(
        compute="_compute_can_answer",
        help="The user may close it in some way, if only by cancelling or skipping it.")

    answer_way = fields.Selection(
        [("close", "Close…"), ("validate", "Validate…"), ("decide", "Decide…"), ("view", "View")],
        compute="_compute_can_answer",
        help="What is left for the user to do: give its result, or only look at it.")
    result_label = fields.Char(
        string="Result", compute="_compute_result_label",
        help="The decision taken, else how it was closed.")
    can_send = fields.Boolean(
        compute="_compute_can_send", help="The user may send it now: a message that asks for no "
        "decision and no validation.")
    to_confirm = fields.Boolean(
        compute="_compute_to_confirm", search="_search_to_confirm",
        help="It leaves by itself once somebody has confirmed it.")
    remark = fields.Char(
        string="Why it is there", compute="_compute_remark",
        help="What hinders it, else what made it.")

    assignment_problem = fields.Char(
        compute="_compute_assignment_problem", search="_search_assignment_problem",
        help="Why whoever owes or receives it cannot.")

    _number_unique = models.UniqueIndex(
        "(sequence_id, number) WHERE sequence_id IS NOT NULL",
        "Actions of a sequence are numbered without a double.")
    #: read by the cron that brings scheduled actions to their day (_bring_all_to_day)
    _scheduled_index = models.Index("(date) WHERE state = 'scheduled'")
    #: read by "My actions" and its counters
    _turn_index = models.Index("(user_id, date) WHERE state <> 'closed'")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("name", "customer_id")
    def _compute_display_name(self):
        for action in self:
            action.display_name = f"{action.name} – {action.customer_id.name}"

    @api.depends("deadline", "date", "state")
    def _compute_late(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for action in self:
            due = action.deadline or action.date
            action.late = (
                action.state in ("todo", "validating") and due
                and due < days.get(action.company_id, due))

    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        days = {company: company._get_collection_day()
                for company in self.env["res.company"].sudo().search([])}
        return Domain("state", "in", ("todo", "validating")) & Domain.OR(
            Domain("company_id", "=", company.id)
            & (Domain("deadline", "<", day)
               | (Domain("deadline", "=", False) & Domain("date", "<", day)))
            for company, day in days.items())

    @api.depends_context("uid")
    @api.depends("state", "user_id", "option_ids", "needs_validation")
    def _compute_can_answer(self):
        for action in self:
            action.can_answer = action.state != "closed" and action._may_answer(
                engine.outcomes.CANCELLED)
            action.answer_way = action._find_answer_way()

    def _find_answer_way(self):
        """:return: str, a value of ``answer_way``, or False where nothing is left to do"""
        if self.state == "closed":
            return False
        if not self._may_answer():
            return "view"
        own = self.needs_validation and not self._get_distinct_validator()
        if self.state == "validating" or (own and not self.option_ids):
            return "validate"
        return "decide" if self.option_ids else "close"

    @api.depends_context("lang")
    @api.depends("outcome", "option_id.name")
    def _compute_result_label(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for action in self:
            action.result_label = action.outcome and (
                action.option_id.name or labels.get(action.outcome))

    @api.depends_context("lang")
    @api.depends("error", "why", "origin", "step_id")
    def _compute_remark(self):
        for action in self:
            action.remark = action.error or action._get_steering().describe()

    @api.depends("kind", "option_ids", "needs_validation", "can_answer")
    def _compute_can_send(self):
        for action in self:
            action.can_send = (
                action.is_sent and action.can_answer
                and not action.option_ids and not action.needs_validation)

    @api.depends("mode", "confirmed", "state")
    def _compute_to_confirm(self):
        for action in self:
            action.to_confirm = (
                action.mode == "confirm" and not action.confirmed and action.state != "closed")

    def _search_to_confirm(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("mode", "=", "confirm"), ("confirmed", "=", False), ("state", "!=", "closed")]

    @api.depends_context("lang")
    @api.depends("state", "unassigned", "user_id", "responsible_id", "validator_id",
                 "recipient_ids")
    def _compute_assignment_problem(self):
        """One query a reason, however many actions are shown."""
        problems = {}
        actions = Domain("id", "in", self.ids) & Domain("state", "!=", "closed")
        for domain, sentence in self._get_assignment_checks():
            for action_id in self.sudo()._search(actions & domain):
                problems.setdefault(action_id, sentence)
        for action in self:
            problem = problems.get(action._origin.id, False)
            action.assignment_problem = problem(action.sudo()) if callable(problem) else problem

    def _search_assignment_problem(self, operator, value):
        if operator not in ("in", "not in") or set(value) - {False}:
            return NotImplemented
        found = self.sudo()._search(Domain("state", "!=", "closed") & Domain.OR(
            domain for domain, _sentence in self._get_assignment_checks()))
        return [("id", "not in" if operator == "in" else "in", found)]

    # === BOARD === #
    # What waits stands first; what is still to come is folded.

    @api.model
    def _expand_states(self, states, _domain):
        """:return: list of the states that are columns, in the order of the board"""
        return [state for state in BOARD if state in states or state == BOARD[0]]

    @api.model
    def _web_read_group_format(self, groupby, aggregates, groups):
        result = super()._web_read_group_format(groupby, aggregates, groups)
        if groupby == ("state",) and self.env.context.get("read_group_expand"):
            for group in result:
                group["__fold"] = group["state"] in FOLDED
        return result

    # === CRUD === #

    def write(self, vals):
        """The one way in: whatever follows from a change is one of the reactions below.

        :raise AccessError: the user may not edit one of these fields
        """
        if not self.env.su:
            self._check_editing(set(vals))
        passed = self.browse()
        if "responsible_id" in vals:
            passed = self.filtered(
                lambda action: action.responsible_id.id != vals["responsible_id"])
        result = super().write(vals)
        if passed:
            passed._react_to_new_holder()
        if vals.get("state") == "closed":
            self._react_to_closing()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "“%(action)s” is part of the customer's history and is never deleted. Cancel it "
            "with a reason instead.", action=self[:1].name))

    # === REACTIONS === #
    # What other domains do when an action changes. Each may be extended, once by each domain
    # that knows this one; an extension calls super(). Nothing else is to be overridden.

    def _check_editing(self, names):
        """Reaction before a user edits these by hand.

        :param set names: fields that change
        :raise AccessError: one of them changes by buttons only
        :raise UserError: it cannot be edited now
        """
        forbidden = names - self._get_editable_fields()
        if forbidden:
            raise AccessError(self.env._(
                "An action changes by its buttons (close, reschedule), never by editing "
                "%(fields)s.", fields=", ".join(sorted(forbidden))))

    def _get_editable_fields(self):
        """:return: set of names of the fields that whoever sees an action may edit"""
        return {
            "subject", "body", "message_follower_ids", "message_partner_ids",
            "message_main_attachment_id", "activity_ids",
        }

    def _react_to_new_holder(self):
        """Reaction: somebody else is responsible for these now, or nobody."""

    def _react_to_end_of_turn(self):
        """Reaction: nobody is waited for any more, or somebody else is; or their day moved."""

    def _react_to_closing(self):
        """Reaction: these were closed, and their outcome is written."""

    def _react_to_new_day(self):
        """Reaction: this open action was moved to another day, by a person."""

    def _react_to_coming_day(self, customers):
        """Reaction: a day has begun, or customers were planned anew; what is due is to do.

        :param customers: ``res.partner`` to look at, or None for all
        """

    # === STEERING === #
    # What decided an action, behind one interface: see :class:`~.steering.Steering`.

    def _get_steering(self):
        """:return: the :class:`~.steering.Steering` of these, which are of one origin"""
        return STEERINGS[self[:1].origin or "manual"](self)

    def _get_steerings(self):
        """:return: list of the :class:`~.steering.Steering` of these, one for each origin"""
        return [actions._get_steering() for actions in self.grouped("origin").values()]

    # === ACTIONS === #

    def _creation_message(self):
        return in_company_language(self, self.company_id).env._("Action created")

    def _get_state(self):
        """:return: the action as the engine's plain :class:`~..engine.Action`"""
        self.ensure_one()
        return engine.Action(
            number=self.number,
            visit=self.visit_id.number,
            content=self.content_key,
            required=self.required,
            keep=self.keep,
            state="todo" if self.state == "scheduled" else self.state,
            outcome=self.outcome or None,
            option=self.option_id.code or None,
            due=self.deadline.isoformat() if self.deadline else None,
            closed_on=self.closed_on.isoformat() if self.closed_on else None,
            lost=self.lost,
            day=self.date.isoformat() if self.date else None,
            moved_on=self.moved_on.isoformat() if self.moved_on else None,
        )

    def _describe_turn(self):
        """:return: str, translated: what is to be done, by whom and when, in a few words"""
        self.ensure_one()
        today = self.company_id._get_collection_day()
        return self.env._(
            "“%(action)s”, %(holder)s, %(day)s", action=self.name,
            holder=self._get_holder().name or self.user_id.name or self.env._("nobody"),
            day=self.env._("today") if self.date == today
            # not abbreviated: sentences end with it, and "déc." has a full stop already
            else format_date(self.env, self.date, date_format="d MMMM"))

    def _get_holder(self):
        """:return: the partner who has the next move, empty when nobody holds the function"""
        self.ensure_one()
        return self.validator_id if self.state == "validating" else self.responsible_id

    # === ASSIGNMENT PROBLEMS === #
    # Open actions that reach nobody: unassigned, or held by somebody who cannot act (D-087).

    def _get_assignment_checks(self):
        """What may keep an action from reaching somebody, the gravest first.

        :return: list of (domain on open actions, sentence, or function of an action that returns
            it)
        """
        _ = self.env._
        owed, judged = Domain("state", "!=", "validating"), Domain("state", "=", "validating")

        def turn(condition):
            """The same condition on whoever has the next move."""
            field, *rest = condition
            return (owed & Domain(f"responsible_id{field}", *rest)) | (
                judged & Domain(f"validator_id{field}", *rest))

        external = Domain("function_id.kind", "=", "external") & owed
        return [
            (Domain("unassigned", "=", True), lambda action: action._describe_vacancy(
                action.validator_function_id if action.state == "validating"
                else action.function_id)),
            (Domain("user_id.active", "=", False) & Domain("user_id", "!=", False),
             _("Its holder's user is archived")),
            (turn((".active", "=", False)) & turn(("", "!=", False)),
             _("Its holder is archived")),
            (external & Domain("responsible_id", "!=", False)
             & ~self._reaches_portal(),
             _("Its holder has no portal access")),
            (external & Domain("responsible_id", "!=", False)
             & ~Domain.OR(self._reaches_portal(company) & Domain("company_id", "=", company.id)
                          for company in self.env["res.company"].sudo().search([])),
             _("Its holder's portal user has no access to this company")),
            (turn((".email", "=", False)) & turn(("", "!=", False)),
             _("Its holder has no e-mail address")),
            # who receives a scenario's message is looked for on the day it leaves
            (Domain("recipient_function_id", "!=", False) & Domain("recipient_ids", "=", False)
             & Domain("origin", "!=", "scenario"),
             lambda action: action._describe_vacancy(action.recipient_function_id)),
            (Domain("recipient_ids", "any", [("email", "=", False)]) & Domain(
                "kind", "not in", [code for code in CHANNELS if code != "email"]),
             _("Its recipient has no e-mail address")),
        ]

    def _describe_vacancy(self, function):
        """:return: str, that nobody holds a function of the one action, with the remedy"""
        return function._describe_vacancy(
            self.customer_id, in_sequence=self.origin == "sequence")

    def _reaches_portal(self, company=None):
        """:return: domain of actions whose holder, or somebody of that firm, can log in"""
        users = Domain("company_ids", "in", company.ids) if company else Domain.TRUE
        people = self.env["res.partner"].sudo().with_context(active_test=True)._search(
            Domain("user_ids", "any", users & Domain("active", "=", True)))
        return Domain("responsible_id", "in", people) | Domain(
            "responsible_id", "in", people.subselect("commercial_partner_id"))

    # === ACTIVITIES === #
    # The activity of an action owed by a colleague; each follows the other.

    def _get_activities(self):
        """:return: the open activities that stand for these actions"""
        return with_own(self.env["mail.activity"].sudo(), FROM_ACTION).search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("activity_type_id", "=", self._get_activity_type().id),
        ])

    def _get_activity_type(self):
        return self.env.ref("account_collection.mail_activity_type_action")

    def _open_activities(self):
        """Give each action an activity for the colleague whose turn it is."""
        owed = self.filtered(lambda action: action.user_id and action.state != "closed")
        if not owed:
            return
        model = self.env["ir.model"]._get_id(self._name)
        kind = self._get_activity_type()
        with_own(self.env["mail.activity"].sudo(), FROM_ACTION).create([{
            "res_model_id": model,
            "res_id": action.id,
            "activity_type_id": kind.id,
            "summary": action.with_context(lang=action.user_id.lang).name,
            "note": action.with_context(lang=action.user_id.lang).description,
            "date_deadline": action._get_activity_date(),
            "user_id": action.user_id.id,
            "automated": True,
        } for action in owed])

    def _get_activity_date(self):
        """:return: the day the activity falls due"""
        return self.date if self.state == "scheduled" else self.deadline or self.date

    def _close_activities(self):
        """The action is closed, or passes to somebody else: the activity is done."""
        if self:
            self._react_to_end_of_turn()
            self._get_activities().action_archive()

    def _move_activities(self):
        """Bring the open activities in line with whose turn it is, and when."""
        activities = self._get_activities().grouped("res_id")
        stale = self.env["mail.activity"]
        for action in self:
            activity = activities.get(action.id)
            if not activity:
                continue
            day = action._get_activity_date()
            if not action.user_id:
                stale |= activity
            elif (activity.user_id, activity.date_deadline) != (action.user_id, day):
                activity.write({"user_id": action.user_id.id, "date_deadline": day})
        stale.action_archive()
        self.filtered(lambda action: action.id not in activities)._open_activities()

    def _answer_activity(self, feedback):
        """A colleague ticked the activity: close the action, if nothing else is asked.

        Of a message that waits for a confirmation it is the confirmation.

        :raise UserError: the action asks for a decision or a validation
        """
        self.ensure_one()
        if self.to_confirm:
            self.confirm()
            return
        if self.is_sent and not self._get_steering().closes_when_ticked:
            raise UserError(self.env._(
                "Ticking would not send “%(action)s”. Send it from the action; or close it "
                "there, if it left in another way.", action=self.name))
        self.close("done", comment=feedback or "")

    def _explain_owed(self):
        """:return: why the activity cannot be given to somebody else, and what can be done"""
        if self.function_id:
            return self.env._(
                "“%(action)s” is owed by a function, not by a person. To give it to somebody "
                "else, change who holds %(function)s in its sequence.",
                action=self.name, function=self.function_id.name)
        return self.env._(
            "“%(action)s” is owed by the collector of %(customer)s. To give it to somebody else, "
            "change the customer's collector.", action=self.name,
            customer=self.customer_id.name)

    def _reschedule_from_activity(self, date):
        self.ensure_one()
        self.reschedule(date)

    # === BUTTONS === #

    def action_open(self):
        """:return: window action on this action"""
        self.ensure_one()
        return self._get_records_action(context={})

    def action_open_customer(self):
        """:return: window action on the customer"""
        self.ensure_one()
        return self.customer_id.action_open_collection_customer()

    def action_open_reschedule(self):
        """:return: window action on the dialog that moves the action to another day"""
        self.ensure_one()
        return open_dialog(
            "collection.action.reschedule", self.env._("Move to another day"),
            default_action_id=self.id)

    def action_open_close(self):
        """:return: window action on the closing dialog"""
        self.ensure_one()
        return open_dialog("collection.action.close", self.name, default_action_id=self.id)

    def action_confirm(self):
        """Button: confirm those that wait for it, and show how many.

        :return: notification, or the client's action that goes on with the next batch
        :raise UserError: none of them does
        """
        waiting = self.filtered("to_confirm")
        if not waiting:
            raise UserError(self.env._("None of these waits for a confirmation."))
        return bulk.start(
            waiting, lambda actions: actions.confirm(), owner=self, method="confirm_batch",
            title=self.env._("Confirm"), message=lambda count: self.env._(
                "Confirmed: %(count)s. Each leaves on its day.", count=count))

    def confirm_batch(self):
        """Confirm these; the client calls it once a batch.

        :return: dict: how many are ``done``, and who was ``refused`` (``name``, ``reason``)
        """
        return bulk.run_batch(self, lambda actions: actions.confirm())

    def action_open_skip(self):
        """:return: window action on the dialog that asks why these are skipped"""
        return open_dialog(
            "collection.action.skip", self.env._("Skip"), default_action_ids=self.ids)

    def action_open_assign(self):
        """:return: window action on the dialog that names the holder of a function"""
        self.ensure_one()
        return open_dialog(
            "collection.action.assign", self.env._("Who holds it?"), default_action_id=self.id)
