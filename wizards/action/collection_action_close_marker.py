from odoo import api, fields, models

MARKER_TYPES = [
    ("date", "Date"), ("char", "Text"), ("float", "Number"), ("integer", "Whole number"),
    ("boolean", "Yes or no"), ("text", "Long text"), ("selection", "Choice"),
]


class CollectionActionCloseMarker(models.TransientModel):
    """One date or fact to fill when closing an action."""

    _name = "collection.action.close.marker"
    _description = "Date or Fact to Fill on Closing"
    _order = "id"

    close_id = fields.Many2one("collection.action.close", required=True, ondelete="cascade")
    name = fields.Char(required=True, readonly=True)
    label = fields.Char(readonly=True)
    type = fields.Selection(MARKER_TYPES, readonly=True)
    value = fields.Char(help="A date as 2026-03-31.")


class CollectionActionClose(models.TransientModel):
    """The closing dialog asks for the dates and facts that the action needs."""

    _inherit = "collection.action.close"

    marker_ids = fields.One2many(
        "collection.action.close.marker", "close_id", compute="_compute_marker_ids", store=True,
        readonly=False, string="Dates and facts")

    @api.depends("action_id")
    def _compute_marker_ids(self):
        known = dict(MARKER_TYPES)
        for wizard in self:
            asked = wizard.action_id._get_required_markers() if wizard.action_id else []
            wizard.marker_ids = [fields.Command.clear()] + [fields.Command.create({
                "name": marker["name"],
                "label": marker["string"],
                "type": marker["type"] if marker["type"] in known else "char",
                "value": marker.get("value") and str(marker["value"]),
            }) for marker in asked]

    def _get_marker_values(self):
        """:return: dict of what was filled, by technical name"""
        return {line.name: line.value for line in self.marker_ids}
