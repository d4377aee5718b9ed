from odoo import api, fields, models


class CollectionAction(models.Model):
    """The requests that an action asked for; what ends it ends them (B40)."""

    _inherit = "collection.action"

    document_request_ids = fields.One2many("collection.document.request", "action_id")
    document_request_count = fields.Integer(compute="_compute_document_request_count")

    can_request_documents = fields.Boolean(
        compute="_compute_can_request_documents",
        help="It asks for documents, and no request of it is under way.")

    # === COMPUTE === #

    @api.depends("document_request_ids")
    def _compute_document_request_count(self):
        counts = dict(self.env["collection.document.request"]._read_group(
            [("action_id", "in", self.ids)], ["action_id"], ["__count"]))
        for action in self:
            action.document_request_count = counts.get(action._origin, 0)

    def _react_to_closing(self):
        """An action that closes in another way does not wait for its documents any more.

        Silence is an outcome too: one that expires ends its request as expired.
        """
        super()._react_to_closing()
        asking = self.sudo().filtered(lambda action: action.kind == "documents")
        requests = asking.document_request_ids.filtered(
            lambda request: request.state in ("open", "paused"))
        if requests:
            requests._raise_rev()
        for request in requests:
            request._end_by_action(request.action_id.outcome)

    # === BUTTONS === #
    # Documents, from an action that asks for them.

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
        return self.env["collection.document.request"]._get_start_action({
            "default_action_id": self.id, "default_customer_id": self.customer_id.id,
            "default_template_id": self.document_template_id.id})

    def action_open_document_requests(self):
        """:return: window action on the requests that this action asked for"""
        self.ensure_one()
        return self.document_request_ids._get_records_action(
            name=self.env._("Document requests"), context={})
