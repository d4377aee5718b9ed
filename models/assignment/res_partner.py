from lxml.builder import E

from odoo import api, fields, models

from ..access import COLLECTORS
from ..scenario.res_partner import PLANNED_BY
from .attributes import get_codes_by_field


class ResPartner(models.Model):
    """The customer's groups, and where each of its attributes has its value from."""

    _inherit = "res.partner"

    collection_group_ids = fields.Many2many(
        "collection.group", "collection_group_customer_rel", "customer_id", "group_id",
        string="Customer groups", groups=COLLECTORS)
    collection_assignment_ids = fields.One2many(
        "collection.assignment", "customer_id", groups=COLLECTORS, readonly=True)

    collection_origins = fields.Json(
        string="Set by", compute="_compute_collection_origins", groups=COLLECTORS)

    # === SETTINGS === #

    def write(self, vals):
        """A person who changes an attribute is recorded as its origin (M-022)."""
        codes = get_codes_by_field()
        touched = {name for name in codes if name in vals}
        if not touched:
            return super().write(vals)
        customers = self.filtered(lambda partner: partner.commercial_partner_id == partner)
        before = customers._get_collection_settings(touched)
        result = super().write(vals)
        after = customers._get_collection_settings(touched)
        for name in touched:
            changed = [customer.id for customer in customers
                       if before[customer, name] != after[customer, name]]
            self.env["collection.assignment"].sudo()._record(
                self.env.company, codes[name], changed)
        customers._trace_collection_settings({
            (customer, name): old for (customer, name), old in before.items()
            if name not in PLANNED_BY})
        return result

    @api.model
    def load(self, fields, data):
        return self.env["collection.assignment.rule"]._run_after(super().load(fields, data))

    # === ORIGINS === #
    # Where each attribute of a customer has its value from, as its form shows it (M-022).

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """On a form, each attribute's field is followed by its origin and lock."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for name, code in get_codes_by_field().items():
                for node in arch.xpath(f"//field[@name='{name}'][not(ancestor::field)]"):
                    _add_origin(node, code)
        return arch, view

    @api.depends_context("company", "lang")
    @api.depends("collection_assignment_ids.locked", "collection_assignment_ids.source",
                 "collection_assignment_ids.at", "collection_group_ids",
                 "collection_participant_ids")
    def _compute_collection_origins(self):
        rows = self.env["collection.assignment"].search([
            ("customer_id", "in", self.ids), ("company_id", "=", self.env.company.id)])
        automatic = self.env["collection.assignment.rule"]._get_automatic_attributes()
        by_customer = rows.grouped("customer_id")
        for partner in self:
            origins = {}
            for row in by_customer.get(partner._origin, rows.browse()):
                if row._is_shown():
                    origins.setdefault(row.attribute, []).append(row._describe(automatic))
            partner.collection_origins = origins


def _add_origin(node, code):
    """Put the icon of an attribute's origin beside its field, both under the field's label.

    :param node: the ``<field>`` element; replaced in its tree
    :param str code: of the attribute
    """
    both = E.div(
        {"class": "d-flex align-items-center gap-1"},
        E.field(name="collection_origins", nolabel="1", widget="collection_origin",
                options=str({"attribute": code})))
    label = E.label({"for": node.get("name")})
    for name in ("invisible", "groups"):
        if node.get(name):
            both.set(name, node.get(name))
            label.set(name, node.get(name))
    both.tail, node.tail = node.tail, None
    node.getparent().replace(node, both)
    both.insert(0, node)
    both.addprevious(label)
