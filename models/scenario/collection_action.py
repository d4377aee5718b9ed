from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ...engine.sequence import outcomes
from ...tools.dialogs import RELOAD, notify
from ...tools.records import in_company_language
from ..history.trace import Trace, TraceRow
from ..item.holders import Holder, register

# the ladder goes on with the item that takes the place of its oldest one, where it stood
register(Holder(
    "collection.action", "leader_id", (("origin", "=", "scenario"),), is_traced=False))


class CollectionAction(models.Model):
    """An action of a scenario: the step it executes, for which item, and why on that day."""

    _inherit = "collection.action"

    scenario_id = fields.Many2one(
        "collection.scenario", readonly=True, index="btree_not_null", ondelete="restrict")
    scenario_step_id = fields.Many2one(
        "collection.scenario.step", string="Scenario step", readonly=True,
        index="btree_not_null", ondelete="restrict")
    leader_id = fields.Many2one(
        "account.move.line", string="Oldest item", readonly=True, ondelete="set null",
        index="btree_not_null", help="The open item whose due date carries the scenario.")
    leader_name = fields.Char(
        readonly=True, copy=False, help="Number of the oldest item when it was planned.")
    leader_due = fields.Date(
        readonly=True, copy=False, help="Due date of the oldest item when it was planned.")
    planned_on = fields.Date(readonly=True)
    date_by_hand = fields.Boolean(readonly=True, help="A person chose its day.")
    excludes = fields.Boolean(
        string="Takes its items out", default=True,
        help="While a specific action is open, the scenario leaves its items alone.")
    confirmed = fields.Boolean(readonly=True, copy=False)
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    why = fields.Char(compute="_compute_why", help="What makes it fall on its day.")
    proposed_template_code = fields.Char(related="scenario_step_id.proposed_template_code")
    _scenario_unique = models.UniqueIndex(
        "(customer_id, company_id) WHERE origin = 'scenario' AND state <> 'closed'",
        "A customer has one scenario action at a time.")
    #: read by planning: the last step executed for an item
    _leader_index = models.Index(
        "(leader_id, closed_on) WHERE origin = 'scenario' AND state = 'closed'")
    #: read by planning: what takes items out
    _excluding_index = models.Index(
        "(id) WHERE excludes AND state <> 'closed' AND origin = 'specific'")
    #: read by planning: the day of the last message
    _message_index = models.Index(
        "(customer_id, closed_on) WHERE state = 'closed' AND origin <> 'sequence'")

    # === COMPUTE === #

    @api.depends("origin", "scenario_step_id", "leader_id")
    @api.depends_context("lang")
    def _compute_why(self):
        for action in self:
            action.why = action._describe_why()

    # === STEPS === #

    def _describe_why(self):
        """:return: str, translated sentence: the step, the item and the days between them"""
        step, item = self.scenario_step_id, self.sudo().leader_id
        if self.origin != "scenario" or not step:
            return False
        values = {
            "number": step.number,
            "item": item.move_id.name or item.name or self.leader_name or "–",
            "due": format_date(self.env, item._get_collection_due() or self.leader_due),
            "days": abs(step.offset),
        }
        if self.date_by_hand:
            return self.env._(
                "Step %(number)s, moved by hand; %(item)s fell due on %(due)s", **values)
        if not step.offset:
            return self.env._("Step %(number)s: the day %(item)s falls due (%(due)s)", **values)
        return self._describe_distance(step.offset, values)

    def _describe_distance(self, offset, values):
        _ = self.env._
        if offset == -1:
            return _("Step %(number)s: 1 day before %(item)s falls due (%(due)s)", **values)
        if offset < 0:
            return _(
                "Step %(number)s: %(days)s days before %(item)s falls due (%(due)s)", **values)
        if offset == 1:
            return _("Step %(number)s: 1 day after %(item)s fell due (%(due)s)", **values)
        return _("Step %(number)s: %(days)s days after %(item)s fell due (%(due)s)", **values)

    def confirm(self):
        """Let these automatic messages leave on their day.

        :raise UserError: one of them is closed, or is not a message to confirm
        :raise AccessError: the user may not act on one of them
        """
        for action in self:
            action.check_access("read")
            action._check_may_close("done")
            if action.state == "closed":
                raise UserError(action._get_closed_message())
            if action.mode != "confirm":
                raise UserError(self.env._(
                    "“%(action)s” asks for no confirmation.", action=action.display_name))
        waiting = self.sudo().filtered(lambda action: not action.confirmed)
        waiting.write({"confirmed": True, "confirmed_by_id": self.env.uid})
        waiting._close_activities()
        waiting._record(
            [TraceRow(action, "action_confirmed") for action in waiting], Trace("confirm"))
        return True

    def skip(self, reason):
        """Leave these steps out; their scenario goes on to the next one (E6).

        :param str reason: stays in the history
        :raise UserError: no reason is given, or an action is closed
        """
        for action in self:
            action.close("ignored", comment=reason)
        return True

    def send_now(self):
        """Send this message today, whatever its day.

        :return: whether it left: bool; otherwise it was closed, for nothing is due any more or
            something else comes next
        :raise UserError: it is closed, is no message, or cannot be sent; the error says why
        :raise AccessError: the user may not act on it
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close("done")
        return self.sudo()._send_by_person()

    # === PLANNING === #
    # What planning writes: actions created, moved and dropped, many at once.

    def _create_planned(self, company, decided, day):
        """Create the planned actions, each a copy of its step in every language.

        By SQL: at a hundred thousand customers the ORM would take most of the night. A customer
        that another worker has planned meanwhile is left to it.

        They are to come, whatever their day: :meth:`_bring_to_day` makes them due.

        :param decided: list of (customer id, scenario id, user id or None,
            :class:`~..engine.ladder.Next`)
        """
        if not decided:
            return
        self.env.flush_all()  # a dropped action must be seen as closed
        copied = self._get_step_columns()
        columns = SQL(", ").join(SQL.identifier(name) for name in copied)
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_action (
                   origin, customer_id, company_id, scenario_id, scenario_step_id, leader_id,
                   leader_name, leader_due, user_id, responsible_id, unassigned, date,
                   planned_on, state, create_uid, create_date, write_uid, write_date, %(columns)s)
            SELECT 'scenario', planned.customer, %(company)s, planned.scenario, step.id,
                   planned.leader, COALESCE(line.move_name, line.name),
                   COALESCE(line.date_maturity, line.date), planned.collector, users.partner_id,
                   planned.collector IS NULL, planned.date, %(day)s, 'scheduled',
                   %(uid)s, %(now)s, %(uid)s, %(now)s, %(values)s
              FROM unnest(%(customers)s::int[], %(scenarios)s::int[], %(users)s::int[],
                          %(steps)s::int[], %(leaders)s::int[], %(dates)s::date[])
                   AS planned (customer, scenario, collector, step, leader, date)
              JOIN collection_scenario_step AS step ON step.id = planned.step
         LEFT JOIN account_move_line AS line ON line.id = planned.leader
         LEFT JOIN res_users AS users ON users.id = planned.collector
       ON CONFLICT DO NOTHING
         RETURNING id
            """,
            columns=columns, company=company.id, day=day, uid=self.env.uid,
            now=fields.Datetime.now(),
            values=SQL(", ").join(copied.values()),
            customers=[customer for customer, _s, _u, _n in decided],
            scenarios=[scenario for _c, scenario, _u, _n in decided],
            users=[user for _c, _s, user, _n in decided],
            steps=[found.rung for *_rest, found in decided],
            leaders=[found.leader for *_rest, found in decided],
            dates=[found.date for *_rest, found in decided]))
        created = self.browse(row[0] for row in self.env.cr.fetchall())
        created._copy_step_options()
        self.invalidate_model()

    @api.model
    def _get_step_columns(self):
        """:return: dict of what an action takes over from its ``step``, as SQL by column"""
        step = self.env["collection.scenario.step"]
        copied = {name: SQL.identifier("step", name) for name in step._get_content_fields()
                  if step._fields[name].type != "many2many"}
        for name, write_to in (("recipient_function_id", "holder"), ("beside_function_id", "both")):
            copied[name] = SQL(
                "CASE WHEN step.write_to = %s THEN step.recipient_function_id END", write_to)
        return copied

    @api.model
    def _follow_steps(self, steps):
        """Let the planned actions of steps that were changed say what these say now: those that are
        still to come, and messages that nobody has sent by hand, edited or confirmed.

        :param steps: ``collection.scenario.step``
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE collection_action AS action SET %s
              FROM collection_scenario_step AS step
             WHERE step.id = action.scenario_step_id AND step.id = ANY(%s)
               AND action.origin = 'scenario' AND action.state <> 'closed'
               AND (action.state = 'scheduled' OR action.mode <> 'manual')
               AND action.edited_by_id IS NULL AND action.confirmed IS NOT TRUE
         RETURNING action.id
            """,
            SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value)
                           for name, value in self._get_step_columns().items()), steps.ids))
        followed = self.browse(row[0] for row in self.env.cr.fetchall())
        options = self._fields["option_ids"]
        self.env.cr.execute(SQL(
            "DELETE FROM %s WHERE %s = ANY(%s)", SQL.identifier(options.relation),
            SQL.identifier(options.column1), followed.ids))
        followed._copy_step_options()
        self.invalidate_model()
        followed.filtered(lambda action: action.state == "todo")._open_awaited_activities()

    def _copy_step_options(self):
        """Take over the decisions among which these actions' steps let choose."""
        ours, theirs = (self.env[model]._fields["option_ids"] for model in (
            "collection.action", "collection.scenario.step"))
        if self:
            self.env.cr.execute(SQL(
                "INSERT INTO %s (%s, %s) SELECT action.id, rel.%s FROM collection_action AS action"
                " JOIN %s AS rel ON rel.%s = action.scenario_step_id WHERE action.id = ANY(%s)",
                SQL.identifier(ours.relation), SQL.identifier(ours.column1),
                SQL.identifier(ours.column2), SQL.identifier(theirs.column2),
                SQL.identifier(theirs.relation), SQL.identifier(theirs.column1), self.ids))

    def _change_planned(self, changed):
        """Move planned actions to another day, or to the customer's new collector.

        :param changed: list of (action id, new date, user id or None)
        """
        if not changed:
            return
        actions = self.browse(action_id for action_id, _date, _user in changed)
        before = {action.id: (action.date, action.user_id) for action in actions}
        by_values = defaultdict(list)
        for action_id, date, user in changed:
            by_values[date, user].append(action_id)
        for (date, user), ids in by_values.items():
            self.browse(ids)._write_owner({
                "date": date, "user_id": user or False, "unassigned": not user,
                "responsible_id": self.env["res.users"].browse(user or ()).partner_id.id,
                "state": "scheduled"})
        actions._close_activities()  # on their day they have one, where somebody must do something
        actions._trace_changed(before)

    def _trace_changed(self, before):
        rows = []
        for action in self:
            date, user = before[action.id]
            if action.date != date:
                rows.append(TraceRow(
                    action, "action_rescheduled", old=fields.Date.to_string(date),
                    new=fields.Date.to_string(action.date)))
            if action.user_id != user:
                rows.append(TraceRow(
                    action, "action_reassigned", old=user.name or "–",
                    new=action.user_id.name or "–"))
        self._record(rows, Trace("plan", cause="cron"))

    def _drop_planned(self, dropped):
        """Close actions that no longer stand, saying why.

        :param dropped: list of (action id, :class:`~..engine.ladder.Stop`, or None when another
            step takes the action's place)
        """
        reasons = defaultdict(lambda: self.browse())
        for action_id, stop in dropped:
            reasons[stop] |= self.browse(action_id)
        for stop, actions in reasons.items():
            outcome = outcomes.SETTLED if stop and stop.nothing_due else outcomes.CANCELLED
            for company, own in actions.grouped("company_id").items():
                own._close(outcome, Trace("plan", cause="cron", text=in_company_language(
                    self, company)._describe_drop(stop)))

    def _describe_drop(self, stop):
        """:return: str, translated: why a planned action no longer stands"""
        if stop:
            return self.env["collection.scenario"]._get_stop_words()[stop.reason]
        return self.env._("The scenario, or the customer's oldest open item, is another one now.")

    # === STATEMENT === #

    def _filter_reached(self, items, day):
        """Choose the items that a scenario action speaks of, of those that the scenario chases.

        :param items: ``account.move.line``
        :param date day: the company's day
        :return: ``account.move.line``: credits, and what is due by that day or with the leader
        """
        self.ensure_one()
        last = max(day, self.leader_id._get_collection_due() if self.leader_id else day)
        return items.filtered(
            lambda line: (
                line.amount_residual_currency < 0 or line._get_collection_due() <= last))

    def _find_skipped_before(self):
        """:return: dict of the sentence that says why the step before was skipped for want of an
            address, or did not go to the holder besides, by the open scenario action that follows
            it"""
        before = self.sudo().search([
            ("leader_id", "in", self.sudo().leader_id.ids), ("origin", "=", "scenario"),
            ("state", "=", "closed"),
            ("outcome", "in", (outcomes.DONE, outcomes.VALIDATED, outcomes.FAILED)),
        ], order="id").grouped("leader_id")
        last = {action: before[action.sudo().leader_id][-1:] for action in self
                if action.sudo().leader_id in before}
        reasons = {
            action: former.comment if former.outcome == outcomes.FAILED
            else former._describe_left_out() for action, former in last.items()}
        return {action: reason for action, reason in reasons.items() if reason}

    def _describe_left_out(self):
        """:return: str, translated: to whom the one message did not go besides, and why; empty
            where it went to all"""
        return self.beside_note and self.env._(
            "%(function)s was not written to: %(reason)s",
            function=self.beside_function_id.name, reason=self.beside_note)

    def _describe_next(self):
        """:return: what it is called, and its day"""
        self.ensure_one()
        return self.env._("%(day)s: %(action)s",
                          day=format_date(self.env, self.date), action=self.name)

    # === BUTTONS === #

    def action_send_now(self):
        """Button: send now, and show that it was, or why not."""
        if self.send_now():
            return notify(
                self.env._("“%(action)s” is on its way.", action=self.name), then=RELOAD)
        return self._notify_unsent()

    def _notify_unsent(self):
        """:return: notification: why a message that was sent by hand did not leave"""
        if self.state != "closed":
            return notify(self.env._(
                "“%(action)s” was not sent and stays open: %(reason)s", action=self.name,
                reason=self.error or self.env._("what it is about is being corrected.")),
                "warning", then=RELOAD)
        return notify(self.env._(
            "“%(action)s” was not sent, and is closed: %(reason)s", action=self.name,
            reason=self.sudo().comment or self.env._("Nothing is open.")), "warning", then=RELOAD)

    def action_open_proposed(self):
        """:return: window action on the launch wizard, with the template that its step proposes

        :raise UserError: the template is not published
        """
        self.ensure_one()
        template = self.scenario_step_id._get_proposed_template()
        if not template:
            raise UserError(self.env._(
                "No published sequence template has the code %(code)s. Publish it, or launch "
                "another one from the customer.", code=self.proposed_template_code))
        action = self.customer_id.action_launch_collection_sequence()
        return {**action, "context": {**action["context"], "default_template_id": template.id}}
