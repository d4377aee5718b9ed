from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionSequenceLaunch(models.TransientModel):
    """Launch wizard: choose a template, check who holds each function, see what starts.

    It never edits the flow, which is made in the settings (D-002).
    """

    _name = "collection.sequence.launch"
    _description = "Launch a Collection Sequence"

    customer_id = fields.Many2one("res.partner", required=True, readonly=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    template_id = fields.Many2one(
        "collection.sequence.template", required=True,
        domain="[('state', '=', 'published'), ('company_id', 'in', (False, company_id))]")
    note = fields.Html(related="template_id.note")
    situation = fields.Char(help="What this sequence is about, in your own words.")
    item_ids = fields.Many2many(
        "account.move.line", string="Open items", compute="_compute_item_ids", store=True,
        readonly=False,
        domain="[('partner_id', 'child_of', customer_id), ('company_id', '=', company_id),"
        " ('parent_state', '=', 'posted'), ('account_type', '=', 'asset_receivable'),"
        " ('reconciled', '=', False)]",
    )
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

    @api.depends("customer_id")
    def _compute_item_ids(self):
        for wizard in self:
            wizard.item_ids = wizard.customer_id._get_collection_overdue_items()

    @api.depends("template_id", "customer_id")
    def _compute_open_sequence_id(self):
        for wizard in self:
            template, customer = wizard.template_id, wizard.customer_id
            wizard.open_sequence_id = template._get_open_sequence(customer) if template else False

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

    @api.depends("template_id", "customer_id")
    def _compute_line_ids(self):
        for wizard in self:
            lines = [fields.Command.clear()]
            if wizard.template_id:
                prepared = wizard.template_id._prepare_participant_vals(wizard.customer_id)
                lines += [fields.Command.create({
                    name: vals[name] for name in ("function_id", "user_id", "contact_id")
                }) for vals in prepared]
            wizard.line_ids = lines

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
