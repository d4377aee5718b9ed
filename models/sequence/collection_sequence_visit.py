from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import engine


class CollectionSequenceVisit(models.Model):
    """One entry into a step: when it was entered and left, and by which row."""

    _name = "collection.sequence.visit"
    _description = "Collection Sequence Visit"
    _inherit = ["collection.owned"]
    _order = "sequence_id, number"
    _owner_fields = ("sequence_id",)

    sequence_id = fields.Many2one(
        "collection.sequence", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="sequence_id.company_id")
    number = fields.Integer(required=True, readonly=True)
    step_id = fields.Many2one(
        "collection.sequence.step", required=True, readonly=True, ondelete="restrict")
    entered_at = fields.Datetime(required=True, readonly=True)
    entered_on = fields.Date(
        required=True, readonly=True, help="In the company's time zone; deadlines count from it.")
    left_at = fields.Datetime(readonly=True)
    transition_id = fields.Many2one(
        "collection.sequence.transition", string="Left by", readonly=True, ondelete="restrict")

    given_back = fields.Json(
        readonly=True, help="Units that pauses had given back to deadlines that have been "
        "dropped, and what they are counted in, by row.")
    abandoned = fields.Boolean(
        compute="_compute_abandoned",
        help="A person left it by a jump, a stop or a switch: it was not finished.")

    _number_unique = models.Constraint(
        "UNIQUE(sequence_id, number)", "Visits of a sequence are numbered without a double.")

    @api.depends_context("lang")
    @api.depends("number", "step_id")
    def _compute_display_name(self):
        for visit in self:
            visit.display_name = f"{visit.number}. {visit.step_id.name}"

    @api.depends("left_at", "transition_id")
    def _compute_abandoned(self):
        for visit in self:
            visit.abandoned = bool(visit.left_at) and not visit.transition_id

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The path that a sequence took is never deleted."))

    def _get_state(self):
        """:return: the visit as the engine's plain :class:`~...engine.Visit`"""
        self.ensure_one()
        return engine.Visit(
            number=self.number,
            step=self.step_id.key,
            entered_on=self.entered_on.isoformat(),
            is_left=bool(self.left_at),
            row=self.transition_id.key or None,
            given_back=tuple(
                engine.GivenBack(row, *given) for row, given in sorted(
                    (self.given_back or {}).items())),
        )
