from dataclasses import astuple, dataclass
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine import ladder
from ...tools.sql import partner_value
from ..action.collection_action_kind import get_contact_kinds
from ..item import open_items

#: What the query calls each cause; the strongest has the lowest bit.
_BITS = {cause: 1 << position for position, cause in enumerate(ladder.CAUSES)}

#: The last day on which a promise keeps ``line`` out: the promised one, or a later one on which
#: it is reviewed, after the days of grace of a payment plan or those in which money is matched.
PROMISED_UNTIL = SQL("GREATEST(line.collection_promise_date, line.collection_review_date)")

#: Customers planned at once: what bounds the memory of a run.
BATCH = 5000


@dataclass(frozen=True)
class Offset:
    """Credits of the other companies of a root that are set off in one of them.

    :ivar Decimal amount: what they come to, in the currency that the companies of a root share
    :ivar company_ids: ids of the companies whose balances are set off, as a tuple
    :ivar changes_on: the date on which another debt of those companies falls due, or None
    """

    amount: Decimal = Decimal(0)
    company_ids: tuple = ()
    changes_on: date | None = None


NO_OFFSET = Offset()


class CollectionScenario(models.Model):
    """What the ladder must know of its customers, in one query for many of them."""

    _inherit = "collection.scenario"

    # === FACTS === #

    @api.model
    def _get_chases(self, company, customer_ids, day, scenario=None):
        """Read what is known of customers in a company.

        :param company: the ``res.company``
        :param customer_ids: ids of commercial partners
        :param date day: the company's day
        :param scenario: :class:`~odoo.tools.SQL`, the id of the scenario that each ``partner``
            would have, or None for the one it has
        :return: list of (customer id, scenario id or None, collector id or None, open action as
            a dict or None, the engine's :class:`~..engine.ladder.Chase`), by customer id
        """
        if not customer_ids:
            return []
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            self._get_facts_query(company, customer_ids, day, scenario))
        offsets = self._get_offsets(company, customer_ids, day)
        return [self._read_chase(row, day, offsets.get(row["id"], NO_OFFSET)) for row in rows]

    def _read_chase(self, row, day, offset):
        planned = row["action_id"] and ladder.Planned(
            row["action_step"], row["action_leader"], row["action_date"],
            row["action_planned_on"], row["action_by_hand"])
        last = row["last_on"] and ladder.Executed(
            row["last_step"], row["last_offset"], row["last_on"])
        chase = ladder.Chase(
            leader=row["leader"],
            due=row["leader_due"],
            amount=Decimal(str(row["amount"] or 0)) - offset.amount,
            debts=Decimal(str(row["debts"] or 0)),
            causes=frozenset(
                cause for cause, bit in _BITS.items() if (row["causes"] or 0) & bit),
            stop=self._find_stop(row, day),
            last=last or None,
            last_message=row["last_message"],
            planned=planned or None,
            wakes=(*self._find_wakes(row, day), *filter(None, [offset.changes_on])),
        )
        action = planned and {
            "id": row["action_id"], "user_id": row["action_user"],
            "scenario_id": row["action_scenario"]}
        return row["id"], row["scenario"], row["collector"], action or None, chase

    def _find_wakes(self, row, day):
        """:return: the days to come on which what is known of a customer changes by itself"""
        after = timedelta(days=1)
        if row["hold_until"] and row["hold_until"] >= day:
            yield row["hold_until"] + after
        if row["insolvent_on"] and row["insolvent_on"] > day:
            yield row["insolvent_on"]
        if row["promised_until"]:
            yield row["promised_until"] + after
        if row["falls_due"]:
            yield row["falls_due"]
        if row["old_until"]:
            yield row["old_until"]

    def _find_stop(self, row, day):
        """:return: what stops the whole customer, or None"""
        if not row["active"]:
            return ladder.ARCHIVED
        if row["insolvent_on"] and row["insolvent_on"] <= day:
            return ladder.INSOLVENT
        if row["hold_until"] and row["hold_until"] >= day:
            return ladder.HOLD
        return ladder.SUSPENDED if row["suspended"] else None

    def _get_facts_query(self, company, customer_ids, day, scenario=None):
        return SQL(
            """
            WITH item AS (%(items)s),
            leader AS (
                SELECT DISTINCT ON (customer) customer, id, due
                  FROM item
                 WHERE cause = 0 AND residual > 0
              ORDER BY customer, due, residual DESC, id
            ),
            total AS (
                SELECT item.customer, bit_or(item.cause) AS causes,
                       sum(item.residual) FILTER (WHERE item.cause = 0 AND (
                           item.residual < 0 OR item.due <= GREATEST(leader.due, %(day)s)
                       )) AS amount,
                       sum(item.residual) FILTER (WHERE item.cause = 0 AND item.residual > 0
                           AND item.due <= GREATEST(leader.due, %(day)s)) AS debts,
                       min(item.due) FILTER (WHERE item.cause = 0 AND item.residual > 0
                           AND item.due > GREATEST(leader.due, %(day)s)) AS falls_due,
                       min(item.promised) FILTER (WHERE item.cause = %(promised)s
                           AND item.promised >= %(day)s) AS promised_until
                  FROM item LEFT JOIN leader USING (customer)
              GROUP BY item.customer
            )
            SELECT partner.id, partner.active,
                   %(scenario)s::int AS scenario, %(collector)s::int AS collector,
                   %(hold)s::date AS hold_until, partner.collection_insolvency_date AS insolvent_on,
                   leader.id AS leader, leader.due AS leader_due, total.amount, total.debts,
                   total.causes,
                   CASE WHEN total.causes & %(old)s > 0 THEN %(old_until)s::date END AS old_until,
                   total.falls_due, total.promised_until,
                   EXISTS (%(suspending)s) AS suspended,
                   last.scenario_step_id AS last_step, last.closed_on AS last_on,
                   step.offset AS last_offset,
                   (SELECT max(sent.closed_on) FROM collection_action AS sent
                     WHERE sent.customer_id = partner.id AND sent.company_id IN %(tree)s
                       AND sent.state = 'closed' AND sent.outcome IN ('done', 'validated')
                       AND sent.origin <> 'sequence' AND sent.kind IN %(kinds)s
                   ) AS last_message,
                   action.id AS action_id, action.scenario_step_id AS action_step,
                   action.leader_id AS action_leader, action.date AS action_date,
                   action.planned_on AS action_planned_on, action.user_id AS action_user,
                   action.date_by_hand IS TRUE AS action_by_hand,
                   action.scenario_id AS action_scenario
              FROM res_partner AS partner
         LEFT JOIN leader ON leader.customer = partner.id
         LEFT JOIN total ON total.customer = partner.id
         LEFT JOIN collection_action AS action
                ON action.customer_id = partner.id AND action.company_id = %(company)s
               AND action.origin = 'scenario' AND action.state <> 'closed'
         LEFT JOIN LATERAL (
                   SELECT done.scenario_step_id, CASE
                          -- skipped for want of an address: what follows is not delayed by it
                          WHEN done.outcome = 'failed' THEN LEAST(done.date, done.closed_on)
                          -- what follows a registered letter counts from its presentation
                          ELSE GREATEST(done.closed_on, (
                               SELECT max(letter.presented_on) FROM collection_dispatch AS letter
                                WHERE letter.action_id = done.id)) END AS closed_on
                     FROM collection_action AS done
                    WHERE done.leader_id = leader.id AND done.origin = 'scenario'
                      AND done.state = 'closed' AND done.scenario_id = %(scenario)s::int
                      AND (done.outcome IN ('done', 'validated', 'refused', 'failed')
                           OR done.closed_by_id IS NOT NULL)
                 ORDER BY done.closed_on DESC, done.id DESC LIMIT 1
                   ) AS last ON TRUE
         LEFT JOIN collection_scenario_step AS step ON step.id = last.scenario_step_id
             WHERE partner.id = ANY(%(customers)s)
          ORDER BY partner.id
            """,
            items=self._get_items_query(company, customer_ids, day, scenario),
            suspending=self._get_suspending_query(company, "customer"),
            scenario=scenario or partner_value(self.env, "collection_scenario_id", company),
            old=_BITS[ladder.OLD], old_until=company._get_collection_old_debts()[1],
            collector=partner_value(self.env, "collector_id", company),
            hold=partner_value(self.env, "collection_hold_until", company),
            company=company.id, tree=company._get_collection_tree(), day=day,
            customers=list(customer_ids), kinds=get_contact_kinds(),
            promised=_BITS[ladder.PROMISED])

    def _get_items_query(self, company, customer_ids, day, scenario=None):
        """:return: query of the unreconciled items with their causes, as bits; 0: chased"""
        scenarios = self.with_context(active_test=False).search([("item_minimum", ">", 0)])
        factors = scenarios._get_threshold_factors(company)
        minimums = {
            scenario.id: scenario.item_minimum * factors[scenario]
            for scenario in scenarios if factors[scenario]}
        cause = self._get_cause_expression(company, day)
        if minimums:
            cause = SQL(
                "CASE WHEN line.amount_residual_currency > 0 AND %s < ("
                "  SELECT minimum.amount FROM unnest(%s::int[], %s::numeric[])"
                "         AS minimum (id, amount) WHERE minimum.id = %s::int)"
                " THEN %s ELSE %s END",
                open_items.RESIDUAL, list(minimums), list(minimums.values()),
                scenario or partner_value(self.env, "collection_scenario_id", company),
                _BITS[ladder.SMALL], cause)
        return SQL(
            """
            SELECT partner.id AS customer, line.id, %(residual)s AS residual,
                   %(due)s AS due, %(is_open)s AS is_open,
                   line.amount_residual_currency > 0 AS is_debt,
                   %(promised_until)s AS promised, %(cause)s AS cause
              FROM account_move_line AS line
              JOIN res_partner AS contact ON contact.id = line.partner_id
              JOIN res_partner AS partner ON partner.id = contact.commercial_partner_id
              JOIN account_move AS move ON move.id = line.move_id
         LEFT JOIN collection_item_status AS status ON status.id = line.collection_status_id
             WHERE %(unreconciled)s
               AND contact.commercial_partner_id = ANY(%(customers)s)
            """,
            cause=cause, residual=open_items.RESIDUAL, due=open_items.DUE,
            is_open=open_items.IS_OPEN_OF_MOVE, promised_until=PROMISED_UNTIL,
            unreconciled=open_items.is_unreconciled(self.env, company),
            customers=list(customer_ids))

    def _get_cause_expression(self, company, day):
        """:return: SQL expression of the bit of what keeps ``line`` out; 0: nothing does"""
        old_before, old_until = company._get_collection_old_debts()
        is_old = SQL("%s < %s", open_items.DUE, old_before) if (
            old_before and day < old_until) else SQL("FALSE")
        return SQL(
            """
            CASE WHEN status.excludes AND status.kind = 'dispute' THEN %(disputed)s
                 WHEN status.excludes AND status.kind = 'litigation' THEN %(litigation)s
                 WHEN status.excludes AND status.kind = 'promise' THEN
                      CASE WHEN %(promised_until)s < %(day)s THEN 0 ELSE %(promised)s END
                 WHEN EXISTS (%(specific_query)s) THEN %(specific)s
                 WHEN EXISTS (%(suspending)s) THEN %(suspended)s
                 WHEN status.excludes OR %(kept_out)s
                      OR move.payment_state = %(blocked_state)s
                 THEN %(blocked)s
                 WHEN move.payment_state IN %(paid_states)s
                 THEN %(in_payment)s
                 WHEN %(is_old)s THEN %(old)s
                 ELSE 0 END
            """,
            day=day, is_old=is_old, promised_until=PROMISED_UNTIL,
            specific_query=self._get_specific_query(),
            suspending=self._get_suspending_query(company, "items"),
            kept_out=open_items.IS_KEPT_OUT, blocked_state=open_items.BLOCKED_STATE,
            paid_states=open_items.PAID_STATES,
            **{cause: bit for cause, bit in _BITS.items() if cause != ladder.SMALL})

    def _get_specific_query(self):
        """:return: query of the open specific actions that take ``line`` out"""
        items = self.env["collection.action"]._fields["item_ids"]
        return SQL(
            "SELECT FROM %(rel)s AS rel JOIN collection_action AS other ON other.id = rel.%(one)s"
            " WHERE rel.%(many)s = line.id AND other.state <> 'closed'"
            "   AND other.origin = 'specific' AND other.excludes",
            rel=SQL.identifier(items.relation), one=SQL.identifier(items.column1),
            many=SQL.identifier(items.column2))

    def _get_suspending_query(self, company, what):
        """:return: query of the open sequences that suspend ``partner``, or ``line``"""
        query = SQL(
            " FROM collection_sequence AS sequence"
            " JOIN collection_sequence_template AS template ON template.id = sequence.template_id"
            " WHERE sequence.state IN ('running', 'paused') AND sequence.company_id IN %s"
            "   AND template.suspends = %s", company._get_collection_lineage(), what)
        if what == "customer":
            return SQL("SELECT %s AND sequence.customer_id = partner.id", query)
        items = self.env["collection.sequence"]._fields["item_ids"]
        return SQL(
            "SELECT %s AND sequence.id IN (SELECT rel.%s FROM %s AS rel WHERE rel.%s = line.id)",
            query, SQL.identifier(items.column1), SQL.identifier(items.relation),
            SQL.identifier(items.column2))

    def _get_item_causes(self, lines, day):
        """:return: dict of the cause that keeps each line out of the scenario, or None, by id"""
        if not lines:
            return {}
        self.env.flush_all()
        found = {}
        for company, items in lines.sudo().grouped("company_id").items():
            query = SQL(
                """
                SELECT line.id, %s FROM account_move_line AS line
                  JOIN account_move AS move ON move.id = line.move_id
             LEFT JOIN collection_item_status AS status ON status.id = line.collection_status_id
                 WHERE line.id = ANY(%s)
                """, self._get_cause_expression(company, day), items.ids)
            found |= dict(self.env.execute_query(query))
        causes = {bit: cause for cause, bit in _BITS.items()} | {0: None}
        return {line_id: causes[bit] for line_id, bit in found.items()}

    @api.model
    def _get_stop_words(self):
        """:return: dict of the sentence by reason for which a customer is not chased"""
        _ = self.env._
        return {
            ladder.ARCHIVED: _("The customer is archived."),
            ladder.MOVED: _("It belongs to another customer now."),
            ladder.NO_SCENARIO: _("The customer has no scenario."),
            ladder.EMPTY: _("The customer's scenario does not chase."),
            ladder.SCENARIO_ARCHIVED: _("The customer's scenario is archived."),
            ladder.INSOLVENT: _("Insolvency proceedings are open."),
            ladder.NO_RATE: _(
                "The scenario's amounts are in a currency without exchange rate."),
            ladder.HOLD: _("The customer is on hold."),
            ladder.DISPUTED: _("All open items are disputed."),
            ladder.LITIGATION: _("What is open is in litigation."),
            ladder.PROMISED: _("The customer has promised to pay."),
            ladder.SPECIFIC: _("What is open is in a specific action."),
            ladder.SUSPENDED: _("A sequence suspends the scenario."),
            ladder.BLOCKED: _("What is open is blocked from follow-up."),
            ladder.IN_PAYMENT: _("What is open is being paid."),
            ladder.SMALL: _("Only items below the scenario's minimum are open."),
            ladder.OLD: _("What is open is old debt, left alone for now."),
            ladder.SETTLED: _("Nothing is open."),
            ladder.COVERED: _("Credits cover what is due."),
            ladder.BELOW_MINIMUM: _("Less is due than the scenario's minimum."),
            ladder.FINISHED: _("The scenario has come to its end."),
        }

    # === CREDITS OF BRANCHES === #
    # The companies of a root are one creditor, so what a customer has with one of them counts in
    # the others. Planning stays a company's: its leader is its own item, its messages are its
    # own. A company where the customer has more credits than debts due is set off, as a whole,
    # in the others where something is due: in the order of their ids, until it is used up. What
    # a company pays itself is not set off twice, and nobody is asked for more than is owed in
    # all.

    @api.model
    def _get_offsets(self, company, customer_ids, day):
        """What other companies of the same root owe these customers, as far as it counts here.

        :param company: the ``res.company`` that chases
        :param customer_ids: ids of commercial partners
        :param date day: the company's day
        :return: dict of :class:`Offset` by customer id; a customer without one is missing
        """
        tree = company._get_collection_tree()
        if len(tree) < 2 or not customer_ids:
            return {}
        items = SQL(" UNION ALL ").join(
            SQL("SELECT %s AS company, item.* FROM (%s) AS item",
                member.id, self._get_items_query(member, customer_ids, day))
            for member in self.env["res.company"].sudo().browse(tree))
        rows = self.env.execute_query(SQL(
            """
            WITH balance AS (
                SELECT customer, company,
                       COALESCE(sum(residual) FILTER (WHERE residual < 0 OR due <= %(day)s), 0)
                       AS amount,
                       min(due) FILTER (WHERE residual > 0 AND due > %(day)s) AS falls_due
                  FROM (%(items)s) AS item
                 WHERE cause = 0
              GROUP BY customer, company
            )
            SELECT customer, -sum(LEAST(amount, 0)),
                   array_agg(company ORDER BY company) FILTER (WHERE amount < 0),
                   min(falls_due)
              FROM balance
             WHERE company <> %(company)s
          GROUP BY customer
            HAVING -sum(LEAST(amount, 0))
                   > COALESCE(sum(GREATEST(amount, 0)) FILTER (WHERE company < %(company)s), 0)
            """, items=items, day=day, company=company.id))
        return {customer: Offset(Decimal(str(amount)), tuple(companies), changes_on)
                for customer, amount, companies, changes_on in rows}

    # === PLANNING === #
    # Planning: each customer's next scenario action, decided by the engine.
    #
    # Set-based and idempotent: planning again writes nothing. The plan itself is no fact yet;
    # what drops or changes an action that was planned is traced.

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

    @api.model
    def _plan_marked(self):
        """Cron, each hour: plan the customers of whom anything changed, and nobody else.

        What was paid, disputed or resolved leaves the agenda within the hour. Settings that
        change everybody's plan wait for the night, see :meth:`_plan_all`.
        """
        planner, crons = self.env["collection.scenario"].sudo(), self.env["ir.cron"]
        planner.env.flush_all()
        marks = planner.env["collection.plan.mark"]
        taken = marks._take()
        marks._forget(taken.pop(None, []))
        companies = planner.env["res.company"].search([], order="id")
        ids = sorted(set(taken).union(*(
            planner.with_company(company)._get_awake(company) for company in companies)))
        crons._commit_progress(remaining=len(ids))
        for start in range(0, len(ids), BATCH):
            batch = ids[start:start + BATCH]
            customers = planner.env["res.partner"].browse(batch)
            planner._plan(customers)
            planner.env["collection.action"]._bring_to_day(customers)
            # with its batch: a run that is out of time goes on where it was
            marks._forget([mark for customer in batch for mark in taken.get(customer, ())])
            if not crons._commit_progress(len(customers)):
                return
        crons._commit_progress(remaining=0)

    def _plan_batches(self, customers=None):
        """Plan batch by batch: the customers given, else those of whom anything changed.

        :return: generator of (customers planned, actions created, changed or dropped)
        """
        planner = self.env["collection.scenario"].sudo()
        self.env.flush_all()
        if customers is None:
            planner.env["res.partner"]._recover_collection()
        taken = {} if customers is not None else planner.env["collection.plan.mark"]._take()
        marked = {customer for customer in taken if customer}
        for company in planner.env["res.company"].search([], order="id"):
            planner = planner.with_company(company).with_context(lang=company.partner_id.lang)
            if customers is None:
                yield from planner._plan_changed(company, marked)
            else:
                ids = customers.commercial_partner_id.ids
                yield len(ids), planner._plan_company(company, ids)
        planner.env["collection.plan.mark"]._forget(
            [mark for marks in taken.values() for mark in marks])

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
             for name in ("collection_scenario_id", "collector_id", "collection_hold_until")],
            company._get_collection_manager().id,
            [str(value) for value in company._get_collection_old_debts()],
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
            """, what, partner_value(self.env, "collection_scenario_id", company), company.id)

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
        marked = {customer for customer in planner.env["collection.plan.mark"]._take() if customer}
        for company in planner.env["res.company"].search([]):
            planner = planner.with_company(company)
            if planner.env["collection.plan.state"]._is_current(
                    company, planner._get_plan_settings(company)):
                count += len(marked | planner._get_awake(company))
            else:
                count += planner.env.execute_query(
                    planner._get_customers_query(company, SQL("count(*)")))[0][0]
        return count

    def _plan_company(self, company, customer_ids):
        """Plan customers of a company, in a number of queries that does not depend on them.

        :return: number of actions created, changed or dropped
        """
        day = company._get_collection_day()
        ladders = self.with_context(active_test=False).search(
            [("company_id", "in", (*company._get_collection_lineage(), False))],
        )._get_ladders(company)
        created, changed, dropped, wakes = [], [], [], {}
        for customer, scenario, collector, action, chase in self._get_chases(
                company, customer_ids, day):
            decision = ladder.decide(ladders.get(scenario), chase, day)
            wake = ladder.find_wake(ladders.get(scenario), chase, decision)
            if wake:
                wakes[customer] = wake
            user = collector or company._get_collection_manager().id or None
            planned = chase.planned
            if isinstance(decision, ladder.Stop):
                if action:
                    dropped.append((action["id"], decision))
            elif action and is_as_planned(decision, planned):
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


def is_as_planned(decision, planned):
    """:return: bool, whether what is planned is what the ladder decides, if on another day"""
    return (
        planned is not None and isinstance(decision, ladder.Next)
        and (decision.rung, decision.leader) == (planned.rung, planned.leader))
