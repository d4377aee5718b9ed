from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ...engine import figures
from ...tools.records import as_day
from ...tools.sql import partner_value
from ..item import open_items
from ..item.res_partner import PROFILES

#: In the context: the day at whose end the ledger is read, as ISO text. Without it, today.
DAY = "collection_day"
#: In the context: months that are looked at, and what they are without it.
MONTHS, DEFAULT_MONTHS, MOST_MONTHS = "collection_months", 12, 36
#: No ledger is of a day before or after these years: their months can be counted.
FIRST_YEAR, LAST_YEAR = 1900, 9000
#: Entries that are sales; credit notes count negative.
SALES = ("out_invoice", "out_refund", "out_receipt")


def same_as(model, name):
    """:return: for a selection field: the choices of a field of another model, translated"""
    return lambda self: self.env[model]._fields[name]._description_selection(self.env)


class CollectionAnalysisReport(models.AbstractModel):
    """What all analyses have in common: rows of a query, whose customers they are, what opens.

    An analysis is a model without table. It says what its rows are, see :meth:`_get_rows_query`;
    this class adds whoever collects from the row's customer in the row's company, its scenario,
    groups and profile as a payer, so that every analysis is searched and grouped alike. Columns
    that nobody asks for cost nothing: the database leaves them out.

    Rows are those of the companies of the environment, at the end of the day that the context
    names, see :meth:`_at`. Record rules keep companies and portfolios apart.
    """

    _name = "collection.analysis.report"
    _description = "Analysis"
    _auto = False
    #: no record of the customer's, but of what the ledger says
    _is_collection_cache = True

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    collector_id = fields.Many2one(
        "res.users", string="Collector", readonly=True,
        help="Whoever collects from the customer today.")
    scenario_id = fields.Many2one("collection.scenario", string="Scenario", readonly=True)
    group_ids = fields.Many2many(
        related="customer_id.collection_group_ids", string="Customer groups")
    country_id = fields.Many2one(related="customer_id.country_id")
    payer_profile = fields.Selection(
        selection=same_as("res.partner", "collection_payer_profile"), string="Payer profile",
        readonly=True, help="From the payments of the last six months.")

    # === TO BE SAID BY EACH ANALYSIS === #

    def _get_rows_query(self):
        """:return: ``SQL``, a query with a column for each field of the analysis, besides ``id``,
            ``company_id`` and ``customer_id`` (a commercial partner, or NULL)"""
        raise NotImplementedError

    def _get_ratios(self):
        """Figures that are no sums: of a group, they follow from its sums.

        :return: dict of SQL aggregates by the name of the field, each on columns of the table
            ``report``; its aggregator is ``avg``
        """
        return {}

    def _get_opened(self):
        """:return: record behind a row: the button *Open* shows it"""
        raise NotImplementedError

    # === QUERY === #

    @property
    def _table_query(self):
        companies = self.env.companies
        return SQL(
            """
            SELECT fact.*, company.currency_id, %(collector)s AS collector_id,
                   %(scenario)s AS scenario_id, %(profile)s AS payer_profile
              FROM (%(rows)s) AS fact
         LEFT JOIN res_company AS company ON company.id = fact.company_id
         LEFT JOIN res_partner AS partner ON partner.id = fact.customer_id
            %(payers)s
            """,
            rows=self._get_rows_query(),
            collector=self._get_setting("collector_id"),
            scenario=self._get_setting("collection_scenario_id"),
            profile=self._by_company({company: self._get_profile(company)
                                      for company in companies}),
            payers=SQL(" ").join(SQL(
                "LEFT JOIN (%s) AS %s ON %s = fact.customer_id AND fact.company_id = %s",
                self.env["res.partner"]._get_payers_query(company), _payer(company),
                SQL("%s.customer_id", _payer(company)), company.id) for company in companies))

    def _get_setting(self, name):
        return self._by_company({
            company: SQL("(%s)::int", partner_value(self.env, name, company))
            for company in self.env.companies})

    @staticmethod
    def _by_company(expressions):
        return SQL("CASE fact.company_id %s END", SQL(" ").join(
            SQL("WHEN %s THEN %s", company.id, expression)
            for company, expression in expressions.items()))

    @staticmethod
    def _get_profile(company):
        delay = SQL("%s.delay", _payer(company))
        return SQL(
            "CASE WHEN fact.customer_id IS NULL THEN NULL WHEN %s IS NULL THEN 'unknown' %s"
            " ELSE 'bad' END", delay,
            SQL(" ").join(SQL("WHEN %s <= %s THEN %s", delay, days, profile)
                          for days, profile in PROFILES))

    def _get_local_day(self, moment, owner):
        """:param str moment: a column that holds a moment
        :param str owner: table whose company it is in
        :return: SQL expression of its day, in the company's time zone"""
        return SQL("CASE %s.company_id %s END", SQL(owner), SQL(" ").join(
            SQL("WHEN %s THEN (%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
                company.id, SQL(moment), company._get_collection_tz())
            for company in self.env.companies))

    def _is_receivable(self):
        """:return: SQL condition: ``line`` is a posted receivable one of these companies"""
        companies = self.env.companies
        return SQL(
            "line.account_id = ANY(%s) AND line.company_id = ANY(%s)"
            " AND line.parent_state = 'posted'",
            open_items.get_receivable_ids(self.env, companies), companies.ids)

    def _read_group_select(self, aggregate_spec, query):
        name, _separator, function = aggregate_spec.partition(":")
        ratios = self._get_ratios()
        if function == "avg" and name in ratios:
            self._check_field_access(self._fields[name], "read")
            return SQL(ratios[name].replace("report.", f'"{query.table}".'))
        return super()._read_group_select(aggregate_spec, query)

    @api.model
    def _name_buckets(self, starts):
        """:param starts: the first day of each bucket, whose last days are the company's bounds
        :return: list of (number, label), from 1 on
        """
        labels = self.env.company._name_collection_buckets(starts)
        return [(str(number), label) for number, label in enumerate(labels, start=1)]

    # === DAY === #

    @api.model
    def _at(self, day, months=None):
        """:param date day: at whose end the ledger is read
        :return: this model, which reads its rows then
        """
        self.env.flush_all()
        self.invalidate_model()  # its rows are those of another day
        months = {} if months is None else {MONTHS: months}
        return self.with_context(**{DAY: fields.Date.to_string(day)}, **months)

    @api.model
    def _get_action_at(self, day):
        """:return: window action on the analysis, as it was at the end of a day; its title says so
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"account_collection.{self._table}_action")
        title = self.env._("%(what)s at %(day)s", what=action["name"],
                           day=format_date(self.env, day))
        return {**action, "name": title, "display_name": title, "path": False,
                "context": {DAY: fields.Date.to_string(day)}}

    @api.model
    def _get_day(self):
        """:return: date at whose end the ledger is read
        :raise UserError: what the context names is no day
        """
        given = self.env.context.get(DAY)
        return check_day(self.env, given) if given else self.env.company._get_collection_day()

    @api.model
    def _get_months(self):
        """:return: int, calendar months that are looked at"""
        return check_months(self.env, self.env.context.get(MONTHS, DEFAULT_MONTHS))

    @api.model
    def _get_first_day(self):
        return figures.find_first_day(self._get_day(), self._get_months())

    # === BUTTONS === #

    def action_open(self):
        """Button of a row: open what it counts.

        :return: window action
        :raise AccessError: the row is not the user's to see, or no longer there
        """
        self._check_row()
        return self._get_opened()

    def _check_row(self):
        """:raise AccessError: this is no row, or none that is the user's to see"""
        self.browse().check_access("read")
        if len(self) != 1 or not self.exists():
            raise AccessError(self.env._(
                "It is no longer there, or of a company that you have not chosen."))
        self.check_access("read")


def check_day(env, value):
    """:param value: date, or ISO text
    :return: date
    :raise UserError: it is none, or one of which there is no ledger
    """
    day = as_day(env, value)
    if not day or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UserError(env._("“%(day)s” is no day of a ledger.", day=value))
    return day


def check_months(env, months):
    """:raise UserError: no number of months that a figure can be of
    :return: int
    """
    if isinstance(months, bool) or not isinstance(months, int) or not 1 <= months <= MOST_MONTHS:
        raise UserError(env._(
            "Choose 1 to %(most)s months, not “%(months)s”.", most=MOST_MONTHS, months=months))
    return months


def _payer(company):
    return SQL.identifier(f"payer_{company.id}")
