from odoo import api, fields, models


class CollectionSequenceTemplatePublish(models.TransientModel):
    """Publishing dialog: what deserves a second thought, before the version is frozen (D-087)."""

    _name = "collection.sequence.template.publish"
    _description = "Publish a Sequence Template"
    _inherit = ["collection.dialog"]

    template_id = fields.Many2one(
        "collection.sequence.template", required=True, readonly=True)
    warnings = fields.Text(compute="_compute_warnings")

    @api.depends_context("lang")
    @api.depends("template_id")
    def _compute_warnings(self):
        for wizard in self:
            wizard.warnings = "\n".join(
                f"• {warning}" for warning in wizard.template_id._describe_warnings())

    def action_publish(self):
        """Publish the template.

        :raise UserError: its tree has problems
        """
        self.ensure_one()
        self.template_id.action_publish()
        return {"type": "ir.actions.act_window_close"}
