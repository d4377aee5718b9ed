from odoo import api, models


class AccountMove(models.Model):
    """Invoices, whose import may change whom rules match."""

    _inherit = "account.move"

    @api.model
    def load(self, fields, data):
        return self.env["collection.assignment.rule"]._run_after(super().load(fields, data))
