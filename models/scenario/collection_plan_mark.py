from hashlib import sha256

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.sql import partner_value

#: What may change what comes next for a customer, by table: the column of the partner that a row
#: is about, the columns looked at, and which rows matter at all, as SQL of a ``{row}``.
WATCHED = {
    "account_move_line": (
        "partner_id",
        ("amount_residual", "amount_residual_currency", "reconciled", "parent_state",
         "date_maturity", "date", "no_followup", "collection_status_id",
         "collection_promise_date", "collection_review_date", "collection_notice_date",
         "partner_id", "account_id", "journal_id"),
        "{row}.amount_residual <> 0 OR {row}.amount_residual_currency <> 0 OR {row}.reconciled",
    ),
    "account_move": ("commercial_partner_id", ("payment_state",), None),
    "res_partner": (
        "id",
        ("active", "commercial_partner_id", "collection_scenario_id", "collector_id",
         "collection_hold_until", "collection_insolvency_date"), None),
    "collection_action": (
        # what is planned is no news; what is closed, or takes items out, is
        "customer_id", ("outcome", "excludes", "closed_on"),
        "{row}.origin = 'specific' OR {row}.origin <> 'sequence' AND {row}.state = 'closed'"),
    "collection_sequence": ("customer_id", ("state", "template_id"), None),
    "collection_dispatch": (
        "customer_id", ("presented_on",), "{row}.presented_on IS NOT NULL"),
}


class CollectionPlanMark(models.Model):
    """Customers of whom something changed since they were last planned.

    Written by triggers, so that nothing that changes a debt escapes planning, whoever writes it;
    and only ever inserted into, so that it never costs the posting that causes it. Planning
    takes the marks that it has seen. With them, planning costs what has changed, not what there
    is.
    """

    _name = "collection.plan.mark"
    _description = "Customer to Plan Again"
    _log_access = False

    partner_id = fields.Integer(required=True, readonly=True)

    def init(self):
        """Watch the tables, once all have their columns."""
        self.pool.post_init(self._watch_all)

    def _watch_all(self):
        for table, (partner, columns, condition) in WATCHED.items():
            self._make_function(table, partner)
            self._make_triggers(table, columns, condition)

    def _make_function(self, table, partner):
        # pylint: disable-next=sql-injection
        self.env.cr.execute(f"""
            CREATE OR REPLACE FUNCTION collection_plan_mark_{table}() RETURNS trigger AS $$
            BEGIN
                IF TG_OP <> 'DELETE' AND NEW.{partner} IS NOT NULL THEN
                    INSERT INTO collection_plan_mark (partner_id) VALUES (NEW.{partner});
                END IF;
                IF TG_OP <> 'INSERT' AND OLD.{partner} IS NOT NULL
                   AND (TG_OP = 'DELETE' OR OLD.{partner} IS DISTINCT FROM NEW.{partner}) THEN
                    INSERT INTO collection_plan_mark (partner_id) VALUES (OLD.{partner});
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql;
        """)

    def _make_triggers(self, table, columns, condition):
        changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
        old, new = (f"({condition.format(row=row)})" if condition else "TRUE"
                    for row in ("OLD", "NEW"))
        for event, when in (("INSERT", new), ("DELETE", old),
                            ("UPDATE", f"({changed}) AND ({old} OR {new})")):
            # pylint: disable-next=sql-injection
            self.env.cr.execute(f"""
                CREATE OR REPLACE TRIGGER collection_plan_mark_{event.lower()}
                AFTER {event} ON {table} FOR EACH ROW WHEN ({when})
                EXECUTE FUNCTION collection_plan_mark_{table}()
            """)

    @api.model
    def _take(self):
        """Read the marks there are.

        :return: dict of lists of their ids, by id of the commercial partner; None for those whose
            partner is gone
        """
        return {customer: marks for marks, customer in self.env.execute_query(SQL(
            "SELECT array_agg(mark.id), partner.commercial_partner_id"
            "  FROM collection_plan_mark AS mark"
            " LEFT JOIN res_partner AS partner ON partner.id = mark.partner_id GROUP BY 2"))}

    @api.model
    def _mark_customers_of(self, scenarios):
        """Have the customers who have one of these scenarios, or an action of it, planned anew.

        :param scenarios: ``collection.scenario``
        """
        self.env.flush_all()
        for company in self.env["res.company"].sudo().search([]):
            self.env.cr.execute(SQL(
                "INSERT INTO collection_plan_mark (partner_id)"
                " SELECT partner.id FROM res_partner AS partner"
                "  WHERE %(scenario)s::int = ANY(%(scenarios)s) OR EXISTS ("
                "        SELECT FROM collection_action AS action"
                "         WHERE action.customer_id = partner.id AND action.state <> 'closed'"
                "           AND action.company_id = %(company)s"
                "           AND action.scenario_id = ANY(%(scenarios)s))",
                scenario=partner_value(self.env, "collection_scenario_id", company),
                scenarios=scenarios.ids, company=company.id))

    @api.model
    def _forget(self, marks):
        """Let go of the marks that were taken: their customers are planned.

        By their ids, never up to the last one: a transaction that was open meanwhile may commit
        a mark with a lower id. A domain that keeps something of who was planned takes the marks
        over before they go.
        """
        if marks:
            self.env.cr.execute(SQL(
                "DELETE FROM collection_plan_mark WHERE id = ANY(%s)", marks))


