from ast import literal_eval
from contextlib import closing

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...engine import ladder
from ...engine.hashtags import find
from ...tools.dialogs import RELOAD, notify
from ...tools.own_context import with_own
from ..action.channels import CHANNELS
from ..library.data_file import read_tree
from ..library.examples import EXAMPLES
from ..message.hashtags import HASHTAGS
from ..scenario.collection_scenario_step import FORESEEING
from .collection_setup import AT_THEIR_AGE, EVERYBODY, FROM_FIRST, ONE, SEARCH, WAIT

#: Who is a consumer, as a saved search has it.
CONSUMERS_DOMAIN = (
    "['|', ('collection_debtor_kind', '=', 'consumer'),"
    " '&', ('collection_debtor_kind', '=', False), ('is_company', '=', False)]")


class CollectionSetup(models.Model):
    """What would leave as the page is answered, and the start, from which on it does."""

    _inherit = "collection.setup"

    # === PREVIEW AND START === #

    def action_preview(self):
        """Reckon what would leave on the first day and in the days after it, for all, as if the
        answers held: they do from the start on. An example is loaded where no scenario is chosen.

        :return: True
        :raise UserError: no scenario is chosen, or it is not said who gets it
        """
        self.ensure_one()
        self._prepare()
        lines = self.env["collection.setup.line"]
        with closing(self.env.cr.savepoint()):  # taken back
            with_own(self, FORESEEING)._apply_policy()
            steps = lines._find_steps(self)
        lines._read(self, steps)
        self.invalidate_recordset(["preview", "unreachable"])
        self.write({"previewed_on": self.company_id._get_collection_day(),
                    "previewed_by_id": self.env.uid})
        return True

    def action_open_preview(self):
        """:return: window action on the messages of the preview, one a line"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("What would leave"),
            "res_model": "collection.setup.line", "views": [(False, "list")],
            "domain": [("setup_id", "=", self.id)],
        }

    def action_start(self):
        """Give the scenario to whom it is for, and let messages leave from the chosen day on.

        :return: notification
        :raise UserError: no scenario is chosen, it is not said who gets it, or its amounts are in
            a currency without exchange rate
        """
        self.ensure_one()
        self._prepare()
        self._check_exchange()
        if not self.start_on:
            self.start_on = self.company_id._get_collection_day()
        self._apply()
        self.company_id._set_collection_settings({"collection_started_on": self.start_on})
        return notify(self.env._(
            "Started: messages leave from %(day)s on.",
            day=format_date(self.env, self.start_on)), then=RELOAD)

    def action_apply(self):
        """Let answers that were changed after the start hold.

        :return: notification
        :raise UserError: as of :meth:`action_start`
        """
        self.ensure_one()
        self._prepare()
        self._check_exchange()
        self._apply()
        return notify(self.env._("Your answers hold from now on."), then=RELOAD)

    def action_stop(self):
        """Let nothing leave by itself until it is started again.

        :return: notification
        :raise UserError: messages would go on, for reminders were started in a company above
        """
        self.ensure_one()
        self.company_id._set_collection_settings({"collection_started_on": False})
        above = self.company_id._get_collection_starter()
        if above:
            raise UserError(self.env._(
                "Messages of %(company)s leave because reminders of %(above)s have been started: "
                "stop them there.", company=self.company_id.name, above=above.name))
        return notify(self.env._("Stopped: nothing leaves by itself."), then=RELOAD)

    def action_run_now(self):
        """:return: client action on the dialog that plans and sends with the scenario"""
        self.ensure_one()
        return self.scenario_id.action_run_now()

    def _prepare(self):
        """Have everything that a preview or the start needs.

        :raise UserError: something is missing
        """
        self.company_id._check_collection_manager()
        if not self.scenario_id:
            self._load_example()
        if self.who == SEARCH and not self.filter_id:
            raise UserError(self.env._("Choose the saved search of who gets the scenario."))
        if self.who == ONE and not self.customer_id:
            raise UserError(self.env._("Choose the customer who gets the scenario."))

    def _check_exchange(self):
        """:raise UserError: the scenario would chase nobody for want of an exchange rate"""
        if self.missing_exchange:
            raise UserError(self.missing_exchange)

    def _apply(self):
        self._apply_policy()
        self._give_scenario()
        self.env["collection.assignment.rule"]._plan_soon()

    def _apply_policy(self):
        """Carry the answers into the scenario and the company, as far as they differ."""
        scenario, waits = self.scenario_id, self.old_debts == WAIT
        vals = {
            "minimum_amount": self.minimum_amount, "net_credits": self.net_credits,
            "calendar_id": self.calendar_id.id}
        if self.old_debts in (FROM_FIRST, AT_THEIR_AGE):
            vals["entry"] = (
                ladder.CONTEXTUAL if self.old_debts == AT_THEIR_AGE else ladder.FIRST)
        scenario.write({
            name: value for name, value in vals.items()
            if scenario._fields[name].convert_to_write(scenario[name], scenario) != value})
        if self.confirmation != "steps":
            scenario.step_ids.filtered(lambda step: (
                step.kind in CHANNELS and step.mode not in ("manual", self.confirmation)
            )).mode = self.confirmation
        if self.old_debts:
            self.company_id._set_collection_settings({
                "collection_old_before": waits and self._get_old_before(),
                "collection_old_until": waits and self.old_until})

    def _get_old_before(self):
        """:return: date, what fell due before it is old; once messages leave it stays what it is,
            or what fell due since would be left alone, too"""
        company = self.company_id.sudo()
        kept = company._is_collection_started() and company.collection_old_before
        return kept or self.start_on or self._get_first_day()

    def _get_first_day(self):
        """:return: date, the first day on which something leaves"""
        today = self.company_id._get_collection_day()
        return max(self.start_on or today, today)

    # === WHO GETS IT === #

    def _give_scenario(self):
        if self.who == EVERYBODY:
            self.company_id._set_collection_settings(
                {"collection_scenario_id": self.scenario_id})
        elif self.who == ONE:
            self.customer_id.with_company(
                self.company_id).collection_scenario_id = self.scenario_id
        else:
            self._get_rule().run()

    def _get_rule(self):
        """:return: the ``collection.assignment.rule`` that gives the scenario to who is searched
            for, made where there is none"""
        search = self.filter_id if self.who == SEARCH else self._get_consumers_search()
        rules = self.env["collection.assignment.rule"]
        vals = {"attribute": "scenario", "company_id": self.company_id.id,
                "scenario_id": self.scenario_id.id, "filter_id": search.id}
        found = rules.search([(name, "=", value) for name, value in vals.items()], limit=1)
        return found or rules.create(vals)

    def _get_consumers_search(self):
        searches = self.env["ir.filters"].sudo()
        vals = {"model_id": "res.partner", "domain": CONSUMERS_DOMAIN}
        return searches.search([
            *((name, "=", value) for name, value in vals.items()), ("user_ids", "=", False),
        ], limit=1) or searches.create({
            **vals, "name": self.env._("Consumers and tenants"), "user_ids": False})

    @api.depends_context("lang")
    @api.depends("company_id", "customer_id", "example", "filter_id", "scenario_id", "who")
    def _compute_consumers_chased(self):
        """Of whom interest and indemnity must not be claimed, as the scenario does (L16)."""
        for setup in self:
            count = setup._is_for_professionals() and setup._count_consumers(
                setup.company_id._origin)
            setup.consumers_chased = bool(count) and self.env._(
                "Overdue consumers and tenants who would get it: %(count)s. It is written for "
                "professionals: give them a scenario of their own, or set “Debtor” on those who "
                "are professionals.", count=count)

    def _is_for_professionals(self):
        """:return: bool, whether messages of the scenario, or of the example that would be loaded,
            claim interest or indemnity"""
        names = [name for step in self.scenario_id.step_ids
                 for name in (*find(step.subject), *find(step.body, True))]
        if self.example and not self.scenario_id:
            names = find(" ".join(read_tree(EXAMPLES[self.example].paths).itertext()))
        return any(HASHTAGS[name].claims for name in names if name in HASHTAGS)

    def _count_consumers(self, company):
        """:return: int, how many overdue consumers of a company would get the scenario"""
        if self.who == SEARCH and not self.filter_id:
            return 0
        domain = Domain(literal_eval(CONSUMERS_DOMAIN)) & Domain("collection_overdue", ">", 0)
        given = self._find_given()
        if given is None:
            default = company._get_collection_default("collection_scenario_id")
            domain &= Domain(
                "collection_scenario_id", "in", [False, *default.ids, *self.scenario_id.ids])
        else:
            domain &= Domain("id", "in", given)
        return self.env["res.partner"].with_company(company).search_count(domain)

    def _find_given(self):
        """:return: list of ids of the customers who would get the scenario; None for those who
            have no other"""
        if self.who == EVERYBODY:
            return None
        if self.who == ONE:
            return self.customer_id.commercial_partner_id.ids
        domain = self.filter_id.sudo().domain if self.who == SEARCH else CONSUMERS_DOMAIN
        return self.env["collection.assignment.rule"].new({
            "company_id": self.company_id._origin.id, "filter_domain": domain})._search_ids()
