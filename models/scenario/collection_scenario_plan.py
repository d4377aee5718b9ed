from collections import defaultdict
from dataclasses import astuple

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import ladder

#: Customers planned at once: what bounds the memory of a run.
BATCH = 5000


class CollectionScenarioPlan(models.Model):
    """Planning: each customer's next scenario action, decided by the engine.

    Set-based and idempotent: planning again writes nothing. The plan itself is no fact yet;
    what drops or changes an action that was planned is traced.
    """

    _inherit = "collection.scenario"

    @api.model
    def _plan(self, customers=None):
        """Decide each customer's next scenario action, in every company.

        :param customers: ``res.partner`` to plan (their commercial entities), or None for all
        :return: number of actions created, changed or dropped
        """
        return sum(changed for _customers, changed in self._plan_batches(customers))

    @api.model
    def _plan_all(self):
        """Cron: plan all customers, a batch a transaction."""
        crons = self.env["ir.cron"]
        crons._commit_progress(remaining=self._count_to_plan())
        for planned, _changed in self._plan_batches():
            if not crons._commit_progress(planned):
                return
        crons._commit_progress(remaining=0)

    def _plan_batches(self, customers=None):
        """Plan batch by batch: the customers given, else those of whom anything changed.

        :return: generator of (customers planned, actions created, changed or dropped)
        """
        planner = self.env["collection.scenario"].sudo()
        self.env.flush_all()
        marks, marked = ([], set()) if customers is not None else (
            planner.env["collection.plan.mark"]._take())
        for company in planner.env["res.company"].search([], order="id"):
            planner = planner.with_company(company).with_context(lang=company.partner_id.lang)
            if customers is None:
                yield from planner._plan_changed(company, marked)
            else:
                ids = customers.commercial_partner_id.ids
                yield len(ids), planner._plan_company(company, ids)
        planner.env["collection.plan.mark"]._forget(marks)

    def _plan_changed(self, company, marked):
        """Plan the customers of a company of whom anything changed, or all where settings did.

        :param marked: ids of the customers whose own facts changed
        """
        settings = self._get_plan_settings(company)
        state = self.env["collection.plan.state"]
        if state._is_current(company, settings):
            ids = sorted(marked | self._get_awake(company))
            for start in range(0, len(ids), BATCH):
                yield len(ids[start:start + BATCH]), self._plan_company(
                    company, ids[start:start + BATCH])
            return
        last = 0
        while batch := self._get_customers_to_plan(company, after=last):
            last = batch[-1]
            yield len(batch), self._plan_company(company, batch)
        state._keep(company, settings)

    def _get_awake(self, company):
        return self.env["collection.plan.wake"]._get_awake(
            company, company._get_collection_day())

    # -- whom to plan ----------------------------------------------------------------

    def _get_plan_settings(self, company):
        """What everybody's plan depends on, as plain values; another week is another state.

        The week is a safety net: once a week all are planned, whatever was or was not marked.
        """
        scenarios = self.with_context(active_test=False).search([], order="id")
        ladders = scenarios._get_ladders(company)
        factors = scenarios._get_threshold_factors(company)
        partners = self.env["res.partner"].with_company(company)
        templates = self.env["collection.sequence.template"].with_context(active_test=False)
        return (
            [(key, *_plain(found)) for key, found in sorted(ladders.items())],
            [(scenario.id, scenario.item_minimum, factors[scenario]) for scenario in scenarios],
            [(status.id, status.kind, status.excludes) for status in self.env[
                "collection.item.status"].with_context(active_test=False).search([], order="id")],
            templates.search([("suspends", "!=", "nothing")], order="id").mapped(
                lambda template: (template.id, template.suspends)),
            [str(partners._fields[name].get_company_dependent_fallback(partners))
             for name in ("collection_scenario_id", "collector_id", "collection_hold_until",
                          "collection_insolvency_date")],
            company.collection_manager_id.id,
            company._get_collection_day().isocalendar()[:2],
        )

    def _get_customers_query(self, company, what):
        return SQL(
            """
            SELECT %s FROM res_partner AS partner
             WHERE partner.commercial_partner_id = partner.id
               AND (%s IS NOT NULL OR EXISTS (
                    SELECT FROM collection_action AS action
                     WHERE action.customer_id = partner.id AND action.company_id = %s
                       AND action.origin = 'scenario' AND action.state <> 'closed'))
            """, what, self._get_partner_value("collection_scenario_id", company), company.id)

    def _get_customers_to_plan(self, company, after=0):
        """:return: ids of the next customers with a scenario or an open action, by id"""
        return [customer for [customer] in self.env.execute_query(SQL(
            "%s AND partner.id > %s ORDER BY partner.id LIMIT %s",
            self._get_customers_query(company, SQL("partner.id")), after, BATCH))]

    @api.model
    def _count_to_plan(self):
        """:return: customers that :meth:`_plan` looks at now, in all companies"""
        planner, count = self.sudo(), 0
        self.env.flush_all()
        marked = planner.env["collection.plan.mark"]._take()[1]
        for company in planner.env["res.company"].search([]):
            planner = planner.with_company(company)
            if planner.env["collection.plan.state"]._is_current(
                    company, planner._get_plan_settings(company)):
                count += len(marked | planner._get_awake(company))
            else:
                count += planner.env.execute_query(
                    planner._get_customers_query(company, SQL("count(*)")))[0][0]
        return count

    # -- one batch ---------------------------------------------------------------------

    def _plan_company(self, company, customer_ids):
        """Plan customers of a company, in a number of queries that does not depend on them.

        :return: number of actions created, changed or dropped
        """
        day = company._get_collection_day()
        ladders = self.with_context(active_test=False).search(
            [("company_id", "in", (company.id, False))])._get_ladders(company)
        created, changed, dropped, wakes = [], [], [], {}
        for customer, scenario, collector, action, chase in self._get_chases(
                company, customer_ids, day):
            decision = ladder.decide(ladders.get(scenario), chase, day)
            wake = ladder.find_wake(ladders.get(scenario), chase, decision)
            if wake:
                wakes[customer] = wake
            user = collector or company.collection_manager_id.id or None
            planned = chase.planned
            if isinstance(decision, ladder.Stop):
                if action:
                    dropped.append((action["id"], decision))
            elif action and _is_same(decision, planned):
                if (decision.date, user) != (planned.date, action["user_id"]):
                    changed.append((action["id"], decision.date, user))
            else:
                if action:
                    dropped.append((action["id"], None))
                created.append((customer, scenario, user, decision))
        self.env["collection.plan.wake"]._set(company, customer_ids, wakes)
        actions = self.env["collection.action"]
        actions._drop_planned(dropped)
        actions._change_planned(changed)
        actions._create_planned(company, created, day)
        return len(created) + len(changed) + len(dropped)


