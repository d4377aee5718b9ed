from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.dialogs import CLOSE, notify


class CollectionSequenceSteer(models.TransientModel):
    """Steering dialog: pause, stop, jump, or leave an incident; each asks why."""

    _name = "collection.sequence.steer"
    _description = "Steer a Collection Sequence"
    _inherit = ["collection.dialog"]

    sequence_id = fields.Many2one("collection.sequence", required=True, readonly=True)
    purpose = fields.Selection(
        [("pause", "Pause"), ("stop", "Stop"), ("jump", "Jump to a step"),
         ("incident", "Leave the incident")],
        required=True, readonly=True,
    )
    incident = fields.Selection(related="sequence_id.incident", related_sudo=False)
    way = fields.Selection(
        [("retry", "Try again"), ("skip", "Go on all the same"),
         ("jump", "Jump to a step"), ("stop", "Stop the sequence")],
        default="retry", string="Way out",
    )
    template_id = fields.Many2one(related="sequence_id.template_id", related_sudo=False)
    step_id = fields.Many2one(
        "collection.sequence.step", domain="[('template_id', '=', template_id)]")
    reason = fields.Text()
    resume_on = fields.Date(
        string="Resume by itself on", help="Empty: until somebody resumes it.")
    open_action_count = fields.Integer(compute="_compute_open_action_count")
    closed_count = fields.Integer(help="Open actions that a stop has closed.")

    def _compute_open_action_count(self):
        for wizard in self:
            sequence = wizard.sequence_id
            wizard.open_action_count = (
                sequence.action_todo_count + sequence.action_coming_count)

    def action_apply(self):
        """Execute the command chosen.

        :raise UserError: a reason is missing, or the sequence does not allow it now
        """
        self.ensure_one()
        self._check_resume_on()
        self.closed_count = self.open_action_count
        sequence, reason = self.sequence_id, self.reason or ""
        command = self.way if self.purpose == "incident" else self.purpose
        if command == "jump":
            sequence.jump_to(self.step_id, reason)
        elif command == "pause":
            sequence.action_pause(reason)
            sequence.sudo().resume_on = self.resume_on
        else:
            getattr(sequence, f"action_{command}")(reason)
        return notify(self._describe_command(command), then=CLOSE)

    def _describe_command(self, command):
        """:return: str, translated: what was done, and what comes next"""
        sequence, _ = self.sequence_id, self.env._
        if command == "pause":
            return _("Paused until %(day)s.", day=format_date(self.env, self.resume_on)) if (
                self.resume_on) else _("Paused, until somebody resumes it.")
        if command == "stop":
            return _("Stopped. Open actions closed: %(count)s.", count=self.closed_count)
        if command == "jump":
            return _("Jumped to “%(step)s”. %(followed)s", step=self.step_id.name,
                     followed=sequence._describe_followed())
        return sequence._describe_followed()

    def _check_resume_on(self):
        if self.purpose == "pause" and self.resume_on and (
                self.resume_on <= self.sequence_id.company_id._get_collection_day()):
            raise UserError(self.env._("Resume it on a later day than today, or by hand."))
