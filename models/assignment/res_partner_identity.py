from odoo import api, models
from odoo.tools import SQL

from .attributes import ATTRIBUTES, HOLDER, MANY


class ResPartner(models.Model):
    """Groups, and where settings have their values from, follow the customer."""

    _inherit = "res.partner"

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
