from odoo import api, fields, models

from ...tools.dialogs import RELOAD, notify
from ...tools.tracking import STAGES


class CollectionLetterTracking(models.TransientModel):
    """Dialog that takes down what became of a registered letter."""

    _name = "collection.letter.tracking"
    _description = "Tracking of a Registered Letter"
    _inherit = ["collection.dialog"]

    dispatch_id = fields.Many2one(
        "collection.dispatch", string="Letter", required=True, readonly=True)
    customer_id = fields.Many2one(related="dispatch_id.customer_id", related_sudo=False)
    number = fields.Char(
        string="Registered number", compute="_compute_known", store=True, readonly=False)
    deposited_on = fields.Date(
        string="Deposited", compute="_compute_known", store=True, readonly=False)
    presented_on = fields.Date(
        string="Presented", compute="_compute_known", store=True, readonly=False,
        help="The letter was brought to the addressee, who may have been away.")
    accepted_on = fields.Date(
        string="Accepted", compute="_compute_known", store=True, readonly=False)
    refused_on = fields.Date(
        string="Refused", compute="_compute_known", store=True, readonly=False)
    unclaimed_on = fields.Date(
        string="Unclaimed", compute="_compute_known", store=True, readonly=False,
        help="Nobody fetched it in time. What follows in law is not decided here: have it "
        "checked by your counsel.")
    receipt_ids = fields.Many2many(
        "ir.attachment", string="Receipts",
        help="Proof of deposit, receipt signed by the addressee.")

    @api.depends("dispatch_id")
    def _compute_known(self):
        for dialog in self:
            dispatch = dialog.dispatch_id
            dialog.number = dispatch.registered_number
            for stage in STAGES:
                dialog[f"{stage}_on"] = dispatch[f"{stage}_on"]

    def action_apply(self):
        """Write it down.

        :return: notification
        :raise UserError: the dates contradict one another, or one is still to come
        """
        self.ensure_one()
        changed = self.dispatch_id.record_tracking(
            {stage: self[f"{stage}_on"] for stage in STAGES}, number=self.number,
            receipt_ids=self.receipt_ids.ids)
        return notify(self.env._("Written down.") if changed else self.env._(
            "That was known already."), then=RELOAD)
