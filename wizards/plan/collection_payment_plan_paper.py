import base64

from odoo import fields, models


class CollectionPaymentPlanPaper(models.TransientModel):
    """Dialog that notes that a payment plan was signed on paper."""

    _name = "collection.payment.plan.paper"
    _description = "Payment Plan Signed on Paper"
    _inherit = ["collection.dialog"]

    plan_id = fields.Many2one("collection.payment.plan", required=True, readonly=True)
    name = fields.Char(string="Who signed")
    date = fields.Date(
        string="Signed on",
        default=lambda self: self.env.company._get_collection_day())
    file = fields.Binary(string="Signed copy", attachment=False)
    file_name = fields.Char()

    def action_apply(self):
        """The plan is accepted: its instalments are a promise from now on.

        :raise UserError: no name, day or file, or it cannot be accepted any more
        """
        self.ensure_one()
        content = self.with_context(bin_size=False).file
        self.plan_id.accept_on_paper(self.name or "", self.date, [
            (self.file_name or self.env._("Signed copy"), base64.b64decode(content))]
            if content else [])
        return {"type": "ir.actions.act_window_close"}