class CollectionPlanWake(models.Model):
    """The day on which a customer must be planned again although nothing changes: a hold ends, a
    promise has passed, another item falls due."""

    _name = "collection.plan.wake"
    _description = "Day of Planning Again"
    _log_access = False

    customer_id = fields.Integer(required=True, readonly=True)
    company_id = fields.Integer(required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)

    _customer_index = models.Index("(company_id, customer_id)")
    #: read by planning
    _day_index = models.Index("(company_id, day)")

    @api.model
    def _get_awake(self, company, day):
        """:return: set of ids of the customers to plan on that day, though nothing changed"""
        return {customer for [customer] in self.env.execute_query(SQL(
            "SELECT customer_id FROM collection_plan_wake WHERE company_id = %s AND day <= %s",
            company.id, day))}

    @api.model
    def _set(self, company, customer_ids, days):
        """Keep when these customers must be planned again.

        :param dict days: the day by customer id; the others need none
        """
        self.env.cr.execute(SQL(
            "DELETE FROM collection_plan_wake WHERE company_id = %s AND customer_id = ANY(%s)",
            company.id, list(customer_ids)))
        if days:
            self.env.cr.execute(SQL(
                "INSERT INTO collection_plan_wake (customer_id, company_id, day)"
                " SELECT wake.customer, %s, wake.day"
                "   FROM unnest(%s::int[], %s::date[]) AS wake (customer, day)",
                company.id, list(days), list(days.values())))


class CollectionPlanState(models.Model):
    """What a company's whole plan was made from: scenarios, statuses, rates. Once it is another,
    everybody is planned again."""

    _name = "collection.plan.state"
    _description = "State of Planning"
    _log_access = False

    company_id = fields.Integer(required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)

    _company_unique = models.UniqueIndex("(company_id)", "A company is planned once.")

    @api.model
    def _is_current(self, company, facts):
        """Whether everybody was planned from the same settings.

        :param facts: plain values whose ``repr`` tells one state of settings from another
        """
        rows = self.env.execute_query(SQL(
            "SELECT digest FROM collection_plan_state WHERE company_id = %s", company.id))
        return bool(rows) and rows[0][0] == self._hash(facts)

    @api.model
    def _keep(self, company, facts):
        self.env.cr.execute(SQL(
            "INSERT INTO collection_plan_state (company_id, digest) VALUES (%s, %s)"
            " ON CONFLICT (company_id) DO UPDATE SET digest = EXCLUDED.digest",
            company.id, self._hash(facts)))

    @staticmethod
    def _hash(facts):
        return sha256(repr(facts).encode()).hexdigest()
