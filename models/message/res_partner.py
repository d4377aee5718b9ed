from odoo import api, models

from ...tools.customers import follow


class ResPartner(models.Model):
    """What was sent follows its actions."""

    _inherit = "res.partner"

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        self._move_dispatches(changes)

    @api.model
    def _move_dispatches(self, changes):
        """What left goes where its action went; for domains whose actions move after these.

        :param changes: list of :class:`~..tools.customers.CustomerChange`
        """
        follow(self.env["collection.dispatch"], changes, "action_id")
