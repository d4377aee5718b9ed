from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.own_context import is_own


class CollectionDocumentTemplateItem(models.Model):
    """A document that a template asks for, and of which function (C-007, C-009)."""

    _name = "collection.document.template.item"
    _description = "Document of a Request Template"
    _inherit = ["collection.document.paper"]
    _order = "template_id, position, id"

    template_id = fields.Many2one(
        "collection.document.template", required=True, index=True, ondelete="cascade")
    due_days = fields.Integer(
        string="Due in", help="Days from the start of the request. 0: with the request.")

    _due_days_check = models.Constraint(
        "CHECK(due_days >= 0)", "A document cannot be due before it is asked for.")

    @api.constrains("function_id", "template_id")
    def _check_function(self):
        if not is_own(self, "collection_saving_template"):
            self._check_contributes()

    def _check_contributes(self):
        """:raise ValidationError: a document is asked of a function that does not contribute"""
        for item in self:
            functions = item.template_id.function_ids.function_id
            if item.function_id and item.function_id not in functions:
                raise ValidationError(self.env._(
                    "“%(item)s” is asked of %(function)s, which is no contributor of "
                    "“%(template)s”. Add it under Contributors first.", item=item.name,
                    function=item.function_id.name, template=item.template_id.name))
