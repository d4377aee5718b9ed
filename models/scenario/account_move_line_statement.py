from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..item.account_move_line_status import COLLECTORS


class AccountMoveLine(models.Model):
    """Open items as a statement of account shows them.

    What is computed is read for a page of items at once: the number of queries does not depend
    on how many they are.
    """

    _inherit = "account.move.line"

    collection_document = fields.Char(
        string="Document", compute="_compute_collection_document", groups=COLLECTORS)
    collection_days_late = fields.Integer(
        string="Days late", compute="_compute_collection_days_late", groups=COLLECTORS)
    collection_status_color = fields.Integer(
        related="collection_status_id.color", string="Colour of the status")
    collection_penalty = fields.Char(
        string="Claims", compute="_compute_collection_penalty", groups=COLLECTORS,
        help="Late-payment interest and fixed indemnity that may be claimed today. They are "
        "shown, never posted.")
    collection_outlook = fields.Char(
        string="What is next", compute="_compute_collection_outlook", groups=COLLECTORS,
        help="The next action on the item, or why and until when the scenario leaves it out.")
    collection_action_ids = fields.Many2many(
        "collection.action", string="Collection actions", readonly=True, copy=False,
        groups=COLLECTORS)

    @api.model
    def _get_statement_domain(self, customers):
        """:return: domain of all that stands on the statements of these customers: open items,
            those kept out of follow-up or on their way of being paid as well"""
        return (
            Domain("partner_id.commercial_partner_id", "in", customers.commercial_partner_id.ids)
            & Domain("parent_state", "=", "posted")
            & Domain("account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
        )

    @api.depends_context("lang")
    @api.depends("move_name", "amount_residual")
    def _compute_collection_document(self):
        statement = self.env["collection.statement"]
        words = statement._get_words(self, statement._get_instalments(self))
        for line in self:
            line.collection_document = words.documents[line.id]

    @api.depends("date_maturity", "date", "amount_residual")
    def _compute_collection_days_late(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for line in self:
            due = line._get_collection_due()
            late = (days[line.company_id] - due).days if due and line.amount_residual > 0 else 0
            line.collection_days_late = max(late, 0)

    @api.depends_context("lang")
    @api.depends("amount_residual", "collection_status_id")
    def _compute_collection_penalty(self):
        statement = self.env["collection.statement"]
        for company, lines in self.grouped("company_id").items():
            claims = lines._get_collection_penalties(company._get_collection_day())
            for line in lines:
                cells = statement._get_claim_cells(line, claims)
                line.collection_penalty = " + ".join(filter(None, cells))

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
        specific = lines._find_specific_actions()
        planned = self.env["collection.action"].sudo().search([
            ("customer_id", "in", lines.partner_id.commercial_partner_id.ids),
            ("company_id", "=", company.id), ("origin", "=", "scenario"),
            ("state", "!=", "closed")]).grouped("customer_id")
        words = {}
        for line in lines:
            action = specific.get(line.id)
            if not action and not causes.get(line.id) and not line.reconciled:
                action = planned.get(line.partner_id.commercial_partner_id)
                action = action and action._reaches(line, day) and action
            words[line.id] = action._describe_next() if action else line._describe_exclusion(
                causes.get(line.id))
        return words

    def _find_specific_actions(self):
        """:return: dict of the open specific action that takes an item out, by the item's id"""
        found = {}
        for action in self.env["collection.action"].sudo()._find_excluding(self):
            for item in action.item_ids:
                found[item.id] = action
        return found

    def _describe_exclusion(self, cause):
        """:return: why the scenario leaves the item out, and until when; empty where it does not"""
        _ = self.env._
        if self.collection_excluded_since and cause and self.collection_review_date:
            return _("Left out until %(day)s",
                     day=format_date(self.env, self.collection_review_date))
        return {
            "blocked": _("No follow-up"),
            "in_payment": _("Being paid"),
            "suspended": _("A sequence suspends the scenario"),
        }.get(cause, "")

    # -- buttons -----------------------------------------------------------------------------

    def action_open_collection_wizard(self):
        """Button *Change status…*.

        :return: window action on the wizard, for these items
        :raise UserError: none is chosen, or one is settled meanwhile
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._check_open_items()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change status"),
            "res_model": "collection.item.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_item_ids": self.ids},
        }

    def action_open_collection_document(self):
        """:return: window action on the invoice, payment or entry of the item"""
        self.ensure_one()
        return self.move_id._get_records_action(context={})

    def action_detach_from_collection(self):
        """Button on a row of a specific action: let this item out of it.

        :raise UserError: nothing would be left in the action
        """
        action = self.env["collection.action"].browse(
            self.env.context.get("collection_action_id"))
        action.detach(self)


class CollectionAction(models.Model):
    _inherit = "collection.action"

    def _reaches(self, line, day):
        """Whether a planned scenario action speaks of an item that nothing leaves out."""
        self.ensure_one()
        last = max(day, self.leader_id._get_collection_due() if self.leader_id else day)
        return line.amount_residual < 0 or line._get_collection_due() <= last

    def _describe_next(self):
        """:return: what it is called, and its day"""
        self.ensure_one()
        return self.env._("%(day)s: %(action)s",
                          day=format_date(self.env, self.date), action=self.name)


class CollectionStatement(models.AbstractModel):
    _inherit = "collection.statement"

    def _get_totals(self, customers, company_ids):
        """What customers owe, currency by currency.

        :return: list of (currency, open amount, overdue amount), in the order of the currencies
        """
        lines = self.env["account.move.line"]
        account = lines._get_statement_domain(customers) & Domain("company_id", "in", company_ids)
        totals = defaultdict(lambda: [0.0, 0.0])
        overdue = account & Domain("amount_residual", ">", 0) & Domain(
            "date_maturity", "<", fields.Date.context_today(self))
        for position, domain in enumerate((account, overdue)):
            for currency, amount in lines._read_group(
                    domain, ["currency_id"], ["amount_residual_currency:sum"]):
                totals[currency][position] = amount
        return [(currency, *amounts) for currency, amounts in sorted(
            totals.items(), key=lambda total: total[0].name)]
