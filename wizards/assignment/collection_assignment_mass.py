from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...models.assignment.attributes import ATTRIBUTES

CHANGES = [("set", "Set"), ("clear", "Empty")]
SWITCHED = [("on", "Switch on"), ("off", "Switch off")]


class CollectionAssignmentMass(models.TransientModel):
    """Dialog that changes attributes of many customers by hand, removals included (M-030)."""

    _name = "collection.assignment.mass"
    _description = "Mass Change of Customers"

    customer_ids = fields.Many2many(
        "res.partner", required=True, readonly=True,
        default=lambda self: self._default_customer_ids())
    count = fields.Integer(compute="_compute_count")
    scenario_change = fields.Selection(CHANGES, string="Scenario")
    scenario_id = fields.Many2one(
        "collection.scenario", string="New scenario",
        domain="[('company_id', 'in', (False, current_company_id))]")
    collector_change = fields.Selection(CHANGES, string="Collector")
    collector_id = fields.Many2one(
        "res.users", string="New collector", domain="[('share', '=', False)]")
    added_group_ids = fields.Many2many(
        "collection.group", "collection_mass_added_group_rel", string="Add to groups")
    removed_group_ids = fields.Many2many(
        "collection.group", "collection_mass_removed_group_rel", string="Remove from groups")
    function_id = fields.Many2one("collection.function", string="Collaborator")
    function_kind = fields.Selection(related="function_id.kind", string="Kind of function")
    holder_change = fields.Selection(
        [("set", "Is held by"), ("clear", "Remove who holds it")], default="set", string="Change")
    user_id = fields.Many2one("res.users", string="Colleague", domain="[('share', '=', False)]")
    contact_id = fields.Many2one("res.partner", string="Contact")
    penalties = fields.Selection(SWITCHED, string="Late-payment interest")
    indemnity = fields.Selection(SWITCHED, string="Fixed indemnity")
    interactive = fields.Selection(SWITCHED, string="Interactive message")
    lock = fields.Boolean(
        string="Lock what is changed", help="Rules leave what this changes alone from now on.")

    @api.model
    def _default_customer_ids(self):
        if self.env.context.get("active_model") != "res.partner":
            return self.env["res.partner"]
        return self.env["res.partner"].browse(
            self.env.context.get("active_ids", [])).commercial_partner_id

    @api.depends("customer_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.customer_ids)

    def action_apply(self):
        """Change them.

        :raise AccessError: a customer that the user may not change
        :raise UserError: nothing is to be changed, or a value is missing
        """
        self.ensure_one()
        customers = self.customer_ids
        customers.check_access("write")
        customers._check_collection_portfolio()
        vals = self._prepare_vals()
        if not vals and not self.function_id:
            raise UserError(self.env._("Say what is to be changed."))
        if vals:
            customers.write(vals)
        if self.function_id:
            self._change_holder(customers)
        if self.lock:
            self._lock(customers, vals)
        return {"type": "ir.actions.act_window_close"}

    def _prepare_vals(self):
        vals = {}
        for change, value, field in (
                (self.scenario_change, self.scenario_id, "collection_scenario_id"),
                (self.collector_change, self.collector_id, "collector_id")):
            if change == "set" and not value:
                raise UserError(self.env._("Say to what it is set."))
            if change:
                vals[field] = value.id if change == "set" else False
        groups = [*map(Command.link, self.added_group_ids.ids),
                  *map(Command.unlink, self.removed_group_ids.ids)]
        if groups:
            vals["collection_group_ids"] = groups
        for name in ("penalties", "indemnity", "interactive"):
            if self[name]:
                vals[ATTRIBUTES[name].field] = self[name] == "on"
        return vals

    def _change_holder(self, customers):
        held = self.env["collection.participant"].search([
            ("customer_id", "in", customers.ids), ("company_id", "=", self.env.company.id),
            ("sequence_id", "=", False), ("function_id", "=", self.function_id.id)])
        if self.holder_change == "clear":
            held.unlink()
            return
        internal = self.function_kind == "internal"
        if not (self.user_id if internal else self.contact_id):
            raise UserError(self.env._("Say who holds the function."))
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
            keys.append(("collaborator", self.function_id.id))
        assignments = self.env["collection.assignment"].sudo()
        for attribute, value in keys:
            domain = [
                ("customer_id", "in", customers.ids), ("company_id", "=", self.env.company.id),
                ("attribute", "=", attribute), ("value", "=", value)]
            unknown = customers - assignments.search(domain).customer_id
            assignments._note(self.env.company, attribute, unknown.ids, value=value)
            assignments.search(domain).locked = True
