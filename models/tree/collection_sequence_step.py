from uuid import uuid4

from odoo import api, fields, models

from ...engine import Step
from ...engine.sequence import conditions

JOIN_LABELS = {
    conditions.ALL_REQUIRED: "All required actions are closed",
    conditions.ANY: "One action succeeded, or all are closed",
    conditions.FIRST: "The first action is closed",
}

JOINS = [(code, JOIN_LABELS[code]) for code in conditions.JOINS]


class CollectionSequenceStep(models.Model):
    """A step of a decision tree: the actions it asks for and its decision table."""

    _name = "collection.sequence.step"
    _inherit = ["collection.template.part"]
    _description = "Collection Sequence Step"
    _order = "template_id, position, id"

    template_id = fields.Many2one(
        "collection.sequence.template", required=True, index=True, ondelete="cascade")
    template_state = fields.Selection(related="template_id.state")
    key = fields.Char(
        required=True, default=lambda self: uuid4().hex[:8],
        help="Stays the same in every version and copy of the template.",
    )
    name = fields.Char(required=True, translate=True)
    position = fields.Integer(default=10)
    join = fields.Selection(
        JOINS, string="Complete when", default=conditions.ALL_REQUIRED, required=True,
        help="From then on the rows of the decision table that wait for it are looked at.",
    )
    max_visits = fields.Integer(
        default=3, required=True,
        help="Entering the step more often than that is an incident: a person decides.",
    )
    note = fields.Html(translate=True, help="Legal references and advice for this step.")
    content_ids = fields.One2many(
        "collection.sequence.content", "step_id", string="Actions", copy=True)
    transition_ids = fields.One2many(
        "collection.sequence.transition", "step_id", string="Decision table", copy=True)
    content_summary = fields.Text(string="Asks for", compute="_compute_content_summary")
    table_summary = fields.Text(string="What follows", compute="_compute_table_summary")
    _key_unique = models.Constraint(
        "UNIQUE(template_id, key)", "Two steps of a template cannot share a key.")
    _max_visits_check = models.Constraint(
        "CHECK(max_visits > 0)", "A step must be allowed at least one visit.")

    # === DEFINITION === #

    @api.depends_context("lang")
    @api.depends("content_ids.name", "content_ids.function_id.name")
    def _compute_content_summary(self):
        for step in self:
            step.content_summary = "\n".join(
                f"• {content.name} ({content.function_id.name})" for content in step.content_ids)

    @api.depends_context("lang", "company")
    @api.depends("transition_ids.sentence")
    def _compute_table_summary(self):
        for step in self:
            step.table_summary = "\n".join(step.transition_ids.mapped("sentence"))

    def copy(self, default=None):
        """A copy within the same template is another step, so it gets another key."""
        default = {"key": uuid4().hex[:8], **(default or {})}
        return super().copy(default)

    def _get_definition(self):
        """:return: the step as a plain :class:`~..engine.Step`"""
        self.ensure_one()
        by_position = lambda record: (record.position, record.id)  # noqa: E731
        return Step(
            key=self.key,
            contents=tuple(c._get_definition() for c in self.content_ids.sorted(by_position)),
            rows=tuple(r._get_definition() for r in self.transition_ids.sorted(by_position)),
            join=self.join,
            max_visits=self.max_visits,
        )

    # === PICTURE === #

    def _get_function_names(self):
        """:return: names of the functions that act in the step, as its picture lists them"""
        self.ensure_one()
        names = self.content_ids.function_id.mapped("name")
        return [", ".join(names)] if names else []
