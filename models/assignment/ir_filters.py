from odoo import api, models
from odoo.exceptions import UserError


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
