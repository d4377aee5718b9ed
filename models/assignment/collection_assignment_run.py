from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.clauses import join_label
from .attributes import ATTRIBUTES

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
    _inherit = ["collection.owned"]
    _order = "id desc"
    _owner_fields = ("company_id",)

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

    # === AUTOMATIC RUN === #

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
        places = list(ATTRIBUTES)
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
                    self.errors, join_label(self.env, rule.display_name, str(fault)))))
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
