from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import plaintext2html

from ... import engine
from ...engine.sequence import state as states
from ...engine.sequence.deadlines import find_missing_markers
from ...engine.sequence.outcomes import SILENT
from ...tools.dialogs import open_dialog
from ...tools.records import in_company_language
from ..item.holders import Holder, register

STATE_LABELS = {
    states.NEW: "New",
    states.RUNNING: "Running",
    states.PAUSED: "Paused",
    states.DONE: "Ended",
    states.STOPPED: "Stopped",
    states.SWITCHED: "Switched",
}

SEQUENCE_STATES = [(code, STATE_LABELS[code]) for code in states.STATUSES]

#: How long before its day a deadline is near.
NEAR = timedelta(days=7)

#: States of a sequence that nothing moves any more.
ENDED = ("done", "stopped", "switched")

INCIDENT_LABELS = {
    "stuck": "Nothing can move it",
    "max_visits": "Step visited too often",
    "runaway": "Steps follow each other without end",
    "refused": "Another sequence could not be started",
}

INCIDENTS = [(code, INCIDENT_LABELS[code]) for code in states.INCIDENTS]

register(Holder("collection.sequence", "item_ids", (("state", "not in", ENDED),),
                reaction="_react_to_replaced_items"))


class CollectionSequence(models.Model):
    """A template applied to one customer: where it stands, who acts, what was done.

    Its structure is read on its own template version; people steer it through the commands
    (pause, resume, stop, jump…), and the actions' results move it. Nothing else does.
    """

    _name = "collection.sequence"
    _description = "Collection Sequence"
    _copied_texts = ("situation", "stop_reason", "pause_reason")
    _inherit = ["collection.portfolio", "mail.thread", "mail.activity.mixin"]
    _order = "launched_at desc, id desc"
    _rec_names_search = ["template_id.name", "template_code", "situation", "customer_id.name"]
    _mail_post_access = "read"
    _owner_fields = ("customer_id", "company_id")
    _traced_where = "TRUE"

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
        "account.move.line", string="Items concerned",
        domain="[('partner_id.commercial_partner_id', '=', customer_id),"
        " ('company_id', '=', company_id),"
        " ('parent_state', '=', 'posted'), ('account_type', '=', 'asset_receivable')]",
        help="The invoices that the sequence is about.",
    )
    items_gone = fields.Char(
        string="Items that are gone", readonly=True, copy=False,
        help="What the last of its items were, where they were deleted and nothing takes their "
        "place: nothing is due on them any more.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_due = fields.Monetary(
        compute="_compute_amount_due", help="What is still due on its items.")
    markers = fields.Properties(
        definition="template_id.marker_definition", copy=False,
        help="Dates and facts of the case, as the template asks for them.")
    participant_ids = fields.One2many("collection.participant", "sequence_id")
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
    paused_on = fields.Date(readonly=True)
    resume_on = fields.Date(string="Resumes on", readonly=True)
    ticked_on = fields.Date(readonly=True, help="The day the clock was last looked at.")
    waiting_template_code = fields.Char(readonly=True, string="Waits for the end of")
    waiting_step_key = fields.Char(readonly=True)
    waiting_since = fields.Integer(
        readonly=True, help="Events received before: no end among them is the one waited for.")
    launched_from = fields.Selection(
        [("user", "A person"), ("sequence", "Another sequence")], required=True, readonly=True,
        default="user",
    )
    launched_by_id = fields.Many2one("res.users", readonly=True)
    launched_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    parent_id = fields.Many2one("collection.sequence", readonly=True, index="btree_not_null")
    child_ids = fields.Many2many(
        "collection.sequence", "collection_sequence_child_rel", "parent_id", "child_id",
        string="Sequences launched", readonly=True)
    child_count = fields.Integer(compute="_compute_child_count")
    successor_id = fields.Many2one(
        "collection.sequence", string="Switched to", readonly=True, index="btree_not_null")
    visit_ids = fields.One2many("collection.sequence.visit", "sequence_id", string="Path")
    action_ids = fields.One2many("collection.action", "sequence_id")
    deadline_ids = fields.One2many("collection.deadline", "sequence_id")
    cost_ids = fields.One2many("collection.cost", "sequence_id", string="Fees and costs")
    next_deadline = fields.Date(compute="_compute_next_deadline", string="Next deadline")
    next_deadline_alarm = fields.Selection(
        [("passed", "Passed"), ("near", "Near")], compute="_compute_next_deadline",
        help="Whether the next deadline has passed, or falls within a week.")
    my_action_id = fields.Many2one(
        "collection.action", string="My action", compute="_compute_my_action",
        help="What waits for the user: the oldest of the open actions that are theirs.")
    my_action_label = fields.Char(compute="_compute_my_action")
    receipt_ids = fields.One2many("collection.signal.receipt", "sequence_id")
    history_ids = fields.One2many("collection.history", "sequence_id")
    action_done_count = fields.Integer(
        "Actions done", compute="_compute_action_counts",
        help="Closed with a result; not those that leaving a step or stopping closed.")
    action_todo_count = fields.Integer("Waiting", compute="_compute_action_counts")
    action_coming_count = fields.Integer("To come", compute="_compute_action_counts")
    unassigned_count = fields.Integer("Unassigned", compute="_compute_action_counts")
    path = fields.Json(
        string="Steps", compute="_compute_path",
        help="The steps as the form draws them: those entered, in order, then the others.")
    waits_for = fields.Char(compute="_compute_waits_for")
    manual_events = fields.Json(
        compute="_compute_manual_events", help="Events that a person may record now, by name.")
    has_manual_events = fields.Boolean(
        compute="_compute_manual_events", help="Its template knows events that people record.")
    to_come = fields.Html(
        compute="_compute_to_come", string="What may follow", sanitize=False,
        help="The actions of the steps that the current one may lead to, and who would get them.")
    picture = fields.Json(
        compute="_compute_picture",
        help="Its template's own version as drawn, with the path taken.")

    duplicate_of_id = fields.Many2one(
        "collection.sequence", string="Duplicate of", readonly=True, copy=False,
        index="btree_not_null", ondelete="restrict",
        help="The customer was in both when it became one with another customer.")
    to_stop = fields.Boolean(
        string="Duplicate to stop", compute="_compute_to_stop", search="_search_to_stop",
        help="The customer is in another sequence of the same template: one of the two is to be "
        "stopped by a person.")

    _open_unique = models.UniqueIndex(
        "(customer_id, company_id, template_code)"
        " WHERE state IN ('new', 'running', 'paused') AND duplicate_of_id IS NULL",
        "The customer is already in a sequence of this template. Open that one, or stop it "
        "first: a template runs once at a time for a customer.",
    )

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("template_id", "customer_id", "situation")
    def _compute_display_name(self):
        for sequence in self:
            about = sequence.situation or sequence.customer_id.name
            sequence.display_name = f"{sequence.template_id.name} – {about}"

    @api.depends("item_ids.amount_residual", "item_ids.amount_residual_currency")
    def _compute_amount_due(self):
        for sequence in self:
            sequence.amount_due = sum(
                item._get_collection_residual() for item in sequence.item_ids)

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

    def _compute_next_deadline(self):
        running = self.env["collection.deadline"].sudo()._read_group(
            [("sequence_id", "in", self.ids), ("visit_id.left_at", "=", False),
             ("frozen", "=", False)],  # a pause moves them on
            ["sequence_id"], ["due:min"])
        dues = {sequence.id: due for sequence, due in running}
        days = {company: company._get_collection_day() for company in self.company_id}
        for sequence in self:
            due, today = dues.get(sequence.id), days.get(sequence.company_id)
            sequence.next_deadline = due
            sequence.next_deadline_alarm = due and (
                "passed" if due < today else "near" if due <= today + NEAR else False)

    @api.depends_context("uid", "lang")
    @api.depends("action_ids.state", "action_ids.user_id")
    def _compute_my_action(self):
        ways = {
            "close": self.env._("Close “%s”…"), "validate": self.env._("Validate “%s”…"),
            "decide": self.env._("Decide “%s”…"),
        }
        for sequence in self:
            action = sequence.action_ids.filtered(lambda action: (
                action.user_id == self.env.user and action.state in ("todo", "validating")
            )).sorted(lambda action: (action.date, action.number))[:1]
            label = self.env._("Open “%s”") if action.is_sent else ways.get(action.answer_way)
            sequence.my_action_id = action
            sequence.my_action_label = label % action.name if action and label else False

    @api.depends_context("lang", "tz")
    @api.depends("visit_ids.left_at", "visit_id", "state")
    def _compute_path(self):
        for sequence in self:
            visits = sequence.visit_ids.sorted("number")
            possible = sequence._get_possible_steps()
            others = sequence.template_id.step_ids - visits.step_id - possible
            sequence.path = [
                *(sequence._prepare_path_visit(visit) for visit in visits),
                *({"key": f"step{step.id}", "name": step.name, "state": state}
                  for state, steps in (("possible", possible), ("other", others))
                  for step in steps),
            ]

    @api.depends_context("lang")
    @api.depends("state", "visit_id", "waiting_template_code", "markers")
    def _compute_waits_for(self):
        for sequence in self:
            sequence.waits_for = sequence.state in ("running", "paused") and (
                sequence._describe_waiting() or sequence._describe_missing_dates())

    @api.depends("state", "visit_id")
    def _compute_manual_events(self):
        for sequence in self:
            sequence.manual_events = sequence._get_manual_events()
            sequence.has_manual_events = bool(sequence._get_known_events())

    def _compute_child_count(self):
        for sequence in self:
            sequence.child_count = len(sequence.child_ids)

    @api.depends_context("lang")
    @api.depends("state", "visit_id", "participant_ids.user_id", "participant_ids.contact_id")
    def _compute_to_come(self):
        for sequence in self:
            rows = sequence._prepare_to_come()
            sequence.to_come = rows and self.env["ir.qweb"]._render(
                "account_collection.to_come", {"rows": rows})

    @api.depends_context("lang")
    @api.depends("visit_ids.left_at", "visit_ids.transition_id", "visit_id", "state", "template_id")
    def _compute_picture(self):
        for sequence in self:
            picture = sequence.template_id.picture
            if picture:
                sequence._add_path(picture)
            sequence.picture = picture

    @api.depends("state", "duplicate_of_id.state")
    def _compute_to_stop(self):
        running = ("running", "paused")
        for sequence in self:
            sequence.to_stop = sequence.state in running and (
                sequence.sudo().duplicate_of_id.state in running)

    def _search_to_stop(self, operator, value):
        if operator != "in":
            return NotImplemented
        running = ("running", "paused")
        return [("state", "in", running), ("duplicate_of_id.state", "in", running)]

    # === CONSTRAINTS === #

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

    def _get_launched_sequence(self):
        return self

    # === CRUD === #

    def write(self, vals):
        """Only the engine's own commands move a sequence; people edit what is about it."""
        if not self.env.su and not set(vals) <= self._get_editable_fields():
            raise AccessError(self.env._(
                "A sequence moves by its actions and by the buttons Pause, Resume, Stop and "
                "Ways out, never by editing %(fields)s.",
                fields=", ".join(sorted(set(vals) - self._get_editable_fields()))))
        if "markers" in vals:
            return self._write_markers(partial(super().write, vals))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "%(sequence)s is part of the customer's history and is never deleted. Stop it "
            "instead.", sequence=self[:1].display_name))

    def _get_editable_fields(self):
        """:return: names of the fields that whoever sees a sequence may edit"""
        return {"situation", "item_ids", "participant_ids", "cost_ids", "markers",
                "message_follower_ids", "message_partner_ids", "message_main_attachment_id"}

    def _creation_message(self):
        return in_company_language(self, self.company_id).env._("Sequence launched")

    # === PATH AND OUTLOOK === #
    # The path taken, what is waited for and what may come: read from the tree, never stored.

    def _prepare_path_visit(self, visit):
        """:return: dict of what the path shows of a visit"""
        here = visit == self.visit_id and not visit.left_at
        ended = self.state in ENDED
        return {
            "key": f"visit{visit.id}",
            "name": visit.step_id.name,
            "state": "abandoned" if visit.abandoned
            else "current" if here and not ended else "visited",
            "again": len(self.visit_ids.filtered(
                lambda v: v.step_id == visit.step_id and v.number <= visit.number)),
            "entered": fields.Datetime.to_string(visit.entered_at),
            "because": visit.transition_id.sentence or "",
        }

    def _get_possible_steps(self):
        """:return: the ``collection.sequence.step`` to which the current one may lead, in the
            order of its table"""
        steps = self.env["collection.sequence.step"]
        if self.state not in ("running", "paused"):
            return steps
        rows = self.step_id.transition_ids.sorted(lambda row: (row.position, row.id))
        return steps.union(*(row.target_step_id for row in rows))

    def _describe_waiting(self):
        """:return: translated sentence on the sequence that it waits for, or False"""
        code = self.waiting_template_code
        if not code:
            return False
        child = self.sudo().child_ids.filtered(lambda c: c.template_code == code)[-1:]
        return self.env._(
            "Waits for the end of %(sequence)s, then goes on by itself.",
            sequence=child.template_id.display_name or code)

    def _describe_missing_dates(self):
        """:return: translated sentence on the dates that its deadlines still need, or False"""
        sequence = self.sudo()
        step = sequence.template_id._get_definition().step(sequence.step_id.key)
        if not step or not step.deadlines:
            return False
        missing = find_missing_markers(step, engine.World(markers=sequence._get_marker_dates()))
        if not missing:
            return False
        markers = sequence._get_markers()
        labels = [markers[name]["string"] for name in missing if name in markers]
        return self.env._(
            "A deadline waits for a date to count from: %(dates)s. Fill it in the tab Deadlines.",
            dates=", ".join(labels or missing))

    def _prepare_to_come(self):
        """Project the rows of the current step: where each leads, and what that would ask for.

        :return: list of dicts, one a row of its table: because, actions
        """
        self.ensure_one()
        sequence = self.sudo()
        if sequence.state not in ("running", "paused"):
            return []
        holders = sequence._get_holders()
        rows = sequence.step_id.transition_ids.sorted(lambda row: (row.position, row.id))
        return [{
            "because": row.sentence,
            "actions": [sequence._prepare_projection(content, holders)
                        for content in row.target_step_id.content_ids],
        } for row in rows]

    def _prepare_projection(self, content, holders):
        """:return: dict of what an action to come would be: name, function, owner, recipient"""
        nobody = self.env["res.partner"]
        receives = content.recipient_function_id
        return {
            "name": content.name,
            "function": content.function_id.name,
            "owner": holders.get(content.function_id, nobody).name,
            "recipient_function": receives.name,
            "recipient": holders.get(receives, nobody).name,
        }

    # === PICTURE === #

    def _add_path(self, picture):
        """Add to each box and line of a picture whether, and when, this sequence came there.

        :param dict picture: as the template's field has it; it is changed"""
        visits, taken = {}, {}
        jumped = False
        for visit in self.visit_ids.sorted("number"):
            visits.setdefault(visit.step_id.key, []).append({
                "entered": fields.Datetime.to_string(visit.entered_at), "jumped": jumped,
                "abandoned": visit.abandoned})
            row, jumped = visit.transition_id, not visit.transition_id
            if row:
                taken.setdefault((visit.step_id.key, row.key), []).append(
                    fields.Datetime.to_string(visit.left_at))
        for edge in picture["edges"]:
            for label in edge["labels"]:
                label["taken"] = taken.get((edge["source"], label["row"]), [])
            edge["taken"] = sorted(date for label in edge["labels"] for date in label["taken"])
        ended = {edge["target"]: edge["taken"] for edge in picture["edges"]}
        here = self.state in ("running", "paused") and self.step_id.key
        for box in picture["boxes"]:
            found = visits.get(box["key"], [])
            if box["is_end"]:
                found = [{"entered": date, "jumped": False} for date in ended[box["key"]]]
            box["visits"] = found
            box["state"] = (
                "current" if box["key"] == here else "coming" if not found
                else "abandoned" if all(visit.get("abandoned") for visit in found)
                else "visited")

    # === DUPLICATES === #
    # Two open sequences of one template, after customers have become one: which is to be stopped.
    #
    # Nobody but a person can know which of the two procedures goes on, so both are kept.

    def _mark_duplicates(self, currents):
        """Of open sequences of one template that come to one customer, let one be the first.

        It is the customer's own, else the one launched first.

        :param dict currents: the customer's id by sequence's id, for those that change hands
        """
        def customer(sequence):
            return currents.get(sequence.id, sequence.customer_id.id)

        ordered = self.sorted(lambda sequence: (
            sequence.id in currents, bool(sequence.duplicate_of_id), sequence.id))
        for doubles in ordered.grouped(lambda sequence: (
                customer(sequence), sequence.company_id, sequence.template_code)).values():
            if len(doubles) > 1:
                doubles[0].duplicate_of_id = False
                doubles[1:].duplicate_of_id = doubles[0]
        self.env.flush_all()

    def _ask_to_stop_duplicates(self):
        """Ask who collects, once for each of these that is a duplicate."""
        for sequence in self.filtered("to_stop"):
            user = sequence._get_pilot()
            reader = sequence.with_context(lang=user.lang)
            known = sequence.activity_search(
                ["mail.mail_activity_data_warning"], user_id=user.id)
            if not known:
                reader.activity_schedule(
                    "mail.mail_activity_data_warning", user_id=user.id,
                    summary=reader.env._("Stop one of two sequences of the same template"),
                    note=plaintext2html(reader.env._(
                        "%(customer)s is in %(other)s as well.",
                        customer=sequence.customer_id.name,
                        other=reader.duplicate_of_id.display_name)))

    # === BUTTONS === #

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
        return open_dialog(
            "collection.sequence.steer", titles[command], default_sequence_id=self.id,
            default_purpose=command)

    def action_open_customer(self):
        """:return: window action on the sequence's customer"""
        self.ensure_one()
        return self.customer_id.action_open_collection_customer()

    def action_open_parent(self):
        """:return: window action on the sequence that launched this one"""
        self.ensure_one()
        return self.parent_id.action_open()

    def action_open_my_action(self):
        """:return: window action on what waits for the user: a message to be sent, else the dialog
            that closes the action
        :raise UserError: nothing does any more
        """
        self.ensure_one()
        action = self.my_action_id
        if not action:
            raise UserError(self.env._("Nothing in %(sequence)s waits for you any more.",
                                       sequence=self.display_name))
        return action.action_open() if action.is_sent else action.action_open_close()

    def action_open_note(self):
        """:return: window action on the dialog that notes an event"""
        self.ensure_one()
        return open_dialog(
            "collection.sequence.note", self.env._("Note an event"), default_sequence_id=self.id)

    def action_open_resume(self):
        """:return: window action on the dialog that shows what resuming leads to"""
        self.ensure_one()
        return open_dialog(
            "collection.sequence.resume", self.env._("Resume"), default_sequence_id=self.id)

    def action_open_add_action(self):
        """:return: window action on the dialog that adds an action to the current step"""
        self.ensure_one()
        return open_dialog(
            "collection.sequence.add.action", self.env._("Add an action"),
            default_sequence_id=self.id)

    def action_open_switch(self):
        """:return: window action on the dialog that switches to another template"""
        self.ensure_one()
        view = self.env.ref("account_collection.collection_sequence_switch_view_form")
        action = open_dialog(
            "collection.sequence.launch", self.env._("Switch to another template"),
            default_switch_from_id=self.id, default_customer_id=self.customer_id.id,
            default_company_id=self.company_id.id, default_situation=self.situation,
            default_save_participants=False, dialog_size="extra-large")
        return {**action, "views": [(view.id, "form")]}

    def action_open_successor(self):
        """:return: window action on the sequence that took over"""
        self.ensure_one()
        return self.successor_id.action_open()

    def action_open_children(self):
        """:return: window action on the sequences that this one launched or linked"""
        self.ensure_one()
        return self.child_ids._get_records_action(
            name=self.env._("Sequences launched"), context={})

    def action_open_original(self):
        """:return: window action on the other sequence of the same template"""
        self.ensure_one()
        return self.duplicate_of_id.action_open()
