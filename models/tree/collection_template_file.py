import base64
import json

from odoo import models

from .collection_sequence_template_file import NOT_IN_FILE, REFERENCES

#: The parts of a version, by the field that holds them.
PARTS = {"step_ids", "content_ids", "transition_ids", "check_ids"}


class CollectionTemplateFile(models.AbstractModel):
    """How records become plain values: one rule a kind of field, none a field."""

    _name = "collection.template.file"
    _description = "Collection Template File"

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
