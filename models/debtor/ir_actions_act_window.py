from odoo import models

#: What the work list begins with for somebody who has a portfolio.
OWN = {"search_default_my_portfolio": 1, "collection_own": True}


class IrActionsActWindow(models.Model):
    """The work list begins with one's own debtors, or with everybody's for who has none."""

    _inherit = "ir.actions.act_window"

    def _get_action_dict(self):
        result = super()._get_action_dict()
        if self != self.env.ref("account_collection.collection_debtor_action_work", False):
            return result
        own = self.env["collection.debtor"].sudo().search_count(
            [("collector_id", "=", self.env.uid)], limit=1)
        return {**result, "context": {"searchpanel_default_pile": "act", **(OWN if own else {})}}
