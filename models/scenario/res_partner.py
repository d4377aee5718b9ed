from collections import defaultdict

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from ...engine import ladder
from ...tools.portfolio import (
    PortfolioBranchChar,
    PortfolioBranchLatestDate,
    PortfolioBranchMany2one,
    PortfolioChar,
    PortfolioDate,
    PortfolioMany2many,
    PortfolioMany2one,
)
from ...tools.records import in_company_language
from ..access import COLLECTORS
from .collection_scenario_planning import is_as_planned

#: Settings whose change replaces what is planned at once (M-041).
PLANNED_BY = frozenset({
    "collection_scenario_id", "collector_id", "collection_hold_until",
    "collection_insolvency_date", "active",
})


class ResPartner(models.Model):
    """The customer in its scenario: settings, what comes next, or why nothing does."""

    _inherit = "res.partner"

    collection_scenario_id = PortfolioBranchMany2one(
        "collection.scenario", string="Scenario", company_dependent=True, groups=COLLECTORS,
        tracking=True,
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', current_company_id)]",
        help="The reminder ladder that chases this customer by itself.")
    collection_hold_until = PortfolioBranchLatestDate(
        string="On hold until", company_dependent=True, groups=COLLECTORS, tracking=True,
        help="The scenario is silent up to and including this day, then goes on by itself.")
    collection_hold_reason = PortfolioBranchChar(
        string="Why on hold", company_dependent=True, groups=COLLECTORS, tracking=True)
    collection_contact_id = PortfolioBranchMany2one(
        "res.partner", string="Collection contact", company_dependent=True, groups=COLLECTORS,
        tracking=True, domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="Who receives reminders. Empty: the invoice contact, else the customer.")
    collection_next_action_id = PortfolioMany2one(
        "collection.action", string="Next action", compute="_compute_collection_next",
        groups=COLLECTORS)
    collection_not_chased = PortfolioChar(
        string="Not chased because", compute="_compute_collection_next", groups=COLLECTORS)
    collection_next_action_ids = PortfolioMany2many(
        "collection.action", string="Next actions", compute="_compute_collection_next",
        groups=COLLECTORS)
    collection_next_date = PortfolioDate(
        string="Next action on", compute="_compute_collection_next", groups=COLLECTORS)
    collection_next_name = PortfolioChar(
        string="What is next", compute="_compute_collection_next", groups=COLLECTORS)

    # === COMPUTE === #

    @api.depends_context("company", "lang")
    @api.depends(
        "collection_scenario_id", "collection_hold_until", "collection_insolvency_date",
        "active", "collection_action_ids.state")
    def _compute_collection_next(self):
        customers = self.commercial_partner_id.filtered("id")
        company = self.env.company
        actions = self.env["collection.action"]
        planned = actions.search([
            ("customer_id", "in", customers.ids), ("company_id", "=", company.id),
            ("origin", "=", "scenario"), ("state", "!=", "closed")]).grouped("customer_id")
        decided = customers._get_collection_decisions(company)
        words = self.env["collection.scenario"]._get_stop_words()
        every = actions.union(*planned.values())
        skipped, held = every._find_skipped_before(), every._find_holds()
        for partner in self:
            customer = partner.commercial_partner_id
            action = planned.get(customer, actions)
            decision, stands = decided.get(customer.id, (None, True))
            # what was planned and does not stand any more is dropped within the hour
            action = action if stands else actions
            reason = action.sudo().error or held.get(action.id) or skipped.get(action)
            if isinstance(decision, ladder.Stop):
                cause = decision.reason
                if cause == ladder.SUSPENDED and not customer.sudo().collection_scenario_id:
                    cause = ladder.NO_SCENARIO  # there is nothing to suspend
                reason = customer._complete_stop(cause, words[cause])
            partner.collection_not_chased = reason or False
            partner.update(self._prepare_next(action, None if stands else decision))

    def _prepare_next(self, action, decision):
        """:param action: the open ``collection.action`` of the scenario, if it stands
        :param decision: what the ladder decides now where that is something else, or None
        :return: dict of the fields that say what comes next
        """
        vals = {
            "collection_next_action_id": action, "collection_next_action_ids": action,
            "collection_next_date": action.date, "collection_next_name": action.name,
        }
        if isinstance(decision, ladder.Next):
            step = self.env["collection.scenario.step"].browse(decision.rung)
            vals.update(collection_next_date=decision.date, collection_next_name=step.name)
        return vals

    # === CONSTRAINTS === #

    @api.constrains("collection_contact_id")
    def _check_collection_contact(self):
        for partner in self:
            contact = partner.collection_contact_id
            if contact and contact.commercial_partner_id != partner.commercial_partner_id:
                raise ValidationError(self.env._(
                    "%(contact)s does not belong to %(customer)s. Choose the customer itself or "
                    "one of its contacts.", contact=contact.name, customer=partner.name))

    @api.constrains("collection_scenario_id")
    def _check_collection_scenario(self):
        for partner in self:
            owner = partner.collection_scenario_id.sudo().company_id
            if not self.env.company._takes_collection_from(owner):
                raise ValidationError(self.env._(
                    "The scenario %(scenario)s is of %(company)s. Choose one of "
                    "%(current)s for %(customer)s.", scenario=partner.collection_scenario_id.name,
                    company=owner.name, current=self.env.company.name, customer=partner.name))

    # === CRUD === #

    def write(self, vals):
        """Changing what decides the next action replaces it at once (M-041), with a trace."""
        touched = PLANNED_BY & set(vals)
        if not touched:
            return super().write(vals)
        customers = self.filtered(lambda partner: partner.commercial_partner_id == partner)
        if not customers:
            return super().write(vals)
        before = customers._get_collection_settings(touched)
        result = super().write(vals)
        customers._trace_collection_settings(before)
        self.env["collection.scenario"]._plan(customers)
        self.env["collection.action"].sudo()._bring_to_day(customers)
        return result

    # === SCENARIO === #

    def _get_collection_decisions(self, company):
        """What the ladder decides for these customers as things stand now, planned or not.

        :return: dict by customer id: (the engine's :class:`~...engine.ladder.Next` or
            :class:`~...engine.ladder.Stop`, whether the action that is planned stands)
        """
        scenarios = self.env["collection.scenario"].sudo().with_context(active_test=False)
        day = company._get_collection_day()
        scenarios = scenarios.with_company(company)
        ladders = scenarios.search([])._get_ladders(company)
        decisions = {}
        for customer, scenario, _user, _action, chase in scenarios._get_chases(
                company, self.ids, day):
            decision = ladder.decide(ladders.get(scenario), chase, day)
            decisions[customer] = decision, is_as_planned(decision, chase.planned)
        return decisions

    def _get_collection_offset_items(self, company, day):
        """The items of other companies of the same root that are set off in this one.

        :param company: the ``res.company`` that chases
        :param date day: its day
        :return: ``account.move.line``, open items of these customers: the debts due and the
            credits of those companies in which credits prevail
        """
        offsets = self.env["collection.scenario"]._get_offsets(company, self.ids, day)
        lines = self.env["account.move.line"].sudo()
        companies = company.sudo().browse(
            {id_ for offset in offsets.values() for id_ in offset.company_ids})
        for other in companies:
            customers = self.filtered(
                lambda customer, other=other: customer.id in offsets
                and other.id in offsets[customer.id].company_ids)
            lines |= customers._get_collection_items(other)
        return lines.filtered(
            lambda line: line.amount_residual < 0 or line._get_collection_due() <= day)

    def _get_collection_contact(self):
        """:return: ``res.partner``, the one customer's collection contact, as long as it belongs to
            it and is not archived; or empty"""
        return self.collection_contact_id.filtered(
            lambda contact: contact.active and contact.commercial_partner_id == self)

    def _complete_stop(self, reason, sentence):
        """:return: the sentence, with until when and why where that is known"""
        if reason != ladder.HOLD:
            return sentence
        customer = self.sudo()
        day = format_date(self.env, customer.collection_hold_until)
        if customer.collection_hold_reason:
            return self.env._("On hold until %(day)s: %(reason)s",
                              day=day, reason=customer.collection_hold_reason)
        return self.env._("On hold until %(day)s.", day=day)

    def _get_collection_settings(self, names):
        """:return: dict of what these settings read as, by (customer, name)"""
        own = in_company_language(self.sudo(), self.env.company)
        return {
            (customer, name): row._fields[name].convert_to_export(row[name], row) or ""
            for customer, row in zip(self, own, strict=True) for name in names - {"active"}}

    def _trace_collection_settings(self, before):
        """Note in the history of each customer what was changed on it."""
        after = self._get_collection_settings({name for _customer, name in before})
        rows = defaultdict(list)
        for (customer, name), old in before.items():
            new = after[customer, name]
            if new != old:
                rows[customer, self.env.company].append({
                    "kind": "setting_changed", "data": {"field": name}, "cause": "person",
                    "command": "setting", "old_value": str(old), "new_value": str(new)})
        self.env["collection.history"]._append_many(rows)

    # === IDENTITY === #
    # What is planned for a customer that is none any more is dropped, and planned anew.

    @api.model
    def _move_collection(self, changes):
        formers = [change.former for change in changes if change.whole]
        actions = self.env["collection.action"]
        planned = actions.search([
            ("customer_id", "in", formers), ("origin", "=", "scenario"),
            ("state", "!=", "closed")])
        actions._drop_planned([(id_, ladder.Stop(ladder.MOVED)) for id_ in planned.ids])
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "DELETE FROM collection_plan_wake WHERE customer_id = ANY(%s)", formers))
        super()._move_collection(changes)

    def _review_collection(self):
        super()._review_collection()
        customers = self.commercial_partner_id
        self.env["collection.scenario"]._plan(customers)
        self.env["collection.action"]._bring_to_day(customers)

    @api.model
    def _find_left_behind(self):
        return super()._find_left_behind() | dict(self.env.execute_query(SQL(
            "SELECT DISTINCT partner.id, partner.commercial_partner_id"
            "  FROM collection_action AS action"
            "  JOIN res_partner AS partner ON partner.id = action.customer_id"
            " WHERE action.state <> 'closed' AND partner.commercial_partner_id <> partner.id")))

    # === BUTTONS === #

    def action_open_collection_dispatches(self):
        """:return: window action on what was sent to the customer"""
        return self._open_collection_list("collection_dispatch_action")