def _plain(found):
    """:return: a ladder as values that read the same in every process"""
    return (*astuple(found)[:-2], sorted(found.open_days), found.stop)


def _is_same(decision, planned):
    return (decision.rung, decision.leader) == (planned.rung, planned.leader)


class CollectionActionPlan(models.Model):
    """What planning writes: actions created, moved and dropped, many at once."""

    _inherit = "collection.action"

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
        step = self.env["collection.scenario.step"]
        copied = [name for name in step._get_content_fields()
                  if step._fields[name].type != "many2many"]
        columns = SQL(", ").join(SQL.identifier(name) for name in copied)
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_action (
                   origin, customer_id, company_id, scenario_id, scenario_step_id, leader_id,
                   user_id, responsible_id, unassigned, date, planned_on, state,
                   create_uid, create_date, write_uid, write_date, %(columns)s)
            SELECT 'scenario', planned.customer, %(company)s, planned.scenario, step.id,
                   planned.leader, planned.collector, users.partner_id,
                   planned.collector IS NULL, planned.date, %(day)s,
                   'scheduled', %(uid)s, %(now)s, %(uid)s, %(now)s, %(values)s
              FROM unnest(%(customers)s::int[], %(scenarios)s::int[], %(users)s::int[],
                          %(steps)s::int[], %(leaders)s::int[], %(dates)s::date[])
                   AS planned (customer, scenario, collector, step, leader, date)
              JOIN collection_scenario_step AS step ON step.id = planned.step
         LEFT JOIN res_users AS users ON users.id = planned.collector
       ON CONFLICT DO NOTHING
         RETURNING id
            """,
            columns=columns, company=company.id, day=day, uid=self.env.uid,
            now=fields.Datetime.now(),
            values=SQL(", ").join(SQL.identifier("step", name) for name in copied),
            customers=[customer for customer, _s, _u, _n in decided],
            scenarios=[scenario for _c, scenario, _u, _n in decided],
            users=[user for _c, _s, user, _n in decided],
            steps=[found.rung for *_rest, found in decided],
            leaders=[found.leader for *_rest, found in decided],
            dates=[found.date for *_rest, found in decided]))
        created = self.browse(row[0] for row in self.env.cr.fetchall())
        created._copy_step_options()
        self.invalidate_model()

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
            self.browse(ids).write({
                "date": date, "user_id": user or False, "unassigned": not user,
                "responsible_id": self.env["res.users"].browse(user or ()).partner_id.id,
                "state": "scheduled"})
        actions._move_activities()
        actions._trace_changed(before)

    def _trace_changed(self, before):
        rows = []
        for action in self:
            date, user = before[action.id]
            if action.date != date:
                rows.append((action, {
                    "kind": "action_rescheduled", "old_value": fields.Date.to_string(date),
                    "new_value": fields.Date.to_string(action.date)}))
            if action.user_id != user:
                rows.append((action, {
                    "kind": "action_reassigned", "old_value": user.name or "–",
                    "new_value": action.user_id.name or "–"}))
        self._append_action_history(rows, command="plan", cause="cron")

    def _drop_planned(self, dropped):
        """Close actions that no longer stand, saying why.

        :param dropped: list of (action id, :class:`~..engine.ladder.Stop`, or None when another
            step takes the action's place)
        """
        reasons = defaultdict(lambda: self.browse())
        for action_id, stop in dropped:
            reasons[stop] |= self.browse(action_id)
        words = self.env["collection.scenario"]._get_stop_words()
        for stop, actions in reasons.items():
            actions._write_closed_alone(
                "settled" if stop and stop.nothing_due else "cancelled",
                comment=words[stop.reason] if stop else self.env._(
                    "The scenario, or the customer's oldest open item, is another one now."),
                command="plan", cause="cron")
