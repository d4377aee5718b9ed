import ast

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...tools.clauses import join_label
from ...tools.records import as_integer
from .attributes import ATTRIBUTES, HOLDER, MANY, SWITCH, get_selection

#: What says which customers a rule finds.
CRITERIA = frozenset({"filter_id", "filter_domain"})
#: Rows of a preview that are shown; customers treated by one call of the dialog.
SHOWN, STEP = 200, 20000


class CollectionAssignmentRule(models.Model):
    """A rule: the customers of a saved search get a value of an attribute (M-014 to M-017).

    The rules of an attribute are read in their order. In an automatic run the first that
    matches a customer wins; a rule run by hand treats all its matches. See
    :mod:`.collection_assignment_run`.
    """

    _name = "collection.assignment.rule"
    _description = "Assignment Rule"
    _inherit = ["collection.owned", "mail.thread"]
    _order = "attribute, sequence, id"
    _owner_fields = ("company_id",)

    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(
        default=lambda self: self._default_sequence(), help="Order of execution.")
    active = fields.Boolean(default=True, tracking=True)
    attribute = fields.Selection(
        "_selection_attribute", required=True, default="scenario", tracking=True)
    value_field = fields.Char(
        string="Field of the value", compute="_compute_value_field",
        help="The field of the rule that says what it assigns.")
    can_continue = fields.Boolean(
        string="May go on", compute="_compute_value_field",
        help="A customer may have several values of the attribute.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True)
    filter_id = fields.Many2one(
        "ir.filters", string="Saved search", required=True, ondelete="restrict", tracking=True,
        domain="[('model_id', '=', 'res.partner')]",
        help="Where the criteria were taken from. A later change of the search does not reach the "
        "rule: take its criteria anew.")
    filter_owner = fields.Char(compute="_compute_filter_owner")
    automatic = fields.Boolean(
        default=True, tracking=True,
        help="Runs after imports and every night. Otherwise it runs only when asked to.")
    new_only = fields.Boolean(
        string="New customers only", tracking=True,
        help="In automatic runs, only customers created since the last one. A run by hand "
        "treats all.")
    continues = fields.Boolean(
        string="Go on with following rules",
        help="Customers of this rule are also treated by the rules after it.")
    group_id = fields.Many2one("collection.group", ondelete="restrict", tracking=True)
    scenario_id = fields.Many2one(
        "collection.scenario", ondelete="restrict", tracking=True,
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]")
    user_id = fields.Many2one(
        "res.users", string="Colleague", ondelete="restrict", tracking=True,
        domain="[('share', '=', False)]")
    function_id = fields.Many2one("collection.function", ondelete="restrict", tracking=True)
    contact_id = fields.Many2one("res.partner", string="Contact", ondelete="restrict")
    function_kind = fields.Selection(related="function_id.kind", string="Kind of function")
    enabled = fields.Selection(
        [("on", "Switch on"), ("off", "Switch off")], default="on", tracking=True)
    value_name = fields.Char(string="Assigns", compute="_compute_value_name")
    problem = fields.Char(compute="_compute_matches", help="Why the rule cannot do its work.")
    match_count = fields.Integer(string="Customers", compute="_compute_matches")

    filter_domain = fields.Text(
        string="Criteria", compute="_compute_filter_domain", store=True, readonly=False,
        required=True, precompute=True,
        help="The rule's own copy: whoever may change the saved search does not change the rule.")
    author_id = fields.Many2one(
        "res.users", string="Criteria set by", readonly=True, ondelete="restrict", copy=False,
        help="The rule finds the customers that this manager finds.")
    search_changed = fields.Boolean(
        compute="_compute_search_changed", help="The saved search says something else by now.")

    _attribute_index = models.Index("(company_id, attribute, sequence) WHERE active")

    @api.model
    def _selection_attribute(self):
        return get_selection(self.env)

    # === COMPUTE === #

    @api.depends("attribute")
    def _compute_value_field(self):
        for rule in self:
            attribute = ATTRIBUTES.get(rule.attribute)
            rule.value_field = attribute and attribute.value
            rule.can_continue = bool(attribute and attribute.how == MANY)

    @api.model
    def _default_sequence(self):
        """M-023: a new rule comes last."""
        last = self.search([], order="sequence desc", limit=1)
        return last.sequence + 10

    @api.depends("attribute", "value_name", "filter_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for rule in self:
            rule.name = self.env._(
                "%(value)s for “%(search)s”", value=rule.value_name or "–",
                search=rule.filter_id.sudo().name or "–")

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = rule.name

    @api.model
    def _get_value_fields(self):
        """:return: list of names of the rule's fields that say what it assigns, and to what"""
        values = dict.fromkeys(attribute.value for attribute in ATTRIBUTES.values())
        return ["attribute", *values, "user_id", "contact_id"]

    @api.depends(lambda self: self._get_value_fields())
    @api.depends_context("lang")
    def _compute_value_name(self):
        switches = dict(self._fields["enabled"]._description_selection(self.env))
        for rule in self:
            attribute = ATTRIBUTES.get(rule.attribute)
            if not attribute:
                rule.value_name = False
            elif attribute.how == SWITCH:
                rule.value_name = switches.get(rule.enabled)
            elif attribute.how == HOLDER:
                holder = rule._get_holder().display_name
                rule.value_name = holder and join_label(
                    self.env, rule.function_id.name, holder)
            else:
                rule.value_name = rule[attribute.value].display_name

    @api.depends("filter_id")
    def _compute_filter_domain(self):
        for rule in self:
            rule.filter_domain = rule.filter_id.sudo().domain

    @api.depends("filter_id.domain", "filter_domain")
    def _compute_search_changed(self):
        for rule in self:
            rule.search_changed = rule.filter_id.sudo().domain != rule.filter_domain

    @api.depends("filter_id")
    def _compute_filter_owner(self):
        for rule in self:
            rule.filter_owner = ", ".join(rule.filter_id.sudo().user_ids.mapped("name"))

    def _search_ids(self, extra=Domain.TRUE):
        """:return: list of ids of the customers that the rule matches now, in their order
        :raise UserError: the search cannot be read, or fails
        """
        self.ensure_one()
        domain = self._get_customer_domain() & extra
        customers = self._get_reader_customers()
        try:
            with self.env.cr.savepoint():
                # compiling a statement that runs once costs more than it saves
                self.env.cr.execute("SET LOCAL jit = off")
                query = customers._search(domain, order="id")
                return [customer for [customer] in self.env.execute_query(query.select())]
        except (psycopg2.DataError, psycopg2.ProgrammingError, ValueError, TypeError,
                AccessError) as fault:
            raise self._get_unreadable(fault) from fault

    def _get_reader_customers(self):
        """Criteria are read with the rights of the manager who set them: they tell no more than
        that manager could find out anyhow (X-03, X-11). What is tried out on a form and not saved
        is read with the rights of whoever tries.

        :return: ``res.partner``, empty, able to search
        :raise UserError: the manager is none any more
        """
        saved = self._origin.sudo()
        reader = saved.author_id if saved and saved.filter_domain == self.filter_domain else (
            self.env.user)
        companies = reader.sudo().company_ids & self.env["res.company"].sudo().search(
            [("id", "child_of", self.company_id.id)])
        manages = reader.active and self.company_id in companies and reader.has_group(
            "account_collection.group_collection_manager")
        if reader.id == SUPERUSER_ID:  # a rule that came with the data
            companies |= self.company_id
        elif not manages:
            raise UserError(self.env._(
                "%(user)s, who set the criteria of “%(rule)s”, is no collection manager of "
                "%(company)s any more. Another manager has to take its criteria anew.",
                user=reader.sudo().name or "–", rule=self.display_name,
                company=self.company_id.sudo().name))
        ids = [self.company_id.id, *(companies - self.company_id).ids]
        return self.env["res.partner"].with_user(reader).with_context(allowed_company_ids=ids)

    @api.depends(lambda self: [
        "filter_id", "filter_domain", "company_id", "sequence", "automatic", "active",
        "new_only", "continues", *self._get_value_fields()])
    @api.depends_context("lang")
    def _compute_matches(self):
        """One search a rule, whatever is asked of it."""
        others = self.search([
            ("company_id", "in", self.company_id.ids),
            ("attribute", "in", self.mapped("attribute"))])
        found, faults = {}, {}
        # of a rule that is being changed, what is on the form counts
        for rule in self.filtered("filter_domain") | (others - self._origin):
            key = rule._origin.id
            try:
                rule._check_fit()
                found[key] = set(rule._search_ids())
            except UserError as fault:
                faults[key] = str(fault)
        for rule in self:
            rule.match_count = len(found.get(rule._origin.id, ()))
            rule.problem = faults.get(rule._origin.id) or (
                rule._find_shadow(others, found) or rule._find_conflict(others, found))

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever gives the criteria answers for them."""
        rules = super().create([{**vals, "author_id": self.env.uid} for vals in vals_list])
        rules._check_searches(rules.filter_id.ids)  # a default of the context is a choice too
        return rules

    def write(self, vals):
        """New criteria are somebody's, and stand in the rule's log (X-03)."""
        vals = {name: value for name, value in vals.items() if name != "author_id"}
        if CRITERIA.isdisjoint(vals):
            return super().write(vals)
        self._check_searches([vals.get("filter_id")])
        before = {rule: rule.filter_domain for rule in self}
        result = super().write({**vals, "author_id": self.env.uid})
        for rule, old in before.items():
            rule._message_log(body=self.env._(
                "Criteria changed: %(old)s → %(new)s", old=old, new=rule.filter_domain))
        return result

    def onchange(self, values, field_names, fields_spec):
        """:raise AccessError: the form names a saved search that is not the user's"""
        if "filter_id" in field_names:
            self._check_searches([values.get("filter_id")])
        return super().onchange(values, field_names, fields_spec)

    def _check_searches(self, ids):
        """:raise AccessError: one of these saved searches is not the user's
        :raise ValidationError: one is archived, or no search of customers"""
        searches = self.env["ir.filters"].browse([id_ for id_ in ids if id_])
        searches.check_access("read")
        for search in searches.sudo():
            if search.model_id != "res.partner" or not search.active:
                raise ValidationError(self.env._(
                    "The saved search “%(search)s” is archived or no search of customers.",
                    search=search.name))

    # === CONSTRAINTS === #

    @api.constrains(lambda self: [*self._get_value_fields(), "company_id", "continues"])
    def _check_value(self):
        for rule in self:
            attribute = ATTRIBUTES[rule.attribute]
            missing = not rule[attribute.value] or (
                attribute.how == HOLDER and not rule._get_holder())
            if missing:
                raise ValidationError(self.env._("Say what the rule assigns."))
            if problem := rule._find_foreign_value():
                raise ValidationError(problem)
            if rule.continues and attribute.how != MANY:
                raise ValidationError(self.env._(
                    "Only rules of groups go on with the following ones: of anything else a "
                    "customer has one."))

    # === RULE === #

    def _get_holder(self):
        """:return: who shall hold the function: a user of an internal one, else a contact"""
        return self.user_id if self.function_kind == "internal" else self.contact_id

    def _get_customer_domain(self):
        """The customers that the criteria find now, as a domain.

        :return: :class:`~odoo.fields.Domain`
        :raise UserError: the criteria are broken, or depend on who looks
        """
        self.ensure_one()
        try:
            domain = Domain(ast.literal_eval(self.filter_domain))
            domain.validate(self.env["res.partner"])
        except (ValueError, SyntaxError, TypeError, KeyError) as fault:
            raise self._get_unreadable(fault) from fault
        return (
            domain & Domain("parent_id", "=", False)
            # what is given in the company holds in its branches, so for their customers too
            & (Domain("company_id", "=", False)
               | Domain("company_id", "parent_of", self.company_id.id)
               | Domain("company_id", "child_of", self.company_id.id)))

    def _get_unreadable(self, fault):
        return UserError(self.env._(
            "The criteria of “%(search)s” cannot be read: %(fault)s. A search that depends "
            "on who looks (uid) or on a moment cannot feed a rule: save it again without, and "
            "take its criteria anew.", search=self.filter_id.sudo().name, fault=fault))

    def _check_fit(self):
        """:raise UserError: the value cannot be given any more"""
        problem = self._find_unfit()
        if problem:
            raise UserError(problem)

    def _find_unfit(self):
        """:return: str, translated sentence that says why the value cannot be given, or False"""
        attribute = ATTRIBUTES[self.attribute]
        values = [] if attribute.how == SWITCH else [self.sudo()[attribute.value]]
        if attribute.how == HOLDER:
            values.append(self.sudo()._get_holder())
        for value in values:
            if "active" in value._fields and not value.active:
                return self.env._("%(value)s is archived.", value=value.display_name)
        user = self.sudo().user_id
        if user and user in values and self.company_id not in user.company_ids:
            return self.env._("%(user)s has no access to %(company)s.",
                              user=user.name, company=self.company_id.name)
        return self._find_foreign_value()

    def _find_foreign_value(self):
        """:return: str, translated sentence that says which other company the value belongs to,
            or False. Users are of several companies, and a function's holder may be anybody."""
        attribute = ATTRIBUTES[self.attribute]
        value = self.sudo()[attribute.value]
        if attribute.how in (SWITCH, HOLDER) or value._name == "res.users" or (
                "company_id" not in value._fields):
            return False
        owner = value.company_id
        return not self.company_id._takes_collection_from(owner) and self.env._(
            "%(value)s is of %(company)s, not of the rule's company.",
            value=value.display_name, company=owner.name)

    def _find_shadow(self, rules, found):
        """Which earlier automatic rule takes every customer of this one (M-027, M-028).

        :param dict found: set of customer ids by rule id
        :return: str, translated sentence that says that it never matches, or False
        """
        mine = found.get(self._origin.id)
        for other in rules if mine and self.automatic else ():
            before = (other.sequence, other.id) < (self.sequence, self._origin.id or other.id + 1)
            takes = other.automatic and not (other.new_only or other.continues)
            if before and takes and self._is_like(other) and mine <= found.get(other.id, set()):
                return self.env._(
                    "It never matches in an automatic run: “%(rule)s” before it takes all.",
                    rule=other.display_name)
        return False

    def _find_conflict(self, rules, found):
        """Which automatic rule undoes what this one, run by hand, assigns (M-028).

        :return: str, translated sentence that says which one and for how many, or False
        """
        mine = found.get(self._origin.id)
        single = ATTRIBUTES[self.attribute].how != MANY
        for other in rules if mine and single and not self.automatic else ():
            if other.automatic and not other.new_only and self._is_like(other):
                both = len(mine & found.get(other.id, set()))
                if both and other.value_name != self.value_name:
                    return self.env._(
                        "Every night “%(rule)s” takes back what this rule gives to %(count)s of "
                        "its customers.", rule=other.display_name, count=both)
        return False

    def _is_like(self, other):
        """Whether two rules are of the same attribute: for collaborators, the same function."""
        return (other.company_id, other.attribute) == (self.company_id, self.attribute) and (
            ATTRIBUTES[self.attribute].how != HOLDER or other.function_id == self.function_id)

    # === RUNNING BY HAND === #
    # Rules on screen: making them, running them with a preview, what is wrong with them.

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
        found = rule._search_ids(Domain("id", ">", as_integer(self.env, after)))[:STEP]
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
            ("id", "=", as_integer(self.env, run_id)),
            ("company_id", "=", self.env.company.id)])
        if run.todo:
            run.with_company(run.company_id)._step()
        return {"left": len((run.todo or {}).get("rules", ())), "changed": run.changed,
                "errors": run.errors or "", "ended": run.state != "running"}

    @api.model
    def get_alerts(self):
        """What needs a rule or a person's decision (M-043).

        :return: list of dicts: ``text``, ``count`` and what opens it (``filter``, a filter of the
            customers' list, or ``rules``, ids)
        """
        customers = self.env["res.partner"]
        owing = Domain("collection_balance", "not in", [0]) & Domain("parent_id", "=", False)
        alerts = []
        for name, field, one, many in (
                ("no_collector", "collector_id", self.env._("debtor without a collector"),
                 self.env._("debtors without a collector")),
                ("no_scenario", "collection_scenario_id", self.env._("debtor without a scenario"),
                 self.env._("debtors without a scenario"))):
            count = customers.search_count(owing & Domain(field, "=", False))
            if count:
                alerts.append(
                    {"filter": name, "count": count, "text": one if count == 1 else many})
        faulty = self.search([("company_id", "=", self.env.company.id)]).filtered("problem")
        if faulty:
            alerts.append({
                "rules": faulty.ids, "count": len(faulty),
                "text": self.env._("rule that cannot do its work or conflicts")
                if len(faulty) == 1 else self.env._("rules that cannot do their work or conflict"),
            })
        return alerts

    # === ORIGINS === #

    @api.model
    def _get_automatic_attributes(self):
        """:return: set of the attributes that automatic rules set in the current company"""
        return {attribute for [attribute] in self.sudo()._read_group(
            [("company_id", "=", self.env.company.id), ("automatic", "=", True)], ["attribute"])}

    # === BUTTONS === #

    def action_take_search(self):
        """Take the criteria of the saved searches as they are now.

        :raise AccessError: the user is no collection manager, or may not read one of the searches
        :raise ValidationError: one is archived, or no search of customers
        """
        self._check_searches(self.filter_id.ids)
        for rule in self:
            rule.filter_domain = rule.filter_id.sudo().domain

    @api.model
    def action_run_automatic(self):
        """Run the automatic rules now, all at once (M-020, B24).

        :return: ``res.partner`` that changed
        :raise AccessError: the user is no collection manager
        :raise UserError: a run is under way
        """
        self._check_may_run()
        return self.sudo()._run_automatic()

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
