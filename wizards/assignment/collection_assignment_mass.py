from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...models.assignment.attributes import (
    ATTRIBUTES,
    COLLABORATOR,
    MANY,
    ONE,
    get_selection,
    get_switches,
)
from ...tools import bulk

CHANGES = [("set", "Set"), ("clear", "Empty")]


class CollectionAssignmentMass(models.TransientModel):
    """Dialog that changes attributes of many customers by hand, removals included (M-030)."""

    _name = "collection.assignment.mass"
    _description = "Mass Change of Customers"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_ids": None}

    customer_ids = fields.Many2many(
        "res.partner", required=True, readonly=True,
        default=lambda self: self._default_customer_ids())
    count = fields.Integer(compute="_compute_count")
    scenario_change = fields.Selection(CHANGES, string="Scenario")
    scenario_id = fields.Many2one(
        "collection.scenario", string="New scenario",
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', current_company_id)]")
    collector_change = fields.Selection(CHANGES, string="Collector")
    collector_id = fields.Many2one(
        "res.users", string="New collector", domain="[('share', '=', False)]")
    added_group_ids = fields.Many2many(
        "collection.group", "collection_mass_added_group_rel", string="Add to groups")
    removed_group_ids = fields.Many2many(
        "collection.group", "collection_mass_removed_group_rel", string="Remove from groups")
    function_id = fields.Many2one("collection.function", string="Collaborator")
    function_kind = fields.Selection(
        related="function_id.kind", related_sudo=False, string="Kind of function")
    holder_change = fields.Selection(
        [("set", "Is held by"), ("clear", "Remove who holds it")], default="set", string="Change")
    user_id = fields.Many2one("res.users", string="Colleague", domain="[('share', '=', False)]")
    contact_id = fields.Many2one("res.partner", string="Contact")
    switch_ids = fields.One2many(
        "collection.assignment.mass.switch", "mass_id", string="Switches",
        default=lambda self: self._default_switch_ids())
    lock = fields.Boolean(
        string="Lock what is changed", help="Rules leave what this changes alone from now on.")

    @api.model
    def _default_customer_ids(self):
        if self.env.context.get("active_model") != "res.partner":
            return self.env["res.partner"]
        return self.env["res.partner"].browse(
            self.env.context.get("active_ids", [])).commercial_partner_id

    @api.model
    def _default_switch_ids(self):
        return [Command.create({"attribute": code}) for code in get_switches()]

    @api.depends("customer_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.customer_ids)

    def action_apply(self):
        """Change them.

        :return: notification, or the client's action that goes on with the next batch
        :raise AccessError: a customer that the user may not change
        :raise UserError: nothing is to be changed, or a value is missing
        """
        self.ensure_one()
        self._check()
        return bulk.start(
            self.customer_ids, self._change, owner=self, method="change_batch",
            title=self.env._("Change customers"),
            message=lambda count: self.env._("Customers changed: %(count)s.", count=count))

    def change_batch(self, batch):
        """Change some of the customers; the client calls it once a batch.

        :param list batch: ids of customers of this dialog; others are left alone
        :return: dict: how many are ``done``, and who was ``refused`` (``name``, ``reason``)
        :raise UserError: nothing is to be changed, or a value is missing
        """
        self.ensure_one()
        self._check()
        return bulk.run_batch(bulk.take(self.customer_ids, batch), self._change)

    def _change(self, customers):
        customers.check_access("write")
        customers._check_collection_portfolio()
        vals = self._prepare_vals()
        if vals:
            customers.write(vals)
        if self.function_id:
            self._change_holder(customers)
        if self.lock:
            self._lock(customers, vals)

    def _prepare_vals(self):
        """:return: dict of the customer's fields that change"""
        vals = {ATTRIBUTES[switch.attribute].field: switch.change == "on"
                for switch in self.switch_ids if switch.change}
        for attribute in ATTRIBUTES.values():
            if attribute.how == ONE and f"{attribute.code}_change" in self._fields:
                vals |= self._prepare_one_vals(attribute)
            elif attribute.how == MANY and f"added_{attribute.code}_ids" in self._fields:
                vals |= self._prepare_many_vals(attribute)
        return vals

    def _prepare_one_vals(self, attribute):
        change, value = self[f"{attribute.code}_change"], self[f"{attribute.code}_id"]
        if change == "set" and not value:
            raise UserError(self.env._("Say to what it is set."))
        return {attribute.field: value.id if change == "set" else False} if change else {}

    def _prepare_many_vals(self, attribute):
        commands = [*map(Command.link, self[f"added_{attribute.code}_ids"].ids),
                    *map(Command.unlink, self[f"removed_{attribute.code}_ids"].ids)]
        return {attribute.field: commands} if commands else {}

    def _check(self):
        if not self._prepare_vals() and not self.function_id:
            raise UserError(self.env._("Say what is to be changed."))
        holder = self.user_id if self.function_kind == "internal" else self.contact_id
        if self.function_id and self.holder_change == "set" and not holder:
            raise UserError(self.env._("Say who holds the function."))

    def _change_holder(self, customers):
        held = self.env["collection.participant"].search([
            ("customer_id", "in", customers.ids), ("company_id", "=", self.env.company.id),
            ("sequence_id", "=", False), ("function_id", "=", self.function_id.id)])
        if self.holder_change == "clear":
            held.unlink()
            return
        internal = self.function_kind == "internal"
        vals = {"user_id": internal and self.user_id.id,
                "contact_id": not internal and self.contact_id.id}
        held.write(vals)
        self.env["collection.participant"].with_context(collection_mass_change=True).create([{
            **vals, "customer_id": customer.id, "function_id": self.function_id.id}
            for customer in customers - held.customer_id])

    def _lock(self, customers, vals):
        """Keep rules from what was changed."""
        keys = [(code, 0) for code, attribute in ATTRIBUTES.items() if attribute.field in vals]
        if self.function_id:
            keys.append((COLLABORATOR, self.function_id.id))
        assignments = self.env["collection.assignment"].sudo()
        for attribute, value in keys:
            domain = [
                ("customer_id", "in", customers.ids), ("company_id", "=", self.env.company.id),
                ("attribute", "=", attribute), ("value", "=", value)]
            unknown = customers - assignments.search(domain).customer_id
            assignments._record(self.env.company, attribute, unknown.ids, value=value)
            assignments.search(domain).locked = True


class CollectionAssignmentMassSwitch(models.TransientModel):
    """An attribute that is on or off, and what the dialog makes of it."""

    _name = "collection.assignment.mass.switch"
    _description = "Switch of a Mass Change"
    _inherit = ["collection.dialog"]

    mass_id = fields.Many2one("collection.assignment.mass", string="Wizard", ondelete="cascade")
    attribute = fields.Selection("_selection_attribute", required=True)
    change = fields.Selection([("on", "Switch on"), ("off", "Switch off")])

    @api.model
    def _selection_attribute(self):
        return get_selection(self.env)
