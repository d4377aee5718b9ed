from odoo import api, fields, models

from ... import engine
from ..tree.collection_sequence_transition import NATURES


class CollectionDeadline(models.Model):
    """The running deadline of one row of a decision table, within one visit."""

    _name = "collection.deadline"
    _description = "Collection Deadline"
    _inherit = ["collection.owned"]
    _order = "due, id"
    _rec_name = "transition_id"
    _owner_fields = ("sequence_id",)

    sequence_id = fields.Many2one(
        "collection.sequence", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="sequence_id.company_id")
    customer_id = fields.Many2one(related="sequence_id.customer_id")
    visit_id = fields.Many2one(
        "collection.sequence.visit", required=True, readonly=True, ondelete="restrict")
    transition_id = fields.Many2one(
        "collection.sequence.transition", string="Row", required=True, readonly=True,
        ondelete="restrict")
    base = fields.Date(string="Counted from", required=True, readonly=True)
    due = fields.Date(
        required=True, readonly=True, index=True, help="The last day on which one is in time.")
    original_due = fields.Date(required=True, readonly=True)
    nature = fields.Selection(NATURES, required=True, readonly=True)
    frozen = fields.Boolean(readonly=True)
    remaining = fields.Integer(
        readonly=True, help="Units of its delay that are left, while it is frozen.")
    alerted = fields.Boolean(string="Passed during a pause", readonly=True)
    unit = fields.Char(
        readonly=True, help="What it is counted in, whatever later versions of its row say.")
    given_back = fields.Integer(
        readonly=True, help="Units of its delay that pauses have given back to it.")
    state = fields.Selection(
        [("running", "Running"), ("frozen", "Frozen"), ("passed", "Passed"), ("left", "Left")],
        compute="_compute_state")

    _row_unique = models.UniqueIndex(
        "(visit_id, transition_id)", "A row has one deadline in a visit.")

    @api.depends("due", "frozen", "visit_id.left_at")
    def _compute_state(self):
        days = {company: company._get_collection_day() for company in self.sequence_id.company_id}
        for deadline in self:
            today = days.get(deadline.sequence_id.company_id)
            deadline.state = (
                "left" if deadline.visit_id.left_at else "frozen" if deadline.frozen
                else "passed" if deadline.due and deadline.due < today else "running")

    def _get_state(self):
        """:return: the deadline as the engine's plain :class:`~..engine.RunningDeadline`"""
        self.ensure_one()
        return engine.RunningDeadline(
            visit=self.visit_id.number, row=self.transition_id.key,
            base=self.base.isoformat(), due=self.due.isoformat(), nature=self.nature,
            remaining=self.remaining if self.frozen else None, alerted=self.alerted,
            unit=self.unit or None, given_back=self.given_back)
