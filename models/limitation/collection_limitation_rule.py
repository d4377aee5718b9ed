from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...engine import limitation
from ..claim.res_partner import CLAIM_KINDS

UNITS = [(limitation.YEARS, "Years"), (limitation.MONTHS, "Months"), (limitation.DAYS, "Days")]

#: The rule of claims for which there is an enforceable title.
TITLE = "title"
RULE_KINDS = [*CLAIM_KINDS, (TITLE, "Enforceable title")]


class CollectionLimitationRule(models.Model):
    """How long a claim of some kind may be brought before a court, by the law of a country.

    Dated data with its source, to be checked by counsel. Where no rule is known, nothing is
    guessed: the item has no date, and that is said. A company's own rule goes before one for all
    companies, and one of the company's country before one without a country.
    """

    _name = "collection.limitation.rule"
    _description = "Limitation Rule"
    _inherit = ["collection.owned"]
    _order = "claim_kind, date_from desc, id desc"
    _owner_fields = ("company_id",)
    _owner_is_fixed = False

    claim_kind = fields.Selection(RULE_KINDS, string="Kind of claim", required=True)
    country_id = fields.Many2one(
        "res.country", string="Country", ondelete="restrict",
        help="Holds for companies of this country. Empty: of any country.")
    company_id = fields.Many2one(
        "res.company", string="Company", ondelete="cascade",
        help="Empty: holds for all companies.")
    amount = fields.Integer(string="Limitation period", required=True, aggregator=None)
    unit = fields.Selection(UNITS, required=True, default=limitation.YEARS)
    date_from = fields.Date(
        string="Due from", help="The first due date for which it holds. Empty: all before.")
    date_to = fields.Date(
        string="Due until", help="The last due date for which it holds. Empty: all after.")
    note = fields.Char(string="Source", translate=True)

    _amount_check = models.Constraint(
        "CHECK(amount > 0)", "A period of limitation is above zero.")
    _dates_check = models.Constraint(
        "CHECK(date_to >= date_from)", "A rule ends after it has begun.")
    _rule_unique = models.UniqueIndex(
        "(claim_kind, COALESCE(country_id, 0), COALESCE(company_id, 0),"
        " COALESCE(date_from, '-infinity'))",
        "Two limitation rules of one kind begin on the same day.")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("claim_kind", "amount", "unit", "country_id", "date_from", "date_to")
    def _compute_display_name(self):
        kinds = dict(self._fields["claim_kind"]._description_selection(self.env))
        for rule in self:
            dates = " – ".join((
                format_date(self.env, rule.date_from) or "…",
                format_date(self.env, rule.date_to) or "…",
            )) if rule.date_from or rule.date_to else ""
            rule.display_name = ", ".join(filter(None, (
                kinds.get(rule.claim_kind), rule._describe_period(), dates,
                rule.country_id.name, rule.company_id.name)))

    def _describe_period(self):
        """:return: str, translated, such as "5 years" """
        _, one = self.env._, self.amount == 1
        return {
            limitation.YEARS: _("1 year") if one else _("%(count)s years", count=self.amount),
            limitation.MONTHS: _("1 month") if one else _("%(count)s months", count=self.amount),
            limitation.DAYS: _("1 day") if one else _("%(count)s days", count=self.amount),
        }.get(self.unit, "")

    # === CONSTRAINTS === #

    @api.constrains("claim_kind", "country_id", "company_id", "date_from", "date_to")
    def _check_overlap(self):
        """One rule a due date, for each kind, country and company."""
        rules = self.sudo().search([("claim_kind", "in", self.mapped("claim_kind"))]).sorted(
            lambda rule: (*rule._get_scope(), str(rule.date_from or "")))
        for rule, following in pairwise(rules):
            if rule._get_scope() == following._get_scope() and rule._overlaps(following):
                raise ValidationError(self.env._(
                    "%(one)s and %(other)s hold for the same due dates. End one before the other "
                    "begins.", one=rule.display_name, other=following.display_name))

    def _get_scope(self):
        return self.claim_kind, self.country_id.id or 0, self.company_id.id or 0

    def _overlaps(self, other):
        """:return: bool, whether two rules share a due date"""
        first, last = fields.Date.to_date("0001-01-01"), fields.Date.to_date("9999-12-31")
        return ((self.date_from or first) <= (other.date_to or last)
                and (other.date_from or first) <= (self.date_to or last))

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._work_out_soon()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._work_out_soon()
        return result

    def unlink(self):
        result = super().unlink()
        self._work_out_soon()
        return result

    @api.model
    def _work_out_soon(self):
        """Other rules give other dates: have the cron work them out as soon as it can."""
        cron = self.env.ref("account_collection.cron_limitations", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    # === READING THE TABLE === #

    @api.model
    def _get_tables(self, company):
        """The rules that hold for a company, those that go before others first.

        :param company: the ``res.company``
        :return: dict of rules by kind of claim
        """
        lineage = company._get_collection_lineage()
        country = next((owner.country_id.id for owner in company.browse(lineage).sudo()
                        if owner.country_id), False)
        rules = self.sudo().search([
            ("company_id", "in", [False, *lineage]), ("country_id", "in", [False, country])])
        ranks = {owner: rank for rank, owner in enumerate((*lineage, False))}
        return rules.sorted(lambda rule: (
            ranks[rule.company_id.id], not rule.country_id, -(rule.date_from or
            fields.Date.to_date("0001-01-01")).toordinal())).grouped("claim_kind")

    def _find_rule(self, due):
        """:return: the first of these rules that holds for a due date; empty where none does"""
        return next((rule for rule in self if rule._get_period().covers(due)), self.browse())

    def _get_period(self):
        """:return: the rule as the engine's :class:`~..engine.limitation.Period`"""
        return limitation.Period(
            self.amount, self.unit, self.date_from or None, self.date_to or None)
