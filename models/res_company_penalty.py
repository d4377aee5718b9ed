from odoo import fields, models


class ResCompany(models.Model):
    """Which rate a company's terms ask of professionals."""

    _inherit = "res.company"

    collection_penalty_regime = fields.Selection(
        [("business", "Default of the law"), ("contractual", "Rate of our terms")],
        string="Penalty rate for professionals", required=True, default="business",
        help="Default of the law: ECB rate plus points, semester by semester. Rate of our terms: "
        "the contractual rates of the table. Public buyers have a regime of their own.",
    )
