from odoo import models

from ...tools.portfolio import PortfolioField, sees_own_only


class MailTrackingValue(models.Model):
    """What the chatter of customers and invoices shows of fields that their collector sees."""

    _inherit = "mail.tracking.value"

    def _filter_has_field_access(self, env):
        """Leave out what the field itself does not show to the collector of another customer."""
        shown = super()._filter_has_field_access(env)
        if not sees_own_only(env):
            return shown
        # a value of a field that is gone has no field
        ours = shown.filtered(lambda value: value.field_id and isinstance(
            env[value.field_id.model]._fields.get(value.field_id.name), PortfolioField))
        hidden = self.browse()
        for model, values in ours.grouped(lambda value: value.field_id.model).items():
            records = env[model].sudo().browse(values.mail_message_id.mapped("res_id")).exists()
            seen = set(records.filtered(lambda record: record._is_collection_seen()).ids)
            hidden |= values.filtered(lambda value, seen=seen: (
                value.mail_message_id.res_id not in seen))
        return shown - hidden
