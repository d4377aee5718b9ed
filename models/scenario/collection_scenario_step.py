from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.own_context import is_own
from ..action.collection_action_content import check_hashtags

#: Set while steps are changed to see what would come of it, and changed back.
FORESEEING = "collection_foreseeing"


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
    write_to = fields.Selection(
        [("customer", "The customer"), ("holder", "The holder of a function"),
         ("both", "The customer and the holder of a function")],
        string="Written to", required=True, default="customer",
        help="The holder is the customer's own participant on the day it leaves, e.g. its "
        "guarantor. A customer without one: what goes to the customer leaves all the same.")
    recipient_function_id = fields.Many2one(
        string="Function", domain="[('kind', '=', 'contact')]",
        help="Whoever holds this function for the customer is written to.")
    beside_subject = fields.Char(
        string="Subject for the holder", translate=True,
        help="Empty: the same as the customer's.")
    beside_body = fields.Html(
        string="Text for the holder", translate=True,
        help="Of a message to both. Empty: the same as the customer's.")
    proposed_template_code = fields.Char(
        string="Proposes the sequence",
        help="Code of a sequence template that the collector is invited to launch. A scenario "
        "never launches one by itself.")

    _holder_check = models.Constraint(
        "CHECK((write_to = 'customer') = (recipient_function_id IS NULL))",
        "A step that is written to a holder names the function, and no other step does.")

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

    @api.depends_context("lang")
    @api.depends("number", "name")
    def _compute_display_name(self):
        for step in self:
            step.display_name = f"{step.number}. {step.name}"

    def _describe_when(self):
        """:return: the offset in words"""
        if not self.offset:
            return self.env._("On the due date")
        if self.offset < 0:
            return self.env._("1 day before the due date") if self.offset == -1 else self.env._(
                "%(days)s days before the due date", days=-self.offset)
        return self.env._("1 day after the due date") if self.offset == 1 else self.env._(
            "%(days)s days after the due date", days=self.offset)

    @api.constrains("write_to", "recipient_function_id", "kind")
    def _check_recipient(self):
        """A scenario writes to the customer's collection contact (S-007), and where a step says
        so to a contact: colleagues and partners are not written to about what is owed."""
        for step in self:
            function = step.recipient_function_id
            if (step.write_to == "customer") != (not function):
                raise ValidationError(self.env._(
                    "“%(step)s”: say which function is written to, or that the customer alone is.",
                    step=step.name))
            if function and (function.kind != "contact" or not step.is_sent):
                raise ValidationError(self.env._(
                    "“%(step)s” cannot be written to %(function)s: choose a function whose "
                    "holders are contacts, as a guarantor, and a message.",
                    step=step.name, function=function.name))

    @api.constrains("beside_subject", "beside_body")
    def _check_beside_tags(self):
        check_hashtags(self, "beside_subject", "beside_body")

    @api.onchange("write_to", "kind")
    def _onchange_write_to(self):
        if not self.is_sent:
            self.write_to = "customer"
        if self.write_to == "customer":
            self.recipient_function_id = False

    def write(self, vals):
        """What is planned follows the step that it is a copy of."""
        result = super().write(vals)
        self._pass_on(vals)
        return result

    def _update_field_translations(
            self, field_name, translations, digest=None, source_lang=""):
        result = super()._update_field_translations(
            field_name, translations, digest, source_lang)
        self._pass_on([field_name])
        return result

    def _pass_on(self, names):
        """:param names: of the fields that have changed"""
        copied = {"write_to", *self._get_content_fields()}
        if not copied.isdisjoint(names) and not is_own(self, FORESEEING):
            self.env["collection.action"].sudo()._follow_steps(self)

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
