from odoo import api, fields, models


class ResCompany(models.Model):
    """The scenario that new customers start with."""

    _inherit = "res.company"

    collection_scenario_id = fields.Many2one(
        "collection.scenario", string="Scenario of new customers", ondelete="restrict",
        domain="[('company_id', 'in', (False, id))]",
        help="Given to customers when they are created. Those that exist keep theirs.")


class ResPartner(models.Model):
    """A new customer has its company's scenario from the start (S-008, M-041)."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        scenario = self.env.company.sudo().collection_scenario_id
        if scenario:
            fresh = partners.filtered(lambda partner: partner._is_new_collection_customer())
            fresh.sudo().collection_scenario_id = scenario
        return partners

    def _is_new_collection_customer(self):
        """Whether it was created as a customer, and nobody has chosen its scenario."""
        self.ensure_one()
        return (
            self.customer_rank > 0 and self.commercial_partner_id == self
            and not self.sudo().collection_scenario_id)
