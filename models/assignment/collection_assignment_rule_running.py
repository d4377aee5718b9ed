from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.own_context import with_own
from ...tools.records import in_company_language
from ...tools.sql import partner_value
from ..claim.res_partner import SWITCHES
from ..item.res_partner import READ_ONCE
from .attributes import ATTRIBUTES, HOLDER, MANY, SWITCH
from .collection_assignment_run import DEAD_AFTER

#: Customers written at once.
BATCH = 100000


class CollectionAssignmentRule(models.Model):
    """The automatic rules, all of them; and what one of them finds in a run."""

    _inherit = "collection.assignment.rule"

    # === AUTOMATIC RUN === #

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

    # === ASSIGNING === #
    # What a rule would change, and changing it: one statement each, whatever the customers.

    def _assign(self, customer_ids):
        """Give customers the rule's value, except those that are locked or have it.

        :return: list of ids of the customers that changed
        """
        self.ensure_one()
        changed = []
        free = self._filter_free(customer_ids)
        for start in range(0, len(free), BATCH):
            old = self._find_changes(free[start:start + BATCH])
            if not old:
                continue
            self._write_value(list(old))
            self.env["collection.assignment"]._record(
                self.company_id, self.attribute, list(old), value=self._get_value_key(), rule=self)
            self._trace_assigned(old)
            changed += old
        return changed

    def _filter_free(self, customer_ids):
        """:return: list of those of these ids whose attribute the rule may set"""
        locked = self.env["collection.assignment"]._get_locked(
            self.company_id, self.attribute, self._get_value_key())
        free = [customer for customer in customer_ids if customer not in locked]
        if ATTRIBUTES[self.attribute].field in SWITCHES and self._get_target() and free:
            free = self._leave_out_consumers(free)
        return free

    def _leave_out_consumers(self, customer_ids):
        """No penalty or indemnity from a consumer or tenant (L8, L16), by a rule neither."""
        kind = partner_value(self.env, "collection_debtor_kind", self.company_id)
        return [customer for [customer] in self.env.execute_query(SQL(
            "SELECT partner.id FROM res_partner AS partner WHERE partner.id = ANY(%s)"
            " AND COALESCE(%s, CASE WHEN partner.is_company THEN 'professional'"
            "                  ELSE 'consumer' END) <> 'consumer' ORDER BY partner.id",
            customer_ids, kind))]

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

    def _get_holder_partner(self):
        holder = self._get_holder()
        return holder.partner_id if holder._name == "res.users" else holder

    def _find_changes(self, customer_ids):
        """:return: dict of what each customer without the value has, as stored, by its id"""
        if not customer_ids:
            return {}
        self.env.flush_all()
        attribute = ATTRIBUTES[self.attribute]
        get_query = {MANY: self._get_many_query, HOLDER: self._get_holder_query}.get(
            attribute.how, self._get_setting_query)
        return dict(self.env.execute_query(get_query(customer_ids)))

    def _get_setting_query(self, customer_ids):
        field, target = ATTRIBUTES[self.attribute].field, self._get_target()
        current = partner_value(self.env, field, self.company_id)
        if isinstance(target, bool):
            return SQL(
                "SELECT partner.id, NOT %(target)s FROM res_partner AS partner"
                " WHERE partner.id = ANY(%(ids)s)"
                "   AND COALESCE(%(current)s, 'false')::bool <> %(target)s ORDER BY partner.id",
                current=current, target=target, ids=customer_ids)
        return SQL(
            "SELECT partner.id, COALESCE(%(current)s, '') FROM res_partner AS partner"
            " WHERE partner.id = ANY(%(ids)s) AND %(current)s IS DISTINCT FROM %(target)s"
            " ORDER BY partner.id", current=current, target=str(target), ids=customer_ids)

    def _get_many_query(self, customer_ids):
        return SQL(
            """
            SELECT customer, COALESCE((
                   SELECT string_agg(rel.%(value)s::text, ',' ORDER BY rel.%(value)s)
                     FROM %(relation)s AS rel
                    WHERE rel.%(customer)s = customer), '')
              FROM unnest(%(ids)s::int[]) AS customer
             WHERE NOT EXISTS (
                   SELECT FROM %(relation)s AS rel
                    WHERE rel.%(customer)s = customer AND rel.%(value)s = %(target)s)
          ORDER BY customer
            """, **self._get_relation(), ids=customer_ids, target=self._get_target())

    def _get_relation(self):
        """:return: dict of the SQL identifiers of the table that links customers to values"""
        field = self.env["res.partner"]._fields[ATTRIBUTES[self.attribute].field]
        return {"relation": SQL.identifier(field.relation),
                "customer": SQL.identifier(field.column1),
                "value": SQL.identifier(field.column2)}

    def _get_holder_query(self, customer_ids):
        return SQL(
            """
            SELECT customer, COALESCE(held.partner_id::text, '')
              FROM unnest(%(ids)s::int[]) AS customer
         LEFT JOIN collection_participant AS held ON held.customer_id = customer
                   AND held.sequence_id IS NULL AND held.company_id = %(company)s
                   AND held.function_id = %(function)s
             WHERE held.partner_id IS DISTINCT FROM %(holder)s
          ORDER BY customer
            """, ids=customer_ids, company=self.company_id.id, function=self.function_id.id,
            holder=self._get_holder_partner().id)

    def _name_values(self, values):
        """:return: dict of names by stored value"""
        how = ATTRIBUTES[self.attribute].how
        if how == SWITCH:
            labels = dict(self._fields["enabled"]._description_selection(self.env))
            return {True: labels["on"], False: labels["off"]}
        model = "res.partner" if how == HOLDER else (
            self._fields[ATTRIBUTES[self.attribute].value].comodel_name)
        ids = {int(one) for value in values for one in value.split(",") if one}
        names = {str(record.id): record.display_name
                 for record in self.env[model].sudo().browse(ids).exists()}
        return {value: ", ".join(names.get(one, "") for one in value.split(",") if one)
                for value in values}

    def _write_value(self, customer_ids):
        """Write the value to customers that do not have it."""
        attribute = ATTRIBUTES[self.attribute]
        if attribute.how == HOLDER:
            self._write_holder(customer_ids)
        elif attribute.how == MANY:
            self.env.cr.execute(SQL(
                "INSERT INTO %(relation)s (%(value)s, %(customer)s)"
                " SELECT %(target)s, customer FROM unnest(%(ids)s::int[]) AS customer"
                " ON CONFLICT DO NOTHING",
                **self._get_relation(), target=self._get_target(), ids=customer_ids))
            self[attribute.value].invalidate_model()
        else:
            target = self._get_target()
            self.env.cr.execute(SQL(
                """
                UPDATE res_partner AS partner
                   SET %(field)s = COALESCE(partner.%(field)s, '{}'::jsonb)
                                   || jsonb_build_object(%(company)s::text, %(target)s::jsonb)
                 WHERE partner.id = ANY(%(ids)s)
                """,
                field=SQL.identifier(attribute.field), company=str(self.company_id.id),
                target=str(target).lower() if attribute.how == SWITCH else str(target),
                ids=customer_ids))
        if attribute.field:
            self.env["res.partner"].invalidate_model([attribute.field])

    def _write_holder(self, customer_ids):
        """Name the holder; where sequences are open, their actions pass to it too."""
        holder = self._get_holder()
        held_by = {"user_id": holder.id if holder._name == "res.users" else False,
                   "contact_id": holder.id if holder._name == "res.partner" else False}
        participants = with_own(
            self.env["collection.participant"].sudo(), "collection_assigning")
        held = participants.search([
            ("customer_id", "in", customer_ids), ("company_id", "=", self.company_id.id),
            ("sequence_id", "=", False), ("function_id", "=", self.function_id.id)])
        held.write(held_by)
        missing = set(customer_ids) - set(held.customer_id.ids)
        steered = {customer.id for [customer] in self.env["collection.sequence"].sudo()._read_group(
            [("customer_id", "in", list(missing)), ("state", "in", ("running", "paused"))],
            ["customer_id"])}
        participants.create([{
            **held_by, "customer_id": customer, "company_id": self.company_id.id,
            "function_id": self.function_id.id} for customer in sorted(steered)])
        # no sequence to carry the holder into: the bare rows
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_participant (
                   customer_id, company_id, function_id, function_position, user_id, contact_id,
                   partner_id, propagate, create_uid, create_date, write_uid, write_date)
            SELECT customer, %(company)s, %(function)s, %(position)s, %(user)s, %(contact)s,
                   %(partner)s, TRUE, %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM unnest(%(ids)s::int[]) AS customer
            """,
            company=self.company_id.id, function=self.function_id.id,
            position=self.function_id.position, user=held_by["user_id"] or None,
            contact=held_by["contact_id"] or None, partner=self._get_holder_partner().id,
            uid=self.env.uid, now=self.env.cr.now(), ids=sorted(missing - steered)))
        self.env["collection.participant"].invalidate_model()
        self.env["res.partner"].invalidate_model(["collection_participant_ids"])

    def _trace_assigned(self, old):
        """Record in each customer's history what the rule changed."""
        attribute = ATTRIBUTES[self.attribute]
        rule = in_company_language(self, self.company_id)
        names, after = rule._name_values(set(old.values())), rule.value_name
        if attribute.how == MANY:
            changes = {value: (name, ", ".join(filter(None, (name, after))))
                       for value, name in names.items()}
        else:
            changes = {value: (name, after) for value, name in names.items()}
        self.env["collection.history"]._append_same(self.company_id, {
            "kind": "setting_changed", "cause": "rule", "command": "assign",
            "data": {"field": attribute.field or "collection_participant_ids", "rule": self.id,
                     "author": self.author_id.name},
            "text": rule.display_name}, old, changes)
