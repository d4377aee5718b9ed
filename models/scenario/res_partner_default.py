from odoo import api, fields, models


class ResCompany(models.Model):
    """The scenario that new customers start with."""

    _inherit = "res.company"

    collection_scenario_id = fields.Many2one(
        "collection.scenario", string="Scenario of new customers", ondelete="restrict",
        domain="[('company_id', 'in', (False, id))]",
        help="Written to customers when they are created, instead of the default scenario: "
        "they keep it when another one is chosen here.")


class ResPartner(models.Model):
    """A new customer has its company's scenario from the start (S-008, M-041)."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        scenario = self.env.company.sudo().collection_scenario_id
        if scenario:
            fresh = self.browse(
                partner.id for partner, vals in zip(partners, vals_list)
                if partner._is_new_collection_customer()
                and not vals.get("collection_scenario_id"))
            fresh.sudo().collection_scenario_id = scenario
        return partners

    def _is_new_collection_customer(self):
        """Whether it was created as a customer, and has no scenario but the default one."""
        self.ensure_one()
        field = self._fields["collection_scenario_id"]
        return (
            self.customer_rank > 0 and self.commercial_partner_id == self
            and self.sudo().collection_scenario_id.id in (
                False, field.get_company_dependent_fallback(self.sudo()).id))
