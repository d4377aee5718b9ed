from odoo.fields import Domain

from ...engine.sequence import outcomes
from ..action.steering import Steering, steers
from ..history.trace import Trace


@steers("specific")
class SpecificSteering(Steering):
    """Actions on chosen items: they end with their items, and end the disputes they follow up."""

    follows_items = True
    sends_repeatedly = True
    claims_paid_late = False

    def close(self, outcome, trace, option=None):
        """Close these; the disputes that they followed up are resolved, or asked about (A-042)."""
        super().close(outcome, trace, option)
        disputes = self.env["collection.dispute"].sudo().search(
            [("action_id", "in", self.actions.ids), ("state", "=", "open")])
        if outcome in (outcomes.DONE, outcomes.VALIDATED):
            disputes._write_resolved(False, trace.text)
        else:
            disputes._review()

    def check_again(self):
        """Nothing is sent about entries that are being corrected."""
        return self._find_sendable(self.drop_settled())

    def drop_settled(self):
        """Settled items leave their action; one of which none is left closes (A-028, B31).

        Items of an entry that is back in draft are neither settled nor due: they stay, and so
        does an action whose items were deleted from such an entry.
        """
        emptied, waiting = self.actions.browse(), self._find_waiting()
        for company, actions in self.actions.grouped("company_id").items():
            standing = actions.item_ids.filtered_domain(
                Domain("parent_state", "=", "draft")
                | self.env["account.move.line"]._get_open_item_domain(company))
            for action in actions:
                owed = standing.filtered(
                    lambda item, customer=action.customer_id:
                    item.partner_id.commercial_partner_id == customer)
                if action.item_ids - owed:
                    action.item_ids &= owed
                if not action.item_ids and action.id not in waiting:
                    emptied |= action
        if emptied:
            emptied._get_steering().close(outcomes.SETTLED, Trace("process", cause="cron"))
        return self.actions - emptied

    def _find_waiting(self):
        """:return: ids of the actions that hold items of entries under correction"""
        return set(self.env["collection.item.snapshot"]._get_missing(self.actions))

    def _find_sendable(self, actions):
        """:return: those of these actions of which not all items are under correction"""
        return actions.filtered(lambda action: any(
            item.parent_state == "posted" for item in action.item_ids))
