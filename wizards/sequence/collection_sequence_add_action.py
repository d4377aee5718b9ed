from odoo import api, fields, models


class CollectionSequenceAddAction(models.TransientModel):
    """Dialog that asks for something that the tree does not, within the current step (D-065)."""

    _name = "collection.sequence.add.action"
    _inherit = ["collection.dialog", "collection.action.kind"]
    _description = "Add an Action to a Collection Sequence"

    sequence_id = fields.Many2one("collection.sequence", required=True, readonly=True)
    step_id = fields.Many2one(related="sequence_id.step_id", related_sudo=False)
    name = fields.Char(string="What to do", required=True)
    function_id = fields.Many2one(
        "collection.function", string="Owed by",
        compute="_compute_function_id", store=True, readonly=False,
        domain="[('kind', '!=', 'contact')]")
    recipient_function_id = fields.Many2one("collection.function", string="Sent to")
    holder_name = fields.Char(
        compute="_compute_holders", string="Who that is",
        help="Whoever holds the function in this sequence.")
    recipient_name = fields.Char(compute="_compute_holders", string="Who receives it")
    date = fields.Date(string="Day", required=True, default=lambda self: (
        self.env.company._get_collection_day()))
    deadline = fields.Date(help="The last day on which it is in time. Empty: none.")
    required = fields.Boolean(
        string="The step waits for it", help="The step is not complete before it is closed.")
    description = fields.Html(string="Instructions")
    reason = fields.Text(required=True)

    @api.depends("sequence_id")
    def _compute_function_id(self):
        """By default what the user holds in this sequence."""
        partner = self.env.user.partner_id
        for wizard in self:
            holders = wizard.sequence_id._origin._get_holders() if wizard.sequence_id else {}
            wizard.function_id = wizard.function_id or next(
                (function for function, holder in holders.items() if holder == partner), False)

    @api.depends_context("lang")
    @api.depends("sequence_id", "function_id", "recipient_function_id")
    def _compute_holders(self):
        for wizard in self:
            holders = wizard.sequence_id.sudo()._get_holders() if wizard.sequence_id else {}
            owner = holders.get(wizard.function_id)
            recipient = holders.get(wizard.recipient_function_id)
            wizard.holder_name = owner.name if owner else self.env._(
                "Nobody: it falls to the customer's collector")
            wizard.recipient_name = recipient.name if recipient else self.env._("Nobody")

    def action_apply(self):
        """Add the action.

        :raise UserError: a reason is missing, or the sequence does not allow it now
        """
        self.ensure_one()
        self.sequence_id.add_action({
            "name": self.name, "kind": self.kind, "function_id": self.function_id.id,
            "recipient_function_id": self.recipient_function_id.id, "date": self.date,
            "deadline": self.deadline, "required": self.required,
            "description": self.description,
        }, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
