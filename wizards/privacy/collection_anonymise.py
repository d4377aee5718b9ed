from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dialogs import RELOAD, notify

#: Customers that are looked at in one go.
MOST = 200


class CollectionAnonymise(models.TransientModel):
    """Dialog that lists which customers may be anonymised, and why not the others; then forgets
    who the former are."""

    _name = "collection.anonymise"
    _description = "Anonymise Customers"
    _inherit = ["collection.dialog"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    retention = fields.Integer(
        related="company_id.collection_retention_months", related_sudo=False,
        string="Retention in months")
    customer_ids = fields.Many2many(
        "res.partner", string="Customers", readonly=True,
        help="Empty: all customers without an event for as long as the company keeps them.")
    line_ids = fields.One2many(
        "collection.anonymise.line", "dialog_id", compute="_compute_line_ids", store=True,
        readonly=False, compute_sudo=False)
    ready_count = fields.Integer(compute="_compute_ready_count")

    @api.model
    def default_get(self, fields):
        """The customers that were selected, else those whose retention is over.

        :raise AccessError: the user is no collection manager
        """
        self.env["collection.personal.data"]._check_manager()
        found = super().default_get(fields)
        if "customer_ids" in fields and not found.get("customer_ids"):
            chosen = self.env.context.get("active_ids", []) if (
                self.env.context.get("active_model") == "res.partner") else []
            customers = self.env["res.partner"].browse(chosen[:MOST]) or (
                self.env["res.partner"]._find_collection_retained_customers(
                    self.env.company, MOST))
            customers.check_access("read")
            found["customer_ids"] = [(6, 0, customers.ids)]
        return found

    @api.depends("customer_ids")
    def _compute_line_ids(self):
        for dialog in self:
            closures = dialog.customer_ids._origin._get_collection_closures()
            ordered = sorted(closures.items(), key=lambda found: (
                not found[1].is_ready, str(found[1].last_on)))
            dialog.line_ids = [fields.Command.clear()] + [fields.Command.create({
                "customer_id": customer, "last_on": closure.last_on,
                "is_ready": closure.is_ready, "reason": ", ".join(closure.reasons),
            }) for customer, closure in ordered]

    @api.depends("line_ids.is_ready")
    def _compute_ready_count(self):
        for dialog in self:
            dialog.ready_count = len(dialog.line_ids.filtered("is_ready"))

    def action_apply(self):
        """Anonymise those that are ready now; the others stay as they are.

        :return: notification
        :raise AccessError: the user is no collection manager
        :raise UserError: none of them is ready
        """
        self.ensure_one()
        closures = self.customer_ids._get_collection_closures()
        ready = self.customer_ids.filtered(lambda one: closures[one.id].is_ready)
        if not ready:
            raise UserError(self.env._(
                "None of these customers may be anonymised: see why beside each."))
        ready._anonymise_collection()
        return notify(self.env._("Anonymised: %(count)s.", count=len(ready)), then=RELOAD)


class CollectionAnonymiseLine(models.TransientModel):
    """A customer, and whether it may be anonymised."""

    _name = "collection.anonymise.line"
    _description = "Customer to Anonymise"
    _inherit = ["collection.dialog"]
    _order = "is_ready desc, last_on"

    dialog_id = fields.Many2one("collection.anonymise", ondelete="cascade")
    customer_id = fields.Many2one("res.partner", required=True, readonly=True)
    last_on = fields.Date(string="Last event", readonly=True)
    is_ready = fields.Boolean(string="Ready", readonly=True)
    reason = fields.Char(string="Why not", readonly=True)
