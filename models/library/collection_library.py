from collections import defaultdict

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html
from odoo.tools.convert import ParseError
from odoo.tools.misc import clean_context
from odoo.tools.translate import TranslationImporter, get_po_paths

from ...tools.dialogs import RELOAD, notify
from . import data_file
from .examples import EXAMPLES, SHELVES, get_examples

#: How much of an example is there.
STATES = [
    ("available", "Not loaded"),
    ("partly", "Partly loaded"),
    ("loaded", "Loaded"),
    ("own", "You have your own"),
]
#: What whoever loads examples holds.
LOCK = "account_collection.library"


class CollectionLibrary(models.Model):
    """The examples that come with the module, as a gallery; and how they are loaded.

    Nothing is stored: the rows are those of :mod:`.examples`, what they show comes from their files
    until they are loaded, and from the records afterwards.
    """

    _name = "collection.library"
    _description = "Library of Examples"
    _order = "sequence"
    _auto = False
    _log_access = False

    key = fields.Char(readonly=True)
    sequence = fields.Integer(readonly=True)
    shelf = fields.Selection(SHELVES, readonly=True)
    country_code = fields.Char(readonly=True)
    name = fields.Char(compute="_compute_name", search="_search_name")
    summary = fields.Char(compute="_compute_name")
    state = fields.Selection(STATES, compute="_compute_state", search="_search_state")
    record_count = fields.Integer(compute="_compute_state")
    requirements = fields.Char(
        string="Loaded with it", compute="_compute_requirements",
        help="What it is made of, and is loaded first where it is missing.")
    is_foreign = fields.Boolean(
        string="Another country's law", compute="_compute_is_foreign")
    note = fields.Html(compute="_compute_note", sanitize=False)
    sketch = fields.Json(compute="_compute_sketch", help="What the gallery draws of it.")
    picture = fields.Json(compute="_compute_picture", help="The tree as a template draws it.")
    outline = fields.Html(compute="_compute_outline", sanitize=False)

    @property
    def _table_query(self):
        rows = [SQL("(%s, %s, %s, %s, %s)", number, example.key, number, example.shelf,
                    example.country or None)
                for number, example in enumerate(EXAMPLES.values(), start=1)]
        return SQL(
            "SELECT * FROM (VALUES %s) AS example (id, key, sequence, shelf, country_code)",
            SQL(", ").join(rows))

    # === COMPUTE === #

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_name(self):
        for row in self:
            example = EXAMPLES[row.key]
            row.name = self.env._(example.title)
            row.summary = self.env._(example.summary)

    @api.depends_context("company")
    def _compute_state(self):
        found = self._find_records(self._get_examples())
        for row in self:
            names = self._list_names(EXAMPLES[row.key])
            there = [found[name] for name in names if name in found]
            row.record_count = len(there)
            row.state = _get_state(names, [is_own for _record, is_own in there])

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_requirements(self):
        for row in self:
            needed = get_examples(self.env, [row.key])[:-1]
            row.requirements = ", ".join(self.env._(example.title) for example in needed)

    @api.depends("country_code")
    @api.depends_context("company")
    def _compute_is_foreign(self):
        country = self.env.company.country_id
        for row in self:
            row.is_foreign = bool(row.country_code) and row.country_code != country.code

    @api.depends_context("lang", "company")
    def _compute_note(self):
        for row, records in self._get_shown().items():
            has_note = len(records) == 1 and "note" in records
            row.note = has_note and _as_html(records, "note")

    @api.depends_context("lang", "company")
    def _compute_sketch(self):
        for row, records in self._get_shown().items():
            row.sketch = SKETCHES.get(records._name, _sketch_list)(records)

    @api.depends_context("lang", "company")
    def _compute_picture(self):
        for row, records in self._get_shown().items():
            drawn = records._name == "collection.sequence.template" and records
            row.picture = drawn and (drawn.picture or drawn._draw_unsaved())

    @api.depends_context("lang", "company")
    def _compute_outline(self):
        for row, records in self._get_shown().items():
            row.outline = self.env["ir.qweb"]._render(
                "account_collection.library_outline", {
                    "records": records, "model": records._name, "describe": self._describe_part})

    @api.model
    def _describe_part(self, part):
        """:return: str, how a step, an action or a document is done, and by when"""
        if part._name == "collection.sequence.content":
            return self._describe_deadline(part.function_id.name, part.deadline_days)
        if part._name == "collection.document.template":
            return self.env._("To be complete within 1 day") if part.due_days == 1 else (
                self.env._("To be complete within %(days)s days", days=part.due_days))
        if part._name == "collection.document.template.item":
            return "" if part.required else self.env._("optional")
        names = ["kind", "mode"] if part.is_sent and "offset" in part else ["kind"]
        labels = [dict(part._fields[name]._description_selection(self.env))[part[name]]
                  for name in names]
        return " · ".join([part.when, *labels] if "offset" in part else labels)

    @api.model
    def _describe_deadline(self, function, days):
        if not days:
            return function
        if days == 1:
            return self.env._("%(function)s, within 1 day", function=function)
        return self.env._("%(function)s, within %(days)s days", function=function, days=days)

    # === SEARCH === #

    @api.model
    def _search_name(self, operator, value):
        if operator not in ("ilike", "in", "="):
            return NotImplemented
        words = [value] if isinstance(value, str) else list(value or ())
        return Domain("key", "in", [
            key for key, example in EXAMPLES.items()
            for text in (f"{self.env._(example.title)} {self.env._(example.summary)}".lower(),)
            if any(str(word).lower() in text for word in words)])

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self.search([]).filtered(lambda row: row.state in value).ids)

    # === WHAT IS THERE === #

    def _get_examples(self):
        """:return: list of :class:`~.examples.Example`"""
        return [EXAMPLES[key] for key in self.mapped("key")]

    @api.model
    def _list_names(self, example):
        """:return: list of str, the external ids of what it is an example of"""
        return [entry.name for entry in self._read_entries(example)
                if entry.model == example.model]

    @api.model
    def _read_entries(self, example):
        return data_file.read_entries(tuple(example.paths), self.env.company.id)

    @api.model
    def _find_records(self, examples):
        """Look up what examples have brought, and what users have in its place.

        :param examples: list of :class:`~.examples.Example`
        :return: dict of (record, whether it is the user's own) by external id
        """
        entries = [entry for example in examples for entry in self._read_entries(example)]
        found = {name: (record, False) for name, record in self._find_loaded(entries).items()}
        missing = [entry for entry in entries if entry.name not in found]
        return found | {name: (record, True) for name, record in self._find_own(missing).items()}

    def _find_loaded(self, entries):
        models = {entry.model for entry in entries}
        rows = self.env["ir.model.data"].sudo().search_fetch(
            [("module", "=", data_file.MODULE), ("model", "in", list(models)),
             ("name", "in", [entry.name for entry in entries])], ["name", "model", "res_id"])
        there = {model: set(self.env[model].sudo().browse(
            rows.filtered(lambda row, model=model: row.model == model).mapped("res_id"),
        ).exists().ids) for model in models}
        return {row.name: self.env[row.model].browse(row.res_id) for row in rows
                if row.res_id in there[row.model]}

    def _find_own(self, entries):
        """What users have under another external id, or none: by its code, name or days."""
        found = {}
        for model, key in data_file.NATURAL_KEYS.items():
            wanted = {entry.name: entry.texts[key] for entry in entries if entry.model == model}
            known = self._find_by_key(model, key, list(wanted.values())) if wanted else {}
            found |= {name: known[text] for name, text in wanted.items() if text in known}
        return found | self._find_rates(entries) | self._find_limitation_rules(entries)

    def _find_by_key(self, model, key, texts):
        """:return: dict of the newest record by text; a name counts in any language"""
        records = self.env[model].sudo().with_context(active_test=False)
        if not records._fields[key].translate:
            ordered = records.search([(key, "in", texts)], order="id")
            return {record[key]: record.with_env(self.env) for record in ordered}
        found = {}
        for lang in ["en_US", *(code for code, _name in self.env["res.lang"].get_installed())]:
            terms = data_file.read_terms(lang)
            names = {terms.get(text, text): text for text in texts}
            speaking = records.with_context(lang=lang)
            found |= {names[record[key]]: record.with_env(self.env)
                      for record in speaking.search([(key, "in", list(names))])
                      if record[key] in names}
        return found

    def _find_rates(self, entries):
        """Two rates of one kind never cover the same day: the user's own one stays."""
        entries = [entry for entry in entries if entry.model == "collection.penalty.rate"]
        rates = self.env["collection.penalty.rate"].sudo()
        known = rates.search([("company_id", "=", False)]) if entries else rates
        found = {}
        for entry in entries:
            row = rates.new({name: entry.texts.get(name) for name in ("date_from", "date_to")})
            same = known.filtered(lambda rate, regime=entry.texts["regime"], row=row: (
                rate.regime == regime and rate._overlaps(row)))
            found |= {entry.name: same[:1].with_env(self.env)} if same else {}
        return found

    def _find_limitation_rules(self, entries):
        """Two rules of one kind and country never hold for the same due date: the user's own one
        stays."""
        entries = [entry for entry in entries if entry.model == "collection.limitation.rule"]
        rules = self.env["collection.limitation.rule"].sudo().search([
            ("company_id", "=", False), ("country_id.code", "=", "FR")]) if entries else ()
        known = {rule.claim_kind: rule.with_env(self.env) for rule in rules}
        return {entry.name: known[entry.texts["claim_kind"]] for entry in entries
                if entry.texts["claim_kind"] in known}

    # === LOADING === #

    @api.model
    def _load(self, keys, company=None):
        """Load examples and what they require. What is there already, or was put in its place,
        stays as it is; what was deleted comes back.

        Records that may be shared by all companies are: a second company finds them there. Of
        those that a company must have for itself (assignment rules), each gets its own. Amounts
        are in the currency of the company that loads them first.

        :param keys: iterable of str, see :data:`~.examples.EXAMPLES`
        :param company: ``res.company``, by default the current one
        :return: dict of records by key; of a sequence template the version that is published
        :raise UserError: there is no example with one of these keys, or somebody else loads some
            at the same time
        :raise AccessError: the user is no collection manager, or does not work in the company
        """
        self._check_may_load(company or self.env.company)
        self._check_nobody_loads()
        library = self.with_company(company or self.env.company)
        examples = get_examples(self.env, keys)
        loader = library.sudo().with_context(
            clean_context(library.env.context), lang=None, active_test=False,
            tz=library.env.company.partner_id.tz or self.env.user.tz or "UTC")
        created = {example: loader._load_example(example) for example in examples}
        loader._load_translations([name for names in created.values() for name in names])
        for example, names in created.items():  # each after those that it leads to
            loader._publish(example, names)
        return {key: library._get_records(EXAMPLES[key]) for key in keys}

    @api.model
    def _load_all(self, company=None):
        """Load the whole library.

        :param company: as for :meth:`_load`
        :return: dict of records by key
        """
        return self._load(list(EXAMPLES), company)

    @api.model
    def _check_may_load(self, company):
        if self.env.su:
            return
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._(
                "Only a collection manager can load examples. Ask one, or ask your "
                "administrator for the right."))
        if company not in self.env.user.company_ids:
            raise AccessError(self.env._(
                "You do not work in %(company)s: examples are loaded for companies of your own.",
                company=company.sudo().name))

    @api.model
    def _check_nobody_loads(self):
        """Nothing is loaded twice: one transaction loads at a time, and another that began before
        it ended is refused by the unique external ids, upon which the platform does it again, with
        what is there then."""
        [[free]] = self.env.execute_query(SQL(
            "SELECT pg_try_advisory_xact_lock(hashtext(%s))", LOCK))
        if not free:
            raise UserError(self.env._(
                "Somebody else is loading examples at this moment. Wait a minute, then look at "
                "what is there."))

    def _load_example(self, example):
        """:return: list of str, the external ids of what was created"""
        found = self._find_records(get_examples(self.env, [example.key]))
        root = data_file.read_tree(example.paths, self._get_lang(), self.env.company)
        created = data_file.remove_known(root, set(found))
        if not created:
            return []
        ids = {f"{data_file.MODULE}.{name}": record.id for name, (record, _own) in found.items()}
        try:
            data_file.load(self.env, root, ids, example.paths[0])
        except ParseError as error:
            if isinstance(error.__cause__, OperationalError):  # for the platform to repeat it
                raise error.__cause__ from error
            raise UserError(self.env._(
                "The example “%(name)s” cannot be loaded here: %(reason)s",
                name=self.env._(example.title), reason=error.__cause__ or error)) from error
        return created

    def _get_lang(self):
        """:return: str, the language that names are given in where there is one only"""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = (self.env.company.partner_id.lang, self.env.user.lang, *installed)
        return next((lang for lang in wanted if lang in installed), "en_US")

    def _publish(self, example, created):
        if example.model == "collection.sequence.template":
            self.env[example.model].concat(*(
                self.env.ref(f"{data_file.MODULE}.{name}") for name in self._list_names(example)
                if name in created)).action_publish()

    def _load_translations(self, names):
        """Give what was created its texts in each installed language."""
        xmlids = {f"{data_file.MODULE}.{name}" for name in names}
        if not xmlids:  # it would take none for all
            return
        self.env.flush_all()
        importer = TranslationImporter(self.env.cr, verbose=False)
        for lang, _name in self.env["res.lang"].get_installed():
            for path in get_po_paths(data_file.MODULE, lang):
                importer.load_file(path, lang, xmlids=xmlids)
        importer.save(overwrite=False)
        self.env.invalidate_all()

    @api.model
    def _get_records(self, example, found=None):
        """The records of an example that are there; of a sequence template the published version,
        else the newest.

        :param found: of :meth:`_find_records`, where it is known
        """
        found = self._find_records([example]) if found is None else found
        records = self.env[example.model].concat(*(
            found[name][0] for name in self._list_names(example) if name in found))
        return _get_current(records) if example.model == "collection.sequence.template" else records

    # === BEFORE LOADING === #

    def _get_shown(self):
        """:return: dict of records by row: those that are there, until then unsaved ones from the
            files, as where they are another company's own"""
        found = self._filter_readable(self._find_records(self._get_examples()))
        shown = {}
        for row in self:
            example = EXAMPLES[row.key]
            complete = found.keys() >= set(self._list_names(example))
            shown[row] = self._get_records(example, found) if complete else self._draw(example)
        return shown

    def _filter_readable(self, found):
        """:return: dict as of :meth:`_find_records`, without what is another company's own"""
        by_model = defaultdict(list)
        for record, _is_own in found.values():
            by_model[record._name].append(record)
        readable = {
            record for model, records in by_model.items()
            for record in self.env[model].concat(*records)._filtered_access("read")}
        return {name: pair for name, pair in found.items() if pair[0] in readable}

    @api.model
    def _draw(self, example):
        drawn = {}
        for needed in get_examples(self.env, [example.key]):
            if needed.model != "collection.sequence.template" or needed == example:
                root = data_file.read_tree(needed.paths, self.env.lang, self.env.company)
                drawn = data_file.draw(self.env, root, drawn)
        return self.env[example.model].concat(*map(drawn.get, self._list_names(example)))

    # === BUTTONS === #

    def action_load(self):
        """Load these examples, and stay in the gallery.

        :return: client action that says what was loaded, or that all of it was there
        """
        there = set(self.mapped("state")) <= {"loaded", "own"}
        self._load(self.mapped("key"))
        if there:
            return notify(
                self.env._("It was there already, and stays as it is."), then=RELOAD)
        return notify(self.env._(
            "Loaded. Read it through, and have it checked by your counsel before you use it."),
            then=RELOAD)

    def action_open_records(self):
        """:return: window action on what the example has brought
        :raise UserError: nothing of it is there
        :raise AccessError: the user is no collection manager
        """
        self.check_access("read")
        self.ensure_one()
        records = self._get_records(EXAMPLES[self.key])
        if not records:
            raise UserError(self.env._("“%(name)s” is not loaded yet.", name=self.name))
        return {**records._get_records_action(), "name": self.name}


