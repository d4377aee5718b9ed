from odoo import fields, models


class CollectionActionTemplate(models.Model):
    """A reusable content: written once, copied into the steps that need it."""

    _name = "collection.action.template"
    _inherit = ["collection.action.content"]
    _description = "Collection Action Template"
    _order = "name, id"

    active = fields.Boolean(default=True)
