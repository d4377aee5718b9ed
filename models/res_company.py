from datetime import time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models, tools

from .. import engine

NOON = time(12)


class ResCompany(models.Model):
    """What a company decides for its collecting: its clock, and who answers for it."""

    _inherit = "res.company"

    collection_manager_id = fields.Many2one(
        "res.users", string="Credit manager", domain="[('share', '=', False)]",
        groups="base.group_user",
        help="Signs the messages of customers without a collector, and is given their actions.")

    collection_link_days = fields.Integer(
        string="Validity of personal links", default=30, required=True,
        groups="base.group_user",
        help="Days for which the link of an interactive message shows what it shows.")
    collection_payment_days = fields.Integer(
        string="Delay of payments", default=5, required=True,
        groups="base.group_user",
        help="Days until a payment that a customer says was made should have arrived. The "
        "scenario is silent meanwhile.")
    collection_matching_days = fields.Integer(
        string="Delay of matching", default=10, required=True,
        groups="base.group_user",
        help="Days for which a promise counts as paid while the payment is on the account and is "
        "not matched with its invoices yet.")

    collection_call_attempts = fields.Integer(
        string="Calls without answer", default=3, required=True,
        groups="base.group_user",
        help="Calls in a row that nobody answers, after which another way is proposed. 0: never.")
    collection_reply_days = fields.Integer(
        string="Silence after a reply", default=5, required=True,
        groups="base.group_user",
        help="Days for which nothing leaves by itself to a customer who has answered, unless "
        "somebody deals with the reply earlier. 0: messages leave all the same.")

    collection_penalty_regime = fields.Selection(
        [("business", "Default of the law"), ("contractual", "Rate of our terms")],
        groups="base.group_user",
        string="Penalty rate for professionals", required=True, default="business",
        help="Default of the law: ECB rate plus points, semester by semester. Rate of our terms: "
        "the contractual rates of the table. Public buyers have a regime of their own.",
    )

    collection_claim_years = fields.Integer(
        string="Claims of invoices paid late", default=5, required=True,
        groups="base.group_user",
        help="Years after the due date for which interest and indemnity of an invoice that was "
        "paid late are still claimed. Have it checked by your counsel: claims lapse.")
    collection_statement_paid_late = fields.Boolean(
        string="Invoices paid late on statements",
        groups="base.group_user",
        help="Statements of account list invoices that were paid late, with the interest and "
        "indemnity that are due for them, until they are waived or paid.")

    collection_started_on = fields.Date(
        string="Reminders leave from", groups="base.group_user",
        help="The first day on which messages leave by themselves. Empty: none leaves.")
    collection_old_before = fields.Date(
        string="Old debts", groups="base.group_user",
        help="What fell due before this day is old debt.")
    collection_old_until = fields.Date(
        string="Old debts wait until", groups="base.group_user",
        help="The scenarios leave old debts alone until this day.")

    collection_closure_ids = fields.One2many(
        "resource.calendar.leaves", "company_id", string="Days off of the company",
        domain=[("resource_id", "=", False), ("time_type", "=", "leave")],
        groups="base.group_user",
        help="Days on which nobody works: they are no working days in deadlines.")

    _collection_link_days_check = models.Constraint(
        "CHECK(collection_link_days > 0)", "A personal link is valid for one day at least.")
    _collection_payment_days_check = models.Constraint(
        "CHECK(collection_payment_days >= 0)", "The delay of payments cannot be negative.")
    _collection_matching_days_check = models.Constraint(
        "CHECK(collection_matching_days >= 0)", "The delay of matching cannot be negative.")

    _collection_call_attempts_check = models.Constraint(
        "CHECK(collection_call_attempts >= 0)", "The number of calls cannot be negative.")
    _collection_reply_days_check = models.Constraint(
        "CHECK(collection_reply_days >= 0)", "The days of silence cannot be negative.")

    _collection_claim_years_check = models.Constraint(
        "CHECK(collection_claim_years >= 0)", "The years of claims cannot be negative.")

    # === BRANCHES === #
    # What is of a company holds in its branches, whole and at every depth; never beside.

    @tools.ormcache("self.id")
    def _get_collection_lineage(self):
        """:return: tuple of ids: this company, its parent, and so on up to the root"""
        return tuple(self.sudo().parent_ids.ids[::-1])

    @tools.ormcache("self.id")
    def _get_collection_tree(self):
        """:return: tuple of ids of all the companies of this one's root, archived ones included:
            together they are one creditor"""
        return tuple(self.sudo().with_context(active_test=False).search(
            [("id", "child_of", self.sudo().root_id.id)], order="id").ids)

    def _takes_collection_from(self, owner):
        """:return: bool, whether records of ``owner``, a company or none, hold in this one"""
        self.ensure_one()
        return not owner or owner.id in self._get_collection_lineage()

    def _get_collection_manager(self):
        """:return: ``res.users``, the credit manager, else that of the company above, or empty"""
        self.ensure_one()
        lineage = self.sudo().browse(self._get_collection_lineage())
        return lineage.filtered("collection_manager_id")[:1].collection_manager_id

    def _get_collector(self, customer):
        """:return: ``res.users``, the customer's collector in this company, else its credit
            manager, or empty"""
        self.ensure_one()
        collector = customer.with_company(self).sudo().collector_id
        return collector or self._get_collection_manager()

    # === START === #

    def _is_collection_started(self):
        """:return: bool, whether messages leave by themselves: in it, or in a company above it"""
        return bool(self._get_collection_starter())

    def _filtered_waiting_for_start(self):
        """:return: those of them in which nothing leaves by itself until somebody starts it"""
        return self.browse()

    def _get_collection_starter(self):
        """:return: ``res.company``, this one or the nearest one above it in which reminders have
            been started, so that messages leave here, too; empty for none"""
        self.ensure_one()
        day = self._get_collection_day()
        return self.sudo().browse(self._get_collection_lineage()).filtered(lambda company: (
            company.collection_started_on and company.collection_started_on <= day))[:1]

    def _get_collection_old_debts(self):
        """:return: (date before which a debt is old, date until which the scenarios leave it
            alone), of the company or the nearest one above it; (None, None) for none"""
        self.ensure_one()
        for company in self.sudo().browse(self._get_collection_lineage()):
            if company.collection_old_before and company.collection_old_until:
                return company.collection_old_before, company.collection_old_until
        return None, None

    # === DEFAULTS === #
    # What customers have to whom neither a rule nor a user has given a value (M-042): fallbacks
    # of company-dependent fields (``ir.default``), which hold for old and new customers alike.

    def _get_collection_default(self, name):
        """:param str name: a company-dependent field of ``res.partner``
        :return: the value that customers of the company have without one of their own; a
            recordset for a relation
        """
        self.ensure_one()
        partner = self.env["res.partner"].sudo().with_company(self)
        return partner._fields[name].get_company_dependent_fallback(partner)

    def _set_collection_defaults(self, values):
        """:param dict values: value (of a relation: recordset) by company-dependent field"""
        self.ensure_one()
        # all are read first: to set a default empties the cache that holds them
        changed = {name: value for name, value in values.items()
                   if self._get_collection_default(name) != value}
        for name, value in changed.items():
            stored = value.id if self.env["res.partner"]._fields[name].relational else value
            self.env["ir.default"].sudo().set(
                "res.partner", name, stored, company_id=self.id)
        if changed:
            self.env["collection.assignment.rule"]._plan_soon()

    def write(self, vals):
        """Odoo hands down to the branches one by one what a company decides for them, and refuses
        each for as long as another one differs: several at once are written one after the other.
        Branches themselves take all of them together.
        """
        if self.parent_id:
            return super().write(vals)
        delegated = [name for name in self._get_company_root_delegated_field_names()
                     if name in vals and name.startswith("collection_")]
        for name in delegated:
            super().write({name: vals[name]})
        return super().write(
            {name: value for name, value in vals.items() if name not in delegated})

    def _get_company_root_delegated_field_names(self):
        """The law looks at the legal entity: a branch claims what its company's terms say."""
        return [*super()._get_company_root_delegated_field_names(), "collection_penalty_regime"]

    # === CLOCK === #

    def _get_collection_now(self):
        """:return: datetime, now, in the company's time zone"""
        return self._localize_collection(fields.Datetime.now())

    def _localize_collection(self, moment):
        """:param moment: datetime in UTC, as fields hold it
        :return: datetime, the same in the company's time zone"""
        zone = ZoneInfo(self._get_collection_tz())
        return moment.replace(tzinfo=timezone.utc).astimezone(zone)

    def _get_collection_tz(self):
        """:return: str, name of the company's time zone"""
        self.ensure_one()
        return self.resource_calendar_id.tz or self.partner_id.tz or "UTC"

    def _get_collection_day(self):
        """:return: date, today in the company's time zone"""
        return self._get_collection_now().date()

    @api.model
    def _get_past_domain(self, name):
        """:param str name: of a date
        :return: ``Domain`` of the records of which this day has passed in their company"""
        return fields.Domain.OR(
            fields.Domain("company_id", "=", company.id)
            & fields.Domain(name, "<", company._get_collection_day())
            for company in self.sudo().search([]))

    def _get_collection_calendar(self):
        """:return: the company's holidays and days off, as an :class:`~..engine.dates.Calendar`"""
        self.ensure_one()
        company = self.sudo()
        return engine.Calendar(
            country="FR" if company.country_id.code == "FR" else None,
            closures=tuple(company._find_collection_closures()))

    def _find_collection_closures(self):
        """The days that everybody has off, in the company's calendar or in all; those of the
        companies above hold too.

        A day is off when its noon is: a morning or an afternoon is none.

        :return: generator of the first and last ``date`` of each period
        """
        calendars = (self.resource_calendar_id, self.env["resource.calendar"])
        for leave in self.parent_ids.collection_closure_ids:
            begin, end = map(self._localize_collection, (leave.date_from, leave.date_to))
            first = begin.date() + timedelta(days=begin.time() >= NOON)
            last = end.date() - timedelta(days=end.time() <= NOON)
            if leave.calendar_id in calendars and first <= last:
                yield first, last
