from datetime import timedelta, timezone
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import ladder
from ...tools.records import as_integer, as_record
from ...tools.sql import partner_value

#: Customers planned, and messages sent, by one call of the dialog: what its bar moves by.
PLAN_BATCH = 500

SEND_BATCH = 20


class CollectionScenario(models.Model):
    """The reminder ladder of the standard cases: steps at days from the oldest due date.

    The cron plans each customer's next step and carries out what is due; see
    :meth:`~.collection_scenario_plan.CollectionScenarioPlan._plan`.
    """

    _name = "collection.scenario"
    _description = "Collection Scenario"
    _inherit = ["collection.owned", "mail.thread"]
    _order = "sequence, name, id"
    _owner_fields = ("company_id",)
    _owner_is_fixed = False

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for the customers of every company.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id,
        help="Of the amounts below. Another company's are converted at the day's rate.")
    empty = fields.Boolean(
        string="Does not chase", tracking=True,
        help="For customers that one means not to chase: they have a scenario, and no reminder.")
    entry = fields.Selection(
        [("first", "At the first step"), ("contextual", "At the step that fits its age")],
        string="A new oldest item enters", required=True, default="first", tracking=True,
        help="Where the ladder starts when a customer's oldest open item is a new one. A "
        "reminder before the due date is passed over once that date is gone.")
    minimum_amount = fields.Monetary(
        string="Chase from", tracking=True,
        help="Customers that owe less in all are not chased.")
    net_credits = fields.Boolean(
        string="Credits count against it", default=True, tracking=True,
        help="What is compared is what a customer owes less its credits; otherwise its debts "
        "alone. Whose credits cover all of its debts is not chased in either case.")
    item_minimum = fields.Monetary(
        string="Ignore items under", tracking=True,
        help="Smaller open items are left out. Credits always count.")
    min_days = fields.Integer(
        string="Days between two messages", default=3, required=True, tracking=True,
        help="A customer hears from the scenario no sooner after the last message, call or "
        "letter, and at most once a day.")
    claims_paid_late = fields.Boolean(
        string="Claim for invoices paid late", tracking=True,
        help="Interest and indemnity of invoices that were paid late are part of the claims in "
        "its messages. List them with #claims_list_paid_late.")
    repeat_days = fields.Integer(
        string="Repeat the last step every", tracking=True,
        help="Days after which the last step comes again. 0: the scenario ends with it.")
    skip_days = fields.Integer(
        string="Skip a step without address after", default=7, tracking=True,
        help="Days after which a message that can reach nobody is skipped, so that the next step "
        "comes. 0: it waits until somebody enters an address, or skips it.")
    calendar_id = fields.Many2one(
        "resource.calendar", string="Sending window", tracking=True,
        help="Days and hours in which messages may leave by themselves. Empty: always.")
    note = fields.Html(
        translate=True, help="What this scenario is for, and who should have it.")
    step_ids = fields.One2many("collection.scenario.step", "scenario_id", copy=True)
    step_count = fields.Integer(compute="_compute_step_count")
    customer_count = fields.Integer(
        compute="_compute_customer_count", help="In the current company.")
    open_action_count = fields.Integer(compute="_compute_open_action_count")

    ladder = fields.Char(
        string="Steps", compute="_compute_ladder", help="Days from the due date of each step.")

    _amounts_check = models.Constraint(
        "CHECK(minimum_amount >= 0 AND item_minimum >= 0 AND min_days >= 0 AND repeat_days >= 0"
        " AND skip_days >= 0)",
        "Amounts and days of a scenario cannot be negative.")

    # === COMPUTE === #

    def _compute_step_count(self):
        counts = dict(self.env["collection.scenario.step"]._read_group(
            [("scenario_id", "in", self.ids)], ["scenario_id"], ["__count"]))
        for scenario in self:
            scenario.step_count = counts.get(scenario, 0)

    @api.depends_context("company")
    def _compute_customer_count(self):
        counts = dict(self.env["res.partner"]._read_group(
            [("collection_scenario_id", "in", self.ids), ("parent_id", "=", False)],
            ["collection_scenario_id"], ["__count"]))
        for scenario in self:
            scenario.customer_count = counts.get(scenario, 0)

    def _compute_open_action_count(self):
        counts = dict(self.env["collection.action"]._read_group(
            [("scenario_id", "in", self.ids), ("state", "!=", "closed")],
            ["scenario_id"], ["__count"]))
        for scenario in self:
            scenario.open_action_count = counts.get(scenario, 0)

    @api.depends("step_ids.offset")
    def _compute_ladder(self):
        for scenario in self:
            scenario.ladder = " · ".join(
                f"{step.offset:+d}".replace("-", "−") for step in scenario.step_ids)

    # === CONSTRAINTS === #

    @api.constrains("empty", "step_ids")
    def _check_empty(self):
        for scenario in self:
            if scenario.empty and scenario.step_ids:
                raise ValidationError(self.env._(
                    "%(scenario)s does not chase, so it has no step. Remove its steps, or let "
                    "it chase.", scenario=scenario.name))

    @api.constrains("calendar_id")
    def _check_calendar(self):
        for scenario in self:
            if scenario.calendar_id and not scenario.calendar_id.attendance_ids:
                raise ValidationError(self.env._(
                    "The sending window “%(calendar)s” of %(scenario)s has no hours: nothing "
                    "would ever leave. Give it hours, or take it out.",
                    calendar=scenario.calendar_id.name, scenario=scenario.name))

    # === CRUD === #

    def copy_data(self, default=None):
        default = dict(default or {})
        vals_list = super().copy_data(default)
        if "name" not in default:
            for scenario, vals in zip(self, vals_list):
                vals["name"] = self.env._("%(name)s (copy)", name=scenario.name)
        return vals_list

    def write(self, vals):
        """Archived or in use again: its customers are planned anew within the hour."""
        changed = self.filtered(
            lambda scenario: "active" in vals and scenario.active != bool(vals["active"]))
        result = super().write(vals)
        if changed:
            self.env["collection.plan.mark"]._mark_customers_of(changed)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["collection.action"].sudo().search(
            [("scenario_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(self.env._(
                "%(scenario)s has been applied to customers and stays with their history. "
                "Archive it instead.", scenario=used.scenario_id.name))

    # === LADDERS === #

    def _get_ladders(self, company):
        """:return: dict of the engine's :class:`~..engine.ladder.Ladder` by scenario id"""
        factors = self._get_threshold_factors(company)
        return {scenario.id: ladder.Ladder(
            rungs=tuple(ladder.Rung(step.id, step.offset) for step in scenario.step_ids
                        if step.active),
            entry=scenario.entry,
            min_days=scenario.min_days,
            minimum=Decimal(str(scenario.minimum_amount * (factors[scenario] or 0))),
            repeat=scenario.repeat_days,
            net=scenario.net_credits,
            open_days=scenario._get_open_days(),
            stop=scenario._find_stop_of_all(factors[scenario]),
        ) for scenario in self}

    def _find_stop_of_all(self, factor):
        """:param factor: what turns its amounts into the company's currency; None: unknown
        :return: the reason for which it chases nobody now, or None
        """
        if not self.active:
            return ladder.SCENARIO_ARCHIVED
        return ladder.NO_RATE if factor is None else None

    def _get_threshold_factors(self, company):
        """What turns these scenarios' amounts into the company's currency, at today's rate.

        :return: dict of the factor by scenario; None where a rate is missing
        """
        compared = self.filtered(lambda scenario: scenario.minimum_amount or scenario.item_minimum)
        rates = self._get_exchange_rates(compared.currency_id, company)
        return {scenario: rates.get(scenario.currency_id, 1.0) for scenario in self}

    @api.model
    def _get_exchange_rates(self, currencies, company):
        """:return: dict of today's rate into the company's currency by each other one of these
            currencies; None where it is missing"""
        target = company.currency_id
        foreign = currencies - target
        rated = self.env["res.currency.rate"].sudo()._read_group(
            [("currency_id", "in", foreign.ids),
             ("company_id", "in", (False, company.root_id.id))], ["currency_id"])
        rates = {currency: self.env["res.currency"]._get_conversion_rate(
            currency, target, company, company._get_collection_day()) for [currency] in rated}
        return {currency: rates.get(currency) for currency in foreign}

    def _get_open_days(self):
        """:return: frozenset of weekdays (Monday 0) of the sending window; empty: all"""
        return frozenset(int(day) for day in self.calendar_id.attendance_ids.mapped("dayofweek"))

    def _get_closed_windows(self, now):
        """:return: the scenarios whose sending window is closed at that moment (UTC)"""
        scenarios = self.with_context(active_test=False).search([("calendar_id", "!=", False)])
        start = now.replace(tzinfo=timezone.utc)
        open_now = {
            calendar: bool(calendar._work_intervals_batch(
                start, start + timedelta(minutes=1))[False])
            for calendar in scenarios.calendar_id}
        return scenarios.filtered(lambda scenario: not open_now[scenario.calendar_id])

    # === RUNNING BY HAND === #
    # *Plan and send now…*: what the crons do at night, batch by batch, while a manager watches.
    #
    # The dialog calls one batch after the other, each in a transaction of its own, and may stop
    # between two of them: what is done stays done, the crons take the rest. An empty recordset
    # stands for all scenarios. Runs in the companies that are switched on.

    def run_outlook(self):
        """Say what a run has before it.

        :return: dict with ``companies`` (ids, to be planned one after the other), ``customers``
            (how many there are to plan) and ``closed`` (names of the scenarios whose sending
            window is closed now: they send nothing)
        :raise AccessError: the user is not a collection manager
        """
        self._check_may_run()
        planner = self.sudo()
        counts = [planner.env.execute_query(planner._get_run_query(company, SQL("count(*)")))
                  for company in self.env.companies]
        shut = planner._get_closed_windows(fields.Datetime.now()) & (self or planner.search([]))
        return {
            "companies": self.env.companies.ids,
            "customers": sum(count for [[count]] in counts),
            "closed": shut.mapped("name"),
        }

    def run_plan(self, company_id, after=0):
        """Plan the next customers of a company.

        :param int company_id: one of the companies that are switched on
        :param int after: id of the last customer planned
        :return: dict with ``customers`` (looked at), ``changed`` (actions planned, changed or
            dropped) and ``after`` (the last customer; False when none is left)
        :raise AccessError: the user is not a collection manager
        """
        self._check_may_run()
        company = as_record(self.env, "res.company", company_id) & self.env.companies
        if not company:
            raise UserError(self.env._("Choose a company that is switched on."))
        planner = self.sudo().with_company(company).with_context(lang=company.partner_id.lang)
        planner.env.flush_all()
        batch = [customer for [customer] in planner.env.execute_query(SQL(
            "%s AND partner.id > %s ORDER BY partner.id LIMIT %s",
            planner._get_run_query(company, SQL("partner.id")), as_integer(self.env, after),
            PLAN_BATCH))]
        changed = planner._plan_company(company, batch) if batch else 0
        planner.env["collection.action"]._bring_to_day(
            planner.env["res.partner"].browse(batch))
        return {
            "customers": len(batch), "changed": changed,
            "after": batch[-1] if len(batch) == PLAN_BATCH else False}

    def run_due(self):
        """:return: number of messages of these scenarios that are due to leave by themselves
        :raise AccessError: the user is not a collection manager
        """
        self._check_may_run()
        return self.env["collection.action"].sudo().search_count(self._get_run_domain())

    def run_send(self, after=0):
        """Send the next messages that are due to leave by themselves.

        :param int after: id of the last action taken
        :return: dict with ``taken``, ``sent``, ``errors`` (actions that could not be sent) and
            ``after`` (the last action; False when none is left)
        :raise AccessError: the user is not a collection manager
        """
        self._check_may_run()
        batch = self.env["collection.action"].sudo().search(
            self._get_run_domain() & Domain("id", ">", as_integer(self.env, after)),
            order="id", limit=SEND_BATCH)
        sent = batch._process_batch() if batch else 0
        return {
            "taken": len(batch), "sent": sent,
            "errors": len(batch.filtered(lambda action: action.error and not action.outcome)),
            "after": batch[-1].id if len(batch) == SEND_BATCH else False}

    def _check_may_run(self):
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._(
                "Only a collection manager can run scenarios for everybody. Each night they run "
                "by themselves; you can send a customer's next message from its form."))

    def _get_run_query(self, company, what):
        """:return: query of the customers that a run plans in a company"""
        query = self._get_customers_query(company, what)
        if not self:
            return query
        scenario = partner_value(self.env, "collection_scenario_id", company)
        return SQL("%s AND (%s)::int = ANY(%s)", query, scenario, self.ids)

    def _get_run_domain(self):
        """:return: domain of the actions that a run sends"""
        ours = Domain("scenario_id", "in", self.ids) if self else Domain(
            "origin", "=", "scenario")
        return (self.env["collection.action"]._get_due_domain() & ours
                & Domain("company_id", "in", self.env.companies.ids))

    # === BUTTONS === #

    def action_open_customers(self):
        """:return: window action on the customers that have this scenario"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.res_partner_action_collection")
        return {**action, "context": {}, "domain": [
            ("parent_id", "=", False), ("collection_scenario_id", "=", self.id)]}

    def action_open_actions(self):
        """:return: window action on the open actions of this scenario"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_action_action")
        return {**action, "domain": [("scenario_id", "=", self.id)],
                "context": {"search_default_open": 1}}

    def action_run_now(self):
        """:return: client action on the dialog that plans and sends with these scenarios"""
        self._check_may_run()
        return {
            "type": "ir.actions.client",
            "tag": "collection_scenario_run",
            "name": self.env._("Plan and send now"),
            "params": {"scenario_ids": self.ids, "names": self.mapped("name")},
        }
