import base64
import json

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ...engine.sequence.checks import MOST_PARTS, MOST_STEPS
from .collection_truce import DAYS

#: The header of a file; the number rises when an older module could not read it.
FILE_FORMAT = "account_collection.sequence_template"

FILE_NUMBER = 1

#: Records that a file names instead of carrying: the field that is the same everywhere.
REFERENCES = {
    "collection.function": "code",
    "collection.action.option": "code",
    "collection.outcome": "code",
    "collection.label": "name",
    "collection.truce": "name",
}

#: What belongs to the database rather than to the tree, or stands elsewhere in the file.
NOT_IN_FILE = {"version", "state", "active", "company_id", "published_at", "published_by_id"}

#: The parts of a version, by the field that holds them.
PARTS = {"step_ids", "content_ids", "transition_ids", "check_ids"}

#: Bytes: a tree of a hundred steps is far smaller; anything bigger is another kind of file.
LARGEST = 2_000_000

#: What the database can hold.
LARGEST_NUMBER = 2 ** 31 - 1

#: What a value of each type of field must be, besides nothing at all.
TYPES = {
    "boolean": bool, "integer": int, "float": (int, float), "monetary": (int, float),
    "char": str, "text": str, "html": str, "date": str, "datetime": str, "selection": str,
    "many2one": str, "many2many": list, "one2many": list, "properties_definition": list,
}


