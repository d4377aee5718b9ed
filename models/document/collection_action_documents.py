from odoo import api, fields, models


class CollectionActionContent(models.AbstractModel):
    """An action that asks for documents names the template of its request."""

    _inherit = "collection.action.content"

    document_template_id = fields.Many2one(
        "collection.document.template", string="Documents", ondelete="restrict",
        help="Which documents are asked for; whoever starts the request may choose others.")

    def _get_content_fields(self):
        return [*super()._get_content_fields(), "document_template_id"]


class CollectionAction(models.Model):
    """The requests that an action asked for; what ends it ends them (B40)."""

    _inherit = "collection.action"

    document_request_ids = fields.One2many("collection.document.request", "action_id")
    document_request_count = fields.Integer(compute="_compute_document_request_count")

    @api.depends("document_request_ids")
    def _compute_document_request_count(self):
        counts = dict(self.env["collection.document.request"]._read_group(
            [("action_id", "in", self.ids)], ["action_id"], ["__count"]))
        for action in self:
            action.document_request_count = counts.get(action._origin, 0)

    def write(self, vals):
        """An action that closes in another way does not wait for its documents any more.

        Silence is an outcome too: one that expires ends its request as expired.
        """
        result = super().write(vals)
        if vals.get("state") == "closed":
            asking = self.sudo().filtered(lambda action: action.kind == "documents")
            requests = asking.document_request_ids.filtered(
                lambda request: request.state in ("open", "paused"))
            if requests:
                requests._raise_rev()
            for request in requests:
                request._end_by_action(request.action_id.outcome)
        return result
