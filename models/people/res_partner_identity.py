import json
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...tools.batches import contained
from ...tools.clauses import join_label
from ...tools.customers import CustomerChange, move_all
from ...tools.own_context import is_own
from ...tools.portfolio import sees_own_only
from ...tools.records import in_company_language
from ..access import COLLECTORS

#: Key of the context under which customers are merged.
MERGES = "collection_merging"


class ResPartner(models.Model):
    """The customer is the commercial entity as it is now: what is known follows it.

    A contact gets or loses a parent, doubles are merged, a customer is archived: everything that
    names the customer follows in the same transaction, and the history says so.
    """

    _inherit = "res.partner"

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
        moved = self.env["collection.history.chain"]._follow(
            changes, self._prepare_customer_change_vals)
        self._trace_customer_changes(changes, moved)

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
            "data": {"function": function.code},
            "old_value": join_label(function.env, function.name, old),
            "new_value": join_label(function.env, function.name, new)}

    # === TRACE === #

    def _trace_customer_changes(self, changes, moved):
        """Say in the current customers' histories, and chatters, whose place they take.

        :param moved: ``collection.history``: rows of histories that came to them, which say so
        """
        changes = [change for change in changes if change.whole or change.fresh]
        chains = self.env["collection.history.chain"].search(
            [("customer_id", "in", [id_ for change in changes
                                    for id_ in (change.former, change.current)])])
        known = {(row.data["former"], row.data["current"], row.company_id) for row in moved}
        rows = defaultdict(list)
        for change in changes:
            own = chains.filtered(lambda chain, change=change: (
                chain.customer_id.id in (change.former, change.current)))
            for company in own.company_id:
                if (change.former, change.current, company) not in known:
                    rows[self.browse(change.current), company].append(
                        self._prepare_customer_change_vals(change.former, change.current))
        history = moved | self.env["collection.history"]._append_many(rows)
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
