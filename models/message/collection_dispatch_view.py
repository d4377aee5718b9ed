from odoo import api, fields, models

from .collection_dispatch import TROUBLE


class CollectionDispatchView(models.Model):
    """What the lists of the outbox show: trouble first."""

    _inherit = "collection.dispatch"

    trouble = fields.Boolean(compute="_compute_trouble", store=True)

    #: read by the list of what was sent
    _trouble_index = models.Index("(trouble, id)")

    @api.depends("state")
    def _compute_trouble(self):
        for dispatch in self:
            dispatch.trouble = dispatch.state in TROUBLE
