import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools.batches import contained
from ...tools.branches import BranchMany2one
from ...tools.customers import CustomerChange, move_all
from ...tools.dialogs import notify, open_dialog
from ...tools.own_context import is_own
from ...tools.portfolio import RuledOne2many, see_stored, sees_own_only
from ...tools.records import in_company_language
from ..access import ALL_CUSTOMERS, COLLECTORS

#: Key of the context under which customers are merged.
MERGES = "collection_merging"
#: What decides of which customer a contact is a part.
ENTITY_FIELDS = frozenset({"parent_id", "is_company"})


class ResPartner(models.Model):
    """The customer: who collects, who holds which function, which sequences run."""

    _inherit = "res.partner"

    collector_id = BranchMany2one(
        "res.users", string="Collector", company_dependent=True, groups=COLLECTORS,
        domain="[('share', '=', False)]", tracking=True,
        help="The colleague in charge of collecting from this customer.",
    )
    collection_participant_ids = RuledOne2many(
        "collection.participant", "customer_id", string="Participants", groups=COLLECTORS,
        domain=[("sequence_id", "=", False)],
        help="Who holds which function for this customer, unless a sequence says otherwise.",
    )
    collection_sequence_ids = RuledOne2many(
        "collection.sequence", "customer_id", string="Sequences", groups=COLLECTORS)
    collection_action_ids = RuledOne2many(
        "collection.action", "customer_id", string="Collection actions", groups=COLLECTORS)
    collection_open_action_ids = RuledOne2many(
        "collection.action", "customer_id", string="Open collection actions", groups=COLLECTORS,
        domain=[("state", "!=", "closed")])
    collection_history_ids = fields.One2many(
        "collection.history", compute="_compute_collection_history_ids", groups=COLLECTORS,
        string="Collection history")
    collection_sequence_count = fields.Integer(
        string="Open sequences", compute="_compute_collection_sequence_count",
        groups=COLLECTORS)
    collection_followed_by = fields.Char(
        string="Followed by", compute="_compute_collection_followed_by", groups=COLLECTORS,
        help="Who collects from it, where that is not the user, who sees the own customers only.")

    # === COMPUTE === #

    @api.depends_context("uid", "company", "lang")
    @api.depends("collector_id", "commercial_partner_id")
    def _compute_collection_followed_by(self):
        own_only = sees_own_only(self.env)
        for partner in self:
            collector = partner.sudo().commercial_partner_id.collector_id
            foreign = own_only and partner.id and collector.id != self.env.uid
            partner.collection_followed_by = foreign and (
                collector.name or self.env._("nobody"))

    @api.depends_context("uid", "company")
    def _compute_collection_history_ids(self):
        rows = self.env["collection.history"].search(
            [("customer_id", "in", self.ids)], order="at desc, number desc")
        by_customer = rows.grouped("customer_id")
        for partner in self:
            partner.collection_history_ids = by_customer.get(partner, rows.browse())

    @api.depends_context("uid", "company")
    @api.depends("collection_sequence_ids.state")
    def _compute_collection_sequence_count(self):
        counts = dict(self.env["collection.sequence"]._read_group(
            [("customer_id", "in", self.ids), ("state", "in", ("running", "paused"))],
            ["customer_id"], ["__count"]))
        for partner in self:
            partner.collection_sequence_count = counts.get(partner, 0)

    # === CRUD === #

    def _prepare_create_values(self, vals_list):
        """Whoever makes a contact puts it into nobody's portfolio, and asks nothing of one."""
        vals_list = super()._prepare_create_values(vals_list)
        if not self.env.su:
            for vals in vals_list:
                self._check_collection_start(vals)
        return vals_list

    def copy_data(self, default=None):
        """A copy of somebody else's customer begins without its settings (X-01).

        Odoo reads each field that is copied, also for people who have no right to read it.
        """
        default = default or {}
        hidden = {
            name: False for name, field in self._fields.items()
            if field.copy and (_is_ours(name) or name == "collection_internal")
            and not self._has_field_access(field, "read")}
        vals_list = super().copy_data(hidden | default)
        if self.env.su or self.env.user.has_group(ALL_CUSTOMERS):
            return vals_list
        return [vals and {
            name: value for name, value in vals.items()
            if name in default or not (name in hidden or _is_ours(name))} for vals in vals_list]

    def write(self, vals):
        """Who becomes part of another customer, or one of its own, takes along what is its own."""
        if not self.env.su:
            self._check_collection_change(vals)
        before = {} if ENTITY_FIELDS.isdisjoint(vals) else {
            partner.id: partner.commercial_partner_id.id for partner in self}
        active = {} if "active" not in vals else {
            partner.id: partner.active for partner in self
            if partner == partner.commercial_partner_id}
        result = super().write(vals)
        if before:
            self._change_collection_customers(self._find_customer_changes(before))
        changed = self.filtered(lambda partner: (
            partner.id in active and partner.active != active[partner.id]))
        if changed:
            changed.sudo()._follow_archiving(changed[0].active)
        return result

    # === SEEN BY THE USER === #
    # A collector of the own portfolio sees of others' customers the name and who collects.

    def _fetch_query(self, query, fields):
        return super(ResPartner, see_stored(self))._fetch_query(query, fields).with_env(self.env)

    def _get_collection_own_query(self):
        """:return: SQL of the ids of the customers of whom the user is the collector"""
        return SQL(
            "SELECT own.id FROM res_partner AS own WHERE %s = %s",
            self._fields["collector_id"].to_text_sql(self, "own"), str(self.env.uid))

    def _get_collection_seen_sql(self, alias):
        """:return: SQL condition: the partner is, or belongs to, a customer of the user's own"""
        return SQL(
            "%s IN (%s)", SQL.identifier(
                alias, "commercial_partner_id", to_flush=self._fields["commercial_partner_id"]),
            self._get_collection_own_query())

    def _get_collection_owned_sql(self, company, partner):
        """Whose collector the user is, in the company of a record.

        :param SQL company: the record's company
        :param SQL partner: its customer or one of its contacts
        :return: SQL condition
        """
        return SQL("(%s)", SQL(" OR ").join(
            SQL("(%s = %s AND %s IN (SELECT part.id FROM res_partner AS part WHERE %s))",
                company, one.id, partner,
                self.with_company(one)._get_collection_seen_sql("part"))
            for one in self.env.companies))

    def _is_collection_owned(self, company=None):
        """:return: bool, whether the user is this customer's collector in a company (the current
            one)"""
        customer = self.sudo().commercial_partner_id.with_company(company or self.env.company)
        return customer.collector_id.id == self.env.uid

    def _is_collection_seen(self):
        """:return: bool, whether the partner is, or belongs to, a customer of the user's own"""
        return self._is_collection_owned()

    # === PARTICIPANTS AND PORTFOLIO === #

    def _get_collection_participants(self, company=None):
        """:return: these customers' default participants in a company (the current one); for a
            function without one there, that of the company above"""
        lineage = (company or self.env.company)._get_collection_lineage()
        found = self.env["collection.participant"].sudo().search([
            ("customer_id", "in", self.ids),
            ("company_id", "in", lineage),
            ("sequence_id", "=", False),
        ])
        nearest = {}
        for row in found.sorted(lambda row: lineage.index(row.company_id.id), reverse=True):
            nearest[row.customer_id, row.function_id] = row
        return found.filtered(
            lambda row: row == nearest[row.customer_id, row.function_id])

    def _save_collection_participants(self, vals_list):
        """Save these holders as the customer's own; functions without a holder are left alone.

        :param vals_list: list of dicts (``function_id``, ``user_id``, ``contact_id``)
        """
        self.ensure_one()
        known = {row.function_id.id: row for row in self._get_collection_participants()}
        fresh = []
        for vals in vals_list:
            row, held = known.get(vals["function_id"]), vals["user_id"] or vals["contact_id"]
            if held and (not row or (
                    row.company_id != self.env.company
                    and held != (row.user_id.id or row.contact_id.id))):
                fresh.append({**vals, "customer_id": self.id, "propagate": False})
            elif held and held != (row.user_id.id or row.contact_id.id):
                row.with_env(self.env).write(vals)
        self.env["collection.participant"].create(fresh)

    def _get_collection_overdue_items(self):
        """:return: the customer's overdue open items in the current company"""
        lines = self.env["account.move.line"].sudo()
        return lines.search(
            lines._get_overdue_item_domain(self.env.company)
            & fields.Domain(
                "partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
            order="date_maturity, id")

    def _is_in_collection_portfolio(self, sequences=None):
        """Whether the user collects from these customers, or launched these sequences."""
        user = self.env.user
        if self.env.su or user.has_group(ALL_CUSTOMERS):
            return True
        if not user.has_group(COLLECTORS):
            return False
        if sequences and sequences.sudo().launched_by_id == user:
            return True
        return all(customer.sudo().collector_id == user for customer in self)

    def _check_collection_portfolio(self, sequences=None):
        """:raise AccessError: the user may not collect from one of these customers"""
        if not self._is_in_collection_portfolio(sequences):
            raise AccessError(self.env._(
                "%(customer)s is not in your portfolio. Ask a collection manager to make you "
                "the customer's collector.", customer=self[:1].name))

    # What is set for a customer, and who may set it: a customer is taken over by a setting, too.

    def _check_collection_change(self, vals):
        """:param dict vals: as for ``write``; without a value of ours nothing is asked
        :raise AccessError: a customer outside of the user's portfolio, or a collector named by
            somebody who does not see all customers
        """
        names = [name for name in vals if _is_ours(name)]
        if "active" in vals:
            self._check_collection_archiving()
        if not names:
            return
        if "collector_id" in names:
            self._check_may_name_collector()
        self.commercial_partner_id._check_collection_portfolio()

    def _check_collection_archiving(self):
        """Archiving a customer pauses what is under way: no collector does so to another's."""
        if sees_own_only(self.env):
            chains = self.env["collection.history.chain"].sudo().search(
                [("customer_id", "in", self.ids)])
            chains.customer_id.with_env(self.env)._check_collection_portfolio()

    def _check_may_name_collector(self):
        if not self.env.user.has_group(ALL_CUSTOMERS):
            raise AccessError(self.env._(
                "Only who collects from all customers, or a collection manager, names the "
                "collector of a customer. Ask one of them."))

    def _check_collection_start(self, vals):
        """:param dict vals: all values of a contact to be made, defaults included
        :raise AccessError: the user may not begin with these
        """
        names = [name for name, value in vals.items()
                 if value and _is_ours(name) and not self._is_collection_default(name, value)]
        if not names or self.env.user.has_group(ALL_CUSTOMERS):
            return
        if "collector_id" in names:
            self._check_may_name_collector()
        parent = self.browse(vals.get("parent_id") or ())
        owner = parent.commercial_partner_id
        if not owner or vals.get("is_company") or not owner._is_in_collection_portfolio():
            raise AccessError(self.env._(
                "You cannot set %(fields)s of a new customer: it is in nobody's portfolio yet. "
                "Leave it empty, and ask a collection manager.",
                fields=", ".join(self._fields[name]._description_string(self.env)
                                 for name in names)))

    def _is_collection_default(self, name, value):
        """:return: bool, whether a value is what the company gives anyhow"""
        field = self._fields[name]
        if not field.company_dependent:
            return False
        return value == field.convert_to_write(field.get_company_dependent_fallback(self), self)

    def _check_collection_takeover(self, changes):
        """Whoever collects does not get a customer, nor what a contact of it owes, by making it
        a part of an own one (X-01).

        :param changes: list of :class:`~..tools.customers.CustomerChange`
        :raise AccessError: one of the customers is in somebody else's portfolio
        """
        if sees_own_only(self.env):
            # who becomes a customer of its own is in nobody's portfolio yet
            self.browse({
                *(change.former for change in changes),
                *(change.current for change in changes if not change.fresh),
            })._check_collection_portfolio()

    def _get_internal_user(self):
        """:return: the internal ``res.users`` behind this partner, archived or not, or empty"""
        return self.with_context(active_test=False).user_ids.filtered(
            lambda user: not user.share)[:1]

    def _open_collection_list(self, name):
        """Open a list of records of the customer.

        :param str name: XML id, in this module, of a window action on a model with
            ``customer_id``
        :return: dict, window action
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"account_collection.{name}")
        return {
            **action, "context": {},
            "domain": [("customer_id", "=", self.commercial_partner_id.id)],
        }

    # === IDENTITY === #
    # The customer is the commercial entity as it is now: what is known follows it.
    #
    # A contact gets or loses a parent, doubles are merged, a customer is archived: everything that
    # names the customer follows in the same transaction, and the history says so.

    # === HOOKS === #
    # For the domains that keep records of customers. Each moves its own, and calls super().

    @api.model
    def _move_collection(self, changes):
        """Give what is known of customers to those that they are from now on.

        Called once for all changes of a command, in superuser mode; the number of queries must
        not depend on how many records there are. A domain moves its own tables, most easily with
        the functions of ``tools/customers.py``; what must be known or closed before records change
        hands, it does before ``super()``.

        :param changes: list of :class:`~..tools.customers.CustomerChange`, none of them a chain
        """
        self._fill_collection_settings(changes)
        self._fill_collection_facts(changes)
        self._move_participants(changes)
        self.env["collection.history.chain"]._follow(changes)
        self._trace_customer_changes(changes)

    def _review_collection(self):
        """Decide anew what comes next for these customers, once everything has followed."""

    def _follow_archiving(self, active):
        """These customers were archived, or are back. In superuser mode.

        :param bool active: whether they are back
        """
        kind = "customer_restored" if active else "customer_archived"
        chains = self.env["collection.history.chain"].search([("customer_id", "in", self.ids)])
        self.env["collection.history"]._append_many({
            (chain.customer_id, chain.company_id): [{
                "kind": kind, "cause": "person", "command": "archive", "data": {}}]
            for chain in chains})

    @api.model
    def _find_left_behind(self):
        """Find customers that are none any more, although something is still kept for them.

        :return: dict of the commercial entity's id by the former customer's id
        """
        self.env.flush_all()
        return dict(self.env.execute_query(SQL(
            "SELECT partner.id, partner.commercial_partner_id"
            "  FROM collection_history_chain AS chain"
            "  JOIN res_partner AS partner ON partner.id = chain.customer_id"
            " WHERE partner.commercial_partner_id <> partner.id")))

    # === CHANGES === #

    def _find_customer_changes(self, before):
        """Compare with whom these partners belonged to.

        :param dict before: the commercial entity's id by partner's id
        :return: list of :class:`~..tools.customers.CustomerChange`
        """
        after = {partner.id: partner.commercial_partner_id.id for partner in self}
        whole = {id_: after[id_] for id_, former in before.items()
                 if former == id_ != after[id_]}
        changes = {pair: CustomerChange(*pair, whole=True) for pair in whole.items()}
        for id_, former in before.items():
            pair = (whole.get(former, former), after[id_])
            if id_ not in whole and pair[0] != pair[1]:
                # somebody who was never invoiced leaves as a person, not as a customer
                fresh = id_ == after[id_] and self.browse(id_).sudo().customer_rank > 0
                changes[pair] = CustomerChange(*pair, fresh=fresh)
        return list(changes.values())

    @api.model
    def _change_collection_customers(self, changes, *, review=True):
        """Let everything follow; customers of whom nothing is known cost one query.

        :param changes: list of :class:`~..tools.customers.CustomerChange`
        :param bool review: decide at once what comes next; a merge does so at its end
        """
        known = self._find_known_customers({change.former for change in changes})
        changes = [change for change in changes if change.former in known]
        if not changes:
            return
        self._check_collection_takeover(changes)
        self.sudo()._move_collection(changes)
        self.env.invalidate_all()
        if review:
            self.sudo().browse({
                customer for change in changes
                for customer in (change.former, change.current)})._review_collection()

    @api.model
    def _find_known_customers(self, customer_ids):
        """:return: set of the ids of those of whom a setting, or any record of ours, is kept"""
        if not customer_ids:
            return set()
        self.env.flush_all()
        kept = [SQL("%s IS NOT NULL", SQL.identifier("partner", name))
                for name in (
                    *self._get_collection_settings_names(), *self._get_collection_fact_names())]
        kept += [SQL(
            "EXISTS (SELECT FROM %s AS record WHERE record.customer_id = partner.id)",
            SQL.identifier(self.env[name]._table)) for name in self._get_customer_models()]
        return {id_ for [id_] in self.env.execute_query(SQL(
            "SELECT partner.id FROM res_partner AS partner WHERE partner.id = ANY(%s) AND (%s)",
            list(customer_ids), SQL(" OR ").join(kept)))}

    @api.model
    def _get_customer_models(self):
        """:return: sorted list of the names of our models that keep records of customers"""
        return sorted(
            name for name, model in self.env.registry.items()
            if name.startswith("collection.") and not model._abstract and not model._transient
            and not getattr(model, "_is_collection_cache", False)
            and (field := model._fields.get("customer_id")) and field.store
            and field.type == "many2one")

    @api.model
    def _recover_collection(self):
        """Cron: let follow what a change of the database behind our back has left behind."""
        changes = [CustomerChange(former, current, whole=True)
                   for former, current in self.sudo()._find_left_behind().items()]
        with contained(
                self.env, "What was left behind could not follow its customers: %s", changes):
            self._change_collection_customers(changes)

    # === SETTINGS === #

    @api.model
    def _get_collection_settings_names(self):
        """:return: list of the names of the settings that a customer has in each company"""
        return [name for name, field in self._fields.items()
                if field.company_dependent and field.groups == COLLECTORS]

    def _fill_collection_settings(self, changes):
        """Settings that the current customer has not are filled from the former one's."""
        filled = self._find_settings_to_fill(changes)
        names = sorted({name for settings in filled.values() for name in settings})
        companies = self.env["res.company"].browse({
            int(company) for settings in filled.values()
            for values in settings.values() for company in values})
        before = {company: self._describe_settings(filled, company) for company in companies}
        for name in names:
            values = {id_: settings[name] for id_, settings in filled.items()
                      if name in settings}
            field = self._fields[name]
            self.env.cr.execute(SQL(
                "UPDATE res_partner AS partner"
                "   SET %(field)s = COALESCE(partner.%(field)s, '{}') || filled.value"
                "  FROM unnest(%(ids)s::int[], %(values)s::jsonb[]) AS filled (id, value)"
                " WHERE partner.id = filled.id",
                field=SQL.identifier(field.name), ids=list(values),
                values=[json.dumps(value) for value in values.values()]))
        self.invalidate_model(names)
        self._trace_filled(before, {
            company: self._describe_settings(filled, company) for company in companies})

    def _find_settings_to_fill(self, changes):
        """:return: dict of values by company's id (text), by name, by the current's id"""
        changes = [change for change in changes if change.whole or change.fresh]
        known = self._read_settings({
            id_ for change in changes for id_ in (change.former, change.current)})
        filled = defaultdict(lambda: defaultdict(dict))
        for change in changes:
            for name in self._get_collection_settings_names():
                if change.fresh and self._fields[name].comodel_name == "res.partner":
                    continue  # a contact of the former customer is none of its
                own = known[change.current][name]
                for company, value in known[change.former][name].items():
                    if value is not None and own.get(company) is None:
                        own[company] = filled[change.current][name][company] = value
        return filled

    def _read_settings(self, ids):
        """:return: dict of the values by company's id (text), by name, by partner's id"""
        names = self._get_collection_settings_names()
        self.flush_model(names)
        rows = self.env.execute_query(SQL(
            "SELECT id, %s FROM res_partner WHERE id = ANY(%s)",
            SQL(", ").join(map(SQL.identifier, names)), list(ids)))
        return {id_: {name: dict(value or {}) for name, value in zip(names, values)}
                for id_, *values in rows}

    def _describe_settings(self, ids, company):
        """:return: dict of what settings read as in a company, by (partner's id, name)"""
        partners = self.sudo().browse(ids).with_company(company)
        return {
            (partner.id, name): str(
                self._fields[name].convert_to_export(partner[name], partner) or "")
            for partner in partners for name in self._get_collection_settings_names()}

    def _trace_filled(self, before, after):
        rows = defaultdict(list)
        for company, olds in before.items():
            for (partner_id, name), old in olds.items():
                new = after[company][partner_id, name]
                if new != old:
                    rows[self.browse(partner_id), company].append({
                        "kind": "setting_changed", "data": {"field": name}, "cause": "person",
                        "command": "identity", "old_value": old, "new_value": new})
        self.env["collection.history"]._append_many(rows)

    # === FACTS === #

    @api.model
    def _get_collection_fact_names(self):
        """Hook: fields that say what is so of a customer whichever company looks.

        :return: list of names of stored fields that do not depend on the company
        """
        return []

    def _fill_collection_facts(self, changes):
        """What is known of the former customer and not of the current one is known of it now."""
        changes = [change for change in changes if change.whole or change.fresh]
        names = self._get_collection_fact_names()
        if not changes or not names:
            return
        self.flush_model(names)
        rows = defaultdict(list)
        for name in names:
            filled = self.env.execute_query(SQL(
                "UPDATE res_partner AS partner SET %(field)s = former.%(field)s"
                "  FROM unnest(%(former)s::int[], %(current)s::int[]) AS change (former, current)"
                "  JOIN res_partner AS former ON former.id = change.former"
                " WHERE partner.id = change.current AND partner.%(field)s IS NULL"
                "   AND former.%(field)s IS NOT NULL"
                " RETURNING partner.id, partner.%(field)s",
                field=SQL.identifier(name), former=[change.former for change in changes],
                current=[change.current for change in changes]))
            for partner_id, value in filled:
                rows[self.browse(partner_id), self.env.company].append({
                    "kind": "setting_changed", "data": {"field": name}, "cause": "person",
                    "command": "identity", "old_value": "", "new_value": str(value)})
        self.invalidate_model(names)
        self.env["collection.history"]._append_many(rows)

    # === PARTICIPANTS === #

    def _move_participants(self, changes):
        """Holders follow; of two for one function the current customer's stays, traced."""
        participants = self.env["collection.participant"]
        participants.flush_model()
        self._drop_doubled_holders(changes)
        move_all(participants, changes)
        fresh = [(change.former, change.current) for change in changes if change.fresh]
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_participant (
                   customer_id, company_id, function_id, function_position, user_id, contact_id,
                   partner_id, propagate, create_uid, create_date, write_uid, write_date)
            SELECT change.current, held.company_id, held.function_id, held.function_position,
                   held.user_id, held.contact_id, held.partner_id, held.propagate,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM unnest(%(formers)s::int[], %(currents)s::int[]) AS change (former, current)
              JOIN collection_participant AS held
                ON held.customer_id = change.former AND held.sequence_id IS NULL
       ON CONFLICT DO NOTHING
            """, uid=self.env.uid, formers=[former for former, _current in fresh],
            currents=[current for _former, current in fresh]))
        participants.invalidate_model()

    def _drop_doubled_holders(self, changes):
        """Let go of holders whose function somebody else holds for the current customer."""
        pairs = {change.former: change.current for change in changes if change.whole}
        doubled = self.env.execute_query(SQL(
            """
            WITH ranked AS (
                SELECT held.id, held.partner_id, held.function_id, held.company_id,
                       COALESCE(change.current, held.customer_id) AS customer,
                       first_value(held.partner_id) OVER one AS kept,
                       row_number() OVER one AS place
                  FROM collection_participant AS held
             LEFT JOIN unnest(%(formers)s::int[], %(currents)s::int[])
                       AS change (former, current) ON change.former = held.customer_id
                 WHERE held.sequence_id IS NULL
                   AND held.customer_id = ANY(%(both)s)
                WINDOW one AS (
                       PARTITION BY COALESCE(change.current, held.customer_id),
                                    held.company_id, held.function_id
                       ORDER BY change.former NULLS FIRST, held.id))
            DELETE FROM collection_participant AS held USING ranked
             WHERE held.id = ranked.id AND ranked.place > 1
         RETURNING ranked.customer, held.company_id, held.function_id, held.partner_id,
                   ranked.kept
            """, formers=list(pairs), currents=list(pairs.values()),
            both=[*pairs, *pairs.values()]))
        rows = defaultdict(list)
        for customer, company, function, gone, kept in doubled:
            if gone != kept:
                rows[self.browse(customer), self.env["res.company"].browse(company)].append(
                    self._prepare_doubled_holder_vals(company, function, gone, kept))
        self.env["collection.history"]._append_many(rows)

    def _prepare_doubled_holder_vals(self, company_id, function_id, gone, kept):
        company = self.env["res.company"].browse(company_id)
        function = in_company_language(
            self.env["collection.function"].browse(function_id), company)
        old, new = (self.browse(id_ or ()).sudo().name or function.env._("nobody")
                    for id_ in (gone, kept))
        return {
            "kind": "participant_changed", "cause": "person", "command": "identity",
            "data": {"function": function.code}, "old_value": f"{function.name}: {old}",
            "new_value": f"{function.name}: {new}"}

    # === TRACE === #

    def _trace_customer_changes(self, changes):
        """Say in the current customers' histories, and chatters, whose place they take."""
        changes = [change for change in changes if change.whole or change.fresh]
        chains = self.env["collection.history.chain"].search(
            [("customer_id", "in", [id_ for change in changes
                                    for id_ in (change.former, change.current)])])
        rows = defaultdict(list)
        for change in changes:
            own = chains.filtered(lambda chain, change=change: (
                chain.customer_id.id in (change.former, change.current)))
            for company in own.company_id:
                rows[self.browse(change.current), company].append(
                    self._prepare_customer_change_vals(change.former, change.current))
        history = self.env["collection.history"]._append_many(rows)
        for customer, own in history.grouped("customer_id").items():
            customer._message_log(body=own._get_chatter_body())

    @api.model
    def _trace_moved(self, moved, formers, prepare):
        """Say in the histories of the current customers which records came to them.

        :param moved: records with ``customer_id`` and ``company_id`` that changed hands
        :param dict formers: the former customer's id by record's id; others are not told
        :param prepare: function of a record: dict of values that name it in the history
        :return: dict of the new ``collection.history`` by record
        """
        owners, rows = defaultdict(list), defaultdict(list)
        for record in moved.filtered(lambda record: record.id in formers):
            owner = record.customer_id, record.company_id
            owners[owner].append(record)
            rows[owner].append({
                **self._prepare_customer_change_vals(
                    formers[record.id], record.customer_id.id), **prepare(record)})
        history = iter(self.env["collection.history"]._append_many(rows))
        return {record: next(history) for records in owners.values() for record in records}

    def _prepare_customer_change_vals(self, former, current):
        old, new = (self.browse(id_).sudo() for id_ in (former, current))
        return {
            "kind": "customer_changed",
            "command": "merge" if is_own(self, MERGES) else "identity",
            "cause": "person" if self.env.user.active else "cron",
            "data": {"former": former, "current": current},
            "old_value": old.name or "–", "new_value": new.name or "–"}

    # === BUTTONS === #

    def action_launch_collection_sequence(self):
        """:return: window action on the launch wizard, for the commercial entity"""
        self.ensure_one()
        customer = self.commercial_partner_id
        return open_dialog(
            "collection.sequence.launch", self.env._("Launch a sequence"),
            default_customer_id=customer.id)

    def action_open_collection_customer(self):
        """:return: window action on the customer: of a contact person, its commercial entity"""
        self.ensure_one()
        form = self.env.ref("account_collection.res_partner_view_form_collection")
        return self.commercial_partner_id._get_records_action(
            context={}, views=[(form.id, "form")])

    def action_verify_collection_history(self):
        """Verify the customer's history, and show whether it is whole.

        :return: notification
        :raise UserError: the user is not a collection manager
        """
        self.ensure_one()
        whole = self.env["collection.history"].verify(self)
        return notify(
            self.env._(
                "The history of %(customer)s is whole: nothing was changed or cut out.",
                customer=self.name,
            ) if whole else self.env._(
                "The history of %(customer)s has been tampered with: its chain does not "
                "hold. Compare it with a backup.", customer=self.name),
            "success" if whole else "danger", sticky=not whole)

    def action_open_collection_sequences(self):
        """:return: window action on the customer's sequences"""
        return self._open_collection_list("collection_sequence_action")


def _is_ours(name):
    """Whether a field is a customer's setting of ours. Asked at every change: no query."""
    # who is a colleague without a login is said of a contact, and no customer's setting
    return name == "collector_id" or (
        name.startswith("collection_") and name != "collection_internal")
