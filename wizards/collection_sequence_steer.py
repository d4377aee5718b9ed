from odoo import fields, models


class CollectionSequenceSteer(models.TransientModel):
    """Steering dialog: pause, stop, jump, or leave an incident; each asks why."""

    _name = "collection.sequence.steer"
    _description = "Steer a Collection Sequence"

    sequence_id = fields.Many2one("collection.sequence", required=True, readonly=True)
    purpose = fields.Selection(
        [("pause", "Pause"), ("stop", "Stop"), ("jump", "Jump to a step"),
         ("incident", "Leave the incident")],
        required=True, readonly=True,
    )
    incident = fields.Selection(related="sequence_id.incident")
    way = fields.Selection(
        [("retry", "Try again"), ("skip", "Go on all the same"),
         ("jump", "Jump to a step"), ("stop", "Stop the sequence")],
        default="retry", string="Way out",
    )
    template_id = fields.Many2one(related="sequence_id.template_id")
    step_id = fields.Many2one(
        "collection.sequence.step", domain="[('template_id', '=', template_id)]")
    reason = fields.Text()
    open_action_count = fields.Integer(compute="_compute_open_action_count")

    def _compute_open_action_count(self):
        for wizard in self:
            sequence = wizard.sequence_id
            wizard.open_action_count = (
                sequence.action_todo_count + sequence.action_coming_count)

    def action_apply(self):
        """Carry out the command chosen.

        :raise UserError: a reason is missing, or the sequence does not allow it now
        """
        self.ensure_one()
        sequence, reason = self.sequence_id, self.reason or ""
        command = self.way if self.purpose == "incident" else self.purpose
        if command == "jump":
            sequence.jump_to(self.step_id, reason)
        else:
            getattr(sequence, f"action_{command}")(reason)
        return {"type": "ir.actions.act_window_close"}
