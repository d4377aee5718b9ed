from markupsafe import escape

from odoo import fields, models

from .collection_action import PLACE


class CollectionDispatch(models.Model):
    """What leaves holds the personal links, what is stored does not."""

    _inherit = "collection.dispatch"

    link_ids = fields.One2many("collection.link", "dispatch_id", readonly=True)

    def _get_leaving_bodies(self):
        """What is stored, with a new link in its place.

        When a message is sent again, its earlier link is revoked.
        """
        bodies = super()._get_leaving_bodies()
        placed = self.filtered(lambda dispatch: PLACE in (bodies[dispatch.id] or ""))
        linked = placed.filtered(
            lambda dispatch: dispatch.action_id._is_interactive(dispatch.partner_id))
        linked.link_ids._revoke()
        made = linked.env["collection.link"]._make([{
            "kind": "customer", "customer_id": dispatch.customer_id.id,
            "company_id": dispatch.company_id.id, "partner_id": dispatch.partner_id.id,
            "action_id": dispatch.action_id.id,
            "dispatch_id": dispatch.id, "subject": dispatch.subject,
        } for dispatch in linked])
        urls = {link.dispatch_id: url for link, url in made}
        for dispatch in placed:
            base = dispatch.company_id.get_base_url()
            url = urls.get(dispatch, f"{base}/my/invoices")
            bodies[dispatch.id] = bodies[dispatch.id].replace(base + PLACE, escape(url))
        return bodies
