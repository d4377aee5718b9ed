from contextlib import contextmanager

from odoo import api, models


class CollectionTemplatePart(models.AbstractModel):
    """A part of a tree, which changes as long as its version is a draft (D-012).

    Each part has its ``template_id``.
    """

    _name = "collection.template.part"
    _description = "Part of a Sequence Template"

    #: names of the fields that may change at any time: wording
    _live_fields = frozenset()
    #: names of the fields whose translations may: the text itself has a meaning for others
    _translated_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.template_id._check_draft()
        return parts

    def write(self, vals):
        """:raise UserError: the version that they are in, or would come into, is published"""
        with self._keeping_texts():
            if set(vals) <= self._live_fields | self._translated_fields:
                return super().write(vals)
            self.template_id._check_draft()
            result = super().write(vals)
            self.template_id._check_draft()
            return result

    def _update_field_translations(
            self, field_name, translations, digest=None, source_lang=""):
        with self._keeping_texts():
            return super()._update_field_translations(
                field_name, translations, digest, source_lang)

    @contextmanager
    def _keeping_texts(self):
        """:raise UserError: a text of a published version has changed, not its translation alone"""
        before = self._get_texts()
        yield
        after = self._get_texts()
        changed = self.filtered(lambda part: before[part] != after[part])
        changed.template_id._check_draft()

    def _get_texts(self):
        """:return: dict of lists of the texts whose translations may change, as they are before
            they are translated, by part"""
        return {part: [part.with_context(lang=None)[name] for name in self._translated_fields]
                for part in self}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.template_id._check_draft()
