from ...engine.sequence import outcomes
from ..action.steering import Steering, steers
from ..history.trace import Trace


@steers("specific")
class SpecificSteering(Steering):
    """Actions on chosen items: they end with their items, and end the disputes they follow up."""

    follows_items = True
    sends_repeatedly = True

    def close(self, outcome, trace, option=None):
        """Close these; the disputes that they followed up are resolved (A-042)."""
        super().close(outcome, trace, option)
        if outcome in (outcomes.DONE, outcomes.VALIDATED):
            disputes = self.env["collection.dispute"].sudo().search(
                [("action_id", "in", self.actions.ids), ("state", "=", "open")])
            disputes._write_resolved(False, trace.text)

    def drop_settled(self):
        """Settled items leave their action; one of which none is left closes (A-028, B31)."""
        emptied = self.actions.browse()
        for company, actions in self.actions.grouped("company_id").items():
            still_open = actions.item_ids.filtered_domain(
                self.env["account.move.line"]._get_open_item_domain(company))
            for action in actions:
                owed = still_open.filtered(
                    lambda item, customer=action.customer_id:
                    item.partner_id.commercial_partner_id == customer)
                if action.item_ids - owed:
                    action.item_ids &= owed
                if not action.item_ids:
                    emptied |= action
        if emptied:
            emptied._get_steering().close(outcomes.SETTLED, Trace("process", cause="cron"))
        return self.actions - emptied
