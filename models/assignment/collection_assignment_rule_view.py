from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

#: Rows of a preview that are shown; customers treated by one call of the dialog.
SHOWN, STEP = 200, 20000


class CollectionAssignmentRule(models.Model):
    """Rules on screen: making them, running them with a preview, what is wrong with them."""

    _inherit = "collection.assignment.rule"

    filter_domain = fields.Text(string="Its criteria", related="filter_id.domain")

    # -- run by hand ------------------------------------------------------------------------

    def run(self):
        """Run these rules by hand: all their customers, over what was there (M-021, M-026).

        Locked attributes are left alone; *new customers only* does not count (M-018).

        :return: ``res.partner`` that changed
        :raise AccessError: the user is no collection manager
        :raise UserError: a saved search cannot be read, a value is archived, or an automatic
            run is under way
        """
        changed = self.env["res.partner"]
        for rule in self._prepare_run().sorted(
                lambda rule: (rule.attribute, rule.sequence, rule.id)):
            changed |= changed.browse(rule._assign(rule._search_ids()))
        if changed:
            self._plan_soon()
        return changed

    def preview(self):
        """What running this rule by hand would change.

        :return: list of (customer, what it has, what it would get), for those that change
        :raise AccessError: the user is no collection manager
        :raise UserError: the saved search cannot be read
        """
        self.ensure_one()
        rule = self._prepare_run()
        changes = rule._find_changes(rule._filter_free(rule._search_ids()))
        names = rule._name_values(set(changes.values()))
        return [(self.env["res.partner"].browse(customer), names[value], rule.value_name)
                for customer, value in changes.items()]

    def run_outlook(self):
        """What the dialog shows before a rule is run by hand.

        :return: dict with ``matched``, ``locked`` (left alone), ``total`` (customers that
            change), ``rows`` (the first of them: name, what it has) and ``value`` (what they get)
        :raise AccessError: the user is no collection manager
        :raise UserError: the saved search cannot be read
        """
        self.ensure_one()
        rule = self._prepare_run()
        found = rule._search_ids()
        free = rule._filter_free(found)
        changes = rule._find_changes(free)
        shown = dict(list(changes.items())[:SHOWN])
        names = rule._name_values(set(shown.values()))
        customers = self.env["res.partner"].sudo().browse(shown)
        return {
            "matched": len(found), "locked": len(found) - len(free), "total": len(changes),
            "value": rule.value_name, "search": rule.filter_id.name,
            "rows": [[customer.id, customer.display_name, names[changes[customer.id]]]
                     for customer in customers],
        }

    def run_batch(self, after=0):
        """Run the rule by hand on the next customers: what a step of the progress bar stands for.

        :param int after: id of the last customer treated
        :return: dict with ``taken``, ``changed`` and ``after`` (False when none is left)
        :raise AccessError: the user is no collection manager
        :raise UserError: the saved search cannot be read
        """
        self.ensure_one()
        rule = self._prepare_run()
        found = rule._search_ids(Domain("id", ">", after))[:STEP]
        changed = rule._assign(found)
        if changed:
            rule._plan_soon()
        return {"taken": len(found), "changed": len(changed),
                "after": found[-1] if len(found) == STEP else False}

    def _prepare_run(self):
        """:return: these rules, able to write
        :raise AccessError: the user is no collection manager
        :raise UserError: a rule cannot do its work, or an automatic run is under way
        """
        self._check_may_run()
        rules = self.sudo()
        for company in rules.company_id:
            self.env["collection.assignment.run"].sudo()._check_none_running(company)
        for rule in rules:
            rule._check_fit()
        return rules

    def _check_may_run(self):
        if not self.env.su and not self.env.user.has_group(
                "account_collection.group_collection_manager"):
            raise AccessError(self.env._("Only a collection manager may run assignment rules."))
        self.check_access("read")  # nobody runs the rules of another company

    # -- the automatic run, from its button ------------------------------------------------

    @api.model
    def action_run_automatic(self):
        """Run the automatic rules now, all at once (M-020, B24).

        :return: ``res.partner`` that changed
        :raise AccessError: the user is no collection manager
        :raise UserError: a run is under way
        """
        self._check_may_run()
        return self.sudo()._run_automatic()

    @api.model
    def automatic_begin(self):
        """Start the automatic run of the company, for the dialog.

        :return: dict with ``run`` (its id) and ``rules`` (how many)
        :raise AccessError: the user is no collection manager
        :raise UserError: a run is under way
        """
        self._check_may_run()
        run = self.env["collection.assignment.run"].sudo()._begin(self.env.company)
        return {"run": run.id, "rules": run.rule_count}

    @api.model
    def automatic_step(self, run_id):
        """Run the next rule of a run that is under way.

        :return: dict with ``left`` (rules), ``changed`` (customers so far) and ``errors``
        :raise AccessError: the user is no collection manager
        """
        self._check_may_run()
        run = self.env["collection.assignment.run"].sudo().search([
            ("id", "=", run_id), ("company_id", "=", self.env.company.id)])
        if run.todo:
            run.with_company(run.company_id)._step()
        return {"left": len((run.todo or {}).get("rules", ())), "changed": run.changed,
                "errors": run.errors or "", "ended": run.state != "running"}

    # -- buttons -----------------------------------------------------------------------------

    def action_add(self):
        """:return: window action on the dialog of a new rule (M-013)"""
        form = self.env.ref("account_collection.collection_assignment_rule_view_form_dialog")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a rule"),
            "res_model": self._name,
            "views": [(form.id, "form")],
            "target": "new",
            "context": {"default_attribute": self.env.context.get(
                "default_attribute", "scenario")},
        }

    def action_open_automatic(self):
        """:return: client action on the dialog of the automatic run"""
        self._check_may_run()
        return {"type": "ir.actions.client", "tag": "collection_assignment_run",
                "name": self.env._("Run automatic assignment"), "params": {}}

    def action_open_run(self):
        """:return: client action on the dialog that previews and runs this rule by hand"""
        self.ensure_one()
        self._check_may_run()
        return {"type": "ir.actions.client", "tag": "collection_assignment_run",
                "name": self.env._("Run"),
                "params": {"rule_id": self.id, "rule_name": self.display_name}}

    def action_open_customers(self):
        """:return: window action on the customers that the rule matches now"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.res_partner_action_collection")
        domain = self._get_customer_domain().optimize(self.env["res.partner"])
        return {**action, "context": {}, "domain": list(domain)}

    # -- alerts --------------------------------------------------------------------------------

    @api.model
    def get_alerts(self):
        """What asks for a rule or for a hand (M-043).

        :return: list of dicts: ``text``, ``count`` and what opens it (``filter``, a filter of the
            customers' list, or ``rules``, ids)
        """
        customers = self.env["res.partner"]
        owing = Domain("collection_balance", "not in", [0]) & Domain("parent_id", "=", False)
        alerts = []
        for name, field, text in (
                ("no_collector", "collector_id", self.env._("owe and have no collector")),
                ("no_scenario", "collection_scenario_id", self.env._("owe and have no scenario"))):
            count = customers.search_count(owing & Domain(field, "=", False))
            if count:
                alerts.append({"filter": name, "count": count, "text": text})
        faulty = self.search([("company_id", "=", self.env.company.id)]).filtered("problem")
        if faulty:
            alerts.append({"rules": faulty.ids, "count": len(faulty),
                           "text": self.env._("rules cannot do their work or conflict")})
        return alerts
