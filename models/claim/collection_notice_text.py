from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner import DEBTOR_KINDS


class CollectionNoticeText(models.Model):
    """What formal notices say of the law and of what follows, by kind of debtor.

    A company's own text goes before one for all companies, as the penalty rates do.
    """

    _name = "collection.notice.text"
    _description = "Text of Formal Notices"
    _inherit = ["collection.owned"]
    _order = "debtor_kind, company_id, id"
    _rec_name = "debtor_kind"
    _owner_fields = ("company_id",)
    _owner_is_fixed = False

    debtor_kind = fields.Selection(DEBTOR_KINDS, string="Debtor", required=True)
    company_id = fields.Many2one(
        "res.company", string="Company", ondelete="cascade",
        help="Empty: holds for all companies.")
    consequence = fields.Text(
        string="What follows", translate=True,
        help="What you do when the time to pay has passed.")
    statute = fields.Text(
        string="What the law says", translate=True, help="The articles that the notice relies on.")
    source = fields.Char(translate=True, help="Where the text comes from.")
    checked_by = fields.Char(
        string="Checked by", help="Which counsel has checked it, and when.")
    warning = fields.Char(string="To check", compute="_compute_warning")

    _kind_unique = models.UniqueIndex(
        "(debtor_kind, COALESCE(company_id, 0))",
        "There is a text for this kind of debtor already: change that one.")

    @api.depends_context("lang")
    @api.depends("checked_by")
    def _compute_warning(self):
        for row in self:
            row.warning = not row.checked_by and self.env._("To be checked by your counsel.")

    @api.model
    def _get_texts(self, company):
        """:return: dict of the row that holds in a company, by kind of debtor"""
        lineage = [*company._get_collection_lineage(), False]
        rows = self.sudo().search(
            Domain("company_id", "in", lineage)).sorted(
                lambda row: lineage.index(row.company_id.id), reverse=True)
        return {row.debtor_kind: row for row in rows}
