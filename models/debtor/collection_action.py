from odoo import api, fields, models

from ..access import COLLECTORS


class CollectionAction(models.Model):
    """What the agenda shows of the debtor beside each action."""

    _inherit = "collection.action"

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
