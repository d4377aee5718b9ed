from odoo import api, models
from odoo.tools import SQL

from ...engine import ladder


class ResPartner(models.Model):
    """What is planned for a customer that is none any more is dropped, and planned anew."""

    _inherit = "res.partner"

    @api.model
    def _move_collection(self, changes):
        formers = [change.former for change in changes if change.whole]
        actions = self.env["collection.action"]
        planned = actions.search([
            ("customer_id", "in", formers), ("origin", "=", "scenario"),
            ("state", "!=", "closed")])
        actions._drop_planned([(id_, ladder.Stop(ladder.MOVED)) for id_ in planned.ids])
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "DELETE FROM collection_plan_wake WHERE customer_id = ANY(%s)", formers))
        super()._move_collection(changes)

    def _review_collection(self):
        super()._review_collection()
        customers = self.commercial_partner_id
        self.env["collection.scenario"]._plan(customers)
        self.env["collection.action"]._bring_to_day(customers)

    @api.model
    def _find_left_behind(self):
        return super()._find_left_behind() | dict(self.env.execute_query(SQL(
            "SELECT DISTINCT partner.id, partner.commercial_partner_id"
            "  FROM collection_action AS action"
            "  JOIN res_partner AS partner ON partner.id = action.customer_id"
            " WHERE action.state <> 'closed' AND partner.commercial_partner_id <> partner.id")))
