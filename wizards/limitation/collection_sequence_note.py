from odoo import fields, models
from odoo.exceptions import UserError

from ...models.action.collection_action_option import INTERRUPTIONS


class CollectionSequenceNote(models.TransientModel):
    """Events that a person records may interrupt limitation."""

    _inherit = "collection.sequence.note"

    interrupts = fields.Selection(
        INTERRUPTIONS, string="Interrupts limitation",
        help="Of the items of the sequence, from the day on which it happened. A formal notice "
        "does not, nor does a bailiff's order to pay.")


class CollectionSequenceNoteLine(models.TransientModel):
    """What is noted interrupts the limitation of the sequence's items."""

    _inherit = "collection.sequence.note.line"

    def action_note(self):
        """:raise UserError: it interrupts limitation, and the sequence has no items"""
        followed = super().action_note()
        note = self.note_id
        if note.interrupts:
            if not self.sequence_id.item_ids:
                raise UserError(self.env._(
                    "The sequence has no items: note what interrupts limitation on the items."))
            self.env["collection.limitation.interruption"].note_interruption(
                self.sequence_id.item_ids, note.interrupts, note.day,
                note=": ".join(filter(None, (self.name, note.note))))
        return followed
