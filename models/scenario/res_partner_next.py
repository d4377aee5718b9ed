from odoo import api, fields, models

from ..people.res_partner import COLLECTORS


class ResPartner(models.Model):
    """The customer's next action as its form and the customer list show it."""

    _inherit = "res.partner"

    collection_next_action_ids = fields.Many2many(
        "collection.action", string="Next actions", compute="_compute_collection_next_action_ids",
        groups=COLLECTORS)
    collection_next_date = fields.Date(
        string="Next action on", compute="_compute_collection_next_action_ids", groups=COLLECTORS)
    collection_next_name = fields.Char(
        string="What is next", compute="_compute_collection_next_action_ids", groups=COLLECTORS)

    @api.depends_context("lang")
    @api.depends("collection_next_action_id")
    def _compute_collection_next_action_ids(self):
        for partner in self:
            action = partner.collection_next_action_id
            partner.collection_next_action_ids = action
            partner.collection_next_date = action.date
            partner.collection_next_name = action.name

    def action_open_collection_dispatches(self):
        """:return: window action on what was sent to the customer"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_dispatch_action")
        return {**action, "context": {},
                "domain": [("customer_id", "=", self.commercial_partner_id.id)]}
