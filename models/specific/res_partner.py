from odoo import api, models

from ...tools.customers import find_following, move_all, move_some
from ...tools.dialogs import open_dialog
from .collection_promise import AWAITED


class ResPartner(models.Model):
    """The customer's promises, disputes and actions out of its scenario, on its form."""

    _inherit = "res.partner"

    def action_open_collection_promises(self):
        """:return: window action on the customer's promises"""
        return self._open_collection_list("collection_promise_action")

    def action_open_collection_disputes(self):
        """:return: window action on the customer's disputes"""
        return self._open_collection_list("collection_dispute_action")

    def action_open_collection_new_action(self):
        """Button *New action (out of scenario)* (A-027).

        :return: window action on the dialog that asks for it
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        customer._check_collection_portfolio()
        return open_dialog(
            "collection.new.action", self.env._("New action (out of scenario)"),
            default_customer_id=customer.id)

    # === IDENTITY === #
    # Promises and disputes follow the customer; specific actions let go of foreign items.

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        for name in ("collection.promise", "collection.dispute"):
            self._move_agreements(self.env[name], changes)
        self._release_foreign_items(changes)

    def _move_agreements(self, records, changes):
        """Of those that are still open, the history says so."""
        formers = {record.id: record.customer_id.id for record in records.search([
            ("customer_id", "in", [change.former for change in changes]),
            ("state", "in", AWAITED)])}
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
