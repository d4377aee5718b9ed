from odoo import api, fields, models

from ...tools.dialogs import open_dialog


class CollectionSequenceTemplatePublish(models.TransientModel):
    """Publishing dialog: what deserves a second thought, before the version is frozen (D-087)."""

    _name = "collection.sequence.template.publish"
    _description = "Publish a Sequence Template"

    template_id = fields.Many2one(
        "collection.sequence.template", required=True, readonly=True)
    warnings = fields.Text(compute="_compute_warnings")

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


class CollectionSequenceTemplate(models.Model):
    """The button that publishes asks first."""

    _inherit = "collection.sequence.template"

    def action_publish_checked(self):
        """Refuse a tree with problems; ask before one is published, naming its warnings.

        :return: window action on the publishing dialog
        :raise UserError: the tree has problems
        """
        self.ensure_one()
        if self.state != "draft" or self._describe_problems():
            self.action_publish()  # says why it cannot be
        return open_dialog(
            "collection.sequence.template.publish",
            self.env._("Publish %(template)s", template=self.display_name),
            default_template_id=self.id)
