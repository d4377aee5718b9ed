from odoo import api, models
from odoo.tools import format_date

from ...engine import ladder
from ...tools.clauses import join_clauses
from ...tools.portfolio import PortfolioChar
from ..access import COLLECTORS


class AccountMoveLine(models.Model):
    """Open items as a statement of account shows them.

    What is computed is read for a page of items at once: the number of queries does not depend
    on how many they are.
    """

    _inherit = "account.move.line"

    collection_outlook = PortfolioChar(
        string="What is next", compute="_compute_collection_outlook", groups=COLLECTORS,
        help="The next action on the item, or why and until when the scenario leaves it out.")

    # === STATEMENT === #

    @api.depends_context("lang")
    @api.depends("amount_residual", "collection_status_id", "collection_promise_date",
                 "collection_review_date", "collection_excluded_since")
    def _compute_collection_outlook(self):
        for company, lines in self.grouped("company_id").items():
            words = lines._describe_outlooks(company)
            for line in lines:
                line.collection_outlook = words[line.id]

    def _describe_outlooks(self, company):
        """:return: dict of what is next for each of these items, in words, by its id"""
        day, lines = company._get_collection_day(), self.sudo()
        causes = lines._get_exclusions(day)
        specific, treated = lines._find_specific_actions(), lines._describe_treatments()
        planned = self.env["collection.action"].sudo().search([
            ("customer_id", "in", lines.partner_id.commercial_partner_id.ids),
            ("company_id", "=", company.id), ("origin", "=", "scenario"),
            ("state", "!=", "closed")]).grouped("customer_id")
        words = {}
        for line in lines:
            action = specific.get(line.id)
            if not action and not causes.get(line.id) and not line.reconciled:
                action = planned.get(line.partner_id.commercial_partner_id)
                action = action and action._filter_reached(line, day) and action
            said = action._describe_next() if action else line._describe_exclusion(
                causes.get(line.id))
            if treated.get(line.id) and causes.get(line.id) == ladder.SUSPENDED:
                said = ""
            words[line.id] = join_clauses(
                self.env, filter(None, (treated.get(line.id), said)))
        return words | lines._describe_silence(company, words)

    def _describe_treatments(self):
        """What else treats these items than scenarios and specific actions.

        A hook: a domain that treats items overrides it, and adds to what ``super()`` returns.

        :return: dict of a translated sentence by item id
        """
        return {}

    def _describe_silence(self, company, words):
        """Why nothing comes next for overdue items of which nothing else is said.

        :param dict words: what is said of each item, by its id
        :return: dict of why their customers are not chased, by item id
        """
        day = company._get_collection_day()
        silent = self.filtered(lambda line: (
            not words[line.id] and not line.reconciled and line.amount_residual_currency > 0
            and line._get_collection_due() < day))
        customers = silent.partner_id.commercial_partner_id.with_company(company)
        reasons = {customer.id: customer.collection_not_chased for customer in customers}
        return {
            line.id: reasons[line.partner_id.commercial_partner_id.id]
            or self.env._("The scenario has no step left") for line in silent}

    def _find_specific_actions(self):
        """:return: dict of the open specific action that takes an item out, by the item's id"""
        found = {}
        for action in self.env["collection.action"].sudo()._find_excluding(self):
            for item in action.item_ids:
                found[item.id] = action
        return found

    def _describe_exclusion(self, cause):
        """:return: why the scenario leaves the item out, and until when; empty where it does not"""
        _, day = self.env._, self.collection_promise_date
        if cause == ladder.PROMISED and day:
            return _("Promised for %(day)s", day=format_date(self.env, day))
        if self.collection_excluded_since and cause and self.collection_review_date:
            return _("Left out until %(day)s",
                     day=format_date(self.env, self.collection_review_date))
        return {
            ladder.BLOCKED: _("No follow-up"),
            ladder.DISPUTED: _("Disputed"),
            ladder.IN_PAYMENT: _("Being paid"),
            ladder.LITIGATION: _("In litigation"),
            ladder.OLD: _("Old debt, left alone for now"),
            ladder.SMALL: _("Below the scenario's minimum"),
            ladder.SUSPENDED: _("A sequence suspends the scenario"),
        }.get(cause, "")

    # === PLANNING === #

    def _react_to_treatment(self):
        """Plan the items' customers anew at once."""
        super()._react_to_treatment()
        customers = self.partner_id.commercial_partner_id
        self.env["collection.scenario"]._plan(customers)
        self.env["collection.action"].sudo()._bring_to_day(customers)

    def _get_exclusions(self, day):
        """Which of these items the scenario leaves out.

        :param date day: the company's day
        :return: dict of the cause (one of :data:`~..engine.ladder.CAUSES`) by line id
        """
        found = self.env["collection.scenario"]._get_item_causes(self, day)
        return {line_id: cause for line_id, cause in found.items() if cause}
