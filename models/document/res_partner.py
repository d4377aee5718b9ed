from odoo import api, fields, models

from ...tools.customers import follow, move_all
from ...tools.records import in_company_language
from ..access import COLLECTORS


class ResPartner(models.Model):
    """A customer's document requests, counted and opened from the customer's form."""

    _inherit = "res.partner"

    collection_request_count = fields.Integer(
        string="Document requests under way", compute="_compute_collection_request_count",
        groups=COLLECTORS)

    @api.depends_context("uid", "company")
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
        return self.env["collection.document.request"]._get_start_action(
            {"default_customer_id": self.commercial_partner_id.id})

    # === IDENTITY === #
    # Document requests follow the customer, or the action that they answer.

    def _follow_archiving(self, active):
        """Of an archived customer nothing is asked; whoever brings it back resumes. Requests of a
        sequence are closed by its pause."""
        super()._follow_archiving(active)
        if not active:
            requests = self.env["collection.document.request"].search([
                ("customer_id", "in", self.ids), ("state", "=", "open")])
            asked = requests.filtered(lambda request: request._is_door_open())
            for company, own in asked.grouped("company_id").items():
                own.action_pause(
                    in_company_language(own, company).env._("The customer is archived."))

    @api.model
    def _move_collection(self, changes):
        requests = self.env["collection.document.request"]
        formers = {request.id: request.customer_id.id for request in requests.search([
            ("customer_id", "in", [change.former for change in changes]),
            ("state", "in", ("open", "paused"))])}
        super()._move_collection(changes)
        moved = move_all(requests, changes) | follow(requests, changes, "action_id")
        for name in ("collection.document.item", "collection.document.notice"):
            follow(self.env[name], changes, "request_id")
        history = self._trace_moved(moved, formers, lambda request: {
            "action_id": request.action_id.id, "action_name": request.action_id.name,
            "sequence_id": request.sequence_id.id, "command": "documents",
            "data": {"about": request.name, "request": request.id}})
        requests._message_log_batch(bodies={
            request.id: row._get_chatter_body() for request, row in history.items()})
