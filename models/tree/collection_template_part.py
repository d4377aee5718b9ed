from odoo import api, models


class CollectionTemplatePart(models.AbstractModel):
    """A part of a tree, which changes as long as its version is a draft (D-012).

    Each part has its ``template_id``.
    """

    _name = "collection.template.part"
    _description = "Part of a Sequence Template"

    #: names of the fields that may change at any time: wording
    _live_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.template_id._check_draft()
        return parts

    def write(self, vals):
        """:raise UserError: the version that they are in, or would come into, is published"""
        if set(vals) <= self._live_fields:
            return super().write(vals)
        self.template_id._check_draft()
        result = super().write(vals)
        self.template_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.template_id._check_draft()
