from odoo import api, fields, models
from odoo.exceptions import UserError

from ..selections import SENT_KINDS


class CollectionActionDesk(models.Model):
    """What the agenda offers: confirming and skipping many at once."""

    _inherit = "collection.action"

    can_send = fields.Boolean(
        compute="_compute_can_send", help="The user may send it now: a message that asks for no "
        "decision and no validation.")
    to_confirm = fields.Boolean(
        compute="_compute_to_confirm", search="_search_to_confirm",
        help="It leaves by itself once somebody has confirmed it.")

    remark = fields.Char(
        string="Why it is there", compute="_compute_remark",
        help="What hinders it, else what made it.")

    @api.depends("error", "why", "sequence_id", "step_id")
    def _compute_remark(self):
        for action in self:
            where = (action.sequence_id.template_id.name, action.step_id.name)
            action.remark = (
                action.error or action.why or " · ".join(filter(None, where)) or False)

    @api.depends("kind", "option_ids", "needs_validation", "can_answer")
    def _compute_can_send(self):
        for action in self:
            action.can_send = (
                action.kind in SENT_KINDS and action.can_answer
                and not action.option_ids and not action.needs_validation)

    @api.depends("mode", "confirmed", "state")
    def _compute_to_confirm(self):
        for action in self:
            action.to_confirm = (
                action.mode == "confirm" and not action.confirmed and action.state != "closed")

    def _search_to_confirm(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("mode", "=", "confirm"), ("confirmed", "=", False), ("state", "!=", "closed")]

    def _answer_activity(self, feedback):
        """Ticking the activity of a message that waits for a confirmation confirms it."""
        self.ensure_one()
        if self.to_confirm:
            self.confirm()
        else:
            super()._answer_activity(feedback)

    def action_confirm(self):
        """Button: confirm those that wait for it, and say how many.

        :raise UserError: none of them does
        """
        waiting = self.filtered("to_confirm")
        if not waiting:
            raise UserError(self.env._("None of these waits for a confirmation."))
        waiting.confirm()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Confirmed: %(count)s. Each leaves on its day.", count=len(waiting)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_skip(self):
        """:return: window action on the dialog that asks why these are skipped"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Skip"),
            "res_model": "collection.action.skip",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_action_ids": self.ids},
        }
