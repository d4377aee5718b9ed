import json

from odoo import api, models, tools

from ..tools.branches import BranchField


class IrDefault(models.Model):
    """Defaults of fields that a company shares with its branches."""

    _inherit = "ir.default"

    @api.model
    @tools.ormcache("model_name", "field_name", "company_ids")
    def _get_collection_default(self, model_name, field_name, company_ids):
        """The default of a field for a lineage of companies: the nearest one's.

        :param str model_name: technical name of the model
        :param str field_name: name of the field
        :param tuple company_ids: ids, the nearest company first
        :return: the value as stored, or None where there is none
        """
        for company_id in (*company_ids, False):
            value = self.sudo()._get(model_name, field_name, company_id=company_id)
            if value is not None:
                return value
        return None

    @tools.ormcache("model_name", "field_name")
    def _get_field_column_fallbacks(self, model_name, field_name):
        """A branch's own value is kept though it equals the default: its parent's may differ."""
        fallbacks = super()._get_field_column_fallbacks(model_name, field_name)
        field = self.env[model_name]._fields[field_name]
        if not isinstance(field, BranchField):
            return fallbacks
        branches = self.env["res.company"].sudo().with_context(active_test=False).search(
            [("parent_id", "!=", False)])
        return json.dumps(
            json.loads(fallbacks) | {
                str(branch.id): field.dropped_in_branch for branch in branches})
