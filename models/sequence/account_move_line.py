from odoo import api, models

from ...tools.portfolio import PortfolioChar
from ..access import COLLECTORS
from .collection_sequence import ENDED


class AccountMoveLine(models.Model):
    """Open items say which sequence holds them."""

    _inherit = "account.move.line"

    collection_held_by = PortfolioChar(
        string="Held by", compute="_compute_collection_held_by", groups=COLLECTORS,
        help="Open sequences that are about the item.")

    @api.depends_context("lang")
    @api.depends("amount_residual")
    def _compute_collection_held_by(self):
        found = self._find_collection_sequences()
        for line in self:
            line.collection_held_by = ", ".join(
                sequence.template_id.name for sequence in found.get(line._origin.id, ()))

    def _find_collection_sequences(self):
        """:return: dict of lists of the open ``collection.sequence`` that hold an item, by its id
        """
        sequences = self.env["collection.sequence"].sudo().search(
            [("item_ids", "in", self.ids), ("state", "not in", ENDED)], order="id")
        found = {}
        for sequence in sequences:
            for item in sequence.item_ids:
                found.setdefault(item.id, []).append(sequence)
        return found

    def _describe_treatments(self):
        """Items that a sequence holds say at which of its steps it stands."""
        words = super()._describe_treatments()
        for line_id, sequences in self._find_collection_sequences().items():
            sequence = sequences[0]
            words[line_id] = self.env._(
                "Sequence %(sequence)s: %(step)s", sequence=sequence.template_id.name,
                step=sequence.step_id.name or "–")
        return words
