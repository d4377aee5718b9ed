from odoo import api, models

from ...tools.customers import follow, move_all


class ResPartner(models.Model):
    """Document requests follow the customer, or the action that they answer."""

    _inherit = "res.partner"

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
