from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...engine import ladder
from ...models.action.channels import CHANNELS
from ...models.item import open_items
from ...tools.sql import partner_value

#: Days that a preview looks ahead.
AHEAD = 30
#: Customers looked at in one go.
BATCH = 5000


class CollectionSetupLine(models.TransientModel):
    """A step that would come for a customer within the days of a preview: nothing is planned."""

    _name = "collection.setup.line"
    _description = "Foreseen Step"
    _inherit = ["collection.dialog"]
    _order = "date, id"
    #: until the next preview, however long that takes
    _transient_max_hours = 0

    setup_id = fields.Many2one(
        "collection.setup", string="Set-up", required=True, readonly=True, index=True,
        ondelete="cascade")
    currency_id = fields.Many2one(related="setup_id.currency_id", related_sudo=False)
    customer_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    step_id = fields.Many2one("collection.scenario.step", readonly=True, ondelete="cascade")
    kind = fields.Selection(related="step_id.kind", related_sudo=False)
    mode = fields.Selection("_selection_mode", string="How", compute="_compute_mode")
    date = fields.Date(string="On", readonly=True)
    amount = fields.Monetary(string="Due", readonly=True, aggregator=None)
    unreachable = fields.Boolean(
        string="No address", readonly=True, help="It would reach nobody by this way.")

    @api.model
    def _selection_mode(self):
        return self.env["collection.scenario.step"]._fields["mode"]._description_selection(
            self.env)

    @api.depends("step_id.mode", "step_id.kind", "setup_id.confirmation")
    def _compute_mode(self):
        """As the page is answered: the step itself becomes so at the start."""
        for line in self:
            mode, answer = line.step_id.mode, line.setup_id.confirmation
            answered = mode != "manual" and answer != "steps" and line.step_id.kind in CHANNELS
            line.mode = answer if answered else mode

    @api.model
    def _find_steps(self, setup):
        """:param setup: the ``collection.setup``
        :return: list of what would come for all: (customer id, step id, date, Decimal of what is
            due)"""
        return [
            (customer, step.rung, step.date, chase.amount)
            for customer, _scenario, chase, steps in self._foresee(
                setup, self._find_owing(setup))
            for step in steps]

    @api.model
    def _read(self, setup, steps):
        """Keep what would come, as lines of the user's, in the place of those there are.

        :param setup: the ``collection.setup``
        :param steps: list as of :meth:`_find_steps`
        """
        self.search([("setup_id", "=", setup.id)]).unlink()
        self._keep(setup, steps)

    @api.model
    def _keep(self, setup, steps):
        """Keep foreseen steps, in one statement.

        :param setup: the ``collection.setup``
        :param steps: list as of :meth:`_find_steps`
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
                    OR step.kind IN ('letter', 'registered') AND NOT %(post)s),
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
    def _total(self, setup, rows):
        """:param rows: as :meth:`_summarize` returns them
        :return: (customers to whom something leaves, what is due of them), each counted once"""
        return self.env.execute_query(SQL(
            "SELECT count(*), COALESCE(sum(amount), 0) FROM ("
            "   SELECT DISTINCT ON (customer_id) amount FROM collection_setup_line"
            "    WHERE setup_id = %s AND create_uid = %s AND step_id = ANY(%s)"
            " ORDER BY customer_id, date, id) AS once",
            setup.id, self.env.uid, [row["step_id"] for row in rows if row["leaves"]]))[0]

    # === FORESEEING === #

    @api.model
    def _find_owing(self, setup):
        """:return: list of ids of the customers of whom something is to be paid"""
        self.env.flush_all()
        return [customer for [customer] in self.env.execute_query(SQL(
            "SELECT DISTINCT contact.commercial_partner_id FROM account_move_line AS line"
            "  JOIN res_partner AS contact ON contact.id = line.partner_id"
            " WHERE %s AND line.amount_residual_currency > 0 ORDER BY 1",
            open_items.is_unreconciled(self.env, setup.company_id)))]

    @api.model
    def _foresee(self, setup, customer_ids):
        """What would become of customers, were reminders started as a set-up says: decided by the
        engine that plans, from the same facts.

        :param setup: the ``collection.setup``
        :param customer_ids: ids of commercial partners
        :return: generator of (customer id, id of its scenario or None, the engine's
            :class:`~...engine.ladder.Chase`, list of :class:`~...engine.ladder.Next`)
        """
        company = setup.company_id.sudo()
        planner = self.env["collection.scenario"].sudo().with_company(company)
        ladders = planner.with_context(active_test=False).search([])._get_ladders(company)
        scenario, day = self._get_scenario_expression(setup), setup._get_first_day()
        for start in range(0, len(customer_ids), BATCH):
            for customer, found, _user, _action, chase in planner._get_chases(
                    company, customer_ids[start:start + BATCH], day, scenario):
                chase = replace(chase, planned=None)
                yield customer, found, chase, ladder.foresee(
                    ladders.get(found), chase, day, day + timedelta(days=AHEAD))

    @api.model
    def _get_scenario_expression(self, setup):
        """:return: ``SQL``, the id of the scenario that a ``partner`` would have"""
        own = partner_value(self.env, "collection_scenario_id", setup.company_id)
        given = setup._find_given()
        if given is None:  # who has the present default, has none of its own
            default = setup.company_id._get_collection_default("collection_scenario_id")
            return SQL("COALESCE(NULLIF((%s)::int, %s), %s)",
                       own, default.id or 0, setup.scenario_id.id)
        return SQL("CASE WHEN partner.id = ANY(%s) THEN %s ELSE (%s)::int END",
                   given, setup.scenario_id.id, own)

    @api.model
    def _try(self, setup, customer):
        """:return: (what comes first for the customer of the trial, or why nothing does; the
            message's subject; its text), False for what there is not"""
        customer = customer._origin.commercial_partner_id
        if not customer or not setup.scenario_id:
            return False, False, False
        customer.check_access("read")
        [(_customer, found, chase, steps)] = self._foresee(setup, customer.ids)
        scenarios, decision = self.env["collection.scenario"], steps[0] if steps else None
        if not steps:  # nothing, or later than what is looked at
            ladders = scenarios.browse(found)._get_ladders(setup.company_id.sudo())
            decision = ladder.decide(ladders.get(found), chase, setup._get_first_day())
        if isinstance(decision, ladder.Stop):
            return scenarios._get_stop_words()[decision.reason], False, False
        step = self.env["collection.scenario.step"].browse(decision.rung)
        note = self.env._("%(step)s, on %(day)s", step=step.display_name,
                          day=format_date(self.env, decision.date))
        return note, *self._render(step, customer)

    def _render(self, step, customer):
        """:return: (subject, text) of what the customer would read, in its language; False, False
            of what is no message"""
        if step.kind not in CHANNELS:
            return False, False
        speaking = step.with_context(lang=customer.lang or self.env.lang)
        sample = self.env["collection.message.preview"].with_env(speaking.env)._render_sample(
            customer.id, {name: speaking[name] for name in (
                "kind", "name", "subject", "body", "attach_statement", "formal_notice",
                "grace_days")},
            scenario_step_id=step.id)
        return sample["subject"], sample["page"]

    # === BUTTONS === #

    def action_open_customer(self):
        """:return: window action on the customer"""
        self.ensure_one()
        return self.customer_id.get_formview_action()
