from odoo import api, models

from ...tools.customers import find_following, move_all, move_some


class ResPartner(models.Model):
    """Personal links and what was answered through them follow the customer."""

    _inherit = "res.partner"

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        links, answers = self.env["collection.link"], self.env["collection.answer"]
        for records in (links, answers):
            move_all(records, changes)
        # a customer's own link shows its account: only a colleague's is about items
        move_some(links, find_following(links, changes))
        move_some(answers, find_following(answers, changes, "item_id"))
