from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CollectionScenarioStep(models.Model):
    """A step of a scenario: a content, at a number of days from the leader's due date."""

    _name = "collection.scenario.step"
    _inherit = ["collection.action.content"]
    _description = "Collection Scenario Step"
    _order = "scenario_id, offset, position, id"

    scenario_id = fields.Many2one(
        "collection.scenario", required=True, index=True, ondelete="cascade")
    active = fields.Boolean(default=True)
    position = fields.Integer(default=10)
    number = fields.Integer(compute="_compute_number", help="1, 2, 3… within its scenario.")
    offset = fields.Integer(
        string="Days", required=True,
        help="Days from the due date of the customer's oldest open item; negative: before it.")
    when = fields.Char(compute="_compute_when")
    kind = fields.Selection(default="email")
    post_by = fields.Selection(
        [("print", "Printed and posted by us"),
         ("registered", "Printed and posted by us, registered with receipt"),
         ("snailmail", "Posted by Odoo's letter service")],
        required=True, default="print", help="How a letter of this step leaves.")
    letter_instead = fields.Boolean(
        string="By letter without address",
        help="Where the customer has no e-mail address or number for it, it leaves as a letter.")
    proposed_template_code = fields.Char(
        string="Proposes the sequence",
        help="Code of a sequence template that the collector is invited to launch. A scenario "
        "never launches one by itself.")

    @api.depends("scenario_id.step_ids.offset", "scenario_id.step_ids.position")
    def _compute_number(self):
        for step in self:
            ordered = step.scenario_id.step_ids.sorted(
                lambda s: (s.offset, s.position, s._origin.id or 0))
            step.number = [*ordered._ids].index(step.id) + 1 if step in ordered else 0

    @api.depends("offset")
    @api.depends_context("lang")
    def _compute_when(self):
        for step in self:
            step.when = step._describe_when()

    @api.depends("number", "name")
    def _compute_display_name(self):
        for step in self:
            step.display_name = f"{step.number}. {step.name}"

    def _describe_when(self):
        """:return: the offset in words"""
        if not self.offset:
            return self.env._("On the due date")
        if self.offset < 0:
            return self.env._("%(days)s days before the due date", days=-self.offset)
        return self.env._("%(days)s days after the due date", days=self.offset)

    @api.constrains("recipient_function_id")
    def _check_recipient(self):
        """A scenario writes to the customer's collection contact (S-007)."""
        for step in self.filtered("recipient_function_id"):
            raise ValidationError(self.env._(
                "“%(step)s” goes to the customer's collection contact, to nobody else. Take the "
                "recipient function out; to write to others, use a sequence.", step=step.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["collection.action"].sudo().search(
            [("scenario_step_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(self.env._(
                "The step “%(step)s” has been carried out for customers and stays with their "
                "history. Archive it instead.", step=used.scenario_step_id.name))

    def action_open_proposed(self):
        """:return: window action on the sequence template that the step proposes"""
        self.ensure_one()
        template = self._get_proposed_template()
        return template._get_records_action() if template else False

    def _get_proposed_template(self):
        """:return: the published template that the step proposes, or an empty one"""
        return self.env["collection.sequence.template"].search([
            ("code", "=", self.proposed_template_code or False), ("state", "=", "published"),
        ], limit=1)
