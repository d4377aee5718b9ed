from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...engine import ladder
from ...tools.sql import partner_value
from ..action.channels import CHANNELS
from ..item import open_items

#: Days that a preview looks ahead.
AHEAD = 30
#: Customers looked at in one go.
BATCH = 5000


class CollectionSetup(models.Model):
    """What would leave, were reminders started as it is said: for one customer, and for all.

    Decided by the engine that plans, from the same facts; neither the ledger nor a plan is
    touched.
    """

    _inherit = "collection.setup"

    trial_id = fields.Many2one(
        "res.partner", string="Try on one customer", ondelete="set null",
        domain="[('parent_id', '=', False), ('collection_balance', '!=', 0)]")
    trial_note = fields.Char(compute="_compute_trial", string="First step")
    trial_subject = fields.Char(compute="_compute_trial", string="Subject")
    trial_page = fields.Html(compute="_compute_trial", string="Text", sanitize=False)

    previewed_on = fields.Date(string="Last preview", readonly=True)
    preview = fields.Html(
        compute="_compute_preview", sanitize=False, string="What would leave")
    unreachable = fields.Char(compute="_compute_preview", string="Not reached")

    # === COMMANDS === #

    def action_preview(self):
        """Reckon what would leave on the first day and in the days after it, for all.

        :return: True
        :raise UserError: no scenario is chosen, or it is not said who gets it
        """
        self.ensure_one()
        self._prepare()
        self._read_preview()
        self.previewed_on = self.company_id._get_collection_day()
        return True

    def action_open_preview(self):
        """:return: window action on the messages of the preview, one a line"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("What would leave"),
            "res_model": "collection.setup.line", "views": [(False, "list")],
            "domain": [("setup_id", "=", self.id)],
        }

    # === FORESEEING === #

    def _read_preview(self):
        """Keep what would leave as lines of the user's."""
        lines = self.env["collection.setup.line"]
        lines.search([("setup_id", "in", self.ids)]).unlink()
        lines._keep(self, [
            (customer, step.rung, step.date, chase.amount)
            for customer, _scenario, chase, steps in self._foresee(self._find_owing())
            for step in steps])
        self.invalidate_recordset(["preview", "unreachable"])

    def _find_owing(self):
        """:return: list of ids of the customers of whom something is to be paid"""
        self.env.flush_all()
        return [customer for [customer] in self.env.execute_query(SQL(
            "SELECT DISTINCT contact.commercial_partner_id FROM account_move_line AS line"
            "  JOIN res_partner AS contact ON contact.id = line.partner_id"
            " WHERE %s AND line.amount_residual_currency > 0 ORDER BY 1",
            open_items.is_unreconciled(self.env, self.company_id)))]

    def _foresee(self, customer_ids):
        """What would become of customers, were reminders started as it is said here.

        :param customer_ids: ids of commercial partners
        :return: generator of (customer id, id of its scenario or None, the engine's
            :class:`~...engine.ladder.Chase`, list of :class:`~...engine.ladder.Next`)
        """
        company = self.company_id.sudo()
        planner = self.env["collection.scenario"].sudo().with_company(company)
        ladders = planner.with_context(active_test=False).search([])._get_ladders(company)
        scenario, day = self._get_scenario_expression(), self._get_first_day()
        for start in range(0, len(customer_ids), BATCH):
            for customer, found, _user, _action, chase in planner._get_chases(
                    company, customer_ids[start:start + BATCH], day, scenario):
                chase = replace(chase, planned=None)
                yield customer, found, chase, ladder.foresee(
                    ladders.get(found), chase, day, day + timedelta(days=AHEAD))

    def _get_scenario_expression(self):
        """:return: ``SQL``, the id of the scenario that a ``partner`` would have"""
        own = partner_value(self.env, "collection_scenario_id", self.company_id)
        given = self._find_given()
        if given is None:  # who has the present default, has none of its own
            default = self.company_id._get_collection_default("collection_scenario_id")
            return SQL("COALESCE(NULLIF((%s)::int, %s), %s)",
                       own, default.id or 0, self.scenario_id.id)
        return SQL("CASE WHEN partner.id = ANY(%s) THEN %s ELSE (%s)::int END",
                   given, self.scenario_id.id, own)

    @api.depends_context("lang", "uid")
    @api.depends("previewed_on")
    def _compute_preview(self):
        lines = self.env["collection.setup.line"]
        for setup in self:
            day = setup._get_first_day()
            rows = lines._summarize(setup, day)
            count = sum(row["unreachable"] for row in rows)
            setup.unreachable = bool(count) and self.env._(
                "Would reach nobody, as an address is missing: %(count)s", count=count)
            setup.preview = setup.previewed_on and self.env["ir.qweb"]._render(
                "account_collection.setup_preview", {
                    "rows": rows, "total": lines._total(setup),
                    "is_today": day == setup.company_id._get_collection_day(),
                    "format": setup.currency_id.format})

    @api.depends_context("lang")
    @api.depends("trial_id", "scenario_id")
    def _compute_trial(self):
        for setup in self:
            setup.trial_note, setup.trial_subject, setup.trial_page = setup._try()

    def _try(self):
        """:return: (what comes first for the customer of the trial, or why nothing does; the
            message's subject; its text), False for what there is not"""
        customer = self.trial_id.commercial_partner_id
        if not customer or not self._origin.scenario_id:
            return False, False, False
        setup = self._origin
        customer.check_access("read")
        [(_customer, found, chase, steps)] = setup._foresee(customer.ids)
        scenarios = self.env["collection.scenario"]
        if not steps:
            ladders = scenarios.browse(found)._get_ladders(setup.company_id.sudo())
            decision = ladder.decide(ladders.get(found), chase, setup._get_first_day())
            reason = decision.reason if isinstance(decision, ladder.Stop) else ladder.FINISHED
            return scenarios._get_stop_words()[reason], False, False
        step = self.env["collection.scenario.step"].browse(steps[0].rung)
        note = self.env._("%(step)s, on %(day)s", step=step.display_name,
                          day=format_date(self.env, steps[0].date))
        if step.kind not in CHANNELS:
            return note, False, False
        sample = self.env["collection.message.preview"].with_context(
            lang=customer.lang or self.env.lang).render_sample(customer.id, {
                name: step[name] for name in (
                    "kind", "name", "subject", "body", "attach_statement")})
        return note, sample["subject"], sample["page"]
