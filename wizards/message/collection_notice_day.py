from odoo import api, fields, models


class CollectionNoticeDay(models.TransientModel):
    """Dialog that corrects the day on which a formal notice was given, with a reason."""

    _name = "collection.notice.day"
    _description = "Day of a Formal Notice"
    _inherit = ["collection.dialog"]

    dispatch_id = fields.Many2one(
        "collection.dispatch", string="Formal notice", required=True, readonly=True)
    date = fields.Date(
        string="Notice given on", compute="_compute_date", store=True, readonly=False)
    reason = fields.Text(help="Stays in the customer's history.")

    @api.depends("dispatch_id")
    def _compute_date(self):
        for dialog in self:
            dialog.date = dialog.dispatch_id.notice_given_on

    def action_apply(self):
        """Correct it.

        :raise UserError: no reason, or it cannot have been given on that day
        """
        self.ensure_one()
        self.dispatch_id.correct_notice_day(self.date, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
