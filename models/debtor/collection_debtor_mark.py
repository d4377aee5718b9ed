from odoo import api, fields, models
from odoo.tools import SQL

#: What changes a debtor and is no business of planning, by table: the columns looked at when a
#: row is updated. Each has a customer and a company.
WATCHED = {
    "collection_action": (
        "customer_id", "company_id", "state", "date", "user_id", "mode", "confirmed", "error",
        "outcome"),
    "collection_promise": ("customer_id", "state", "date"),
    "collection_dispute": ("customer_id", "state"),
    "collection_reply": ("customer_id", "state"),
    "collection_sequence": ("customer_id", "state", "visit_id"),
}


class CollectionDebtorMark(models.Model):
    """Customers of whom something changed since their row of the list of debtors was made.

    What planning watches comes from the marks that it has dealt with; what is done to actions,
    promises, disputes and answers from triggers of their own, which write once a statement.
    Whoever has several marks is read once.
    """

    _name = "collection.debtor.mark"
    _description = "Debtor to Read Again"
    _log_access = False

    partner_id = fields.Integer(required=True, readonly=True)

    def init(self):
        """Watch the tables, once all have their columns."""
        self.pool.post_init(self._watch_all)

    def _watch_all(self):
        for table, columns in WATCHED.items():
            changed = " OR ".join(
                f"former.{name} IS DISTINCT FROM latter.{name}" for name in columns)
            self._watch(table, "insert", "NEW TABLE AS latter", "SELECT customer_id FROM latter")
            self._watch(table, "update", "OLD TABLE AS former NEW TABLE AS latter", f"""
                SELECT unnest(ARRAY[former.customer_id, latter.customer_id])
                  FROM former JOIN latter ON latter.id = former.id WHERE {changed}""")
        # an upgrade in place, without migration, finds a list that is not there yet
        self.env["collection.debtor"]._refresh_soon()

    def _watch(self, table, event, tables, query):
        # pylint: disable-next=sql-injection
        self.env.cr.execute(f"""
            CREATE OR REPLACE FUNCTION collection_debtor_mark_{table}_{event}()
            RETURNS trigger AS $$
            BEGIN
                INSERT INTO collection_debtor_mark (partner_id) SELECT DISTINCT * FROM ({query})
                    AS changed (customer);
                RETURN NULL;
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER collection_debtor_mark_{event}
            AFTER {event} ON {table} REFERENCING {tables} FOR EACH STATEMENT
            EXECUTE FUNCTION collection_debtor_mark_{table}_{event}()
        """)

    @api.model
    def _add_planned(self, marks):
        """Take over the marks that planning has dealt with.

        :param list marks: ids of ``collection.plan.mark``
        """
        self.env.cr.execute(SQL(
            "INSERT INTO collection_debtor_mark (partner_id)"
            " SELECT DISTINCT partner_id FROM collection_plan_mark WHERE id = ANY(%s)", marks))

    @api.model
    def _add_all(self):
        """Mark all customers: the list is to be made, batch by batch, whoever interrupts it."""
        self.env.cr.execute(
            "INSERT INTO collection_debtor_mark (partner_id)"
            " SELECT id FROM res_partner WHERE commercial_partner_id = id")

    @api.model
    def _take(self):
        """Read the marks there are.

        :return: list of (list of marks' ids, set of ids of the customers to read: whoever was
            marked, and the commercial partner that it belongs to now), one for each marked
        """
        rows = self.env.execute_query(SQL(
            "SELECT array_agg(mark.id), mark.partner_id, partner.commercial_partner_id"
            "  FROM collection_debtor_mark AS mark"
            "  LEFT JOIN res_partner AS partner ON partner.id = mark.partner_id"
            " GROUP BY 2, 3 ORDER BY 2"))
        return [(marks, {customer for customer in customers if customer})
                for marks, *customers in rows]

    @api.model
    def _forget(self, marks):
        """Let go of the marks that were taken, by their ids: their customers were read."""
        if marks:
            self.env.cr.execute(SQL(
                "DELETE FROM collection_debtor_mark WHERE id = ANY(%s)", marks))
