from odoo import fields, models

from ... import engine


class CollectionSignalReceipt(models.Model):
    """An event that reached one sequence: during which visit, and whether a row used it."""

    _name = "collection.signal.receipt"
    _description = "Collection Signal Receipt"
    _inherit = ["collection.owned"]
    _order = "id"
    _owner_fields = ("sequence_id",)

    sequence_id = fields.Many2one(
        "collection.sequence", required=True, readonly=True, index=True, ondelete="restrict")
    key = fields.Char(required=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    visit_number = fields.Integer(readonly=True)
    amount = fields.Float(readonly=True)
    about = fields.Char(readonly=True)
    ending = fields.Char(readonly=True)
    used = fields.Boolean(readonly=True)

    _key_unique = models.UniqueIndex(
        "(sequence_id, key)", "A sequence receives an event once.")

    def _get_state(self):
        """:return: the receipt as the engine's plain :class:`~..engine.ReceivedEvent`"""
        self.ensure_one()
        return engine.ReceivedEvent(
            self.key, self.code, self.visit_number, self.amount, self.about or None, self.used,
            self.ending or None)
