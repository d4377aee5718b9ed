from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import fields, models


class ResCompany(models.Model):
    """What a company decides for its collecting: its clock, and who answers for it."""

    _inherit = "res.company"

    collection_manager_id = fields.Many2one(
        "res.users", string="Credit manager", domain="[('share', '=', False)]",
        help="Signs the messages of customers without a collector, and is given their actions.")

    def _get_collection_now(self):
        """:return: the moment, in the company's time zone"""
        self.ensure_one()
        name = self.resource_calendar_id.tz or self.partner_id.tz or "UTC"
        return fields.Datetime.now().replace(tzinfo=timezone.utc).astimezone(ZoneInfo(name))

    def _get_collection_day(self):
        """:return: the company's day"""
        return self._get_collection_now().date()
