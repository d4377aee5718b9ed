from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.own_context import is_own


class CollectionDocumentTemplateFunction(models.Model):
    """A function that contributes besides the primary recipient, and what it may (C-004, C-010)."""

    _name = "collection.document.template.function"
    _description = "Contributor of a Request Template"
    _inherit = ["collection.document.permission"]
    _order = "template_id, position, id"
    _rec_name = "function_id"

    template_id = fields.Many2one(
        "collection.document.template", required=True, index=True, ondelete="cascade")
    position = fields.Integer(default=10)
    function_id = fields.Many2one(
        "collection.function", required=True, ondelete="restrict",
        domain="[('kind', '!=', 'internal')]")
    most = fields.Integer(
        string="At most", default=1,
        help="How many people may hold the function in one request. 0: any number. Each "
        "has an own copy of its documents, and none sees another's.")
    asked_names = fields.Char(string="Provides", compute="_compute_asked_names")

    _function_unique = models.Constraint(
        "UNIQUE(template_id, function_id)", "This function contributes already.")
    _most_check = models.Constraint(
        "CHECK(most >= 0)", "The number of people cannot be negative.")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("template_id.item_ids.function_id")
    def _compute_asked_names(self):
        for line in self:
            line.asked_names = ", ".join(line.template_id.item_ids.filtered(
                lambda item, line=line: item.function_id == line.function_id).mapped("name"))

    # === CONSTRAINTS === #

    @api.constrains("function_id")
    def _check_function(self):
        for line in self:
            if line.function_id.kind == "internal":
                raise ValidationError(self.env._(
                    "%(function)s is an internal function: colleagues review documents, others "
                    "contribute them.", function=line.function_id.name))

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        """A document asked of a function that does not contribute would reach nobody."""
        if is_own(self, "collection_saving_template"):
            return
        for template, lines in self.grouped("template_id").items():
            asked = template.item_ids.filtered(
                lambda item, lines=lines: item.function_id in lines.function_id)
            if asked and template.exists():
                raise ValidationError(self.env._(
                    "“%(item)s” is asked of %(function)s: ask somebody else first.",
                    item=asked[0].name, function=asked[0].function_id.name))

    # === BUTTONS === #

    def action_open_invite(self):
        """:return: window action on the dialog that invites somebody to this function, for the
            request in the context"""
        self.ensure_one()
        request = self.env["collection.document.request"].browse(
            self.env.context.get("collection_request_id"))
        action = request.action_open_invite()
        action["context"]["default_function_id"] = self.function_id.id
        return action
