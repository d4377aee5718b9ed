from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import figures


class ResCompany(models.Model):
    """Into which buckets a company divides what is overdue: in its aged balance, the work list, the
    page before a call, and the ageing of its statements."""

    _inherit = "res.company"

    collection_buckets = fields.Char(
        string="Buckets of the aged balance", default="30, 60, 90", required=True,
        groups="base.group_user",
        help="Last day late of each bucket, divided by commas. 30, 60, 90: not due, 1 to 30, "
        "31 to 60, 61 to 90, over 90 days late.")

    @api.constrains("collection_buckets")
    def _check_collection_buckets(self):
        for company in self:
            try:
                figures.parse_bounds(company.collection_buckets or "")
            except ValueError as error:
                raise ValidationError(company.env._(
                    "“%(buckets)s” are no buckets for %(company)s. Enter rising numbers of days, "
                    "divided by commas, %(most)s at most, such as: 30, 60, 90.",
                    buckets=company.collection_buckets, company=company.name,
                    most=figures.MOST_BOUNDS)) from error

    def _get_company_root_delegated_field_names(self):
        """A branch's aged balance adds up with its company's."""
        return [*super()._get_company_root_delegated_field_names(), "collection_buckets"]

    def _get_collection_bounds(self):
        """:return: tuple of int, the last day late of each bucket that has one"""
        self.ensure_one()
        return figures.parse_bounds(self.sudo().collection_buckets)

    def _get_collection_ages(self):
        """:return: dict of the names of the buckets of what is overdue, in the language of the
            context, by (first day late, last day late; None for no end)"""
        bounds = self._get_collection_bounds()
        starts = figures.get_starts(bounds)
        return dict(zip(zip(starts, (*bounds, None)), self._name_collection_buckets(starts)))

    def _name_collection_buckets(self, starts):
        """Name buckets in the language of the context.

        :param starts: the first day of each, whose last days are the company's bounds
        :return: list of str
        """
        bounds, _ = self._get_collection_bounds(), self.env._
        return [
            *(_("%(first)s–%(last)s days", first=first, last=last) if first < last
              else _("1 day") if last == 1 else _("%(days)s days", days=last)
              for first, last in zip(starts, bounds)),
            _("Over 1 day") if bounds[-1] == 1 else _("Over %(days)s days", days=bounds[-1]),
        ]
