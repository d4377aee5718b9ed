from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools.branches import BranchMany2one
from ...tools.dialogs import notify, open_dialog
from ..access import COLLECTORS


class ResPartner(models.Model):
    """The customer: who collects, who holds which function, which sequences run."""

    _inherit = "res.partner"

    collector_id = BranchMany2one(
        "res.users", string="Collector", company_dependent=True, groups=COLLECTORS,
        domain="[('share', '=', False)]", tracking=True,
        help="The colleague in charge of collecting from this customer.",
    )
    collection_participant_ids = fields.One2many(
        "collection.participant", "customer_id", string="Participants", groups=COLLECTORS,
        domain=[("sequence_id", "=", False)],
        help="Who holds which function for this customer, unless a sequence says otherwise.",
    )
    collection_sequence_ids = fields.One2many(
        "collection.sequence", "customer_id", string="Sequences", groups=COLLECTORS)
    collection_action_ids = fields.One2many(
        "collection.action", "customer_id", string="Collection actions", groups=COLLECTORS)
    collection_open_action_ids = fields.One2many(
        "collection.action", "customer_id", string="Open collection actions", groups=COLLECTORS,
        domain=[("state", "!=", "closed")])
    collection_history_ids = fields.One2many(
        "collection.history", compute="_compute_collection_history_ids", groups=COLLECTORS,
        string="Collection history")
    collection_sequence_count = fields.Integer(
        string="Open sequences", compute="_compute_collection_sequence_count",
        groups=COLLECTORS)

    # === COMPUTE === #

    def _compute_collection_history_ids(self):
        rows = self.env["collection.history"].search(
            [("customer_id", "in", self.ids)], order="at desc, number desc")
        by_customer = rows.grouped("customer_id")
        for partner in self:
            partner.collection_history_ids = by_customer.get(partner, rows.browse())

    @api.depends("collection_sequence_ids.state")
    def _compute_collection_sequence_count(self):
        counts = dict(self.env["collection.sequence"]._read_group(
            [("customer_id", "in", self.ids), ("state", "in", ("running", "paused"))],
            ["customer_id"], ["__count"]))
        for partner in self:
            partner.collection_sequence_count = counts.get(partner, 0)

    # === RES_PARTNER === #

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
        if self.env.su or user.has_group("account_collection.group_collection_all"):
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

    def _get_internal_user(self):
        """:return: the internal ``res.users`` behind this partner, archived or not, or empty"""
        return self.with_context(active_test=False).user_ids.filtered(
            lambda user: not user.share)[:1]

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
