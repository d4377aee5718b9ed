from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import fields, models

from .. import engine


class ResCompany(models.Model):
    """What a company decides for its collecting: its clock, and who answers for it."""

    _inherit = "res.company"

    collection_manager_id = fields.Many2one(
        "res.users", string="Credit manager", domain="[('share', '=', False)]",
        help="Signs the messages of customers without a collector, and is given their actions.")

    collection_link_days = fields.Integer(
        string="Validity of personal links", default=30, required=True,
        help="Days for which the link of an interactive message shows what it shows.")
    collection_payment_days = fields.Integer(
        string="Delay of payments", default=5, required=True,
        help="Days until a payment that a customer says was made should have arrived. The "
        "scenario is silent meanwhile.")
    collection_matching_days = fields.Integer(
        string="Delay of matching", default=10, required=True,
        help="Days for which a promise counts as paid while the payment is on the account and is "
        "not matched with its invoices yet.")

    collection_penalty_regime = fields.Selection(
        [("business", "Default of the law"), ("contractual", "Rate of our terms")],
        string="Penalty rate for professionals", required=True, default="business",
        help="Default of the law: ECB rate plus points, semester by semester. Rate of our terms: "
        "the contractual rates of the table. Public buyers have a regime of their own.",
    )

    collection_scenario_id = fields.Many2one(
        "collection.scenario", string="Scenario given to new customers", ondelete="restrict",
        domain="[('company_id', 'in', (False, id))]",
        help="Written once to each customer created from now on, as if a colleague had chosen it. "
        "Choosing another one changes no customer that exists.")

    _collection_link_days_check = models.Constraint(
        "CHECK(collection_link_days > 0)", "A personal link is valid for one day at least.")
    _collection_payment_days_check = models.Constraint(
        "CHECK(collection_payment_days >= 0)", "The delay of payments cannot be negative.")
    _collection_matching_days_check = models.Constraint(
        "CHECK(collection_matching_days >= 0)", "The delay of matching cannot be negative.")

    # === CLOCK === #

    def _get_collection_now(self):
        """:return: datetime, now, in the company's time zone"""
        self.ensure_one()
        name = self.resource_calendar_id.tz or self.partner_id.tz or "UTC"
        return fields.Datetime.now().replace(tzinfo=timezone.utc).astimezone(ZoneInfo(name))

    def _get_collection_day(self):
        """:return: date, today in the company's time zone"""
        return self._get_collection_now().date()

    def _get_collection_calendar(self):
        """:return: the company's holidays, as an :class:`~..engine.dates.Calendar`"""
        self.ensure_one()
        french = self.sudo().country_id.code == "FR"
        return engine.Calendar(country="FR" if french else None)
