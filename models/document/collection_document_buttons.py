from odoo import api, fields, models

from ..people.res_partner import COLLECTORS


def _get_start_action(env, context):
    """:return: window action on the dialog that asks for documents"""
    action = env["ir.actions.act_window"]._for_xml_id(
        "account_collection.collection_document_start_action")
    return {**action, "context": context}


class CollectionDocumentRequest(models.Model):
    """Documents, from the list of requests: of the customer whose list it is, if one's."""

    _inherit = "collection.document.request"

    def action_open_start(self):
        """:return: window action on the dialog that asks for documents"""
        names = ("default_customer_id", "default_template_id")
        return _get_start_action(self.env, {
            name: self.env.context[name] for name in names if name in self.env.context})


class CollectionAction(models.Model):
    """Documents, from an action that asks for them."""

    _inherit = "collection.action"

    can_request_documents = fields.Boolean(
        compute="_compute_can_request_documents",
        help="It asks for documents, and no request of it is under way.")

    @api.depends("kind", "state", "document_request_ids.state")
    def _compute_can_request_documents(self):
        under_way = self.env["collection.document.request"]._read_group(
            [("action_id", "in", self.ids), ("state", "in", ("open", "paused"))], ["action_id"])
        answered = {action for action, in under_way}
        for action in self:
            action.can_request_documents = (
                action.kind == "documents" and action.state in ("todo", "scheduled")
                and action._origin not in answered)

    def action_request_documents(self):
        """:return: window action on the dialog that asks for the documents of this action"""
        self.ensure_one()
        return _get_start_action(self.env, {
            "default_action_id": self.id, "default_customer_id": self.customer_id.id,
            "default_template_id": self.document_template_id.id})

    def action_open_document_requests(self):
        """:return: window action on the requests that this action asked for"""
        self.ensure_one()
        return self.document_request_ids._get_records_action(
            name=self.env._("Document requests"), context={})


class ResPartner(models.Model):
    """Documents, from the customer's form."""

    _inherit = "res.partner"

    collection_request_count = fields.Integer(
        string="Document requests under way", compute="_compute_collection_request_count",
        groups=COLLECTORS)

    def _compute_collection_request_count(self):
        counts = dict(self.env["collection.document.request"]._read_group(
            [("customer_id", "in", self.ids), ("state", "in", ("open", "paused"))],
            ["customer_id"], ["__count"]))
        for partner in self:
            partner.collection_request_count = counts.get(partner._origin, 0)

    def action_open_collection_requests(self):
        """:return: window action on the customer's document requests"""
        action = self._open_collection_list("collection_document_request_action")
        return {**action, "context": {"default_customer_id": self.commercial_partner_id.id}}

    def action_request_collection_documents(self):
        """:return: window action on the dialog that asks this customer for documents"""
        self.ensure_one()
        return _get_start_action(
            self.env, {"default_customer_id": self.commercial_partner_id.id})
