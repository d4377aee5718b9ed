from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...engine.sequence.outcomes import SILENT
from ..selections import INCIDENTS, SEQUENCE_STATES


class CollectionSequence(models.Model):
    """A template applied to one customer: where it stands, who acts, what was done.

    Its structure is read on its own template version; people steer it through the commands
    (pause, resume, stop, jump…), and the actions' results move it. Nothing else does.
    """

    _name = "collection.sequence"
    _description = "Collection Sequence"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "launched_at desc, id desc"
    _rec_names_search = ["template_id.name", "template_code", "situation", "customer_id.name"]
    _mail_post_access = "read"

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    template_id = fields.Many2one(
        "collection.sequence.template", required=True, readonly=True, index=True,
        ondelete="restrict")
    template_code = fields.Char(related="template_id.code", store=True)
    label_ids = fields.Many2many(related="template_id.label_ids")
    situation = fields.Char(
        help="What this sequence is about, in your own words, e.g. Rent of May and June.")
    item_ids = fields.Many2many(
        "account.move.line", string="Open items",
        domain="[('partner_id', 'child_of', customer_id), ('company_id', '=', company_id),"
        " ('parent_state', '=', 'posted'), ('account_type', '=', 'asset_receivable')]",
        help="The invoices that the sequence is about.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_due = fields.Monetary(
        compute="_compute_amount_due", help="What is still due on its items.")

    state = fields.Selection(SEQUENCE_STATES, default="new", required=True, readonly=True)
    rev = fields.Integer(
        default=0, readonly=True,
        help="Raised by every command, so that two of them never decide on the same state.",
    )
    visit_id = fields.Many2one(
        "collection.sequence.visit", string="Current visit", readonly=True)
    step_id = fields.Many2one(
        related="visit_id.step_id", string="Current step", store=True, index=True)
    incident = fields.Selection(INCIDENTS, readonly=True)
    incident_row_key = fields.Char(readonly=True)
    end_label = fields.Char(compute="_compute_end_label", string="Reached")
    stop_reason = fields.Char(readonly=True)
    pause_reason = fields.Char(readonly=True)

    launched_from = fields.Selection(
        [("user", "A person"), ("sequence", "Another sequence")], required=True, readonly=True,
        default="user",
    )
    launched_by_id = fields.Many2one("res.users", readonly=True)
    launched_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    parent_id = fields.Many2one("collection.sequence", readonly=True, index="btree_not_null")

    participant_ids = fields.One2many("collection.participant", "sequence_id")
    visit_ids = fields.One2many("collection.sequence.visit", "sequence_id", string="Path")
    action_ids = fields.One2many("collection.action", "sequence_id")
    history_ids = fields.One2many("collection.history", "sequence_id")

    action_done_count = fields.Integer(
        "Actions done", compute="_compute_action_counts",
        help="Closed with a result; not those that leaving a step or stopping closed.")
    action_todo_count = fields.Integer("Waiting", compute="_compute_action_counts")
    action_coming_count = fields.Integer("To come", compute="_compute_action_counts")
    unassigned_count = fields.Integer("Unassigned", compute="_compute_action_counts")

    _open_unique = models.UniqueIndex(
        "(customer_id, company_id, template_code) WHERE state IN ('new', 'running', 'paused')",
        "The customer is already in a sequence of this template. Open that one, or stop it "
        "first: a template runs once at a time for a customer.",
    )

    @api.depends("template_id", "customer_id", "situation")
    def _compute_display_name(self):
        for sequence in self:
            about = sequence.situation or sequence.customer_id.name
            sequence.display_name = f"{sequence.template_id.name} – {about}"

    @api.depends("item_ids.amount_residual")
    def _compute_amount_due(self):
        for sequence in self:
            sequence.amount_due = sum(sequence.item_ids.mapped("amount_residual"))

    @api.depends_context("lang")
    @api.depends("visit_id.transition_id.end_label", "state")
    def _compute_end_label(self):
        for sequence in self:
            ended = sequence.state == "done"
            sequence.end_label = ended and sequence.visit_id.transition_id.end_label

    @api.depends("action_ids.state", "action_ids.unassigned")
    def _compute_action_counts(self):
        counts = self.env["collection.action"]._read_group(
            [("sequence_id", "in", self.ids)],
            ["sequence_id", "state", "outcome", "unassigned"], ["__count"])
        by_sequence = {}
        for sequence, state, outcome, unassigned, count in counts:
            if outcome in SILENT:
                continue
            found = by_sequence.setdefault(sequence.id, {})
            found[state] = found.get(state, 0) + count
            if unassigned and state != "closed":
                found["unassigned"] = found.get("unassigned", 0) + count
        for sequence in self:
            found = by_sequence.get(sequence.id, {})
            sequence.action_done_count = found.get("closed", 0)
            sequence.action_todo_count = found.get("todo", 0) + found.get("validating", 0)
            sequence.action_coming_count = found.get("scheduled", 0)
            sequence.unassigned_count = found.get("unassigned", 0)

    @api.constrains("item_ids")
    def _check_items(self):
        """Items of another customer or company have no business in a sequence."""
        for sequence in self:
            items = sequence.item_ids
            foreign = items.filtered(lambda item, sequence=sequence: (
                item.company_id != sequence.company_id
                or item.partner_id.commercial_partner_id != sequence.customer_id))
            if foreign:
                raise ValidationError(self.env._(
                    "%(item)s is not an item of %(customer)s in %(company)s.",
                    item=foreign[0].display_name, customer=sequence.customer_id.name,
                    company=sequence.company_id.name))

    def write(self, vals):
        """Only the engine's own commands move a sequence; people edit what is about it."""
        if not self.env.su and not set(vals) <= self._get_editable_fields():
            raise AccessError(self.env._(
                "A sequence moves by its actions and by the buttons Pause, Resume, Stop and "
                "Ways out, never by editing %(fields)s.",
                fields=", ".join(sorted(set(vals) - self._get_editable_fields()))))
        return super().write(vals)

    def _get_editable_fields(self):
        """:return: names of the fields that whoever sees a sequence may edit"""
        return {"situation", "item_ids", "participant_ids", "markers", "message_follower_ids",
                "message_partner_ids", "message_main_attachment_id"}

    def _creation_message(self):
        return self.env._("Sequence launched")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "%(sequence)s is part of the customer's history and is never deleted. Stop it "
            "instead.", sequence=self[:1].display_name))

    # -- views -------------------------------------------------------------------

    def action_open(self):
        """:return: window action on this sequence"""
        self.ensure_one()
        return self._get_records_action(context={})

    def action_open_actions(self):
        """:return: window action on the sequence's actions"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_action_action")
        return {**action, "domain": [("sequence_id", "=", self.id)], "context": {}}

    def action_open_steering(self):
        """:return: window action on the dialog for the command named in the context"""
        self.ensure_one()
        command = self.env.context.get("steer_command", "stop")
        titles = {
            "pause": self.env._("Pause the sequence"), "stop": self.env._("Stop the sequence"),
            "jump": self.env._("Jump to a step"), "incident": self.env._("Ways out"),
        }
        return {
            "type": "ir.actions.act_window",
            "name": titles[command],
            "res_model": "collection.sequence.steer",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_sequence_id": self.id, "default_purpose": command},
        }
