from odoo import models

WORK_LIST = "account_collection.collection_debtor_action_work"
#: What the work list begins with for somebody who has a portfolio.
OWN = {"search_default_my_portfolio": 1, "collection_own": True}


class IrActionsActWindow(models.Model):
    """The work list begins with one's own debtors, or with everybody's for who has none."""

    _inherit = "ir.actions.act_window"

    def _get_action_dict(self):
        result = super()._get_action_dict()
        # asked for each action that anybody opens: no query
        if self.id != self.env["ir.model.data"]._xmlid_to_res_id(WORK_LIST):
            return result
        own = self.env["collection.debtor"].sudo().search_count([
            ("collector_id", "=", self.env.uid),
            ("company_id", "in", self.env.companies.ids)], limit=1)
        return {**result, "context": {"searchpanel_default_pile": "act", **(OWN if own else {})}}
