from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CollectionActionScenario(models.Model):
    """An action of a scenario: the step it carries out, for which item, and why on that day."""

    _inherit = "collection.action"

    scenario_id = fields.Many2one(
        "collection.scenario", readonly=True, index="btree_not_null", ondelete="restrict")
    scenario_step_id = fields.Many2one(
        "collection.scenario.step", string="Scenario step", readonly=True,
        index="btree_not_null", ondelete="restrict")
    leader_id = fields.Many2one(
        "account.move.line", string="Oldest item", readonly=True, ondelete="restrict",
        help="The open item whose due date carries the scenario.")
    planned_on = fields.Date(readonly=True)
    date_by_hand = fields.Boolean(readonly=True, help="A person chose its day.")
    excludes = fields.Boolean(
        string="Takes its items out", default=True,
        help="While a specific action is open, the scenario leaves its items alone.")
    confirmed = fields.Boolean(readonly=True, copy=False)
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    why = fields.Char(compute="_compute_why", help="What makes it fall on its day.")
    proposed_template_code = fields.Char(related="scenario_step_id.proposed_template_code")

    _scenario_unique = models.UniqueIndex(
        "(customer_id, company_id) WHERE origin = 'scenario' AND state <> 'closed'",
        "A customer has one scenario action at a time.")
    #: read by planning: the last step carried out for an item
    _leader_index = models.Index(
        "(leader_id, closed_on) WHERE origin = 'scenario' AND state = 'closed'")
    #: read by planning: the day of the last message
    _message_index = models.Index(
        "(customer_id, closed_on) WHERE state = 'closed' AND origin <> 'sequence'")

    @api.depends("origin", "scenario_step_id", "leader_id")
    @api.depends_context("lang")
    def _compute_why(self):
        for action in self:
            action.why = action._describe_why()

    def _describe_why(self):
        """:return: the step, the item and the days between them, in words"""
        step, item = self.scenario_step_id, self.sudo().leader_id
        if self.origin != "scenario" or not step:
            return False
        words = {
            "number": step.number, "item": item.move_id.name or item.name,
            "due": format_date(self.env, item.date_maturity or item.date),
            "days": abs(step.offset),
        }
        if self.date_by_hand:
            return self.env._(
                "Step %(number)s, moved by hand; %(item)s fell due on %(due)s", **words)
        if not step.offset:
            return self.env._("Step %(number)s: the day %(item)s falls due (%(due)s)", **words)
        if step.offset < 0:
            return self.env._(
                "Step %(number)s: %(days)s days before %(item)s falls due (%(due)s)", **words)
        return self.env._(
            "Step %(number)s: %(days)s days after %(item)s fell due (%(due)s)", **words)

    # -- what people may ask ------------------------------------------------------------

    def confirm(self):
        """Let these automatic messages leave on their day.

        :raise UserError: one of them is closed, or is not a message to confirm
        :raise AccessError: the user may not act on one of them
        """
        for action in self:
            action.check_access("read")
            action._check_may_close("done")
            if action.state == "closed":
                raise UserError(action._get_closed_message())
            if action.mode != "confirm":
                raise UserError(self.env._(
                    "“%(action)s” asks for no confirmation.", action=action.display_name))
        waiting = self.sudo().filtered(lambda action: not action.confirmed)
        waiting.write({"confirmed": True, "confirmed_by_id": self.env.uid})
        waiting._close_activities()
        waiting._append_action_history(
            [(action, {"kind": "action_confirmed"}) for action in waiting], command="confirm")
        return True

    def skip(self, reason):
        """Leave these steps out; their scenario goes on to the next one (E6).

        :param str reason: stays in the history
        :raise UserError: no reason is given, or an action is closed
        """
        for action in self:
            action.close("ignored", comment=reason)
        return True

    def send_now(self):
        """Send this message today, whatever its day.

        :return: True
        :raise UserError: it is closed, is no message, or cannot be sent; the error says why
        :raise AccessError: the user may not act on it
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close("done")
        self.sudo()._send_by_person()
        return True

    def action_send_now(self):
        """Button: send now, and say so."""
        self.send_now()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("“%(action)s” is on its way.", action=self.name),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_proposed(self):
        """:return: window action on the launch wizard, with the template that its step proposes

        :raise UserError: the template is not published
        """
        self.ensure_one()
        template = self.scenario_step_id._get_proposed_template()
        if not template:
            raise UserError(self.env._(
                "No published sequence template has the code %(code)s. Publish it, or launch "
                "another one from the customer.", code=self.proposed_template_code))
        action = self.customer_id.action_launch_collection_sequence()
        return {**action, "context": {**action["context"], "default_template_id": template.id}}
