from odoo import api, models

from ...tools.customers import find_following, move_all, move_some


class ResPartner(models.Model):
    """Promises and disputes follow the customer; specific actions let go of foreign items."""

    _inherit = "res.partner"

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        for name in ("collection.promise", "collection.dispute"):
            self._move_agreements(self.env[name], changes)
        self._release_foreign_items(changes)

    def _move_agreements(self, records, changes):
        formers = {record.id: record.customer_id.id for record in records.search([
            ("customer_id", "in", [change.former for change in changes]),
            ("state", "=", "open")])}
        moved = move_all(records, changes)
        moved |= move_some(records, find_following(records, changes))
        self._trace_moved(moved, formers, lambda record: {
            "data": {"about": record.display_name, record._name.split(".")[-1]: record.id}})

    def _release_foreign_items(self, changes):
        """Specific actions on items of which a part went to another customer let go of it."""
        split = [change.former for change in changes if not change.whole]
        actions = self.env["collection.action"].search([
            ("customer_id", "in", split), ("origin", "=", "specific"),
            ("state", "!=", "closed")]) if split else self.env["collection.action"]
        for customer, own in actions.grouped("customer_id").items():
            own._release(own.item_ids.filtered(lambda item, customer=customer: (
                item.partner_id.commercial_partner_id != customer)))
