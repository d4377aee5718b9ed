from odoo import models

from ...tools.dialogs import open_dialog


class AccountMoveLine(models.Model):
    """Open items as a statement of account shows them.

    What is computed is read for a page of items at once: the number of queries does not depend
    on how many they are.
    """

    _inherit = "account.move.line"

    def action_open_collection_wizard(self):
        """Button *Change status…*.

        :return: window action on the wizard, for these items
        :raise UserError: none is chosen, or one is settled meanwhile
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._check_open_items()
        return open_dialog(
            "collection.item.wizard", self.env._("Change status"), default_item_ids=self.ids)

    def action_detach_from_collection(self):
        """Button on a row of a specific action: let this item out of it.

        :raise UserError: nothing would be left in the action
        """
        action = self.env["collection.action"].browse(
            self.env.context.get("collection_action_id"))
        action.detach(self)
