from odoo import api, fields, models

from ..access import ALL_CUSTOMERS
from ..claim.res_partner import CLAIM_KINDS


class CollectionGroup(models.Model):
    """A group of customers that are collected from alike (M-002)."""

    _name = "collection.group"
    _description = "Customer Group"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()
    claim_kind = fields.Selection(
        CLAIM_KINDS, string="Kind of claim",
        help="Of the customers in this group, for the time of limitation, unless the customer or "
        "the item says otherwise.")
    active = fields.Boolean(default=True)
    customer_ids = fields.Many2many(
        "res.partner", "collection_group_customer_rel", "group_id", "customer_id",
        string="Customers", groups=ALL_CUSTOMERS)
    customer_count = fields.Integer(compute="_compute_customer_count")

    _name_unique = models.Constraint("UNIQUE(name)", "Another group has this name already.")

    @api.depends_context("uid", "company")
    @api.depends("customer_ids")
    def _compute_customer_count(self):
        counts = dict(self.env["res.partner"]._read_group(
            [("collection_group_ids", "in", self.ids)], ["collection_group_ids"], ["__count"]))
        for group in self:
            group.customer_count = counts.get(group, 0)

    def action_open_customers(self):
        """:return: window action on the customers of the group"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.res_partner_action_collection")
        return {**action, "context": {}, "domain": [("collection_group_ids", "in", self.ids)]}
