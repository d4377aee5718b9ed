from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class CollectionClaimWaive(models.TransientModel):
    """Dialog that waives interest and indemnity of invoices, notes that they were paid, or
    claims them again."""

    _name = "collection.claim.waive"
    _description = "Waive Late-Payment Claims"
    _inherit = ["collection.dialog"]

    move_ids = fields.Many2many("account.move", required=True, readonly=True)
    again = fields.Boolean(readonly=True, help="They were waived, and are claimed again.")
    paid = fields.Boolean(readonly=True, help="They were paid, apart from the invoice.")
    interest = fields.Char(string="Interest until today", compute="_compute_amounts")
    indemnity = fields.Char(string="Fixed indemnity", compute="_compute_amounts")
    reason = fields.Text(help="Stays in the customer's history.")

    @api.depends_context("lang")
    @api.depends("move_ids", "again")
    def _compute_amounts(self):
        for dialog in self:
            moves = dialog.move_ids._origin if not dialog.again else self.env["account.move"]
            interest, indemnity, missing = defaultdict(float), defaultdict(float), False
            for company, own in moves.grouped("company_id").items():
                claims = own.line_ids._get_collection_penalties(company._get_collection_day())
                for line in own.line_ids:
                    claim = claims[line.id]
                    interest[line.currency_id] += float(claim.interest)
                    indemnity[claim.indemnity_currency] += float(claim.indemnity)
                    missing = missing or claim.missing_from
            dialog.interest = self.env._("rate missing") if missing else (
                dialog._format_sums(interest))
            dialog.indemnity = dialog._format_sums(indemnity)

    def _format_sums(self, sums):
        """:param dict sums: amounts by ``res.currency``, or None where there is no amount
        :return: str, those that are not zero"""
        return ", ".join(
            format_amount(self.env, amount, currency)
            for currency, amount in sums.items() if amount)

    def action_apply(self):
        """Waive the claims, note that they were paid, or claim them again.

        :raise UserError: no reason is given, or an invoice is not paid yet whose claims would be
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why: the reason stays in the customer's history."))
        if self.again:
            self.move_ids.restore_collection_claims(reason)
        elif self.paid:
            self.move_ids.settle_collection_claims(reason)
        else:
            self.move_ids.waive_collection_claims(reason)
        return {"type": "ir.actions.act_window_close"}
