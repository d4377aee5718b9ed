from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..statement.documents import STATEMENT_FORMATS, STATEMENT_KINDS
from .ranking import SETTINGS

#: Settings on which what the list says of debtors depends.
READ_AGAIN = {
    *SETTINGS, "collection_buckets", "collection_old_before", "collection_old_until"}


class ResCompany(models.Model):
    """How many points of priority a debtor gets for what; the statements of each month."""

    _inherit = "res.company"

    collection_statement_monthly = fields.Selection(
        STATEMENT_KINDS, string="Statements at month's end",
        groups="base.group_user",
        help="In the first days of a month each customer who owes something receives its "
        "statement by e-mail, once. Empty: only by hand.")
    collection_statement_format = fields.Selection(
        STATEMENT_FORMATS, string="File of the statements", default="pdf", required=True,
        groups="base.group_user")

    collection_score_amount = fields.Integer(
        string="Points for the amount", default=30, required=True,
        groups="base.group_user",
        help="For what is to collect, in proportion.")
    collection_score_full_amount = fields.Monetary(
        string="Amount that gives all points", default=10000, required=True,
        groups="base.group_user")
    collection_score_age = fields.Integer(
        string="Points for the age", default=20, required=True,
        groups="base.group_user",
        help="For the days that the oldest open item is late, in proportion.")
    collection_score_full_days = fields.Integer(
        string="Days late that give all points", default=90, required=True,
        groups="base.group_user")
    collection_score_broken = fields.Integer(
        string="Points for a broken promise", default=15, required=True,
        groups="base.group_user")
    collection_score_answer = fields.Integer(
        string="Points for a reply to answer", default=15, required=True,
        groups="base.group_user")
    collection_score_deadline = fields.Integer(
        string="Points for a legal deadline", default=10, required=True,
        groups="base.group_user")
    collection_score_deadline_days = fields.Integer(
        string="Days before a legal deadline", default=7, required=True,
        groups="base.group_user",
        help="From when on a legal deadline is near: the debtor is to be seen now.")
    collection_score_silence = fields.Integer(
        string="Points for no contact", default=10, required=True,
        groups="base.group_user")
    collection_score_silence_days = fields.Integer(
        string="Days without contact", default=14, required=True,
        groups="base.group_user",
        help="After how many days without message, call or letter.")

    _collection_score_check = models.Constraint(
        "CHECK(collection_score_amount >= 0 AND collection_score_age >= 0"
        " AND collection_score_broken >= 0 AND collection_score_answer >= 0"
        " AND collection_score_deadline >= 0 AND collection_score_silence >= 0"
        " AND collection_score_deadline_days >= 0 AND collection_score_silence_days >= 0)",
        "Points and days of priorities cannot be negative.")
    _collection_score_full_check = models.Constraint(
        "CHECK(collection_score_full_amount > 0 AND collection_score_full_days > 0)",
        "The amount and the days that give all points must be above zero.")

    def write(self, vals):
        """Other weights give other scores, other bounds other ages, and old debts are no debts to
        chase: all debtors are read anew."""
        result = super().write(vals)
        if not vals.keys().isdisjoint(READ_AGAIN):
            self.env.cr.execute(SQL(
                "UPDATE collection_debtor SET day = NULL WHERE company_id = ANY(%s)", self.ids))
            self.env["collection.debtor"].invalidate_model(["day"])
            self.env["collection.debtor"]._refresh_soon()
        return result

    def _get_company_root_delegated_field_names(self):
        """Who receives statements by themselves is decided once, for a company and its branches."""
        return [*super()._get_company_root_delegated_field_names(),
                "collection_statement_monthly", "collection_statement_format"]

    def _get_collection_statement_month(self):
        """:return: date, first day of the last month that has ended, or ends today"""
        next_day = self._get_collection_day() + timedelta(days=1)
        return (next_day.replace(day=1) - timedelta(days=1)).replace(day=1)
