from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import bulk


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

        :return: notification, or the client's action that goes on with the next batch
        :raise UserError: no day, a day gone by, or no reason
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self._check()
        return bulk.start(
            self.customer_ids, self._hold, owner=self, method="hold_batch",
            title=self.env._("Put on hold"),
            message=lambda count: self.env._("On hold: %(count)s.", count=count))

    def action_release(self):
        """Take them off hold: their scenarios go on.

        :return: notification, or the client's action that goes on with the next batch
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        return bulk.start(
            self.customer_ids, self._release, owner=self, method="release_batch",
            title=self.env._("Take off hold"),
            message=lambda count: self.env._("No longer on hold: %(count)s.", count=count))

    def hold_batch(self, batch):
        """Put some of the customers on hold; the client calls it once a batch.

        :param list batch: ids of customers of this dialog; others are left alone
        :return: dict: how many are ``done``, and who was ``refused`` (``name``, ``reason``)
        :raise UserError: no day, a day gone by, or no reason
        """
        self.ensure_one()
        self._check()
        return bulk.run_batch(bulk.take(self.customer_ids, batch), self._hold)

    def release_batch(self, batch):
        """Take some of the customers off hold; the client calls it once a batch.

        :param list batch: ids of customers of this dialog; others are left alone
        :return: dict: how many are ``done``, and who was ``refused`` (``name``, ``reason``)
        """
        self.ensure_one()
        return bulk.run_batch(bulk.take(self.customer_ids, batch), self._release)

    def _check(self):
        if not self.until or self.until < self.company_id._get_collection_day():
            raise UserError(self.env._("Enter the last day of the hold: today or later."))
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why: the reason stays in the customer's history."))

    def _hold(self, customers):
        self._write_hold(customers, self.until, (self.reason or "").strip())

    def _release(self, customers):
        self._write_hold(customers, False, False)

    def _write_hold(self, customers, until, reason):
        customers = customers.with_company(self.company_id)
        customers._check_collection_portfolio()
        customers.write({"collection_hold_until": until, "collection_hold_reason": reason})
