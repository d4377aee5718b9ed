from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.clauses import join_clauses, join_label


class CollectionSequenceLaunch(models.TransientModel):
    """Launch wizard: choose a template, check who holds each function, see what starts.

    It never edits the flow, which is made in the settings (D-002). It also switches: the template
    takes over from a sequence, which ends (D-031).
    """

    _name = "collection.sequence.launch"
    _description = "Launch a Collection Sequence"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_id": "switch_from_id"}

    customer_id = fields.Many2one("res.partner", required=True, readonly=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    template_id = fields.Many2one(
        "collection.sequence.template", required=True,
        domain="[('state', '=', 'published'), '|', ('company_id', '=', False),"
        " ('company_id', 'parent_of', company_id)]")
    note = fields.Html(related="template_id.note", related_sudo=False)
    situation = fields.Char(help="What this sequence is about, in your own words.")
    item_ids = fields.Many2many(
        "account.move.line", string="Items concerned", compute="_compute_item_ids", store=True,
        readonly=False,
        domain="[('partner_id.commercial_partner_id', '=', customer_id),"
        " ('company_id', '=', company_id),"
        " ('parent_state', '=', 'posted'), ('account_type', '=', 'asset_receivable'),"
        " ('reconciled', '=', False)]",
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    amount_due = fields.Monetary(compute="_compute_items", string="Still due in all")
    held_items = fields.Char(
        compute="_compute_items", help="Those chosen that another open sequence is about.")
    line_ids = fields.One2many(
        "collection.sequence.launch.line", "launch_id", compute="_compute_line_ids", store=True,
        readonly=False, string="Who holds each function")
    content_ids = fields.Many2many(
        "collection.sequence.content", compute="_compute_content_ids", string="First step")
    first_step_name = fields.Char(compute="_compute_content_ids")
    preview = fields.Html(compute="_compute_preview", string="What starts", sanitize=False)
    open_sequence_id = fields.Many2one(
        "collection.sequence", compute="_compute_open_sequence_id")
    save_participants = fields.Boolean(
        string="Keep as the customer's participants", default=True,
        help="The next sequences of this customer start with the same people.",
    )
    switch_from_id = fields.Many2one(
        "collection.sequence", readonly=True, help="The sequence that ends as switched.")
    switch_reason = fields.Text(string="Reason")
    closed_count = fields.Integer(compute="_compute_closed_count")

    # === COMPUTE === #

    @api.depends("customer_id", "switch_from_id")
    def _compute_item_ids(self):
        for wizard in self:
            wizard.item_ids = (
                wizard.switch_from_id.item_ids if wizard.switch_from_id
                else wizard.customer_id._get_collection_overdue_items())

    @api.depends_context("lang")
    @api.depends("item_ids", "switch_from_id")
    def _compute_items(self):
        for wizard in self:
            items = wizard.item_ids._origin
            held = items._find_collection_sequences()
            wizard.amount_due = sum(item._get_collection_residual() for item in items)
            wizard.held_items = join_clauses(self.env, (
                join_label(self.env, item.move_name or item.name, sequence.template_id.name)
                for item in items for sequence in held.get(item.id, ())
                if sequence != wizard.switch_from_id))

    @api.depends("template_id", "customer_id", "switch_from_id")
    def _compute_open_sequence_id(self):
        """The open sequence that stands in the way; one that is left ends by that."""
        for wizard in self:
            template, customer = wizard.template_id, wizard.customer_id
            found = (template._get_open_sequence(customer) if template
                     else self.env["collection.sequence"])
            wizard.open_sequence_id = found if found != wizard.switch_from_id else False

    @api.depends("switch_from_id")
    def _compute_closed_count(self):
        for wizard in self:
            old = wizard.switch_from_id
            wizard.closed_count = old.action_todo_count + old.action_coming_count

    @api.depends_context("lang")
    @api.depends("template_id")
    def _compute_content_ids(self):
        for wizard in self:
            steps = wizard.template_id.step_ids
            start = steps.sorted(lambda step: (step.position, step._origin.id))[:1]
            wizard.content_ids = start.content_ids
            wizard.first_step_name = start.name

    @api.depends_context("lang")
    @api.depends("content_ids", "line_ids.user_id", "line_ids.contact_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = self.env["ir.qweb"]._render(
                "account_collection.launch_preview", {"rows": wizard._prepare_preview()})

    def _prepare_preview(self):
        """:return: list of dicts, one an action that the launch creates: what, who, when"""
        kinds = dict(self.content_ids._fields["kind"]._description_selection(self.env))
        holders = {
            line.function_id._origin: line.sudo().user_id.name or line.contact_id.name
            for line in self.line_ids}
        return [{
            "name": content.name,
            "kind": kinds.get(content.kind),
            "function": content.function_id.name,
            "owner": holders.get(content.function_id),
            "recipient_function": content.recipient_function_id.name,
            "recipient": holders.get(content.recipient_function_id),
            "delay": content.delay_days,
        } for content in self.content_ids._origin]

    @api.depends("template_id", "customer_id", "switch_from_id")
    def _compute_line_ids(self):
        for wizard in self:
            lines = [fields.Command.clear()]
            if wizard.template_id:
                lines += [fields.Command.create({
                    name: vals[name] for name in ("function_id", "user_id", "contact_id")
                }) for vals in wizard._prepare_participants()]
            wizard.line_ids = lines

    def _prepare_participants(self):
        """Who holds the functions of the template: of a switch, whoever does in the sequence left.

        :return: generator of dicts: function_id, user_id, contact_id
        """
        if self.switch_from_id:
            return self.switch_from_id._prepare_carried_participants(self.template_id)
        return self.template_id._prepare_participant_vals(self.customer_id)

    # === BUTTONS === #

    def action_open_existing(self):
        """:return: window action on the open sequence that keeps this one from starting"""
        self.ensure_one()
        return self.open_sequence_id.action_open()

    def action_launch(self):
        """Launch the sequence with the people shown, and open it.

        :return: window action on the new sequence
        :raise UserError: see ``collection.sequence.template.launch``
        """
        self.ensure_one()
        if not self.template_id:
            raise UserError(self.env._("Choose the template to launch."))
        participants = self.line_ids._get_participant_vals()
        if self.save_participants:
            self.customer_id._save_collection_participants(participants)
        sequence = self.template_id.launch(
            self.customer_id, situation=self.situation or "", items=self.item_ids,
            participants=participants)
        return sequence.action_open()

    def action_switch(self):
        """End the sequence as switched, launch the template in its place, and open that.

        :return: window action on the new sequence
        :raise UserError: no reason or template, or the new one cannot start: nothing changed
        """
        self.ensure_one()
        participants = self.line_ids._get_participant_vals()
        sequence = self.switch_from_id.switch_to(
            self.template_id, self.switch_reason or "", participants=participants,
            situation=self.situation or "")
        if self.save_participants:
            self.customer_id._save_collection_participants(participants)
        return sequence.action_open()


class CollectionSequenceLaunchLine(models.TransientModel):
    """Who will hold one function of the template, to be checked and put right (D-009)."""

    _name = "collection.sequence.launch.line"
    _description = "Participant of a Sequence to Launch"
    _inherit = ["collection.dialog"]
    _order = "id"

    launch_id = fields.Many2one("collection.sequence.launch", required=True, ondelete="cascade")
    function_id = fields.Many2one("collection.function", required=True, readonly=True)
    kind = fields.Selection(related="function_id.kind", related_sudo=False)
    user_id = fields.Many2one("res.users", domain="[('share', '=', False)]")
    contact_id = fields.Many2one("res.partner")
    needed_now = fields.Boolean(
        string="First step", compute="_compute_needed_now",
        help="The first step needs someone to hold this function.")
    problem = fields.Char(compute="_compute_problem")
    severity = fields.Selection(
        [("ok", "Ready"), ("warning", "To check"), ("blocking", "Missing")],
        compute="_compute_problem")

    @api.depends("launch_id.content_ids")
    def _compute_needed_now(self):
        for line in self:
            contents = line.launch_id.content_ids
            owing = contents.function_id | contents.filtered(
                "needs_validation").validator_function_id
            line.needed_now = line.function_id in owing

    @api.depends_context("lang")
    @api.depends("user_id", "contact_id", "needed_now")
    def _compute_problem(self):
        for line in self:
            line.problem = line._find_problem()
            missing = not (line.user_id or line.contact_id)
            line.severity = (
                "ok" if not line.problem
                else "blocking" if missing and line.needed_now else "warning")

    def _find_problem(self):
        """:return: translated text, why the holder cannot act or receive; or False (D-087)"""
        partner = self.sudo().user_id.partner_id or self.contact_id
        if not partner:
            return self.env._("Nobody holds it yet")
        if self.user_id and not self.user_id.active:
            return self.env._("This user is archived")
        if not partner.active:
            return self.env._("This contact is archived")
        if not partner.email:
            return self.env._("No e-mail address")
        return False

    def _get_participant_vals(self):
        """:return: list of participant values: function, user, contact"""
        return [{
            "function_id": line.function_id.id,
            "user_id": line.user_id.id if line.kind == "internal" else False,
            "contact_id": False if line.kind == "internal" else line.contact_id.id,
        } for line in self]
