from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ... import engine

#: What says when a truce runs.
DAYS = ("start_month", "start_day", "end_month", "end_day")


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

    @api.constrains(*DAYS)
    def _check_days(self):
        """Its days exist, and a published version never changes: neither do its truces."""
        for truce in self:
            try:
                truce._get_definition()
            except ValueError as error:
                raise ValidationError(self.env._(
                    "The truce “%(truce)s” runs from a day to a day of the year, and ends before "
                    "it begins again: look at its days and months.", truce=truce.name)) from error
        published = self._find_rows().template_id.filtered(lambda found: found.state != "draft")
        loading = self.env.su and self.env.context.get("install_mode")
        if published and not loading:
            raise ValidationError(self.env._(
                "The truce is used by the published template %(template)s: its days stay as they "
                "are. Make another truce instead.", template=published[0].display_name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self._find_rows()[:1]
        if used:
            raise UserError(self.env._(
                "%(truce)s puts off a deadline of %(template)s. Archive it instead.",
                truce=used.truce_id.name, template=used.template_id.display_name))

    def _find_rows(self):
        """:return: the ``collection.sequence.transition`` whose deadlines they put off"""
        return self.env["collection.sequence.transition"].sudo().search(
            [("truce_id", "in", self.ids)])

    def _get_definition(self):
        """:return: the truce as a plain :class:`~..engine.dates.Truce`, None for no record"""
        if not self:
            return None
        return engine.Truce(*(self[name] for name in DAYS))
