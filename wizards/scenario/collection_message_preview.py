from odoo import models

from ...tools.records import as_values


class CollectionMessagePreview(models.TransientModel):
    """The text of a scenario's step, while it is being written."""

    _inherit = "collection.message.preview"

    def _get_sample_vals(self, values):
        """The step as it is in the form, so that what follows it has its day: ``scenario_id``,
        ``offset``, and ``id`` of a step that is stored."""
        scenario = self.env["collection.scenario"].browse(values.get("scenario_id") or ())
        if not scenario.exists():
            return super()._get_sample_vals(values)
        scenario.check_access("read")
        stored = scenario.step_ids.filtered(lambda step: step.id == values.get("id"))
        steps = self.env["collection.scenario.step"]
        step = steps.new({"scenario_id": scenario.id, **as_values(
            steps, {"offset": values.get("offset") or 0})}, origin=stored)
        return {**super()._get_sample_vals(values), "scenario_step_id": step}
