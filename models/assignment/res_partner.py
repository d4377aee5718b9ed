from lxml.builder import E

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.portfolio import PortfolioMany2many, RuledOne2many, sees_own_only
from ..access import COLLECTORS
from ..scenario.res_partner import PLANNED_BY
from .attributes import ATTRIBUTES, HOLDER, MANY, get_codes_by_field


class ResPartner(models.Model):
    """The customer's groups, and where each of its attributes has its value from."""

    _inherit = "res.partner"

    collection_group_ids = PortfolioMany2many(
        "collection.group", "collection_group_customer_rel", "customer_id", "group_id",
        string="Customer groups", groups=COLLECTORS)
    collection_assignment_ids = RuledOne2many(
        "collection.assignment", "customer_id", groups=COLLECTORS, readonly=True)
    collection_origins = fields.Json(
        string="Set by", compute="_compute_collection_origins", groups=COLLECTORS)

    # === COMPUTE === #

    @api.depends_context("company", "lang")
    @api.depends("collection_assignment_ids.locked", "collection_assignment_ids.source",
                 "collection_assignment_ids.at", "collection_group_ids",
                 "collection_participant_ids")
    def _compute_collection_origins(self):
        rows = self.env["collection.assignment"].search([
            ("customer_id", "in", self.ids), ("company_id", "=", self.env.company.id)])
        automatic = self.env["collection.assignment.rule"]._get_automatic_attributes()
        by_customer, names = rows.grouped("customer_id"), rows._get_value_names()
        for partner in self:
            origins = {}
            for row in by_customer.get(partner._origin, rows.browse()):
                if row._is_shown():
                    origins.setdefault(row.attribute, []).append(
                        row._describe(automatic, names.get(row.id, "")))
            partner.collection_origins = origins

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        """Group by customer groups: those of the user's own customers, where no others are seen."""
        if groupby_spec == "collection_group_ids" and sees_own_only(self.env):
            field = self._fields[groupby_spec]
            self._check_field_access(field, "read")
            return field.group_to_sql(self, alias, query)
        return super()._read_group_groupby(alias, groupby_spec, query)

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

    # === IDENTITY === #
    # Groups, and where settings have their values from, follow the customer.

    @api.model
    def _move_collection(self, changes):
        given = [change for change in changes if change.whole or change.fresh]
        held = self._find_held_functions([change.current for change in given])
        super()._move_collection(changes)
        pairs = SQL(
            "unnest(%s::int[], %s::int[]) WITH ORDINALITY AS change (former, current, place)",
            [change.former for change in given], [change.current for change in given])
        self._copy_groups(pairs)
        self._copy_origins(pairs, held)

    def _find_held_functions(self, ids):
        """:return: list of (customer id, company id, function id) that have a holder"""
        rows = self.env["collection.participant"].search_fetch(
            [("customer_id", "in", ids), ("sequence_id", "=", False)])
        return [(row.customer_id.id, row.company_id.id, row.function_id.id) for row in rows]

    def _copy_groups(self, pairs):
        """The customer is in the groups of both; the former keeps its own as long as it exists."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "INSERT INTO collection_group_customer_rel (group_id, customer_id)"
            " SELECT member.group_id, change.current"
            "   FROM %s JOIN collection_group_customer_rel AS member"
            "     ON member.customer_id = change.former ON CONFLICT DO NOTHING", pairs))
        self.invalidate_model(["collection_group_ids"])

    def _copy_origins(self, pairs, held):
        """What was taken over has the origin that it had; what was the customer's own keeps its.

        :param pairs: SQL of a relation ``change`` of former and current customers
        :param held: what :meth:`_find_held_functions` found before
        """
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_assignment (
                   customer_id, company_id, attribute, value, source, rule_id, rule_name,
                   user_id, at, locked)
            SELECT change.current, origin.company_id, origin.attribute, origin.value,
                   origin.source, origin.rule_id, origin.rule_name, origin.user_id, origin.at,
                   origin.locked
              FROM %(pairs)s
              JOIN collection_assignment AS origin ON origin.customer_id = change.former
              JOIN res_partner AS was ON was.id = change.former
              JOIN res_partner AS own ON own.id = change.current
             WHERE %(taken_over)s
          ORDER BY change.place
       ON CONFLICT DO NOTHING
            """, pairs=pairs, taken_over=self._get_taken_over_condition(held)))
        self.env["collection.assignment"].invalidate_model()

    def _get_taken_over_condition(self, held):
        """:return: SQL of whether the value of an ``origin`` was taken over"""
        customers, companies, functions = zip(*held) if held else ((), (), ())
        conditions = []
        for code, attribute in ATTRIBUTES.items():
            if attribute.how == MANY:
                condition = SQL("TRUE")
            elif attribute.how == HOLDER:
                condition = SQL(
                    "NOT EXISTS (SELECT FROM unnest(%s::int[], %s::int[], %s::int[])"
                    " AS held (customer, company, function) WHERE held.customer = change.current"
                    " AND held.company = origin.company_id AND held.function = origin.value)",
                    list(customers), list(companies), list(functions))
            else:
                name = SQL.identifier(attribute.field)
                condition = SQL(
                    "own.%(name)s -> origin.company_id::text"
                    " = was.%(name)s -> origin.company_id::text", name=name)
            conditions.append(SQL("origin.attribute = %s AND %s", code, condition))
        return SQL(" OR ").join(conditions)


def _add_origin(node, code):
    """Put the icon of an attribute's origin beside its field, both under the field's label.

    :param node: the ``<field>`` element; replaced in its tree
    :param str code: of the attribute
    """
    both = E.div(
        {"class": "d-flex flex-wrap align-items-center gap-1"},
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
