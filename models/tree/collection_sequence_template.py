from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from ...engine import Definition

TEMPLATE_STATES = [
    ("draft", "Draft"),
    ("published", "Published"),
    ("archived", "Archived"),
]

#: What may still change once a version is published: how it is found, not what it does.
LIVE_FIELDS = {"name", "label_ids", "color", "active", "state", "published_at", "published_by_id",
               "check_ids"}


class CollectionSequenceTemplate(models.Model):
    """One version of a decision tree.

    A draft is edited freely; publishing freezes its structure for ever, so that a sequence is
    always read on the tree it was launched with. Editing makes a new draft version.
    """

    _name = "collection.sequence.template"
    _description = "Collection Sequence Template"
    _inherit = ["mail.thread"]
    _order = "code, version desc, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Identifies the procedure through its versions, e.g. CDP. A customer has at most "
        "one open sequence for each code.",
    )
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    state = fields.Selection(
        TEMPLATE_STATES, default="draft", required=True, readonly=True, copy=False, tracking=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: every company may launch it.")
    label_ids = fields.Many2many("collection.label")
    note = fields.Html(translate=True, help="What it is for, and what changed in this version.")
    suspends = fields.Selection(
        [("nothing", "Nothing"), ("items", "The sequence's items"), ("customer", "The customer")],
        string="Suspends the scenario for", default="nothing", required=True,
        help="What the automatic reminders leave alone while such a sequence is open.",
    )
    marker_definition = fields.PropertiesDefinition(
        string="Dates and facts",
        help="What each sequence of this template carries, e.g. the date of service. Deadlines "
        "may count from the dates, and actions may require them.",
    )
    step_ids = fields.One2many("collection.sequence.step", "template_id", copy=True)
    function_ids = fields.Many2many(
        "collection.function", compute="_compute_function_ids", string="Functions")
    sequence_ids = fields.One2many("collection.sequence", "template_id")
    open_sequence_count = fields.Integer(compute="_compute_open_sequence_count")
    published_at = fields.Datetime(readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    active = fields.Boolean(default=True)

    _code_version_unique = models.Constraint(
        "UNIQUE(code, version)", "This version of the template exists already.")

    @api.depends("code", "version", "name")
    def _compute_display_name(self):
        for template in self:
            template.display_name = template.name and (
                f"{template.name} ({template.code or '?'} v{template.version})")

    @api.depends(
        "step_ids.content_ids.function_id", "step_ids.content_ids.recipient_function_id",
        "step_ids.content_ids.validator_function_id")
    def _compute_function_ids(self):
        for template in self:
            contents = template.step_ids.content_ids
            template.function_ids = (
                contents.function_id | contents.validator_function_id
                | contents.recipient_function_id).sorted(lambda f: (f.position, f.name))

    def _compute_open_sequence_count(self):
        counts = dict(self.env["collection.sequence"]._read_group(
            [("template_id", "in", self.ids), ("state", "in", ("running", "paused"))],
            ["template_id"], ["__count"]))
        for template in self:
            template.open_sequence_count = counts.get(template, 0)

    @api.constrains("code")
    def _check_code(self):
        for template in self:
            if not template.code.strip():
                raise ValidationError(self.env._(
                    "The template %(name)s needs a code.", name=template.name))

    @api.model_create_multi
    def create(self, vals_list):
        """A template whose code is known becomes the next version of it."""
        codes = [vals["code"] for vals in vals_list if vals.get("code")]
        newest = dict(self.with_context(active_test=False).sudo()._read_group(
            [("code", "in", codes)], ["code"], ["version:max"]))
        for vals in vals_list:
            code = vals.get("code")
            if code in newest:
                vals["version"] = newest[code] + 1
            newest[code] = vals.get("version", 1)
        return super().create(vals_list)

    def write(self, vals):
        if set(vals) - LIVE_FIELDS - {"step_ids"}:
            self._check_draft()
        return super().write(vals)

    def copy_data(self, default=None):
        default = dict(default or {})
        vals_list = super().copy_data(default)
        if "code" not in default:
            for template, vals in zip(self, vals_list):
                vals["code"] = self.env._("%(code)s-COPY", code=template.code)
        return vals_list

    def _creation_message(self):
        return self.env._("Template created")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered(lambda template: template.sudo().sequence_ids)
        if used:
            raise UserError(self.env._(
                "%(template)s has been applied to customers and stays with their history. "
                "Archive it instead.", template=used[0].display_name))

    def _check_draft(self):
        """:raise UserError: a version is published; its structure never changes"""
        frozen = self.filtered(lambda template: template.state != "draft")
        if frozen and not self.env.context.get("install_mode"):
            raise UserError(self.env._(
                "%(template)s is published and no longer changes. Make a new version to edit it.",
                template=frozen[0].display_name))

    # -- plain form, for the engine --------------------------------------------

    def _get_definition(self):
        """:return: the tree as an :class:`~..engine.Definition`"""
        self.ensure_one()
        return self._read_definition() if self.state == "draft" else self._published_definition()

    @ormcache("self.id")
    def _published_definition(self):
        return self._read_definition()

    def _read_definition(self):
        # no language: the plain form is shared by readers of every one
        template = self.sudo().with_context(active_test=False, lang=None)
        steps = template.step_ids.sorted(lambda step: (step.position, step.id))
        functions = template.function_ids
        return Definition(
            code=template.code,
            version=template.version,
            steps=tuple(step._get_definition() for step in steps),
            kinds={function.code: function.kind for function in functions},
            markers=frozenset(template._get_marker_names().values()),
        )

    def _get_marker_names(self):
        """:return: dict of the technical names of the dates, by label and by name itself"""
        dates = [marker for marker in self.marker_definition or ()
                 if marker.get("type") in ("date", "datetime")]
        return {marker[key]: marker["name"] for marker in dates for key in ("name", "string")}
