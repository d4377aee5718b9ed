from odoo import fields, models


class CollectionLabel(models.Model):
    """A label of sequence templates, to sort and filter by (D-104, D-105)."""

    _name = "collection.label"
    _description = "Collection Label"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_unique = models.Constraint("UNIQUE(name)", "Another label has this name already.")
