from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionActionAssign(models.TransientModel):
    """Dialog that names who holds a function in an action's sequence (D-087)."""

    _name = "collection.action.assign"
    _description = "Name the Holder of a Function"
    _inherit = ["collection.dialog"]

    action_id = fields.Many2one("collection.action", required=True, readonly=True)
    sequence_id = fields.Many2one(related="action_id.sequence_id", related_sudo=False)
    assignment_problem = fields.Char(related="action_id.assignment_problem", related_sudo=False)
    available_function_ids = fields.Many2many(
        "collection.function", compute="_compute_available_function_ids")
    function_id = fields.Many2one(
        "collection.function", compute="_compute_function_id", store=True, readonly=False,
        domain="[('id', 'in', available_function_ids)]")
    kind = fields.Selection(related="function_id.kind", related_sudo=False)
    user_id = fields.Many2one(
        "res.users", string="Held by", compute="_compute_holder", store=True, readonly=False,
        domain="[('share', '=', False)]")
    contact_id = fields.Many2one(
        "res.partner", compute="_compute_holder", store=True, readonly=False)

    @api.depends("action_id")
    def _compute_available_function_ids(self):
        for wizard in self:
            action = wizard.action_id
            wizard.available_function_ids = (
                action.function_id | action._get_distinct_validator()
                | action.recipient_function_id)

    @api.depends("action_id")
    def _compute_function_id(self):
        """The function that is missing its holder; by default whoever has the next move."""
        for wizard in self:
            action = wizard.action_id
            turn = (action._get_distinct_validator() or action.function_id
                    if action.state == "validating" else action.function_id)
            receives = action.recipient_function_id
            lacks = receives and (not action.recipient_ids or not all(
                action.sudo().recipient_ids.mapped("email")))
            reached = action._get_holder().email and not action.unassigned
            wizard.function_id = receives if lacks and reached else turn

    @api.depends("function_id")
    def _compute_holder(self):
        for wizard in self:
            row = wizard._get_participant()
            wizard.user_id = row.user_id
            wizard.contact_id = row.contact_id

    def _get_participant(self):
        """:return: the sequence's line for the function, or an empty one"""
        return self.sequence_id.participant_ids.filtered(
            lambda row: row.function_id == self.function_id)[:1]

    def action_apply(self):
        """Name the holder: every open action of the function passes on.

        :raise UserError: the action has no function, or nobody is named
        """
        self.ensure_one()
        if not self.function_id:
            raise UserError(self.env._(
                "No function owes “%(action)s”, so there is no holder to name. Change whom it is "
                "assigned to instead.", action=self.action_id.name))
        internal = self.kind == "internal"
        holder = self.user_id if internal else self.contact_id
        if not holder:
            raise UserError(self.env._(
                "Choose who holds %(function)s.", function=self.function_id.name))
        vals = {"user_id": self.user_id.id if internal else False,
                "contact_id": False if internal else self.contact_id.id}
        row = self._get_participant()
        if row:
            row.write(vals)
        else:
            self.env["collection.participant"].create({
                **vals, "sequence_id": self.sequence_id.id, "function_id": self.function_id.id})
        return {"type": "ir.actions.act_window_close"}
