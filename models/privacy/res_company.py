from odoo import fields, models


class ResCompany(models.Model):
    """How long a company keeps what it knows of a customer whose case is closed."""

    _inherit = "res.company"

    collection_retention_months = fields.Integer(
        string="Retention of closed cases", default=0, required=True,
        groups="base.group_user",
        help="Months after the last event, from which on a customer whose case is closed may be "
        "anonymised. 0: never. Not shorter than what accounting law asks for: France keeps "
        "invoices for ten years.")

    _collection_retention_months_check = models.Constraint(
        "CHECK(collection_retention_months >= 0)", "A retention cannot be negative.")

    def _get_company_root_delegated_field_names(self):
        """Who answers for what is kept is the legal entity, with all of its branches."""
        return [*super()._get_company_root_delegated_field_names(), "collection_retention_months"]
