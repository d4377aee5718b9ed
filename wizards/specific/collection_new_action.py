from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.dialogs import RELOAD


class CollectionNewAction(models.TransientModel):
    """*New action (out of scenario)*: a one-off message or task; with items, a specific action.

    Two different things (B35): the first is about the customer and takes nothing out of the
    scenario, the second is about the items chosen.
    """

    _name = "collection.new.action"
    _inherit = ["collection.dialog", "collection.action.draft"]
    _description = "New Action out of the Scenario"
    _customer_fields = {"customer_id": None}

    customer_id = fields.Many2one("res.partner", required=True, readonly=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    on_items = fields.Boolean(string="On chosen items")
    excludes = fields.Boolean(
        string="The scenario leaves them alone", default=True,
        help="As long as the action is open.")
    user_id = fields.Many2one(
        "res.users", string="Assigned to", domain="[('share', '=', False)]",
        help="Empty: the customer's collector.")
    created_id = fields.Many2one("collection.action", readonly=True)

    def _get_customers(self):
        return self.customer_id._origin

    def _get_company(self):
        return self.company_id or self.env.company

    def action_apply(self):
        """Create it.

        :return: action that closes the dialog
        :raise UserError: a name, text or item is missing, or the day has gone by
        :raise ValidationError: items are in another excluding action, and are not to be moved
        """
        self._create_action()
        return RELOAD

    def action_apply_and_send(self):
        """Create it, and send its message at once.

        :return: notification
        :raise UserError: as above, or it has nowhere to go to
        """
        return self._create_action().action_send_now()

    def _create_action(self):
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["created_id"])
        if self.created_id:
            raise UserError(self.env._(
                "“%(action)s” has been created already.", action=self.created_id.name))
        vals = self._prepare_action_vals()
        actions = self.env["collection.action"].with_company(self._get_company())
        if self.on_items:
            self.created_id = actions.create_specific(self.item_ids, vals, move=self.move)
        else:
            vals.pop("excludes")
            self.created_id = actions.create_message(self.customer_id, vals)
        return self.created_id
