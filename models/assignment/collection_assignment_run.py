from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..collection_assignment_attribute import ATTRIBUTES
from ..item.res_partner_criteria import READ_ONCE

#: A run that has not moved for so long has died: another may start.
DEAD_AFTER = timedelta(minutes=15)


class CollectionAssignmentRun(models.Model):
    """An automatic run: its rules in their order, and what became of it.

    A rule is a step, in a transaction of its own where a cron or the dialog runs it. The last
    run that came to its end says which customers are new (B23). The database lets a company
    have one run at a time.
    """

    _name = "collection.assignment.run"
    _description = "Automatic Assignment"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(
        [("running", "Under way"), ("done", "Done"), ("interrupted", "Interrupted")],
        required=True, readonly=True, default="done")
    started_at = fields.Datetime(string="Started", required=True, readonly=True)
    ended_at = fields.Datetime(string="Ended", readonly=True)
    moved_at = fields.Datetime(readonly=True)
    new_since = fields.Datetime(
        readonly=True, help="What was created after this moment, the run may not have seen: "
        "transactions were open since.")
    rule_count = fields.Integer(string="Rules", readonly=True)
    changed = fields.Integer(string="Customers changed", readonly=True)
    errors = fields.Text(string="Left out", readonly=True)
    todo = fields.Json(
        readonly=True, help="The rules that are left, and what was done so far, between the "
        "requests of the dialog.")

    _one_running = models.UniqueIndex(
        "(company_id) WHERE state = 'running'",
        "An automatic assignment is under way in this company. Wait until it is done.")

    # -- its life ------------------------------------------------------------------------

    @api.model
    def _begin(self, company):
        """Start an automatic run.

        :return: the run
        :raise UserError: another one is under way in the company
        """
        company.ensure_one()
        now = fields.Datetime.now()
        self._bury_dead(company, now)
        self._check_none_running(company)
        rules = self.env["collection.assignment.rule"].search(
            [("company_id", "=", company.id), ("automatic", "=", True)])
        places = list(ATTRIBUTES)  # groups first: what follows may be searched by them
        rules = rules.sorted(lambda rule: (
            places.index(rule.attribute), rule.sequence, rule.id))
        [[open_for]] = self.env.execute_query(SQL(
            "SELECT COALESCE(EXTRACT(epoch FROM now() - min(xact_start)), 0)"
            "  FROM pg_stat_activity WHERE datname = current_database()"
            "   AND pid <> pg_backend_pid()"))
        run = self.create({
            "company_id": company.id, "state": "running", "started_at": now, "moved_at": now,
            "new_since": now - timedelta(seconds=max(0, float(open_for))),
            "rule_count": len(rules), "todo": {"rules": rules.ids, "taken": [], "changed": []}})
        run.flush_recordset()
        return run

    def _bury_dead(self, company, now):
        self.search([
            ("company_id", "=", company.id), ("state", "=", "running"),
            ("moved_at", "<", now - DEAD_AFTER)]).write({"state": "interrupted", "todo": False})

    def _check_none_running(self, company):
        """:raise UserError: an automatic run is under way in the company"""
        if running := self.search(
                [("company_id", "=", company.id), ("state", "=", "running"),
                 ("moved_at", ">=", fields.Datetime.now() - DEAD_AFTER)], limit=1):
            raise UserError(self.env._(
                "An automatic assignment is under way in %(company)s, started by %(user)s. Wait "
                "until it is done.", company=company.name, user=running.create_uid.name))

    def _step(self):
        """Run the next rule, or end the run; what is left is kept for the next request.

        :return: list of ids of the customers that changed
        """
        todo = self._take_todo()
        changed = self._advance(todo)
        if self.state == "running":
            self.todo = {**todo, "taken": list(todo["taken"]), "changed": list(todo["changed"])}
        return changed

    def _take_todo(self):
        """Whoever leads the run to its end holds in memory what is left: a hundred thousand ids
        are not worth writing after each rule.

        :return: dict of the ``rules`` that are left, the customers ``taken`` by those of the
            ``attribute`` before them, and those that have ``changed``
        """
        self.ensure_one()
        todo, self.todo = self.todo, False
        return {**todo, "taken": set(todo["taken"]), "changed": set(todo["changed"])}

    def _advance(self, todo):
        """Run the next rule, or end the run.

        :param dict todo: see :meth:`_take_todo`, brought up to date
        :return: list of ids of the customers that changed
        """
        if not todo["rules"]:
            self._end()
            return []
        rule = self.env["collection.assignment.rule"].with_company(self.company_id).browse(
            todo["rules"].pop(0)).exists()
        changed = []
        if rule.active:
            try:
                found = rule._find_in_run(self)
            except UserError as fault:
                self.errors = "\n".join(filter(None, (
                    self.errors, f"{rule.display_name}: {fault}")))
            else:
                # the first rule that matches wins, for each attribute apart (M-025, B20)
                if todo.get("attribute") != rule.attribute:
                    todo.update(attribute=rule.attribute, taken=set())
                found = [customer for customer in found if customer not in todo["taken"]]
                changed = rule._assign(found)
                if not rule.continues:
                    todo["taken"].update(found)
        todo["changed"].update(changed)
        self.write({"changed": len(todo["changed"]), "moved_at": fields.Datetime.now()})
        if not todo["rules"]:
            self._end()
        return changed

    def _end(self):
        self.write({"state": "done", "ended_at": fields.Datetime.now(), "todo": False})
        if self.changed:
            self.env["collection.assignment.rule"]._plan_soon()


