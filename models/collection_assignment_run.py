from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .collection_assignment_attribute import ATTRIBUTES, HOLDER, MANY, ONE, SWITCH

#: Customers written at once.
BATCH = 20000


class CollectionAssignmentRun(models.Model):
    """An automatic run: when it was, and how much it changed. The last one says what is new."""

    _name = "collection.assignment.run"
    _description = "Automatic Assignment"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    started_at = fields.Datetime(required=True, readonly=True)
    changed = fields.Integer(string="Customers changed", readonly=True)
    errors = fields.Text(readonly=True)


class CollectionAssignmentRule(models.Model):
    """Running rules: one search and one write a rule and company."""

    _inherit = "collection.assignment.rule"

    def run(self):
        """Run these rules by hand: all their customers, over what was there (M-021, M-026).

        Locked attributes are left alone; *new customers only* does not count (M-018).

        :return: ``res.partner`` that changed
        :raise AccessError: the user is no collection manager
        :raise UserError: a saved search cannot be read
        """
        self._check_may_run()
        changed = self.env["res.partner"]
        for rule in self.sorted(lambda rule: (rule.attribute, rule.sequence, rule.id)):
            found = rule.sudo()._find_customers().ids
            changed |= changed.browse(rule.sudo()._assign(found))
        return changed

    def preview(self):
        """What running this rule by hand would change.

        :return: list of (customer, what it has, what it would get), for those that change
        :raise AccessError: the user is no collection manager
        :raise UserError: the saved search cannot be read
        """
        self.ensure_one()
        self._check_may_run()
        rule = self.sudo()
        customers = rule._find_customers()
        locked = self.env["collection.assignment"].sudo()._get_locked(
            rule.company_id, rule.attribute, rule._get_value_key())
        return rule._compare(customers.filtered(lambda customer: customer.id not in locked))

    def _compare(self, customers):
        """:return: list of (customer, what it has, what it would get), for those that differ"""
        attribute, value = ATTRIBUTES[self.attribute], self.value_name
        if attribute.how == HOLDER:
            held = {row.customer_id: row.partner_id.display_name for row in
                    customers._get_collection_participants(self.company_id).filtered(
                        lambda row: row.function_id == self.function_id)}
            holder = self._get_holder()
            name = (holder.partner_id if holder._name == "res.users" else holder).display_name
            return [(customer, held.get(customer) or "", name) for customer in customers
                    if held.get(customer) != name]
        target = self._get_target()
        customers = customers.with_company(self.company_id)
        if attribute.how == MANY:
            return [(customer, ", ".join(customer[attribute.field].mapped("name")), value)
                    for customer in customers if target not in customer[attribute.field].ids]
        if attribute.how == SWITCH:
            words = dict(self._fields["enabled"]._description_selection(self.env))
            return [(customer, words["on" if customer[attribute.field] else "off"], value)
                    for customer in customers if customer[attribute.field] != target]
        return [(customer, customer[attribute.field].display_name or "", value)
                for customer in customers if customer[attribute.field].id != target]

    def _check_may_run(self):
        if not self.env.su and not self.env.user.has_group(
                "account_collection.group_collection_manager"):
            raise AccessError(self.env._("Only a collection manager may run assignment rules."))

    # -- automatic -------------------------------------------------------------------------

    @api.model
    def action_run_automatic(self):
        """Button: run the automatic rules now (M-020, B24).

        :return: ``res.partner`` that changed
        :raise AccessError: the user is no collection manager
        """
        self._check_may_run()
        return self.sudo()._run_automatic()

    @api.model
    def _run_automatic(self):
        """Run the automatic rules of every company, in their order.

        For each attribute the first rule that matches a customer wins (M-025, B20); a rule for
        new customers sees those created since the last automatic run (B23). A rule whose search
        cannot be read is left out, and the run says so.

        :return: ``res.partner`` that changed
        """
        changed = set()
        for company in self.env["res.company"].sudo().search([], order="id"):
            changed |= self.sudo().with_company(company)._run_company(company)
        if changed:
            cron = self.env.ref("account_collection.cron_plan_scenarios", raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger()
        return self.env["res.partner"].browse(sorted(changed))

    def _run_company(self, company):
        runs = self.env["collection.assignment.run"].sudo()
        rules = self.search([("company_id", "=", company.id), ("automatic", "=", True)])
        if not rules:
            return set()
        last = runs.search([("company_id", "=", company.id)], limit=1)
        started, changed, errors = fields.Datetime.now(), set(), []
        taken = {attribute: set() for attribute in ATTRIBUTES}
        for rule in rules:
            try:
                domain = rule._get_customer_domain()
            except UserError as fault:
                errors.append(f"{rule.display_name}: {fault}")
                continue
            if rule.new_only and last:
                domain &= fields.Domain("create_date", ">=", last.started_at)
            customers = self.env["res.partner"].sudo().with_company(company)
            found = customers._search(domain, order="id")
            ids = [row for [row] in self.env.execute_query(found.select())]
            ids = [row for row in ids if row not in taken[rule.attribute]]
            if not rule.continues:
                taken[rule.attribute].update(ids)
            changed.update(rule._assign(ids))
        runs.create({"company_id": company.id, "started_at": started, "changed": len(changed),
                     "errors": "\n".join(errors)})
        return changed

    # -- one rule ---------------------------------------------------------------------------

    def _assign(self, customer_ids):
        """Give customers the rule's value, except those that are locked or have it.

        :return: list of ids of the customers that changed
        """
        self.ensure_one()
        company, key = self.company_id, self._get_value_key()
        locked = self.env["collection.assignment"]._get_locked(company, self.attribute, key)
        free = [customer for customer in customer_ids if customer not in locked]
        changed = []
        for start in range(0, len(free), BATCH):
            old = self._write_value(free[start:start + BATCH])
            self.env["collection.assignment"]._note(
                company, self.attribute, list(old), value=key, rule=self)
            self._trace_assigned(old)
            changed += old
        return changed

    def _get_value_key(self):
        """:return: what tells this value from others of the same attribute, 0 for single ones"""
        how = ATTRIBUTES[self.attribute].how
        return self[ATTRIBUTES[self.attribute].value].id if how in (MANY, HOLDER) else 0

    def _get_target(self):
        """:return: the value as the customer's field stores it"""
        attribute = ATTRIBUTES[self.attribute]
        if attribute.how == SWITCH:
            return self.enabled == "on"
        return self[attribute.value].id

    def _write_value(self, customer_ids):
        """Write the value where it is not there yet.

        :return: dict of what each changed customer had before, as text, by id
        """
        self.env.flush_all()
        attribute = ATTRIBUTES[self.attribute]
        if attribute.how == HOLDER:
            return self._write_holder(customer_ids)
        if attribute.how == MANY:
            query = SQL(
                "INSERT INTO collection_group_customer_rel (group_id, customer_id)"
                " SELECT %s, customer FROM unnest(%s::int[]) AS customer"
                " ON CONFLICT DO NOTHING RETURNING customer_id, ''",
                self._get_target(), customer_ids)
        else:
            query = self._get_setting_query(attribute, customer_ids)
        found = dict(self.env.execute_query(query))
        self.env["res.partner"].invalidate_model([attribute.field])
        return found

    def _get_setting_query(self, attribute, customer_ids):
        """:return: query that writes a setting of the company, and tells what it was"""
        column = SQL.identifier(attribute.field)
        current = self.env["collection.scenario"]._get_partner_value(
            attribute.field, self.company_id)
        target = self._get_target()
        text = str(target).lower() if isinstance(target, bool) else str(target)
        return SQL(
            """
            UPDATE res_partner AS changed
               SET %(column)s = COALESCE(changed.%(column)s, '{}'::jsonb)
                                || jsonb_build_object(%(company)s::text, %(target)s::jsonb)
              FROM (SELECT partner.id, %(current)s AS old FROM res_partner AS partner
                     WHERE partner.id = ANY(%(ids)s)) AS partner
             WHERE changed.id = partner.id AND partner.old IS DISTINCT FROM %(target)s
         RETURNING changed.id, COALESCE(partner.old, '')
            """,
            column=column, company=str(self.company_id.id), target=text, current=current,
            ids=customer_ids)

    def _write_holder(self, customer_ids):
        customers = self.env["res.partner"].sudo().browse(customer_ids)
        changed = self._compare(customers)
        holder = self._get_holder()
        vals = {"user_id": False, "contact_id": False,
                "user_id" if holder._name == "res.users" else "contact_id": holder.id}
        participants = self.env["collection.participant"].sudo()
        held = customers._get_collection_participants(self.company_id).filtered(
            lambda row: row.function_id == self.function_id)
        ids = {customer.id for customer, _old, _new in changed}
        held.filtered(lambda row: row.customer_id.id in ids).write(vals)
        missing = ids - set(held.customer_id.ids)
        participants.create([{
            **vals, "customer_id": customer, "company_id": self.company_id.id,
            "function_id": self.function_id.id} for customer in sorted(missing)])
        return {customer.id: old for customer, old, _new in changed}

    def _trace_assigned(self, old):
        """Note in each customer's history what the rule changed."""
        attribute = ATTRIBUTES[self.attribute]
        field = attribute.field or "collection_participant_ids"
        names = self._name_values(attribute, set(old.values()))
        customers = self.env["res.partner"]
        self.env["collection.history"]._append_many({
            (customers.browse(customer), self.company_id): [{
                "kind": "setting_changed", "data": {"field": field, "rule": self.id},
                "cause": "rule", "command": "assign", "old_value": names.get(value, value),
                "new_value": self.value_name, "text": self.display_name}]
            for customer, value in old.items()})

    def _name_values(self, attribute, values):
        """:return: dict of the name by stored value"""
        if attribute.how != ONE:
            return {}
        model = self._fields[attribute.value].comodel_name
        ids = [int(value) for value in values if value]
        return {str(record.id): record.display_name
                for record in self.env[model].sudo().browse(ids).exists()}
