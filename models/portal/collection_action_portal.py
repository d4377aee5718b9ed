from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.sequence import outcomes

#: Largest number that an id may be: beyond, the database refuses the question.
_LARGEST_ID = 2 ** 31 - 1


class CollectionActionPortal(models.Model):
    """What a partner outside sees: the actions asked of them or of their firm (D-078, D-079).

    Portal users have no rights on these models, so nothing is reached by remote calls. The
    pages look for an action through :meth:`_find_portal`, the one door.
    """

    _inherit = "collection.action"

    told_id = fields.Many2one(
        "res.partner", string="Told on the portal", readonly=True, copy=False,
        index="btree_not_null",
        help="The partner outside to whom the portal has announced it.")
    late_told = fields.Boolean(
        readonly=True, copy=False, help="The partner was reminded after the deadline.")
    postpone_to = fields.Date(
        string="Postponement asked", readonly=True, copy=False,
        help="The day to which the partner outside asks to postpone it.")
    postpone_reason = fields.Text(readonly=True, copy=False)

    @api.constrains("function_id", "needs_validation", "validator_function_id")
    def _check_outside_validation(self):
        """Asked of templates: a version published before must not stop its sequences."""

    @api.model
    def _get_portal_domain(self):
        """:return: domain of what the user sees on the portal; matches nothing for colleagues

        What is to come is not shown before it is asked. What was closed stays with whoever was
        responsible, unless it never came to their day.
        """
        user = self.env.user
        if not user._is_portal():
            return Domain.FALSE
        holders = user._get_held_partners().ids
        asked = (
            Domain("state", "in", ("todo", "validating"))
            | Domain("told_id", "in", holders)
            | (Domain("state", "=", "closed")
               & Domain("outcome", "not in", tuple(outcomes.SILENT))))
        return (
            Domain("responsible_id", "in", holders)
            & Domain("function_id.kind", "=", "external")
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("customer_id", "!=", user.partner_id.commercial_partner_id.id)
            & asked)

    @api.model
    def _find_portal(self, action_id):
        """Find what a user of the portal may see.

        :param int action_id: whatever a caller gave
        :return: the action with the system's rights in the user's name; empty where there is
            none, and where it is somebody else's
        """
        if not 0 < action_id <= _LARGEST_ID:
            return self.sudo().browse()
        return self.sudo().search(
            self._get_portal_domain() & Domain("id", "=", action_id), limit=1)

    def _get_portal_partners(self):
        """Who reaches these actions on the portal: their holder, or the people of that firm.

        :return: dict of ``res.partner`` by action id
        """
        users = self.env["res.users"]._search_portal_holders(self.responsible_id).filtered(
            "share")
        return {action.id: users.filtered(lambda user, action=action: user._holds_for(
            action.responsible_id, action.company_id)).partner_id for action in self}

    def _get_portal_url(self):
        """:return: path of the action's page on the portal"""
        self.ensure_one()
        return f"/my/collection/{self.id}"

    def _shows_customer(self):
        """:return: whether the partner may know who the customer is"""
        self.ensure_one()
        return self.portal_shows in ("customer", "items")

    def _get_portal_items(self):
        """:return: the open items that the partner may see, as ``account.move.line``"""
        self.ensure_one()
        if self.portal_shows != "items":
            return self.env["account.move.line"]
        items = self.item_ids or self.sequence_id.item_ids
        return items.filtered_domain(items._get_open_item_domain(self.company_id)).sorted(
            lambda item: (item.date_maturity or item.date, item.id))

    def _get_portal_due(self):
        """:return: the day by which it is to be done"""
        self.ensure_one()
        return self.deadline or self.date

    def _get_portal_case(self):
        """:return: what the action belongs to, in words that tell no more than may be shown"""
        self.ensure_one()
        sequence = self.sequence_id
        about = sequence.situation if self._shows_customer() else False
        return " – ".join(filter(None, (sequence.template_id.name, about)))
