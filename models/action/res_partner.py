from collections import defaultdict

from odoo import api, models

from ...tools.customers import find_following, move_all, move_some
from ..history.trace import Trace, TraceRow


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
        self._pass_to_collectors(moved.filtered(lambda action: (
            action.id in formers and action._get_steering().follows_customer)), formers)

    def _pass_to_collectors(self, actions, formers):
        """What the former customer's collector had to do is the current one's, who sees it.

        :param actions: open ``collection.action`` that changed hands
        :param dict formers: the former customer's id by action's id
        """
        before, by_user = {}, defaultdict(actions.browse)
        for action in actions:
            former = self.browse(formers[action.id])
            old, new = (action.company_id._get_collector(customer)
                        for customer in (former, action.customer_id))
            if new and new != action.user_id and action.user_id in (old, new.browse()):
                before[action] = action.user_id
                by_user[new] |= action
        for user, passed in by_user.items():
            passed._write_owner({
                "user_id": user.id, "responsible_id": user.partner_id.id, "unassigned": False})
        passed = actions.browse().union(*before)
        passed._move_activities()
        passed._record([TraceRow(
            action, "action_reassigned", old=user.name or "–", new=action.user_id.name)
            for action, user in before.items()], Trace("identity"))
