from odoo import api, fields, models

from .collection_document_request import ENDED


class CollectionLink(models.Model):
    """The personal link of a contributor: what is asked of them, for as long as it lasts.

    Each message carries a link of its own; removing the contributor revokes them all.
    """

    _inherit = "collection.link"

    contributor_id = fields.Many2one(
        "collection.document.contributor", readonly=True, index="btree_not_null",
        ondelete="restrict")
    _contributor_check = models.Constraint(
        "CHECK((kind = 'documents') = (contributor_id IS NOT NULL))",
        "A contributor's link says whose it is.")

    @api.model
    def _make_for_contributors(self, contributors):
        """Make a link for each contributor.

        :param contributors: ``collection.document.contributor``
        :return: list of (link, its address), in the same order: the only moment at which that
            is known
        """
        return self._make([{
            "kind": "documents", "contributor_id": contributor.id,
            "customer_id": contributor.customer_id.id, "company_id": contributor.company_id.id,
            "partner_id": contributor.partner_id.id,
            # whom the page names to turn to: never the clock, nor a stranger with a link
            "user_id": contributor.request_id._get_reviewer().id or self.env.uid,
            "subject": contributor.request_id.name,
        } for contributor in contributors])

    def _is_valid_documents(self):
        """A contributor's link shows nothing once they are removed, or the request is cancelled or
        has ended without answer."""
        contributor = self.contributor_id
        return (
            contributor.state != "removed"
            and contributor.request_id.state in ("open", "paused", *ENDED[:2]))
