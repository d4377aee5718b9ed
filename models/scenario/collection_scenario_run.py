from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

#: Customers planned, and messages sent, by one call of the dialog: what its bar moves by.
PLAN_BATCH = 500
SEND_BATCH = 20


class CollectionScenarioRun(models.Model):
    """*Run now*: what the crons do at night, batch by batch, while a manager watches.

    The dialog calls one batch after the other, each in a transaction of its own, and may stop
    between two of them: what is done stays done, the crons take the rest. An empty recordset
    stands for all scenarios. Runs in the companies that are switched on.
    """

    _inherit = "collection.scenario"

    def action_run_now(self):
        """:return: client action on the dialog that plans and sends with these scenarios"""
        self._check_may_run()
        return {
            "type": "ir.actions.client",
            "tag": "collection_scenario_run",
            "name": self.env._("Plan and send now"),
            "params": {"scenario_ids": self.ids, "names": self.mapped("name")},
        }

    def run_outlook(self):
        """Say what a run has before it.

        :return: dict with ``companies`` (ids, to be planned one after the other), ``customers``
            (how many there are to plan) and ``closed`` (names of the scenarios whose sending
            window is closed now: they send nothing)
        :raise AccessError: the user is not a collection manager
        """
        self._check_may_run()
        planner = self.sudo()
        counts = [planner.env.execute_query(planner._get_run_query(company, SQL("count(*)")))
                  for company in self.env.companies]
        shut = planner._get_closed_windows(fields.Datetime.now()) & (self or planner.search([]))
        return {
            "companies": self.env.companies.ids,
            "customers": sum(count for [[count]] in counts),
            "closed": shut.mapped("name"),
        }

    def run_plan(self, company_id, after=0):
        """Plan the next customers of a company.

        :param int company_id: one of the companies that are switched on
        :param int after: id of the last customer planned
        :return: dict with ``customers`` (looked at), ``changed`` (actions planned, changed or
            dropped) and ``after`` (the last customer; False when none is left)
        :raise AccessError: the user is not a collection manager
        """
        self._check_may_run()
        company = self.env.companies.filtered(lambda company: company.id == company_id)
        company.ensure_one()
        planner = self.sudo().with_company(company).with_context(lang=company.partner_id.lang)
        planner.env.flush_all()
        batch = [customer for [customer] in planner.env.execute_query(SQL(
            "%s AND partner.id > %s ORDER BY partner.id LIMIT %s",
            planner._get_run_query(company, SQL("partner.id")), after, PLAN_BATCH))]
        changed = planner._plan_company(company, batch) if batch else 0
        planner.env["collection.action"]._bring_to_day(
            planner.env["res.partner"].browse(batch))
        return {
            "customers": len(batch), "changed": changed,
            "after": batch[-1] if len(batch) == PLAN_BATCH else False}

    def run_due(self):
        """:return: number of messages of these scenarios that are due to leave by themselves
        :raise AccessError: the user is not a collection manager
        """
        self._check_may_run()
        return self.env["collection.action"].sudo().search_count(self._get_run_domain())

    def run_send(self, after=0):
        """Send the next messages that are due to leave by themselves.

        :param int after: id of the last action taken
        :return: dict with ``taken``, ``sent``, ``errors`` (actions that could not be sent) and
            ``after`` (the last action; False when none is left)
        :raise AccessError: the user is not a collection manager
        """
        self._check_may_run()
        batch = self.env["collection.action"].sudo().search(
            self._get_run_domain() & Domain("id", ">", after), order="id", limit=SEND_BATCH)
        sent = batch._process_batch() if batch else 0
        return {
            "taken": len(batch), "sent": sent,
            "errors": len(batch.filtered(lambda action: action.error and not action.outcome)),
            "after": batch[-1].id if len(batch) == SEND_BATCH else False}

    def _check_may_run(self):
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._(
                "Only a collection manager can run scenarios for everybody. Each night they run "
                "by themselves; you can send a customer's next message from its form."))

    def _get_run_query(self, company, what):
        """:return: query of the customers that a run plans in a company"""
        query = self._get_customers_query(company, what)
        if not self:
            return query
        scenario = self._get_partner_value("collection_scenario_id", company)
        return SQL("%s AND (%s)::int = ANY(%s)", query, scenario, self.ids)

    def _get_run_domain(self):
        """:return: domain of the actions that a run sends"""
        ours = Domain("scenario_id", "in", self.ids) if self else Domain(
            "origin", "=", "scenario")
        return (self.env["collection.action"]._get_due_domain() & ours
                & Domain("company_id", "in", self.env.companies.ids))
