from uuid import uuid4

from odoo import api, fields, models

from ...engine import Content, Option


class CollectionSequenceContent(models.Model):
    """An action that a step asks for: a content, and when it falls."""

    _name = "collection.sequence.content"
    _inherit = ["collection.action.content", "collection.template.part"]
    _description = "Collection Sequence Action"
    _order = "step_id, position, id"
    #: what was sent stays as it was sent
    _live_fields = frozenset({"name", "description", "subject", "body"})

    step_id = fields.Many2one(
        "collection.sequence.step", required=True, index=True, ondelete="cascade")
    template_id = fields.Many2one(related="step_id.template_id")
    template_state = fields.Selection(related="step_id.template_id.state")
    key = fields.Char(
        required=True, default=lambda self: uuid4().hex[:8],
        help="Stays the same in every version and copy of the template.",
    )
    position = fields.Integer(default=10)
    function_id = fields.Many2one(required=True)
    delay_days = fields.Integer(
        string="Starts after", help="Days between entering the step and the day it falls on.")
    deadline_days = fields.Integer(
        string="To be done within", help="Days from then to its deadline. 0: no deadline.")
    expires = fields.Boolean(
        string="Expires", help="Past its deadline, it closes by itself as expired.")
    required_markers = fields.Char(
        string="Asks for",
        help="Case data of the sequence that must be filled to close it, by name, "
        "separated by commas.",
    )
    action_template_id = fields.Many2one(
        "collection.action.template", string="Copy from", store=False,
        help="Copies the texts and settings of a reusable action.",
    )

    _key_unique = models.Constraint(
        "UNIQUE(step_id, key)", "Two actions of a step cannot share a key.")
    _days_check = models.Constraint(
        "CHECK(delay_days >= 0 AND deadline_days >= 0)", "Days cannot be negative.")

    @api.onchange("action_template_id")
    def _onchange_action_template_id(self):
        template = self.action_template_id
        for name in template and self._get_content_fields():
            self[name] = template[name]

    def _get_definition(self):
        """:return: the action asked for as a plain :class:`~..engine.Content`"""
        self.ensure_one()
        return Content(
            key=self.key,
            function=self.function_id.code or None,
            required=self.required,
            keep=self.keep,
            delay=self.delay_days,
            validation=self.needs_validation,
            validator=self._get_distinct_validator().code or None,
            options=tuple(Option(option.code, option.outcome) for option in self.option_ids),
            deadline=self.deadline_days,
            expires=self.expires,
            refusable=self._is_refusable(),
        )
