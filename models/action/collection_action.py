from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ... import engine
from ..selections import OUTCOMES

ACTION_STATES = [
    ("scheduled", "To come"),
    ("todo", "To do"),
    ("validating", "To validate"),
    ("closed", "Closed"),
]


class CollectionAction(models.Model):
    """The unit of work, whatever decided it: who owes what, to whom, by when, with what result.

    It carries a copy of its content, so that what was asked stays as it was asked.
    """

    _name = "collection.action"
    _description = "Collection Action"
    _inherit = ["collection.action.content", "mail.thread", "mail.activity.mixin"]
    _order = "date, sequence_id, number, id"
    _mail_post_access = "read"

    name = fields.Char(readonly=True)
    description = fields.Html(readonly=True)
    origin = fields.Selection(
        [("sequence", "Sequence"), ("scenario", "Scenario"), ("specific", "Specific"),
         ("manual", "By hand")],
        required=True, readonly=True, default="manual",
    )
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    sequence_id = fields.Many2one(
        "collection.sequence", readonly=True, index="btree_not_null", ondelete="restrict")
    visit_id = fields.Many2one(
        "collection.sequence.visit", readonly=True, index="btree_not_null", ondelete="restrict")
    step_id = fields.Many2one(related="visit_id.step_id", string="Step", store=True)
    content_id = fields.Many2one(
        "collection.sequence.content", readonly=True, ondelete="restrict")
    content_key = fields.Char(readonly=True)
    number = fields.Integer(readonly=True, help="1, 2, 3… within its sequence.")
    item_ids = fields.Many2many("account.move.line", string="Open items", readonly=True)

    responsible_id = fields.Many2one(
        "res.partner", string="Responsible", readonly=True, index="btree_not_null")
    validator_id = fields.Many2one("res.partner", string="Validated by", readonly=True)
    recipient_ids = fields.Many2many("res.partner", string="Recipients", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Whose turn", readonly=True, index="btree_not_null",
        help="The colleague who has the next move: the responsible, then the validator.",
    )
    unassigned = fields.Boolean(
        readonly=True,
        help="Nobody holds the function that owes it; it falls to the customer's collector.",
    )
    date = fields.Date(required=True, readonly=True, index=True)
    deadline = fields.Date(readonly=True)
    original_deadline = fields.Date(readonly=True)
    late = fields.Boolean(compute="_compute_late", search="_search_late")

    state = fields.Selection(
        ACTION_STATES, default="todo", required=True, readonly=True, index=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    option_id = fields.Many2one(
        "collection.action.option", string="Decision", readonly=True, ondelete="restrict")
    comment = fields.Text(readonly=True)
    validation_comment = fields.Text(readonly=True)
    submitted_by_id = fields.Many2one("res.users", string="Done by", readonly=True)
    submitted_at = fields.Datetime(string="Done on", readonly=True)
    closed_by_id = fields.Many2one("res.users", string="Closed by", readonly=True)
    closed_at = fields.Datetime(string="Closed on", readonly=True)
    closed_on = fields.Date(
        string="Day closed", readonly=True, help="In the company's time zone; deadlines count "
        "from it.")
    holder_name = fields.Char(
        string="Responsible then", readonly=True,
        help="Name of the responsible at the moment it was closed.",
    )
    can_answer = fields.Boolean(
        compute="_compute_can_answer",
        help="The user may close it in some way, if only by cancelling or skipping it.")

    _number_unique = models.UniqueIndex(
        "(sequence_id, number) WHERE sequence_id IS NOT NULL",
        "Actions of a sequence are numbered without a double.")
    #: read by the cron that brings scheduled actions to their day (_bring_to_day)
    _scheduled_index = models.Index("(date) WHERE state = 'scheduled'")
    #: read by "My actions" and its counters
    _turn_index = models.Index("(user_id, date) WHERE state <> 'closed'")

    @api.depends("name", "customer_id")
    def _compute_display_name(self):
        for action in self:
            action.display_name = f"{action.name} – {action.customer_id.name}"

    @api.depends("deadline", "date", "state")
    def _compute_late(self):
        today = fields.Date.context_today(self)
        for action in self:
            due = action.deadline or action.date
            action.late = action.state in ("todo", "validating") and due and due < today

    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return [
            ("state", "in", ("todo", "validating")),
            "|", ("deadline", "<", today),
            "&", ("deadline", "=", False), ("date", "<", today),
        ]

    @api.depends_context("uid")
    @api.depends("state", "user_id")
    def _compute_can_answer(self):
        for action in self:
            action.can_answer = action.state != "closed" and action._may_answer(
                engine.outcomes.CANCELLED)

    def write(self, vals):
        if not self.env.su and not set(vals) <= self._get_editable_fields():
            raise AccessError(self.env._(
                "An action changes by its buttons (close, reschedule), never by editing "
                "%(fields)s.", fields=", ".join(sorted(set(vals) - self._get_editable_fields()))))
        return super().write(vals)

    def _get_editable_fields(self):
        """:return: names of the fields that whoever sees an action may edit"""
        return {
            "subject", "body", "message_follower_ids", "message_partner_ids",
            "message_main_attachment_id", "activity_ids",
        }

    def _creation_message(self):
        return self.env._("Action created")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "“%(action)s” is part of the customer's history and is never deleted. Cancel it "
            "with a reason instead.", action=self[:1].name))

    def _copy_wording(self):
        """Take over the words of their contents in every language, as they are now.

        Colleagues of several languages share an action; each reads it in the own one.
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """
            UPDATE collection_action AS action
               SET name = content.name, description = content.description,
                   subject = content.subject, body = content.body
              FROM collection_sequence_content AS content
             WHERE content.id = action.content_id AND action.id IN %s
            """, tuple(self.ids)))
        self.invalidate_recordset(["name", "description", "subject", "body"])

    def _get_state(self):
        """:return: the action as the engine's plain :class:`~..engine.Action`"""
        self.ensure_one()
        return engine.Action(
            number=self.number,
            visit=self.visit_id.number,
            content=self.content_key,
            required=self.required,
            keep=self.keep,
            state="todo" if self.state == "scheduled" else self.state,
            outcome=self.outcome or None,
            option=self.option_id.code or None,
            due=self.deadline.isoformat() if self.deadline else None,
            closed_on=self.closed_on.isoformat() if self.closed_on else None,
        )

    def _get_definition_content(self):
        """:return: what it asks for, as the engine's plain :class:`~..engine.Content`"""
        self.ensure_one()
        if not self.sequence_id:
            return self._get_own_content()
        definition = self.sequence_id.sudo().template_id._get_definition()
        return engine.find_content(definition, self.step_id.key, self.content_key)

    def _get_holder(self):
        """:return: the partner who has the next move, empty when nobody holds the function"""
        self.ensure_one()
        return self.validator_id if self.state == "validating" else self.responsible_id

    # -- views -------------------------------------------------------------------

    def action_open(self):
        """:return: window action on this action"""
        self.ensure_one()
        return self._get_records_action(context={})

    def action_open_sequence(self):
        """:return: window action on the sequence that asks for this action"""
        self.ensure_one()
        return self.sequence_id.action_open()

    def action_open_customer(self):
        """:return: window action on the customer"""
        self.ensure_one()
        return self.customer_id.action_open_collection_customer()

    def action_open_reschedule(self):
        """:return: window action on the dialog that moves the action to another day"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move to another day"),
            "res_model": "collection.action.reschedule",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_action_id": self.id},
        }

    def action_open_close(self):
        """:return: window action on the closing dialog"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "collection.action.close",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_action_id": self.id},
        }
