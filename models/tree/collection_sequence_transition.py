from uuid import uuid4

from odoo import api, fields, models

from ...engine import End, Goto, Joined, Outcome, Row, Start, Switch


class CollectionSequenceTransition(models.Model):
    """An edge of the tree: one row of a step's decision table. The first that holds fires."""

    _name = "collection.sequence.transition"
    _description = "Collection Sequence Transition"
    _order = "step_id, position, id"
    _rec_name = "sentence"

    step_id = fields.Many2one(
        "collection.sequence.step", required=True, index=True, ondelete="cascade")
    template_id = fields.Many2one(related="step_id.template_id")
    key = fields.Char(
        required=True, default=lambda self: uuid4().hex[:8],
        help="Stays the same in every version and copy of the template.",
    )
    position = fields.Integer(default=10)
    position_label = fields.Char(compute="_compute_position_label")
    timing = fields.Selection(
        [("at_once", "At once"), ("joined", "When joined")],
        string="Read", default="joined", required=True,
        help="At once: read at every result, it interrupts the step. When joined: read when "
        "the step's results are complete.",
    )
    condition = fields.Selection(
        [("outcome", "Result of an action"), ("joined", "Whatever the results")],
        default="outcome", required=True,
        help="“Whatever the results” read when joined is the default row.",
    )
    content_key = fields.Char(help="Key of the action looked at; survives copies.")
    content_id = fields.Many2one(
        "collection.sequence.content", string="Action", compute="_compute_content_id",
        inverse="_inverse_content_id", store=True, domain="[('step_id', '=', step_id)]")
    outcome_ids = fields.Many2many(
        "collection.outcome", string="Outcomes", help="Outcomes that make the row hold.")
    option_ids = fields.Many2many(
        "collection.action.option", string="Options", help="Decisions that make the row hold.")
    target = fields.Selection(
        [("step", "Go to step"), ("end", "End"), ("switch", "Switch to another template"),
         ("launch", "Launch another template")],
        default="step", required=True)
    target_key = fields.Char(help="Key of the step entered; survives copies.")
    target_step_id = fields.Many2one(
        "collection.sequence.step", string="Step to enter", compute="_compute_target_step_id",
        inverse="_inverse_target_step_id", store=True,
        domain="[('template_id', '=', template_id)]")
    target_template_code = fields.Char(
        string="Other template", help="Code of the template that takes over or is launched.")
    wait = fields.Boolean(
        string="Wait for it", help="Enter the next step only when the other sequence has ended.")
    end_label = fields.Char(translate=True, help="How this end is called, e.g. Regularised.")
    sentence = fields.Char(compute="_compute_sentence")

    _key_unique = models.Constraint(
        "UNIQUE(step_id, key)", "Two rows of a decision table cannot share a key.")

    @api.depends("step_id.content_ids.key", "content_key")
    def _compute_content_id(self):
        for row in self:
            row.content_id = row.step_id.content_ids.filtered(
                lambda content, row=row: content.key == row.content_key)[:1]

    def _inverse_content_id(self):
        for row in self:
            row.content_key = row.content_id.key

    @api.depends("step_id.template_id.step_ids.key", "target_key")
    def _compute_target_step_id(self):
        for row in self:
            row.target_step_id = row.step_id.template_id.step_ids.filtered(
                lambda step, row=row: step.key == row.target_key)[:1]

    def _inverse_target_step_id(self):
        for row in self:
            row.target_key = row.target_step_id.key

    @api.depends("step_id.transition_ids.position")
    def _compute_position_label(self):
        for row in self:
            rows = row.step_id.transition_ids.sorted(lambda r: (r.position, r.id))
            row.position_label = str(list(rows).index(row) + 1) if row in rows else ""

    @api.depends_context("lang")
    @api.depends(
        "timing", "condition", "content_id.name", "outcome_ids.name", "option_ids.name",
        "target", "target_step_id.name", "end_label", "positive", "event_code", "event_name",
        "level_code", "below", "delay_amount", "delay_unit", "base", "marker", "guard",
        "target_template_code")
    def _compute_sentence(self):
        for row in self:
            row.sentence = self.env._(
                "%(condition)s → %(target)s",
                condition=row._describe_condition(), target=row._describe_target())

    def _describe_condition(self):
        if self.condition == "joined":
            return (self.env._("at once") if self.timing == "at_once"
                    else self.env._("otherwise, when joined"))
        results = ", ".join([*self.outcome_ids.mapped("name"), *self.option_ids.mapped("name")])
        words = {"action": self.content_id.name or "?", "results": results or "?"}
        if self.timing == "at_once":
            return self.env._("as soon as “%(action)s” is: %(results)s", **words)
        return self.env._("when joined and “%(action)s” is: %(results)s", **words)

    def _describe_target(self):
        step, template = self.target_step_id.name or "?", self.target_template_code or "?"
        if self.target == "end":
            return self.env._("end: %(label)s", label=self.end_label or "–")
        if self.target == "switch":
            return self.env._("switch to %(template)s", template=template)
        if self.target == "launch":
            return self.env._("launch %(template)s, then %(step)s", template=template, step=step)
        return step

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.template_id._check_draft()
        return rows

    def write(self, vals):
        if set(vals) - {"end_label"}:
            self.template_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.template_id._check_draft()

    def _get_definition(self):
        """:return: the row as a plain :class:`~..engine.Row`"""
        self.ensure_one()
        return Row(
            key=self.key,
            condition=self._get_condition(),
            target=self._get_target(),
            at_once=self.timing == "at_once",
            guarded=bool(self.guard),
        )

    def _get_target(self):
        template, step = self.target_template_code or "", self.target_key or ""
        return {
            "step": Goto(step), "end": End(self.end_label or ""), "switch": Switch(template),
            "launch": Start(template, step, self.wait),
        }[self.target]

    def _get_condition(self):
        if self.condition == "joined":
            return Joined()
        return Outcome(
            self.content_key or "",
            frozenset(self.outcome_ids.mapped("code")),
            frozenset(self.option_ids.mapped("code")),
        )
