from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import bulk


class CollectionActionSkip(models.TransientModel):
    """Dialog that leaves actions out, with a reason; their scenario goes on (E6)."""

    _name = "collection.action.skip"
    _description = "Skip Collection Actions"
    _inherit = ["collection.dialog"]

    action_ids = fields.Many2many("collection.action", required=True, readonly=True)
    count = fields.Integer(compute="_compute_count")
    reason = fields.Text(help="Stays in the customer's history.")

    @api.depends("action_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.action_ids)

    def action_apply(self):
        """Skip them.

        :return: notification, or the client's action that goes on with the next batch
        :raise UserError: no reason is given, or the one there is was closed meanwhile
        """
        self.ensure_one()
        self._check()
        return bulk.start(
            self.action_ids, self._skip, owner=self, method="skip_batch",
            title=self.env._("Skip"),
            message=lambda count: self.env._("Skipped: %(count)s.", count=count))

    def skip_batch(self, batch):
        """Skip some of the actions; the client calls it once a batch.

        :param list batch: ids of actions of this dialog; others are left alone
        :return: dict: how many are ``done``, and who was ``refused`` (``name``, ``reason``)
        :raise UserError: no reason is given
        """
        self.ensure_one()
        self._check()
        return bulk.run_batch(bulk.take(self.action_ids, batch), self._skip)

    def _check(self):
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why: the reason stays in the customer's history."))

    def _skip(self, actions):
        actions.skip(self.reason.strip())
