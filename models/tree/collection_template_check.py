from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionTemplateCheck(models.Model):
    """A dry run that was kept: publishing plays it again and refuses another result."""

    _name = "collection.template.check"
    _description = "Collection Template Check"
    _order = "template_id, position, id"

    template_id = fields.Many2one(
        "collection.sequence.template", required=True, index=True, ondelete="cascade")
    name = fields.Char(required=True)
    position = fields.Integer(default=10)
    start = fields.Date(required=True, help="The day of its launch.")
    moves = fields.Json(required=True, help="What was done and what happened, in order.")
    expected = fields.Json(required=True, help="The path and the end that it must lead to.")
    description = fields.Char(compute="_compute_description", string="Must lead to")
    _name_unique = models.Constraint(
        "UNIQUE(template_id, name)", "Another check of this template has this name already.")

    @api.depends_context("lang")
    @api.depends("expected", "template_id.step_ids.name")
    def _compute_description(self):
        for check in self:
            check.description = check._describe(check.expected or {})

    @api.constrains("moves", "expected")
    def _check_is_run(self):
        """What a file brings can be played, and compared with what comes of it."""
        for check in self:
            if not (_is_run(check.moves) and _is_summary(check.expected)):
                raise ValidationError(self.env._(
                    "Check “%(check)s” holds no run that could be played.", check=check.name))

    def _describe(self, summary):
        """:return: str, translated summary of a run: the steps entered, and its state"""
        names = {step.key: step.name for step in self.template_id.step_ids}
        states = dict(self.env["collection.sequence"]._fields["state"]._description_selection(
            self.env))
        path = summary.get("path") or []
        steps = " → ".join(names.get(step, step) for step, _row in path)
        return f"{steps} ({self._describe_end(path) or states.get(summary.get('status'), '')})"

    def _describe_end(self, path):
        """:return: label of the end that the last step was left for, if it was"""
        step, key = path[-1] if path else ("", "")
        rows = self.template_id.step_ids.filtered(lambda s: s.key == step).transition_ids
        return rows.filtered(lambda row: row.key == key and row.target == "end").end_label

    def _play(self):
        """:return: the run on the template as it is now, an :class:`~..engine.Played`"""
        self.ensure_one()
        return self.template_id._play_dry_run(self.start, self.moves or [])

    def _find_failure(self):
        """:return: str, translated sentence: how the run differs from its check; or None"""
        played = self._play()
        if played.refused:
            return self.env._(
                "Check “%(check)s” can no longer be played: its move %(number)s is refused.",
                check=self.name, number=played.refused[0] + 1)
        if played.summary != self.expected:
            return self.env._(
                "Check “%(check)s” should lead to %(expected)s, and leads to %(found)s.",
                check=self.name, expected=self._describe(self.expected),
                found=self._describe(played.summary))
        return None

    def action_open_run(self):
        """:return: client action that plays the run again"""
        self.ensure_one()
        action = self.template_id.action_open_dry_run()
        return {**action, "params": {
            **action["params"], "start": self.start.isoformat(), "moves": self.moves or []}}


def _is_run(moves):
    return isinstance(moves, list) and all(isinstance(move, dict) for move in moves)


def _is_summary(expected):
    """:return: bool, whether it is one as :attr:`..engine.dry_run.Played.summary` has it"""
    path = expected.get("path") if isinstance(expected, dict) else None
    return isinstance(path, list) and all(
        isinstance(leg, list) and len(leg) == 2 and isinstance(leg[0], str)
        and isinstance(leg[1] or "", str) for leg in path)