def _get_state(names, own):
    """:param own: for each record that is there, whether it is the user's own
    :return: str, one of :data:`STATES`"""
    if not own:
        return "available"
    if len(own) < len(names):
        return "partly"
    return "own" if all(own) else "loaded"


def _get_current(templates):
    """:return: of each template's code the published version, else the newest"""
    versions = templates.with_context(active_test=False).search(
        [("code", "in", templates.mapped("code"))], order="version")
    newest = {version.code: version for version in versions}
    newest |= {version.code: version for version in versions if version.state == "published"}
    return templates.browse(dict.fromkeys(newest[template.code].id for template in templates))


def _as_html(record, name):
    """:return: a text field as markup"""
    value = record[name] or ""
    return plaintext2html(value) if record._fields[name].type == "text" else value


def _sketch_tree(template):
    picture = template.picture or template._draw_unsaved()
    return {
        "kind": "tree", "width": picture["width"], "height": picture["height"],
        "boxes": [{name: box[name] for name in ("x", "y", "width", "height", "is_end")}
                  for box in picture["boxes"]],
        "edges": [edge["points"] for edge in picture["edges"]]}


def _sketch_ladder(scenario):
    return {"kind": "ladder", "steps": [
        {"day": step.offset, "name": step.name, "kind": step.kind, "mode": step.mode}
        for step in scenario.step_ids.sorted(lambda step: (step.offset, step.position))]}


def _sketch_papers(template):
    return {"kind": "list", "lines": template.item_ids.mapped("name")}


def _sketch_list(records):
    return {"kind": "list", "lines": records.mapped("display_name")}


#: How each kind of example is drawn small.
SKETCHES = {
    "collection.sequence.template": _sketch_tree,
    "collection.scenario": _sketch_ladder,
    "collection.document.template": _sketch_papers,
}
