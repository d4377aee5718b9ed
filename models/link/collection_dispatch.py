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
        placed._put_links(bodies, {link.dispatch_id: url for link, url in made})
        return bodies

    def _get_copy_bodies(self):
        """A personal link is the recipient's alone: in a copy, the portal takes its place."""
        bodies = super()._get_copy_bodies()
        self._put_links(bodies, {})
        return bodies

    def _put_links(self, bodies, urls):
        """Put the links into the texts of these, in the place that is kept for them.

        :param dict bodies: HTML as str by dispatch id; changed
        :param dict urls: the personal link by dispatch; those without one lead to the portal
        """
        for dispatch in self:
            base = dispatch.company_id.get_base_url()
            url = urls.get(dispatch, f"{base}/my/invoices")
            bodies[dispatch.id] = (bodies[dispatch.id] or "").replace(base + PLACE, escape(url))
