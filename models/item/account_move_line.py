from odoo import api, fields, models
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    """Open items: posted receivable lines that somebody still owes."""

    _inherit = "account.move.line"

    @api.model
    def _get_open_item_domain(self, company):
        """:return: domain of the company's open items, instalments and credits included"""
        return (
            Domain("company_id", "=", company.id)
            & Domain("parent_state", "=", "posted")
            & Domain("account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
            & Domain("no_followup", "=", False)
            & Domain("move_id.payment_state", "not in", (
                "in_payment", "paid", "reversed", "blocked"))
        )

    @api.model
    def _get_overdue_item_domain(self, company, day=None):
        """:return: domain of the open items due before ``day`` (today), credits left out"""
        return (
            self._get_open_item_domain(company)
            & Domain("date_maturity", "<", day or fields.Date.context_today(self))
            & Domain("amount_residual", ">", 0)
        )
