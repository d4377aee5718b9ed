from decimal import Decimal
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, formatLang

from ...engine.claims import Indemnity, Rate

REGIMES = [
    ("business", "Professionals, by law"),
    ("public", "Public buyers, by law"),
    ("contractual", "Contractual rate"),
    ("indemnity", "Fixed indemnity"),
]

#: A contractual rate is at least this many times the legal one (L. 441-10 II, L3): what a new row
#: proposes as its floor.
FLOOR_TIMES = 3


class CollectionPenaltyRate(models.Model):
    """A dated rate of late-payment interest, or the dated amount of the fixed indemnity.

    The law's rates hold for a semester and end with it: the next one is entered when the ECB and
    the State have published it; until then it is reported as missing, never guessed.
    A company's own row goes before a row for all companies, for the days that it covers.
    """

    _name = "collection.penalty.rate"
    _description = "Collection Penalty Rate"
    _inherit = ["collection.owned"]
    _order = "regime, date_from desc, id desc"
    _owner_fields = ("company_id",)
    _owner_is_fixed = False

    regime = fields.Selection(
        REGIMES, string="Kind", required=True, default="business",
        help="Professionals: the default of the law, each semester at its own rate. Public "
        "buyers: the rate of the semester in which interest began, for the whole delay. "
        "Contractual: what your terms say, used where the company's settings choose it.",
    )
    company_id = fields.Many2one(
        "res.company", string="Company", ondelete="cascade",
        help="Empty: holds for all companies.")
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(
        string="To",
        help="Last day. Rates of the law end with their semester; a contractual rate or an "
        "indemnity without an end holds until further notice.",
    )
    reference_rate = fields.Float(
        string="ECB rate", digits=(6, 2), aggregator=None,
        help="Rate of the European Central Bank's most recent refinancing operation, in force on "
        "1 January or 1 July, in percent.",
    )
    points = fields.Float(
        string="Points added", digits=(6, 2), aggregator=None, compute="_compute_points",
        store=True, readonly=False, help="Proposed as in the latest row of the same kind.",
    )
    rate = fields.Float(
        string="Annual rate", digits=(6, 2), aggregator=None, compute="_compute_rate", store=True,
        readonly=False,
        help="The rate applied, in percent a year. 0: not known yet; interest is then claimed up "
        "to the eve of these days only, and the rate is reported as missing.",
    )
    legal_rate = fields.Float(
        string="Legal rate", digits=(6, 2), aggregator=None,
        help="Legal interest rate in that semester of creditors who are no private persons, in "
        "percent. Three times as much is the floor of a contractual rate; consumers owe it once "
        "formal notice was given.")
    floor_rate = fields.Float(
        string="Floor of a contractual rate", digits=(6, 2), aggregator=None,
        compute="_compute_floor_rate", store=True, readonly=False,
        help="Three times the legal rate.",
    )
    amount = fields.Monetary(
        string="Indemnity", aggregator=None,
        help="Claimed once for each invoice that is paid late.")
    currency_id = fields.Many2one(
        "res.currency", string="Currency", ondelete="restrict",
        default=lambda self: self.env.ref("base.EUR"))
    note = fields.Char(string="Source", translate=True)
    warning = fields.Char(string="To check", compute="_compute_warning")

    _dates_check = models.Constraint(
        "CHECK(date_to >= date_from)", "A rate ends after it has begun.")
    _end_check = models.Constraint(
        "CHECK(regime IN ('contractual', 'indemnity') OR date_to IS NOT NULL)",
        "A rate of the law ends with its semester: enter its last day.",
    )
    _rates_check = models.Constraint(
        "CHECK(rate >= 0 AND legal_rate >= 0 AND floor_rate >= 0)",
        "A rate cannot be negative.",
    )
    _amount_check = models.Constraint(
        "CHECK(regime != 'indemnity' OR (amount > 0 AND currency_id IS NOT NULL))",
        "An indemnity is an amount above zero, in a currency.",
    )
    # Two users at once: the Python check, which names both rows, sees one of them only. Checked
    # at the end of the transaction, so that this one speaks second. Ranges of one number stand
    # for equality: the extension btree_gist is not in every PostgreSQL.
    _overlap_check = models.Constraint(
        "EXCLUDE USING gist ("
        "int4range(CASE regime WHEN 'business' THEN 1 WHEN 'public' THEN 2"
        " WHEN 'contractual' THEN 3 ELSE 4 END,"
        " CASE regime WHEN 'business' THEN 1 WHEN 'public' THEN 2"
        " WHEN 'contractual' THEN 3 ELSE 4 END, '[]') WITH &&,"
        " int4range(COALESCE(company_id, 0), COALESCE(company_id, 0), '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "Two penalty rates of one kind cover the same day.",
    )

    # === COMPUTE === #

    @api.depends("regime")
    def _compute_points(self):
        known = dict(self.env["collection.penalty.rate"]._read_group(
            [("regime", "in", ("business", "public"))], ["regime"], ["id:recordset"]))
        for row in self:
            latest = known.get(row.regime, row.browse()) - row._origin
            row.points = latest.sorted("date_from")[-1:].points

    @api.depends("reference_rate", "points")
    def _compute_rate(self):
        for row in self:
            by_law = row.regime in ("business", "public") and row.reference_rate
            row.rate = row.reference_rate + row.points if by_law else row.rate

    @api.depends("legal_rate")
    def _compute_floor_rate(self):
        for row in self:
            row.floor_rate = FLOOR_TIMES * row.legal_rate

    @api.depends_context("lang")
    @api.depends("regime", "rate", "date_from", "date_to")
    def _compute_warning(self):
        """Warn of what is wrong with a row.

        A contractual rate below the floor is reported, not refused: the floor moves each semester
        with the legal rate, so a rate that was lawful when the terms were written may fall below
        it later, and refusing it would refuse the entry of the new legal rate. What the terms
        say is a fact; changing them is up to the company.
        """
        floors = self.search([("regime", "=", "business"), ("floor_rate", ">", 0)])
        for row in self:
            row.warning = row._get_warning(floors)

    def _get_warning(self, floors):
        """:param floors: the rows that set a floor
        :return: str, translated sentence; False for nothing
        """
        if self.regime == "indemnity":
            return False
        if not self.rate:
            return self.env._("Rate not known yet: no interest is claimed for these days.")
        above = floors.filtered(lambda row: self.rate < row.floor_rate and self._overlaps(row))
        if self.regime != "contractual" or not above:
            return False
        latest = above.sorted("date_from")[-1]
        return self.env._(
            "Below the floor of the law: three times the legal rate was %(floor)s %% from "
            "%(start)s. A contractual rate may not be lower; have your terms checked.",
            floor=formatLang(self.env, latest.floor_rate, digits=2),
            start=format_date(self.env, latest.date_from))

    @api.depends_context("lang")
    @api.depends("regime", "date_from", "date_to", "company_id")
    def _compute_display_name(self):
        regimes = dict(self._fields["regime"]._description_selection(self.env))
        for row in self:
            dates = "{} – {}".format(
                format_date(self.env, row.date_from) or "…",
                format_date(self.env, row.date_to) or "…")
            parts = (regimes.get(row.regime), dates, row.company_id.name)
            row.display_name = ", ".join(part for part in parts if part)

    # === CONSTRAINTS === #

    @api.constrains("regime", "company_id", "date_from", "date_to")
    def _check_overlap(self):
        """One rate a day, for each kind and company."""
        rows = self.sudo().search([
            ("regime", "in", self.mapped("regime")),
            ("company_id", "in", [company.id for company in self.mapped("company_id")] + [False]),
        ]).sorted(lambda row: (row.regime, row.company_id.id, row.date_from))
        for row, following in pairwise(rows):
            same = (row.regime, row.company_id) == (following.regime, following.company_id)
            if same and row._overlaps(following):
                raise ValidationError(self.env._(
                    "%(one)s and %(other)s cover the same days. End one before the other begins.",
                    one=row.display_name, other=following.display_name))

    def _overlaps(self, other):
        """:return: bool, whether two rows share a day"""
        last = fields.Date.to_date("9999-12-31")
        return bool(
            self.date_from and other.date_from
            and self.date_from <= (other.date_to or last)
            and other.date_from <= (self.date_to or last))

    # === READING THE TABLE === #

    @api.model
    def _get_tables(self, companies):
        """The rows that hold for companies: each company's own, then those of the companies
        above it, then the general ones.

        :param companies: ``res.company`` records
        :return: dict of rows by (company id, regime)
        """
        lineages = {company: company._get_collection_lineage() for company in companies}
        rows = self.sudo().search([("company_id", "in", [False, *{
            owner for lineage in lineages.values() for owner in lineage}])])
        tables = {}
        for company in companies:
            held = rows.browse()
            for owner in (*lineages[company], False):
                held |= rows.filtered(lambda row, owner=owner: row.company_id.id == owner)
            for regime, _label in REGIMES:
                tables[company.id, regime] = held.filtered(
                    lambda row, regime=regime: row.regime == regime)
        return tables

    def _get_engine_rates(self):
        """:return: the rows as plain :class:`~..engine.claims.Rate`, in the same order"""
        return tuple(
            Rate(row.date_from, row.date_to or None,
                 Decimal(str(row.rate)) if row.rate else None)
            for row in self)

    def _get_engine_legal_rates(self):
        """:return: the legal rates of the rows, as :meth:`_get_engine_rates`"""
        return tuple(
            Rate(row.date_from, row.date_to or None,
                 Decimal(str(row.legal_rate)) if row.legal_rate else None)
            for row in self)

    def _get_engine_indemnities(self):
        """:return: the rows as plain :class:`~..engine.claims.Indemnity`, in the same order"""
        return tuple(
            Indemnity(
                row.date_from, row.date_to or None, Decimal(str(row.amount)), row.currency_id)
            for row in self)
