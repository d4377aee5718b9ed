from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dialogs import RELOAD, notify


class CollectionDebtorHold(models.TransientModel):
    """Dialog that puts customers on hold until a day, with the reason; or takes them off it."""

    _name = "collection.debtor.hold"
    _description = "Put Customers on Hold"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_ids": None}

    customer_ids = fields.Many2many("res.partner", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    count = fields.Integer(compute="_compute_count")
    reason = fields.Char(help="Stays in the customer's history.")
    until = fields.Date(default=lambda self: self._default_until())

    @api.model
    def _default_until(self):
        return self.env.company._get_collection_day() + timedelta(days=7)

    @api.depends("customer_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.customer_ids)

    def action_apply(self):
        """Put them on hold.

        :return: notification
        :raise UserError: no day, a day gone by, or no reason
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        if not self.until or self.until < self.company_id._get_collection_day():
            raise UserError(self.env._("Enter the last day of the hold: today or later."))
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why: the reason stays in the customer's history."))
        self._hold(self.until, reason)
        return notify(self.env._("On hold: %(count)s.", count=self.count), then=RELOAD)

    def action_release(self):
        """Take them off hold: their scenarios go on.

        :return: notification
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self._hold(False, False)
        return notify(self.env._("No longer on hold: %(count)s.", count=self.count), then=RELOAD)

    def _hold(self, until, reason):
        customers = self.customer_ids.with_company(self.company_id)
        customers._check_collection_portfolio()
        customers.write({"collection_hold_until": until, "collection_hold_reason": reason})
