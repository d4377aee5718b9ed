from odoo import api, fields, models
from odoo.exceptions import UserError

from ..collection_assignment_attribute import BY_FIELD
from ..people.res_partner import COLLECTORS
from ..scenario.res_partner_scenario import PLANNED_BY


class ResPartner(models.Model):
    """The customer's groups, and where each of its attributes has its value from."""

    _inherit = "res.partner"

    collection_group_ids = fields.Many2many(
        "collection.group", "collection_group_customer_rel", "customer_id", "group_id",
        string="Customer groups", groups=COLLECTORS)
    collection_assignment_ids = fields.One2many(
        "collection.assignment", "customer_id", groups=COLLECTORS, readonly=True)

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


class AccountMove(models.Model):
    """Invoices, whose import may change whom rules match."""

    _inherit = "account.move"

    @api.model
    def load(self, fields, data):
        return self.env["collection.assignment.rule"]._run_after(super().load(fields, data))


class IrFilters(models.Model):
    """A saved search that feeds a rule stays."""

    _inherit = "ir.filters"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_rule(self):
        rule = self.env["collection.assignment.rule"].sudo().with_context(
            active_test=False).search([("filter_id", "in", self.ids)], limit=1)
        if rule:
            raise UserError(self.env._(
                "The search “%(search)s” feeds the assignment rule “%(rule)s”. Give the rule "
                "another search first.", search=rule.filter_id.name, rule=rule.display_name))
