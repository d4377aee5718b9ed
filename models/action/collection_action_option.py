from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .collection_outcome import OPTION_OUTCOMES

#: What an act does to the time of limitation, in the words of the trade.
INTERRUPTIONS = [
    ("recognition", "Recognition of the debt"),
    ("claim", "Claim in court"),
    ("enforcement", "Enforcement"),
    ("title", "Enforceable title"),
]


class CollectionActionOption(models.Model):
    """A choice that a decision offers: a word of the trade for an outcome.

    "Served", "attempted, PV 659", "plan agreed": each maps to one outcome, and the decision
    table may route on the word itself.
    """

    _name = "collection.action.option"
    _description = "Collection Action Option"
    _order = "position, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Short name that stays the same in every language and database, e.g. SERVED.",
    )
    position = fields.Integer(default=10)
    outcome = fields.Selection(OPTION_OUTCOMES, required=True, default="done")
    interrupts = fields.Selection(
        INTERRUPTIONS, string="Interrupts limitation",
        help="An action that is closed with this option interrupts the limitation of its items, "
        "from its day. A formal notice does not, nor does a bailiff's order to pay: leave it "
        "empty there.")
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("UNIQUE(code)", "Another option has this code already.")

    @api.constrains("code", "outcome")
    def _check_not_published(self):
        """A published version never changes, so neither does what its options mean."""
        used = self.env["collection.sequence.content"].sudo().search([
            ("option_ids", "in", self.ids), ("step_id.template_id.state", "!=", "draft"),
        ], limit=1)
        loading = self.env.su and self.env.context.get("install_mode")
        if used and not loading:
            raise ValidationError(self.env._(
                "The option is used by the published template %(template)s: its code and outcome "
                "stay as they are. Make another option instead.",
                template=used.step_id.template_id.display_name,
            ))
