from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: How much of the customer a partner outside sees, each with all before it.
SHOWN = [
    ("action", "The action alone"),
    ("customer", "The customer's name and address"),
    ("items", "Name, address and open items"),
]


class CollectionActionContentPortal(models.AbstractModel):
    """What a partner outside sees and may do of an action, on the portal (D-078, D-079, B11)."""

    _inherit = "collection.action.content"

    function_kind = fields.Selection(related="function_id.kind", string="Kind of function")
    portal_shows = fields.Selection(
        SHOWN, string="Shows", default="customer",
        help="What a partner outside sees of the customer on the portal. No more than the work "
        "needs.")
    portal_documents = fields.Boolean(
        string="Shows documents",
        help="The partner also finds the files of the sequence's other actions.")
    portal_decides = fields.Boolean(
        string="Partner decides",
        help="The partner chooses among the decisions. Without it the office decides, and the "
        "partner comments and sends files.")

    @api.constrains("function_id", "needs_validation", "validator_function_id")
    def _check_outside_validation(self):
        """B11: what a partner outside did is validated by a colleague."""
        for content in self:
            validator = content.validator_function_id
            if content.needs_validation and content.function_id.kind == "external" and (
                    not validator or validator.kind != "internal"):
                raise ValidationError(self.env._(
                    "“%(action)s” is owed by %(function)s, a partner outside, who cannot "
                    "validate it: name an internal function that does.",
                    action=content.name, function=content.function_id.name))

    @api.onchange("function_id", "needs_validation")
    def _onchange_outside_validation(self):
        """B11: propose whom validations fall to in this house, else its first function."""
        if self.needs_validation and self.function_id.kind == "external" and (
                not self.validator_function_id):
            self.validator_function_id = self._get_usual_validator()

    def _get_usual_validator(self):
        """:return: the internal ``collection.function`` that validates most often"""
        contents = self.env["collection.sequence.content"].sudo()
        usual = contents._read_group(
            [("needs_validation", "=", True), ("validator_function_id.kind", "=", "internal"),
             ("validator_function_id.active", "=", True)],
            ["validator_function_id"], ["__count"], order="__count desc", limit=1)
        if usual:
            return usual[0][0].with_env(self.env)
        return self.env["collection.function"].search([("kind", "=", "internal")], limit=1)

    def _get_content_fields(self):
        return [*super()._get_content_fields(), "portal_shows", "portal_documents",
                "portal_decides"]
