from odoo import fields, models

from ..selections import OUTCOMES


class CollectionOutcome(models.Model):
    """The outcomes that a decision table may look for, as records so that a row names several.

    One record an outcome, loaded with the module; nobody adds any.
    """

    _name = "collection.outcome"
    _description = "Collection Outcome"
    _order = "id"

    code = fields.Selection(OUTCOMES, required=True, readonly=True)
    name = fields.Char(required=True, translate=True)

    _code_unique = models.Constraint("UNIQUE(code)", "An outcome exists once.")
