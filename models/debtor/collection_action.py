from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.tools import format_date

from ..access import COLLECTORS
from ..message.gate import is_due
from ..reply.collection_reply import ANSWERED, get_waiting_domain
from ..statement.documents import ACTIVITY, read_activity


@dataclass(frozen=True, slots=True)
class MonthStatement:
    """The statement that customers receive once a month.

    :ivar month: first day of the month
    :ivar kind: OPEN or ACTIVITY
    :ivar format: PDF, XLSX or BOTH
    :ivar template: ``mail.template``, the text that comes with it
    """

    month: date
    kind: str
    format: str
    template: models.BaseModel

    @property
    def last_day(self):
        return fields.Date.end_of(self.month, "month")

    def get_key(self, company, customer):
        """:return: str, what a customer has once a month; it outlives a merge of customers"""
        return f"{company.id}-{customer.id}-{self.month:%Y-%m}"

    def prepare_action_vals(self, env):
        """:return: dict of values of the action that sends it"""
        month = format_date(env, self.month, date_format="MMMM y")
        name = (env._("Account activity, %(month)s", month=month) if self.kind == ACTIVITY
                else env._("Statement of account, %(month)s", month=month))
        return {
            "name": name, "kind": "email", "mode": "automatic", "attach_statement": True,
            "mail_template_id": self.template.id, "statement_kind": self.kind,
            "statement_since": self.month, "statement_until": self.last_day,
            "statement_format": self.format}


class CollectionAction(models.Model):
    """What the agenda shows of the debtor beside each action; the statements of a month."""

    _inherit = "collection.action"

    statement_key = fields.Char(
        readonly=True, copy=False, help="Company, customer and month of a month's statement.")

    _statement_once = models.UniqueIndex(
        "(statement_key) WHERE statement_key IS NOT NULL",
        "The customer has received the statement of this month already.")

    debtor_phone = fields.Char(
        related="customer_id.phone", string="Customer's telephone", groups=COLLECTORS)
    debtor_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the debtor's figures")
    debtor_overdue = fields.Monetary(
        string="Overdue", compute="_compute_debtor_figures", groups=COLLECTORS,
        currency_field="debtor_currency_id",
        help="What the customer owes past its due date, credits not taken off; empty outside the "
        "own portfolio.")
    debtor_days_late = fields.Integer(
        string="Late (days)", compute="_compute_debtor_figures", groups=COLLECTORS,
        help="Of the customer's oldest open item.")

    @api.depends_context("uid", "su")
    @api.depends("customer_id", "company_id")
    def _compute_debtor_figures(self):
        debtors = self.env["collection.debtor"].search([
            ("customer_id", "in", self.customer_id.ids),
            ("company_id", "in", self.company_id.ids)])
        known = debtors.grouped(lambda debtor: (debtor.customer_id, debtor.company_id))
        for action in self:
            debtor = known.get((action.customer_id, action.company_id))
            action.debtor_overdue = debtor.overdue if debtor else 0
            action.debtor_days_late = debtor.days_late if debtor else 0

    # === STATEMENTS OF A MONTH === #

    @api.model
    def _create_month_statements(self, customers, statement):
        """Have a month's statements sent by e-mail: one decision each, in the history.

        :param customers: commercial ``res.partner``, none of whom an obstacle stands in the way,
            see :meth:`_find_month_obstacles`
        :param MonthStatement statement: which one
        :return: the new ``collection.action``
        """
        company = self.env.company
        actions = self.create_messages(customers, statement.prepare_action_vals(self.env))
        for action in actions.sudo():
            action.statement_key = statement.get_key(company, action.customer_id)
        actions.flush_recordset(["statement_key"])
        return actions

    @api.model
    def _find_month_obstacles(self, customers, statement):
        """Say to whom a month's statement does not go, and why.

        :param customers: commercial ``res.partner``
        :param MonthStatement statement: which one
        :return: dict of the reason by customer's id, for those to whom it does not go
        """
        customers = customers.sudo().with_company(self.env.company)
        return {
            **self._find_unreachable(customers),
            **self._find_nothing_to_state(customers, statement),
            **self._find_held_customers(customers),
            **self._find_stated(customers, statement)}

    def _find_stated(self, customers, statement):
        company, keys = self.env.company, {}
        for customer in customers:
            keys[statement.get_key(company, customer)] = customer.id
        known = self.sudo().search_fetch([("statement_key", "in", list(keys))], ["statement_key"])
        return {keys[action.statement_key]: self.env._(
            "The statement of this month was sent already, or is about to leave.")
            for action in known}

    def _find_held_customers(self, customers):
        day, held, _ = self.env.company._get_collection_day(), {}, self.env._
        answered = self.env["collection.reply"].sudo().search(
            get_waiting_domain(self.env.company) & fields.Domain(
                "customer_id", "in", customers.ids)).customer_id
        for customer in customers:
            insolvent, until = customer.collection_insolvency_date, customer.collection_hold_until
            if insolvent and insolvent <= day:
                held[customer.id] = _("Insolvent since %(day)s.", day=format_date(
                    self.env, insolvent))
            elif until and until >= day:
                held[customer.id] = _("On hold until %(day)s.", day=format_date(self.env, until))
            elif customer in answered:
                held[customer.id] = _(ANSWERED)
        return held

    def _find_unreachable(self, customers):
        drafts = self.sudo().concat(*(self.sudo().new({
            "customer_id": customer.id, "company_id": self.env.company.id, "origin": "manual",
            "kind": "email"}, ref=customer.id) for customer in customers))
        problems = drafts._find_problems()
        return {draft.customer_id.id: problems[draft.id]
                for draft in drafts if draft.id in problems}

    def _find_nothing_to_state(self, customers, statement):
        company, _ = self.env.company, self.env._
        if statement.kind == ACTIVITY:
            read = read_activity(customers, company, statement.month, statement.last_day)
            return {customer.id: _("Nothing was booked, and nothing is owed.")
                    for customer in customers if read[customer.id].is_empty()}
        items = customers._get_collection_items(company).grouped(
            lambda item: item.partner_id.commercial_partner_id)
        return {customer.id: _("Nothing is due.") for customer in customers
                if customer not in items or not is_due(items[customer])}
