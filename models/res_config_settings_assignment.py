from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """What customers have that neither a rule nor a hand has given anything (M-042)."""

    _inherit = "res.config.settings"

    collection_default_scenario_id = fields.Many2one(
        "collection.scenario", string="Default scenario",
        compute="_compute_collection_default_scenario_id",
        inverse="_inverse_collection_default_scenario_id",
        domain="[('company_id', 'in', (False, company_id))]")
    collection_default_collector_id = fields.Many2one(
        "res.users", string="Default collector", domain="[('share', '=', False)]",
        compute="_compute_collection_default_collector_id",
        inverse="_inverse_collection_default_collector_id")

    # one method a field: computing one must not undo what was entered in the other

    @api.depends("company_id")
    def _compute_collection_default_scenario_id(self):
        for settings in self:
            settings.collection_default_scenario_id = settings._get_default(
                "collection_scenario_id")

    @api.depends("company_id")
    def _compute_collection_default_collector_id(self):
        for settings in self:
            settings.collection_default_collector_id = settings._get_default("collector_id")

    def _inverse_collection_default_scenario_id(self):
        for settings in self:
            settings._set_default(
                "collection_scenario_id", settings.collection_default_scenario_id)

    def _inverse_collection_default_collector_id(self):
        for settings in self:
            settings._set_default("collector_id", settings.collection_default_collector_id)

    def _get_default(self, field):
        """:return: what customers of the company have where nothing else is said"""
        partner = self.env["res.partner"].sudo().with_company(self.company_id)
        return partner._fields[field].get_company_dependent_fallback(partner)

    def _set_default(self, field, value):
        if self._get_default(field) != value:
            self.env["ir.default"].sudo().set(
                "res.partner", field, value.id, company_id=self.company_id.id)
            self.env["collection.assignment.rule"]._plan_soon()
