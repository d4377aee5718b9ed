from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.branches import BranchMany2one

KINDS = [
    ("internal", "Internal"),
    ("external", "External partner"),
    ("contact", "Contact"),
]


class CollectionFunction(models.Model):
    """A function (role): Gestionnaire, Avocat, Locataire.

    Templates name functions, never people (D-004, D-085). A participant holds a function for
    one customer or one sequence; the default holder stands in where no participant does.
    """

    _name = "collection.function"
    _description = "Collection Function"
    _order = "position, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Short name that stays the same in every language and database, e.g. GEST.",
    )
    position = fields.Integer(default=10)
    kind = fields.Selection(
        KINDS, required=True, default="internal",
        help="Internal: colleagues, who steer. External partner: bailiffs, lawyers, who act on "
        "what is asked of them. Contact: tenants, public bodies, who only receive messages.",
    )
    default_user_id = BranchMany2one(
        "res.users", string="Default user", company_dependent=True,
        domain="[('share', '=', False)]",
        help="Holds the function where neither the sequence nor the customer names anyone.",
    )
    default_contact_id = BranchMany2one(
        "res.partner", string="Default contact", company_dependent=True,
        help="Holds the function where neither the sequence nor the customer names anyone.",
    )
    default_partner_id = fields.Many2one(
        "res.partner", string="Default holder", compute="_compute_default_partner_id")
    held_by_customer = fields.Boolean(
        "Held by customer",
        help="Tenant, debtor: the customer itself holds the function, unless the sequence or the "
        "customer names somebody else.")
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)

    _code_unique = models.Constraint("UNIQUE(code)", "Another function has this code already.")
    _held_by_customer_check = models.Constraint(
        "CHECK(NOT held_by_customer OR kind = 'contact')",
        "A customer holds functions of contacts alone: untick “Held by customer”, or choose "
        "“Contact”.")

    @api.depends_context("company")
    @api.depends("kind", "default_user_id", "default_contact_id")
    def _compute_default_partner_id(self):
        for function in self:
            internal = function.kind == "internal"
            user = function.sudo().default_user_id
            function.default_partner_id = (
                user.partner_id if internal else function.default_contact_id)

    def _get_usual_holder(self, customer):
        """:param customer: the ``res.partner`` whom it is about
        :return: the ``res.partner`` who holds this function where no participant does: the
            customer itself, or the default holder in the current company; empty for nobody"""
        return customer if self.held_by_customer else self.default_partner_id

    def _describe_vacancy(self, customer, in_sequence=False):
        """Say that nobody holds this function, and where somebody is named.

        :param customer: the ``res.partner`` for whom nobody does
        :param bool in_sequence: it is looked for in a sequence, not for the customer alone
        :return: str, in the language of the context
        """
        names = {"function": self.name, "customer": customer.name}
        if in_sequence:
            return self.env._(
                "Nobody holds “%(function)s” for %(customer)s: name somebody under Participants "
                "in the sequence.", **names)
        return self.env._(
            "Nobody holds “%(function)s” for %(customer)s: name somebody under Participants on "
            "the customer's Sequences tab.", **names)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Templates and participants name their functions: archive one instead."""
        used = self.env["collection.sequence.content"].sudo().search([
            "|", "|", ("function_id", "in", self.ids), ("validator_function_id", "in", self.ids),
            ("recipient_function_id", "in", self.ids)], limit=1)
        held = self.env["collection.participant"].sudo().search(
            [("function_id", "in", self.ids)], limit=1)
        if used or held:
            named = used.function_id | used.validator_function_id | used.recipient_function_id
            raise UserError(self.env._(
                "%(function)s is in use, by %(user)s. Archive it instead.",
                function=(named & self or held.function_id)[:1].name,
                user=used.step_id.template_id.display_name or held.customer_id.name))

    @api.constrains("kind")
    def _check_kind_of_use(self):
        """A function that owes or validates actions cannot become a contact (B10)."""
        contacts = self.filtered(lambda function: function.kind == "contact")
        if not contacts:
            return
        owed = self.env["collection.sequence.content"].sudo().search([
            "|", ("function_id", "in", contacts.ids), ("validator_function_id", "in", contacts.ids),
        ], limit=1)
        if owed:
            raise ValidationError(self.env._(
                "%(function)s cannot be a contact: “%(action)s” of template %(template)s is owed "
                "or validated by it, and contacts only receive messages.",
                function=(owed.function_id & contacts or contacts[:1]).name,
                action=owed.name, template=owed.step_id.template_id.display_name,
            ))
