from odoo import api, fields, models
from odoo.tools import SQL

from ...models.action.channels import CHANNELS


class CollectionSetupLine(models.TransientModel):
    """A step that would come for a customer within the days of a preview: nothing is planned."""

    _name = "collection.setup.line"
    _description = "Foreseen Step"
    _inherit = ["collection.dialog"]
    _order = "date, id"

    setup_id = fields.Many2one(
        "collection.setup", string="Set-up", required=True, readonly=True, index=True,
        ondelete="cascade")
    currency_id = fields.Many2one(related="setup_id.currency_id", related_sudo=False)
    customer_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    step_id = fields.Many2one("collection.scenario.step", readonly=True, ondelete="cascade")
    kind = fields.Selection(related="step_id.kind", related_sudo=False)
    mode = fields.Selection(related="step_id.mode", related_sudo=False)
    date = fields.Date(string="On", readonly=True)
    amount = fields.Monetary(string="Due", readonly=True, aggregator=None)
    unreachable = fields.Boolean(
        string="No address", readonly=True, help="It would reach nobody by this way.")

    @api.model
    def _keep(self, setup, steps):
        """Keep foreseen steps, in one statement.

        :param setup: the ``collection.setup``
        :param steps: list of (customer id, step id, date, Decimal of what is due)
        """
        if not steps:
            return
        customers, rungs, dates, amounts = zip(*steps)
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_setup_line (
                   setup_id, customer_id, step_id, date, amount, unreachable,
                   create_uid, create_date, write_uid, write_date)
            SELECT %(setup)s, partner.id, step.id, foreseen.date, foreseen.amount,
                   (step.kind = 'email' AND NOT %(email)s
                    OR step.kind = 'letter' AND NOT %(post)s),
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM unnest(%(customers)s::int[], %(steps)s::int[], %(dates)s::date[],
                          %(amounts)s::numeric[]) AS foreseen (customer, step, date, amount)
              JOIN res_partner AS partner ON partner.id = foreseen.customer
              JOIN collection_scenario_step AS step ON step.id = foreseen.step
          ORDER BY foreseen.date, foreseen.amount DESC
            """,
            setup=setup.id, uid=self.env.uid, customers=list(customers), steps=list(rungs),
            dates=list(dates), amounts=list(amounts),
            **self.env["collection.takeover.line"]._get_reach(setup.company_id)))
        self.invalidate_model()

    @api.model
    def _summarize(self, setup, day):
        """:param date day: the first day
        :return: list of dicts, one a step, with counts, amounts and who is not reached"""
        self.flush_model()
        found = self.env.execute_query_dict(SQL(
            """
            SELECT step_id, count(*) FILTER (WHERE date <= %(day)s) AS first_count,
                   sum(amount) FILTER (WHERE date <= %(day)s) AS first_amount,
                   count(*) AS all_count, count(DISTINCT customer_id) AS customers,
                   sum(amount) AS all_amount, count(*) FILTER (WHERE unreachable) AS unreachable
              FROM collection_setup_line WHERE setup_id = %(setup)s AND create_uid = %(uid)s
          GROUP BY step_id
            """, setup=setup.id, day=day, uid=self.env.uid))
        steps = self.env["collection.scenario.step"].browse(
            row["step_id"] for row in found).sorted()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        by_step = {row["step_id"]: row for row in found}
        return [{
            **by_step[step.id], "name": step.display_name, "scenario": step.scenario_id.name,
            "kind": kinds[step.kind], "leaves": step.kind in CHANNELS and step.mode != "manual",
        } for step in steps]

    @api.model
    def _total(self, setup):
        """:return: (customers, what is due of them), each counted once"""
        return self.env.execute_query(SQL(
            "SELECT count(*), COALESCE(sum(amount), 0) FROM ("
            "   SELECT DISTINCT ON (customer_id) amount FROM collection_setup_line"
            "    WHERE setup_id = %s AND create_uid = %s ORDER BY customer_id, date, id) AS once",
            setup.id, self.env.uid))[0]

    def action_open_customer(self):
        """:return: window action on the customer"""
        self.ensure_one()
        return self.customer_id.get_formview_action()
