from odoo import api, models

from ...tools.customers import follow, move_all


class ResPartner(models.Model):
    """Events on their way follow the customer, or the sequence that they are for."""

    _inherit = "res.partner"

    @api.model
    def _move_collection(self, changes):
        signals = self.env["collection.signal"]
        signals._reopen_missed()  # while it still shows whose they are
        super()._move_collection(changes)
        move_all(signals, changes)
        follow(signals, changes, "sequence_id")
