from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import engine


class CollectionTruce(models.Model):
    """A part of each year in which deadlines do not fall, e.g. the winter truce (L. 412-6)."""

    _name = "collection.truce"
    _description = "Collection Truce"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    start_month = fields.Integer(string="From month", required=True)
    start_day = fields.Integer(string="From day", required=True)
    end_month = fields.Integer(string="To month", required=True)
    end_day = fields.Integer(string="To day", required=True)
    active = fields.Boolean(default=True)

    _days_check = models.Constraint(
        "CHECK(start_month BETWEEN 1 AND 12 AND end_month BETWEEN 1 AND 12"
        " AND start_day BETWEEN 1 AND 31 AND end_day BETWEEN 1 AND 31)",
        "A truce runs from one day of the year to another.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["collection.sequence.transition"].sudo().search(
            [("truce_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(self.env._(
                "%(truce)s puts off a deadline of %(template)s. Archive it instead.",
                truce=used.truce_id.name, template=used.template_id.display_name))

    def _get_definition(self):
        """:return: the truce as a plain :class:`~..engine.dates.Truce`, None for no record"""
        if not self:
            return None
        return engine.Truce(self.start_month, self.start_day, self.end_month, self.end_day)