class CollectionAssignmentRule(models.Model):
    """The automatic rules, all of them; and what one of them finds in a run."""

    _inherit = "collection.assignment.rule"

    @api.model
    def _run_automatic(self, between=None):
        """Run the automatic rules of every company, in their order.

        For each attribute the first rule that matches a customer wins (M-025, B20); a rule for
        new customers sees those created since the last automatic run (B23). A rule that cannot
        do its work is left out, and the run says so. What customers owe and paid is read once a
        company: no rule changes it, and what does so meanwhile counts in the next run.

        :param between: called after each rule with the number of rules that are left
        :return: ``res.partner`` that changed
        :raise UserError: a run is under way
        """
        changed, customers = set(), self.env["res.partner"]
        runs = self.env["collection.assignment.run"].sudo().with_context(
            collection_figures=READ_ONCE)
        companies = self.sudo().search([("automatic", "=", True)]).company_id.sorted("id")
        for company in companies:
            run = runs.with_company(company)._begin(company)
            customers._forget_figures()
            todo = run._take_todo()
            while run.state == "running":
                changed.update(run._advance(todo))
                if between:
                    between(len(todo["rules"]))
        customers._forget_figures()
        return customers.browse(sorted(changed))

    @api.model
    def _run_nightly(self):
        """Cron: the automatic run, a rule a transaction; later where one is under way."""
        crons = self.env["ir.cron"]
        try:
            self._run_automatic(between=lambda left: crons._commit_progress(1, remaining=left))
        except UserError:
            self._run_soon(after=DEAD_AFTER)

    @api.model
    def _run_after(self, imported):
        """Ask for an automatic run, unless the import has failed (M-016, B25).

        :param dict imported: what ``load`` returned
        :return: the same
        """
        if imported.get("ids"):
            self._run_soon()
        return imported

    @api.model
    def _run_soon(self, after=None):
        """Ask for an automatic run."""
        cron = self.env.ref("account_collection.cron_run_assignment", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(after and fields.Datetime.now() + after)

    @api.model
    def _plan_soon(self):
        """Changed customers are planned at once, not only at night (M-041)."""
        cron = self.env.ref("account_collection.cron_plan_scenarios", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    def _find_in_run(self, run):
        """:return: list of ids of the customers that the rule matches in an automatic run
        :raise UserError: the rule cannot do its work
        """
        self.ensure_one()
        self._check_fit()
        last = self.new_only and run.search(
            [("company_id", "=", run.company_id.id), ("state", "=", "done"),
             ("id", "<", run.id)], limit=1)
        return self._search_ids(self._get_new_domain(last) if last else Domain.TRUE)

    def _get_new_domain(self, last):
        """:return: domain of the customers created since a run

        What an open transaction had created the run did not see, though it bears an earlier
        moment: it is new unless something has set its attribute already.
        """
        fresh = Domain("create_date", ">=", last.started_at)
        if not last.new_since or last.new_since >= last.started_at:
            return fresh
        unseen = Domain("create_date", ">=", last.new_since) & Domain(
            "collection_assignment_ids", "not any", [
                ("company_id", "=", self.company_id.id), ("attribute", "=", self.attribute)])
        return fresh | unseen
