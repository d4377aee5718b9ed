from odoo import api, fields, models

from ..access import COLLECTORS
from ..scenario.res_partner import PLANNED_BY
from .attributes import BY_FIELD


class ResPartner(models.Model):
    """The customer's groups, and where each of its attributes has its value from."""

    _inherit = "res.partner"

    collection_group_ids = fields.Many2many(
        "collection.group", "collection_group_customer_rel", "customer_id", "group_id",
        string="Customer groups", groups=COLLECTORS)
    collection_assignment_ids = fields.One2many(
        "collection.assignment", "customer_id", groups=COLLECTORS, readonly=True)

    collection_origins = fields.Json(
        string="Set by", compute="_compute_collection_origins", groups=COLLECTORS)

    # === SETTINGS === #

    def write(self, vals):
        """A hand that changes an attribute is kept as its origin (M-022)."""
        touched = {name for name in BY_FIELD if name in vals}
        if not touched:
            return super().write(vals)
        customers = self.filtered(lambda partner: partner.commercial_partner_id == partner)
        before = customers._get_collection_settings(touched)
        result = super().write(vals)
        after = customers._get_collection_settings(touched)
        for name in touched:
            changed = [customer.id for customer in customers
                       if before[customer, name] != after[customer, name]]
            self.env["collection.assignment"].sudo()._note(
                self.env.company, BY_FIELD[name], changed)
        customers._trace_collection_settings({
            (customer, name): old for (customer, name), old in before.items()
            if name not in PLANNED_BY})
        return result

    @api.model
    def load(self, fields, data):
        return self.env["collection.assignment.rule"]._run_after(super().load(fields, data))

    # === ORIGINS === #
    # Where each attribute of a customer has its value from, as its form shows it (M-022).

    @api.depends_context("company", "lang")
    @api.depends("collection_assignment_ids.locked", "collection_assignment_ids.source",
                 "collection_assignment_ids.at", "collection_group_ids",
                 "collection_participant_ids")
    def _compute_collection_origins(self):
        rows = self.env["collection.assignment"].search([
            ("customer_id", "in", self.ids), ("company_id", "=", self.env.company.id)])
        automatic = self.env["collection.assignment.rule"]._get_automatic_attributes()
        by_customer = rows.grouped("customer_id")
        for partner in self:
            origins = {}
            for row in by_customer.get(partner._origin, rows.browse()):
                if row._is_shown():
                    origins.setdefault(row.attribute, []).append(row._describe(automatic))
            partner.collection_origins = origins
