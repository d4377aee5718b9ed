from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ...tools.branches import BranchMany2one
from ...tools.dialogs import notify, open_dialog
from ...tools.portfolio import RuledOne2many, see_stored, sees_own_only
from ..access import ALL_CUSTOMERS, COLLECTORS

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
        self._track_collection_settings(vals)
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

    def _track_prepare(self, fields_iter):
        """Odoo looks at all tracked fields before each write. Posting an invoice writes on its
        customer, and would read ours one by one; they change only where they are written."""
        if fields_iter is self._fields:
            fields_iter = [name for name in fields_iter if not _is_ours(name)]
        super()._track_prepare(fields_iter)

    def _message_track(self, fields_iter, initial_values_dict):
        """What was not looked at before a write is not described after it either."""
        looked_at = {name for values in initial_values_dict.values() for name in values or ()}
        return super()._message_track(
            [name for name in fields_iter if name in looked_at], initial_values_dict)

    def _track_collection_settings(self, vals):
        written = [name for name in vals if _is_ours(name)]
        if written and not any(map(self.env.context.get, ("tracking_disable", "mail_notrack"))):
            self._track_prepare(written)

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

    def _check_speaks_for(self, customer, company):
        """Check that what this person says may be noted as said in a customer's name.

        :param customer: commercial ``res.partner``
        :param company: the ``res.company``
        :raise ValidationError: this is neither the customer, nor a contact of it, nor a contact
            who holds a function for it
        """
        if not self or self.sudo().commercial_partner_id == customer:
            return
        if not self.env["collection.participant"].sudo().search_count([
                ("customer_id", "=", customer.id), ("contact_id", "=", self.id),
                ("company_id", "in", company._get_collection_lineage())], limit=1):
            raise ValidationError(self.env._(
                "%(person)s does not speak for %(customer)s: choose the customer, one of its "
                "contacts, or who holds a function for it.",
                person=self.display_name, customer=customer.name))

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
        """Verify the customer's history, and show what was found.

        :return: notification
        :raise UserError: the user is not a collection manager
        """
        self.ensure_one()
        found = self.env["collection.history"]._verify(self)
        kind = "success" if found.whole else "danger" if found.is_forged else "warning"
        return notify(found.describe(self.env), kind, sticky=not found.whole)

    def action_open_collection_sequences(self):
        """:return: window action on the customer's sequences"""
        return self._open_collection_list("collection_sequence_action")


def _is_ours(name):
    """Whether a field is a customer's setting of ours. Asked at every change: no query."""
    # who is a colleague without a login is said of a contact, and no customer's setting
    return name == "collector_id" or (
        name.startswith("collection_") and name != "collection_internal")
