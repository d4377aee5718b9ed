from dataclasses import asdict
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import ormcache

from ... import engine
from ...engine import Definition, find_problems
from ...engine.picture import Captions, lay_out
from ...tools.dialogs import notify, open_dialog
from ...tools.own_context import is_own, with_own
from ...tools.records import as_day, as_mappings, as_text
from .collection_template_file import FILE_FORMAT, FILE_NUMBER
from .collection_truce import DAYS
from .problems import PROBLEMS

#: Steps and rows of a tree: what is larger nobody can follow, and drawing it takes long.
MOST_STEPS, MOST_ROWS = 200, 1500

TEMPLATE_STATES = [
    ("draft", "Draft"),
    ("published", "Published"),
    ("archived", "Archived"),
]

#: What may still change once a version is published: how it is found, not what it does.
LIVE_FIELDS = {"name", "label_ids", "active", "check_ids"}

#: What the buttons that publish and archive write, and the key that they set meanwhile.
PUBLISHING_FIELDS = {"state", "published_at", "published_by_id", "layouts"}
PUBLISHING = "collection_publishing"


class CollectionSequenceTemplate(models.Model):
    """One version of a decision tree.

    A draft is edited freely; publishing freezes its structure for ever, so that a sequence is
    always read on the tree it was launched with. Editing makes a new draft version.
    """

    _name = "collection.sequence.template"
    _description = "Collection Sequence Template"
    _inherit = ["collection.owned", "mail.thread"]
    _order = "code, version desc, id"
    _rec_names_search = ["name", "code"]
    _owner_fields = ("company_id",)
    _owner_is_fixed = False

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
        string="Case data",
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
    export_file = fields.Binary(
        compute="_compute_export_file", attachment=False, string="File",
        help="This version as a JSON file, to be imported into another database.")
    check_ids = fields.One2many("collection.template.check", "template_id", copy=True)
    layouts = fields.Json(
        readonly=True, copy=False, prefetch=False,
        help="Where things of a published version are drawn, by a digest of what they say.")
    picture = fields.Json(
        compute="_compute_picture",
        help="The tree as saved: where its steps and rows are drawn, and what they say.")

    _code_version_unique = models.Constraint(
        "UNIQUE(code, version)", "This version of the template exists already.")

    # === COMPUTE === #

    @api.depends_context("lang", "collection_launch_for")
    @api.depends("code", "version", "name")
    def _compute_display_name(self):
        notes = self._get_launch_notes()
        for template in self:
            name = template.name and (
                f"{template.name} ({template.code or '?'} v{template.version})")
            note = notes.get(template._origin.id)
            template.display_name = f"{name} – {note}" if name and note else name

    def _get_launch_notes(self):
        """What stands beside the name of templates while one is chosen for a customer.

        A hook: a domain that launches templates overrides it. The customer's id stands in the
        context as ``collection_launch_for``.

        :return: dict of str by template id
        """
        return {}

    @api.depends(
        "step_ids.content_ids.function_id", "step_ids.content_ids.recipient_function_id",
        "step_ids.content_ids.validator_function_id", "step_ids.content_ids.copy_function_id")
    def _compute_function_ids(self):
        for template in self:
            contents = template.step_ids.content_ids
            template.function_ids = (
                contents.function_id | contents.validator_function_id
                | contents.recipient_function_id | contents.copy_function_id
            ).sorted(lambda f: (f.position, f.name))

    def _compute_open_sequence_count(self):
        counts = dict(self.env["collection.sequence"]._read_group(
            [("template_id", "in", self.ids), ("state", "in", ("running", "paused"))],
            ["template_id"], ["__count"]))
        for template in self:
            template.open_sequence_count = counts.get(template, 0)

    def _compute_export_file(self):
        codec = self.env["collection.template.file"]
        for template in self:
            template.export_file = codec._encode(template._export_file())

    @api.depends_context("lang", "company")
    @api.depends(
        "step_ids.name", "step_ids.position", "step_ids.content_ids.function_id.name",
        "step_ids.transition_ids.sentence", "step_ids.transition_ids.position",
        "step_ids.transition_ids.target_key")
    def _compute_picture(self):
        for template in self:
            # while it is edited, its picture stays the saved one: steps without a name or a
            # key cannot be drawn yet
            saved = template._origin
            template.picture = saved.step_ids and saved._fits() and saved._prepare_picture()

    # === CONSTRAINTS === #

    @api.constrains("code")
    def _check_code(self):
        for template in self:
            if not template.code.strip():
                raise ValidationError(self.env._(
                    "The template %(name)s needs a code.", name=template.name))

    # === CRUD === #

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
        templates = super().create(vals_list)
        if not self.env.su:  # another state may be named, or stand among the defaults
            templates._check_draft()
        return templates

    def write(self, vals):
        """:raise AccessError: a version would be published or archived past its checks"""
        publishes = self.env.su or is_own(self, PUBLISHING)
        if not publishes and not PUBLISHING_FIELDS.isdisjoint(vals):
            raise AccessError(self.env._(
                "A version is published and archived by its buttons, never by editing "
                "%(fields)s.", fields=", ".join(sorted(PUBLISHING_FIELDS & set(vals)))))
        if set(vals) - LIVE_FIELDS - PUBLISHING_FIELDS - {"step_ids"}:
            self._check_draft()
        return super().write(vals)

    def copy_data(self, default=None):
        default = dict(default or {})
        vals_list = super().copy_data(default)
        if "code" not in default:
            for template, vals in zip(self, vals_list):
                vals["code"] = self.env._("%(code)s-COPY", code=template.code)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered(lambda template: template.sudo().sequence_ids)
        if used:
            raise UserError(self.env._(
                "%(template)s has been applied to customers and stays with their history. "
                "Archive it instead.", template=used[0].display_name))

    # === DEFINITION === #

    def _creation_message(self):
        return self.env._("Template created")

    def _check_draft(self):
        """:raise UserError: a version is published; its structure never changes"""
        frozen = self.filtered(lambda template: template.state != "draft")
        loading = self.env.su and self.env.context.get("install_mode")
        if frozen and not loading:
            raise UserError(self.env._(
                "%(template)s is published and no longer changes. Make a new version to edit it.",
                template=frozen[0].display_name))

    def _get_definition(self):
        """:return: the tree as an :class:`~..engine.Definition`"""
        self.ensure_one()
        return self._read_definition() if self.state == "draft" else self._published_definition()

    @ormcache("self.id", "self.published_at")
    def _published_definition(self):
        return self._read_definition()

    def _read_definition(self):
        # no language: the plain form is shared by readers of every one
        return self.sudo().with_context(active_test=False, lang=None)._make_definition()

    def _make_definition(self):
        steps = self.step_ids.sorted(lambda step: (step.position, step.id))
        return Definition(
            code=self.code,
            version=self.version,
            steps=tuple(step._get_definition() for step in steps),
            kinds={function.code: function.kind for function in self.function_ids},
            markers=frozenset(self._get_marker_names().values()),
        )

    def _get_marker_names(self):
        """:return: dict of the technical names of the dates, by label and by name itself"""
        dates = [marker for marker in self.marker_definition or ()
                 if marker.get("type") in ("date", "datetime")]
        return {marker[key]: marker["name"] for marker in dates for key in ("name", "string")}

    # === CHECKS === #

    def _describe_problems(self):
        """:return: list of sentences, one a problem, each naming its step"""
        self._check_size()
        problems = [self._describe_problem(problem) for problem in self._find_problems("error")]
        return problems or self._describe_failed_checks()

    def _describe_warnings(self):
        """:return: list of sentences on what deserves a second thought"""
        return [
            *(self._describe_problem(problem) for problem in self._find_problems("warning")),
            *self._describe_missing_portals(),
        ]

    def _find_problems(self, severity):
        self.ensure_one()
        others = self._get_other_definitions()
        return [problem for problem in find_problems(self._get_definition(), others)
                if problem.severity == severity]

    def _get_other_definitions(self):
        """:return: dict of the trees that this one may lead to, in any number of hops, by code"""
        found, codes = {}, self._get_target_codes()
        while codes - set(found):
            templates = self.search([
                ("code", "in", list(codes - set(found))), ("state", "=", "published")])
            fresh = {template.code: template._get_definition() for template in templates}
            if not fresh:
                break
            found |= fresh
            codes |= templates._get_target_codes()
        if self.code in codes:
            found.setdefault(self.code, self._get_definition())
        return found

    def _get_target_codes(self):
        return set(self.step_ids.transition_ids.filtered(
            lambda row: row.target in ("switch", "launch")).mapped("target_template_code"))

    def _describe_missing_portals(self):
        """External functions whose default holder could not act: no portal access (D-087)."""
        contents = self.step_ids.content_ids
        external = contents.function_id.filtered(lambda f: f.kind == "external")
        return [
            self.env._(
                "%(function)s is external, and its default holder %(holder)s has no portal "
                "access.", function=function.name, holder=function.default_partner_id.name)
            for function in external
            if function.default_partner_id and not function.default_partner_id.sudo().user_ids
        ]

    def _describe_problem(self, problem):
        step = self.step_ids.filtered(lambda step: step.key == problem.step)
        content = step.content_ids.filtered(lambda content: content.key == problem.subject)
        row = step.transition_ids.filtered(lambda row: row.key == problem.subject)
        return self.env._(PROBLEMS[problem.code]) % {
            "step": step.name, "action": content.name, "row": row.position_label}

    # === FILE === #
    # It follows the fields: what a copy of the version would take over travels in it.

    def _get_file_name(self):
        """:return: e.g. ``CDP-v3.json``, whatever characters the code has"""
        code = "".join(char if char.isalnum() or char in "-_" else "-" for char in self.code)
        return f"{code}-v{self.version}.json"

    def _export_file(self):
        """This version in plain values: JSON's own types only.

        :return: dict; functions, options, outcomes and labels by code or name, texts by
            language
        """
        self.ensure_one()
        template = self.sudo().with_context(active_test=False, lang=None, bin_size=False)
        contents = template.step_ids.content_ids
        rows = template.step_ids.transition_ids
        codec = self.env["collection.template.file"]
        return {
            "format": FILE_FORMAT,
            "number": FILE_NUMBER,
            "version": template.version,
            "functions": codec._dump_all(template.function_ids, ("code", "name", "kind")),
            "options": codec._dump_all(
                contents.option_ids | rows.option_ids, ("code", "name", "outcome")),
            "truces": codec._dump_all(rows.truce_id, ("name", *DAYS)),
            "template": codec._dump(template),
        }

    # === DRY RUNS === #

    def _play_dry_run(self, start, moves):
        """Play a run on this version; nothing is written.

        :param date start: the day of the launch
        :param moves: list of dicts, see :mod:`..engine.dry_run`
        :return: :class:`~..engine.Played`
        """
        self.ensure_one()
        self._check_size()
        company = self.company_id or self.env.company
        return engine.play(
            self._get_definition(), as_mappings(self.env, moves), start,
            company._get_collection_calendar())

    def _describe_failed_checks(self):
        """:return: list of sentences, one a check whose result is no longer what was kept"""
        failures = (check._find_failure() for check in self.check_ids)
        return [failure for failure in failures if failure]

    def keep_dry_run(self, name, start, moves):
        """Keep a dry run as a check that publishing repeats.

        :param str name: what it shows, e.g. ``Paid after the writ``
        :param start: the day of its launch
        :param moves: list of dicts, see :mod:`..engine.dry_run`
        :return: id of the new ``collection.template.check``
        :raise UserError: no name, a name that is taken, or a run with a refused move
        """
        self.ensure_one()
        self.check_access("write")
        name, start = as_text(self.env, name), as_day(self.env, start)
        if not name:
            raise UserError(self.env._("Give the check a name: it is what a failure will say."))
        if name in self.check_ids.mapped("name"):
            raise UserError(self.env._("There is a check called “%(name)s” already.", name=name))
        played = self._play_dry_run(start, moves)
        if played.refused:
            raise UserError(self.env._("A run with a move that is refused cannot be kept."))
        return self.env["collection.template.check"].create({
            "template_id": self.id, "name": name, "start": start, "moves": moves,
            "expected": played.summary}).id

    # === SIZE === #

    def _fits(self):
        """:return: bool, whether the tree is of a size that is drawn and published"""
        return len(self.step_ids) <= MOST_STEPS and (
            len(self.step_ids.transition_ids) <= MOST_ROWS)

    def _check_size(self):
        """:raise UserError: these trees have more steps or rows than a tree may have"""
        for template in self:
            template._refuse_size(len(template.step_ids), len(template.step_ids.transition_ids))

    def _refuse_size(self, steps, rows):
        if steps > MOST_STEPS or rows > MOST_ROWS:
            raise UserError(self.env._(
                "This tree has %(steps)s steps with %(rows)s rows: %(most_steps)s steps and "
                "%(most_rows)s rows are allowed. Cut it into templates that take over from each "
                "other.", steps=steps, rows=rows, most_steps=MOST_STEPS, most_rows=MOST_ROWS))

    # === PICTURE === #

    def _keep_layouts(self):
        """Work out, once for each language, where everything of these versions is drawn."""
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        for template in with_own(self, PUBLISHING):
            definition = template._get_definition()
            template.layouts = {
                _digest(definition, captions): asdict(lay_out(definition, captions))
                for captions in (
                    template.with_context(lang=lang)._read_captions() for lang in langs)}

    def _get_layout(self, captions):
        """:return: dict of an :class:`~..engine.picture.shapes.Picture`: as it was kept when the
            version was published, unless what it says has changed since, e.g. a translation"""
        definition = self._get_definition()
        kept = self.sudo().layouts if self.state != "draft" else None
        return (kept or {}).get(_digest(definition, captions)) or asdict(
            lay_out(definition, captions))

    def _read_captions(self):
        rows = self.step_ids.transition_ids
        return Captions(
            steps={step.key: (step.name, step._get_function_names()) for step in self.step_ids},
            rows={(row.step_id.key, row.key): label for row, label in rows._get_labels().items()},
            ends={
                (row.step_id.key, row.key): (row.end_label or self.env._("End"))
                if row.target == "end" else row._describe_target()
                for row in rows
            },
        )

    def _prepare_picture(self):
        """:return: dict of what the web client draws"""
        self.ensure_one()
        return self._fill_picture(self._get_layout(self._read_captions()))

    def _draw_unsaved(self):
        """:return: dict of what the web client draws of a template that has no record yet, as the
            library makes one of its file; its steps cannot be opened
        """
        self.ensure_one()
        drawn = lay_out(self._make_definition(), self._read_captions())
        picture = self._fill_picture(asdict(drawn))
        for box in picture["boxes"]:
            box["step_id"] = False
        return picture

    def _fill_picture(self, picture):
        steps = {step.key: step for step in self.step_ids}
        rows = {(row.step_id.key, row.key): row for row in self.step_ids.transition_ids}
        return {
            **picture,
            "boxes": [self._prepare_picture_box(box, steps) for box in picture["boxes"]],
            "edges": [self._prepare_picture_edge(edge, rows) for edge in picture["edges"]],
        }

    def _prepare_picture_box(self, box, steps):
        step = steps.get(box["key"])
        if not step:
            return {**box, "name": " ".join(box["lines"])}
        return {
            **box,
            "step_id": step.id,
            "name": step.name,
            "functions": step._get_function_names(),
            "actions": step.content_ids.mapped("name"),
        }

    def _prepare_picture_edge(self, edge, rows):
        for label in edge["labels"]:
            row = rows[edge["source"], label["row"]]
            label["condition"] = row._describe_condition()
            label["sentence"] = row.sentence
        return edge

    # === BUTTONS === #

    def action_publish(self):
        """Check the drafts, freeze them and offer them for launching.

        :raise UserError: a tree has problems; each is named with its step
        :raise AccessError: the user makes no templates
        """
        self.check_access("write")
        for template in self:
            if template.state != "draft":
                raise UserError(self.env._(
                    "%(template)s is not a draft.", template=template.display_name))
            problems = template._describe_problems()
            if problems:
                raise UserError(self.env._(
                    "%(template)s cannot be published yet:\n%(problems)s",
                    template=template.display_name,
                    problems="\n".join(f"• {problem}" for problem in problems)))
        self._keep_layouts()
        with_own(self, PUBLISHING).write({
            "state": "published",
            "published_at": fields.Datetime.now(),
            "published_by_id": self.env.uid,
        })
        self._find_replaced().action_archive_version()

    def _find_replaced(self):
        """:return: the published versions that these take the place of: of the same code, and in
            every company that may launch them"""
        published = self.search([
            ("code", "in", self.mapped("code")), ("state", "=", "published"),
            ("id", "not in", self.ids)])
        return published.filtered(lambda older: any(
            not new.company_id or older.company_id.filtered(
                lambda company, new=new: company._takes_collection_from(new.company_id))
            for new in self if new.code == older.code))

    def action_archive_version(self):
        """Offer these versions no more; the sequences under way stay on them."""
        published = self.filtered(lambda template: template.state == "published")
        with_own(published, PUBLISHING).write({"state": "archived"})

    def action_new_version(self):
        """Make a draft of the next version, and open it.

        :return: window action on the new draft
        """
        self.ensure_one()
        draft = self.search([
            ("code", "=", self.code), ("company_id", "=", self.company_id.id),
            ("state", "=", "draft"), ("version", ">", self.version)], limit=1)
        draft = draft or self.copy({"code": self.code, "name": self.name})
        return draft._get_records_action(context={})

    def action_open_contents(self):
        """:return: window action on the actions that its steps ask for, to edit their wording"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_sequence_content_action")
        return {**action, "domain": [("step_id.template_id", "in", self.ids)],
                "context": {"create": False}}

    def action_open_sequences(self):
        """:return: window action on the sequences that follow this template"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_sequence_action")
        return {**action, "domain": [("template_id", "in", self.ids)], "context": {}}

    def action_check(self):
        """Show what still keeps the draft from being published."""
        self.ensure_one()
        problems = self._describe_problems()
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in problems))
        return notify(
            self.env._("%(template)s is ready to be published.", template=self.display_name))

    def action_export_file(self):
        """:return: action that downloads this version as a JSON file"""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/export_file/"
                   f"{self._get_file_name()}?download=true",
        }

    def action_open_dry_run(self):
        """:return: client action that plays this version, in memory"""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "account_collection.dry_run",
            "name": self.env._("Dry run of %(template)s", template=self.display_name),
            "params": {"template_id": self.id},
            "target": "current",
        }

    def action_open_all_paths(self):
        """:return: client action that lists every way through this version"""
        action = self.action_open_dry_run()
        name = self.env._("All paths of %(template)s", template=self.display_name)
        return {**action, "tag": "account_collection.all_paths", "name": name}

    def action_publish_checked(self):
        """Refuse a tree with problems; ask before one is published, naming its warnings.

        :return: window action on the publishing dialog
        :raise UserError: the tree has problems
        """
        self.ensure_one()
        if self.state != "draft" or self._describe_problems():
            self.action_publish()  # says why it cannot be
        return open_dialog(
            "collection.sequence.template.publish",
            self.env._("Publish %(template)s", template=self.display_name),
            default_template_id=self.id)


def _digest(definition, captions):
    """:return: str, another one for whatever would be drawn otherwise"""
    ways = [(step.key, [(row.key, row.target) for row in step.rows]) for step in definition.steps]
    return sha256(repr((ways, captions)).encode()).hexdigest()