class CollectionTemplateFile(models.AbstractModel):
    """How records become plain values: one rule a kind of field, none a field."""

    _name = "collection.template.file"
    _description = "Collection Template File"

    # === WRITING === #

    def _encode(self, data):
        """:return: the file as base64, as binary fields have it"""
        return base64.b64encode(json.dumps(data, ensure_ascii=False, indent=1).encode())

    def _get_file_fields(self, model):
        """:return: dict of the fields that a file has of a model, by name"""
        return {
            name: field for name, field in sorted(self.env[model]._fields.items())
            if self._is_in_file(name, field)
        }

    def _is_in_file(self, name, field):
        if name in PARTS:
            return True
        if name in NOT_IN_FILE or not (field.store and field.copy) or field.compute:
            return False
        if name in models.MAGIC_COLUMNS or name.startswith(("message_", "activity_")):
            return False
        return not field.relational or field.comodel_name in REFERENCES

    def _dump_all(self, records, names=None):
        return [self._dump(record, names) for record in records]

    def _dump(self, record, names=None):
        """:return: dict of a record's values, with its parts in order"""
        found = self._get_file_fields(record._name)
        names = found if names is None else names
        return {name: self._dump_value(record, record._fields[name]) for name in names}

    def _dump_value(self, record, field):
        value = record[field.name]
        if field.name in PARTS:
            ordered = value.sorted(lambda part: (part.position, part.id))
            return self._dump_all(ordered)
        if field.relational:
            return self._dump_reference(field, value)
        if field.translate:
            return self._dump_texts(record, field)
        if field.type == "properties_definition":
            return list(value or [])
        if field.type in ("date", "datetime"):
            return field.to_string(value) or None
        return str(value) if field.type == "html" and value else value

    def _dump_reference(self, field, records):
        name = REFERENCES[field.comodel_name]
        named = [record[name] for record in records]
        return named if field.type == "many2many" else (named[0] if named else None)

    def _dump_texts(self, record, field):
        """:return: dict of the text by language: the source, and each installed one"""
        record.flush_recordset([field.name])
        stored = field._get_stored_translations(record) or {}
        kept = {"en_US", *(code for code, _name in self.env["res.lang"].get_installed())}
        return {lang: text for lang, text in sorted(stored.items()) if lang in kept and text}

    # === READING === #
    # From a file to a draft: checked on the way in, each refusal naming what is wrong.

    def _import_file(self, content):
        """Make a draft of what a file holds: a new template, or the next version of its code.

        :param bytes content: of the file
        :return: the new ``collection.sequence.template``
        :raise UserError: the file is none of ours, or names what does not exist here
        """
        data = self._decode(content)
        template = data["template"]
        self._check_size(template)
        self._check_part("collection.sequence.template", template, self.env._("The template"))
        self._check_functions(data)
        self._load_options(data.get("options") or [])
        self._load_truces(data.get("truces") or [])
        self._load_labels(template.get("label_ids") or [])
        vals = self._load("collection.sequence.template", template)
        draft = self.env["collection.sequence.template"].with_context(lang=None).create(vals)
        self._write_texts(draft, template)
        return draft.with_env(self.env)

    def _decode(self, content):
        if len(content) > LARGEST:
            raise UserError(self.env._(
                "This file is too big to be a sequence template: %(most)s MB at most.",
                most=LARGEST // 1_000_000))
        try:
            data = json.loads(content.decode("utf-8-sig"), parse_constant=self._refuse_constant)
        except (ValueError, RecursionError) as error:
            raise UserError(self.env._("This file is not JSON: %(error)s", error=error)) from error
        if not isinstance(data, dict) or data.get("format") != FILE_FORMAT:
            raise UserError(self.env._(
                "This file is not an exported sequence template: it should say “format”: "
                "“%(format)s”.", format=FILE_FORMAT))
        if data.get("number") != FILE_NUMBER:
            raise UserError(self.env._(
                "This file has format number %(found)s; this module reads number %(known)s. "
                "Export it again from a database with the same version of the module.",
                found=data.get("number"), known=FILE_NUMBER))
        if not isinstance(data.get("template"), dict):
            raise UserError(self.env._("This file holds no template."))
        for name in ("functions", "options", "truces"):
            self._check_list(data.get(name) or [], self.env._("The list “%s”", name))
        return data

    @staticmethod
    def _refuse_constant(name):
        raise ValueError(name)

    def _check_size(self, template):
        """:raise UserError: more steps or rows than a tree may have; nothing else was read yet"""
        steps = template.get("step_ids")
        steps = steps if isinstance(steps, list) else []
        rows = sum(len(step.get("transition_ids") or ()) for step in steps
                   if isinstance(step, dict) and isinstance(step.get("transition_ids"), list))
        self.env["collection.sequence.template"]._refuse_size(len(steps), rows)

    def _check_list(self, parts, where):
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise UserError(self.env._("%(where)s is no list of records.", where=where))

    def _check_part(self, model, data, where):
        fields = self._get_file_fields(model)
        unknown = sorted(set(data) - set(fields))
        if unknown:
            raise UserError(self.env._(
                "%(where)s says “%(names)s”, which this module does not know.",
                where=where, names=", ".join(unknown)))
        for name, field in fields.items():
            value = data.get(name)
            if field.required and value in (None, False, "", {}) and (
                    name in data or not field.default):
                raise UserError(self.env._(
                    "%(where)s lacks “%(name)s”.", where=where, name=name))
            if name in data and not self._may_be(field, value):
                raise UserError(self.env._(
                    "%(where)s: “%(name)s” cannot be %(value)s.",
                    where=where, name=name, value=json.dumps(value, ensure_ascii=False)[:80]))
            if name in PARTS:
                self._check_parts(field, value or [], where)

    def _may_be(self, field, value):
        """:return: whether the field may have the value"""
        if value is None or value is False:
            return True
        if field.name in PARTS or field.type == "properties_definition":
            return isinstance(value, list) and all(isinstance(part, dict) for part in value)
        if field.translate:
            return isinstance(value, dict) and all(isinstance(t, str) for t in value.values())
        if field.type == "integer":
            least = -LARGEST_NUMBER if field.name == "position" else 0
            return type(value) is int and least <= value <= LARGEST_NUMBER
        if field.type == "selection" and value not in field.get_values(self.env):
            return False
        if field.type == "many2many" and isinstance(value, list):
            return all(isinstance(name, str) for name in value)
        return isinstance(value, TYPES.get(field.type, object))

    def _check_parts(self, field, parts, where):
        most = MOST_STEPS if field.name == "step_ids" else MOST_PARTS
        if len(parts) > most:
            raise UserError(self.env._(
                "%(where)s: “%(name)s” holds %(count)s, and can hold %(most)s. Split it into "
                "several.", where=where, name=field.name, count=len(parts), most=most))
        labels = {
            "step_ids": self.env._("Step “%s”"), "content_ids": self.env._("action “%s”"),
            "transition_ids": self.env._("row “%s”"), "check_ids": self.env._("Check “%s”")}
        keys = set()
        for number, part in enumerate(parts, start=1):
            key = part.get("key") or part.get("name") or number
            label = labels[field.name] % (key if isinstance(key, (str, int)) else number)
            label = label if field.name in ("step_ids", "check_ids") else f"{where}, {label}"
            if str(key) in keys:
                raise UserError(self.env._("%(where)s stands in the file twice.", where=label))
            keys.add(str(key))
            self._check_part(field.comodel_name, part, label)

    def _check_functions(self, data):
        """Functions are people's business and are never made by a file: they must exist."""
        named = {row["code"]: row.get("name") for row in data.get("functions") or []
                 if isinstance(row.get("code"), str)}
        for code in self._find_named("collection.function", data["template"]):
            named.setdefault(code, None)
        known = self.env["collection.function"].with_context(active_test=False).search(
            [("code", "in", list(named))])
        missing = sorted(set(named) - set(known.mapped("code")))
        if missing:
            raise UserError(self.env._(
                "These functions do not exist here: %(functions)s. Create them first, with the "
                "same codes, then import the file again.",
                functions=", ".join(self._describe(code, named[code]) for code in missing)))

    def _describe(self, code, texts):
        name = self._get_source(texts) if isinstance(texts, dict) else texts
        return f"{code} ({name})" if name else code

    def _find_named(self, comodel, data):
        """:return: set of the names by which a part and its own parts refer to a model"""
        found = set()
        for part in self._walk(data):
            model, values = part
            for name, field in self._get_file_fields(model).items():
                if field.relational and field.comodel_name == comodel and values.get(name):
                    named = values[name]
                    found |= set(named) if isinstance(named, list) else {named}
        return found

    def _walk(self, data, model="collection.sequence.template"):
        yield model, data
        for name in PARTS & set(data):
            field = self.env[model]._fields[name]
            for part in data[name] or []:
                yield from self._walk(part, field.comodel_name)

    def _load_options(self, rows):
        """Make the options that are missing; one that means something else here is refused."""
        options = self.env["collection.action.option"].with_context(active_test=False, lang=None)
        known = {option.code: option for option in options.search([])}
        for row in rows:
            self._check_named(row, "code", options)
            option = known.get(row["code"])
            if not option:
                vals = {"code": row["code"], "name": self._get_source(row.get("name")),
                        "outcome": row.get("outcome") or "done"}
                option = known[row["code"]] = options.create(vals)
                self._write_text(option, "name", row.get("name") or {})
            elif row.get("outcome") != option.outcome:
                labels = dict(options._fields["outcome"]._description_selection(self.env))
                raise UserError(self.env._(
                    "The option %(code)s stands for “%(here)s” here and for “%(there)s” in the "
                    "file. Rename one of them.", code=row["code"], here=labels[option.outcome],
                    there=labels.get(row.get("outcome"), row.get("outcome"))))

    def _check_named(self, row, name, records):
        ok = row.get(name) and self._may_be(records._fields[name], row[name])
        if not ok or not all(self._may_be(records._fields[key], row[key])
                             for key in row if key in records._fields):
            raise UserError(self.env._(
                "%(model)s: the file says %(row)s, which cannot be.",
                model=records._description, row=json.dumps(row, ensure_ascii=False)[:120]))

    def _load_truces(self, rows):
        truces = self.env["collection.truce"].with_context(active_test=False, lang=None)
        for row in rows:
            self._check_named(row, "name", truces)
            name = self._get_source(row["name"])
            days = {key: row.get(key) or 0 for key in DAYS}
            known = truces.search([("name", "=", name)], limit=1)
            if not known:
                self._write_text(truces.create({"name": name, **days}), "name", row["name"])
            elif any(known[key] != value for key, value in days.items()):
                raise UserError(self.env._(
                    "The truce “%(name)s” runs over other days here than in the file.",
                    name=name))

    def _load_labels(self, names):
        labels = self.env["collection.label"].with_context(lang=None)
        known = set(labels.search([("name", "in", names)]).mapped("name"))
        labels.create([{"name": name} for name in dict.fromkeys(names) if name not in known])

    def _load(self, model, data):
        """:return: field values for a record, its parts included"""
        vals = {}
        for name, field in self._get_file_fields(model).items():
            if name not in data:
                continue
            value = data[name]
            if name in PARTS:
                vals[name] = [
                    Command.create({"position": 10 * number, **self._load(
                        field.comodel_name, part)})
                    for number, part in enumerate(value or [], start=1)]
            elif field.relational:
                vals[name] = self._load_reference(field, value)
            else:
                vals[name] = self._get_source(value) if field.translate else value
        return vals

    def _load_reference(self, field, value):
        names = value if isinstance(value, list) else [value] if value else []
        name = REFERENCES[field.comodel_name]
        found = self.env[field.comodel_name].with_context(active_test=False, lang=None).search(
            [(name, "in", names)])
        missing = sorted(set(names) - set(found.mapped(name)))
        if missing:
            raise UserError(self.env._(
                "The file names “%(names)s” without saying what it is.", names=", ".join(missing)))
        return [Command.set(found.ids)] if field.type == "many2many" else found[:1].id

    def _get_source(self, texts):
        """:return: the text that stands where a language has none"""
        if not texts or isinstance(texts, str):
            return texts or False
        return texts.get("en_US") or next(iter(texts.values()), False)

    def _write_texts(self, record, data):
        """Give a record and its parts their texts in every language."""
        for name, field in self._get_file_fields(record._name).items():
            if name in PARTS:
                parts = record[name].sorted(lambda part: (part.position, part.id))
                ordered = sorted(
                    enumerate(data.get(name) or []),
                    key=lambda item: (item[1].get("position", 10 * (item[0] + 1)), item[0]))
                for part, (_number, values) in zip(parts, ordered, strict=True):
                    self._write_texts(part, values)
            elif field.translate:
                self._write_text(record, name, data.get(name) or {})

    def _write_text(self, record, name, texts):
        """Write a text as it was exported, each language on its own; markup is cleaned."""
        field = record._fields[name]
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        if not isinstance(texts, dict) or not texts:
            return
        source = {"en_US": self._get_source(texts)}
        kept = {lang: text for lang, text in texts.items() if lang in installed}
        values = {lang: field.convert_to_cache(text, record) for lang, text in
                  {**source, **kept}.items()}
        record.flush_recordset([name])
        self.env.cr.execute(SQL(
            "UPDATE %s SET %s = %s::jsonb WHERE id = %s", SQL.identifier(record._table),
            SQL.identifier(name), json.dumps({k: str(v) for k, v in values.items() if v}),
            record.id))
        record.invalidate_recordset([name])
