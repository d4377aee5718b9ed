from odoo import api, fields, models


class CollectionScenarioView(models.Model):
    """What the lists of scenarios show."""

    _inherit = "collection.scenario"

    ladder = fields.Char(
        string="Steps", compute="_compute_ladder", help="Days from the due date of each step.")

    @api.depends("step_ids.offset")
    def _compute_ladder(self):
        for scenario in self:
            scenario.ladder = " · ".join(
                f"{step.offset:+d}".replace("-", "−") for step in scenario.step_ids)
