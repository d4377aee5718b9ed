from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.own_context import with_own


class CollectionDocumentTemplate(models.Model):
    """Which documents a procedure asks for, of whom, and how they are asked (C-003 to C-012).

    Requests copy what it says when they start: changing it changes none of them.
    """

    _name = "collection.document.template"
    _description = "Document Request Template"
    _inherit = ["collection.owned"]
    _order = "position, name, id"
    _owner_fields = ("company_id",)
    _owner_is_fixed = False

    name = fields.Char(required=True, translate=True)
    position = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for every company.")
    note = fields.Text(translate=True, help="When to use it, for colleagues.")
    introduction = fields.Html(
        translate=True, help="What contributors read at the top of their page.")
    due_days = fields.Integer(
        string="To be complete within", default=15, required=True,
        help="Days from the start of the request to its last day.")
    # before the documents: these are asked of functions that contribute already
    function_ids = fields.One2many(
        "collection.document.template.function", "template_id", string="Contributors", copy=True,
        help="Functions that contribute besides the primary recipient.")
    item_ids = fields.One2many(
        "collection.document.template.item", "template_id", string="Documents", copy=True)
    contributor_function_ids = fields.Many2many(
        "collection.function", compute="_compute_contributor_function_ids",
        string="Functions that contribute", help="Of which documents may be asked.")
    automation_ids = fields.One2many(
        "collection.document.automation", "template_id", string="Automations", copy=True)
    request_ids = fields.One2many("collection.document.request", "template_id")
    request_count = fields.Integer(compute="_compute_request_count")

    _due_days_check = models.Constraint(
        "CHECK(due_days > 0)", "A request runs for one day at least.")

    # === COMPUTE === #

    @api.depends("function_ids.function_id")
    def _compute_contributor_function_ids(self):
        for template in self:
            template.contributor_function_ids = template.function_ids.function_id

    @api.depends("request_ids")
    def _compute_request_count(self):
        counts = dict(self.env["collection.document.request"]._read_group(
            [("template_id", "in", self.ids)], ["template_id"], ["__count"]))
        for template in self:
            template.request_count = counts.get(template, 0)

    # === CONSTRAINTS === #

    @api.constrains("item_ids", "function_ids")
    def _check_functions(self):
        """Documents and contributors are saved at once, in whatever order: look at the end."""
        self.item_ids._check_contributes()

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        saving = with_own(self, "collection_saving_template")
        return super(CollectionDocumentTemplate, saving).create(vals_list).with_env(self.env)

    def write(self, vals):
        saving = with_own(self, "collection_saving_template")
        return super(CollectionDocumentTemplate, saving).write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered("request_ids")
        if used:
            raise UserError(self.env._(
                "Requests were made of “%(template)s”: archive it instead.",
                template=used[0].name))

    # === AUTOMATIONS === #

    def _get_automations(self, *triggers):
        """:return: the active automations of these templates for triggers, in their order

        :param str triggers: any of :data:`~.collection_document_automation.TRIGGERS`
        """
        return self.automation_ids.filtered(
            lambda automation: automation.active and automation.trigger in triggers)

    def _writes_to_invited(self, function=None):
        """Whether an automation writes to whoever is invited (B37).

        :param function: ``collection.function`` that they are invited to; empty for the primary
            recipient
        """
        return any(
            automation.active and (automation.trigger, automation.action) == ("invited", "email")
            and automation.function_id in (function, automation.function_id.browse())
            for automation in self.automation_ids)

    # === BUTTONS === #

    def action_open_requests(self):
        """:return: window action on the requests that were made of it"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_document_request_action")
        return {**action, "domain": [("template_id", "=", self.id)],
                "context": {"default_template_id": self.id}}
