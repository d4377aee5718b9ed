from odoo import fields, models


class CollectionActionContent(models.AbstractModel):
    """An action that asks for documents names the template of its request."""

    _inherit = "collection.action.content"

    document_template_id = fields.Many2one(
        "collection.document.template", string="Documents", ondelete="restrict",
        help="Which documents are asked for; whoever starts the request may choose others.")

    def _get_content_fields(self):
        return [*super()._get_content_fields(), "document_template_id"]
