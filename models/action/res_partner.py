from odoo import api, models

from ...tools.customers import find_following, move_all, move_some


class ResPartner(models.Model):
    """Actions follow the customer."""

    _inherit = "res.partner"

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        actions = self.env["collection.action"]
        formers = {action.id: action.customer_id.id for action in actions.search([
            ("customer_id", "in", [change.former for change in changes]),
            ("state", "!=", "closed"), ("origin", "!=", "sequence")])}
        moved = move_all(actions, changes)
        following = find_following(actions, changes)
        moved |= move_some(actions, {
            action.id: following[action.id] for action in actions.browse(following)
            if action._get_steering().follows_customer})
        self._trace_moved(moved, formers, lambda action: {
            "action_id": action.id, "action_name": action.name,
            "data": {"about": action.name}})
