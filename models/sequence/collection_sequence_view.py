from odoo import api, fields, models


class CollectionSequenceView(models.Model):
    """What the sequence's form shows besides its own fields: the path taken, and ways to go."""

    _inherit = "collection.sequence"

    path = fields.Json(
        string="Steps", compute="_compute_path",
        help="The steps as the form draws them: those entered, in order, then the others.")

    @api.depends_context("lang", "tz")
    @api.depends("visit_ids.left_at", "visit_id", "state")
    def _compute_path(self):
        for sequence in self:
            visits = sequence.visit_ids.sorted("number")
            others = sequence.template_id.step_ids - visits.step_id
            sequence.path = [
                *(sequence._prepare_path_visit(visit) for visit in visits),
                *({"key": f"step{step.id}", "name": step.name, "state": "other"}
                  for step in others),
            ]

    def _prepare_path_visit(self, visit):
        """:return: dict of what the path shows of a visit"""
        here = visit == self.visit_id and not visit.left_at
        ended = self.state in ("done", "stopped", "switched")
        return {
            "key": f"visit{visit.id}",
            "name": visit.step_id.name,
            "state": "current" if here and not ended else "visited",
            "again": len(self.visit_ids.filtered(
                lambda v: v.step_id == visit.step_id and v.number <= visit.number)),
            "entered": fields.Datetime.to_string(visit.entered_at),
            "because": visit.transition_id.sentence or "",
        }

    def action_open_customer(self):
        """:return: window action on the sequence's customer"""
        self.ensure_one()
        return self.customer_id.action_open_collection_customer()

    def action_open_parent(self):
        """:return: window action on the sequence that launched this one"""
        self.ensure_one()
        return self.parent_id.action_open()
