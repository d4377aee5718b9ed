from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.dialogs import open_dialog
from ...tools.portfolio import RuledMany2many
from ..access import COLLECTORS

#: Items that are treated at once by a person.
MOST_CHOSEN = 2000


class AccountMoveLine(models.Model):
    """Open items are treated one by one: the wizard *Change status*, and specific actions."""

    _inherit = "account.move.line"

    collection_action_ids = RuledMany2many(
        "collection.action", string="Collection actions", readonly=True, copy=False,
        groups=COLLECTORS)

    def action_open_collection_wizard(self):
        """Button *Change status…*.

        :return: window action on the wizard, for these items
        :raise UserError: none is chosen, or one was settled in the meantime
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._check_chosen_count()
        self._check_open_items()
        return open_dialog(
            "collection.item.wizard", self.env._("Change status"), default_item_ids=self.ids)

    def _check_chosen_count(self):
        """:raise UserError: more items are chosen than a person decides on at a time"""
        if len(self) > MOST_CHOSEN:
            raise UserError(self.env._(
                "You chose %(count)s items: %(most)s at most at a time. Narrow the list down by a "
                "filter, or choose them page by page.", count=len(self), most=MOST_CHOSEN))

    def action_detach_from_collection(self):
        """Button on a row of a specific action: take this item out of the action.

        :raise UserError: nothing would be left in the action
        """
        action = self.env["collection.action"].browse(
            self.env.context.get("collection_action_id"))
        action.detach(self)

    def _describe_disputes(self):
        """:return: dict of why an item is disputed and since when, translated, by its id"""
        disputes = self.env["collection.dispute"].sudo().search(
            [("item_ids", "in", self.ids), ("state", "=", "open")], order="id")
        return {
            item.id: self.env._(
                "%(reason)s, since %(day)s", reason=dispute.reason_id.name,
                day=format_date(self.env, dispute.opened_on))
            for dispute in disputes for item in dispute.item_ids}
