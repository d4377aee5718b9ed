from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.customers import find_following, move_all, move_some
from ...tools.portfolio import PortfolioBranchBoolean
from ..access import COLLECTORS


class ResPartner(models.Model):
    """The customer's personal links, on its form; colleagues without a login."""

    _inherit = "res.partner"

    collection_internal = fields.Boolean(
        string="Colleague", groups=COLLECTORS,
        help="A colleague without a login, who may be sent internal interactive messages. "
        "Lawyers and bailiffs are no colleagues.")
    collection_interactive_email = PortfolioBranchBoolean(
        string="Interactive message", company_dependent=True, groups=COLLECTORS,
        help="E-mails carry a personal link to a page without login: the statement of account, "
        "the invoices, and an answer for each of them.")

    # === LISTS === #

    def action_open_collection_links(self):
        """:return: window action on the personal links that were sent for the customer"""
        return self._open_collection_list("collection_link_action")

    # === COLLEAGUES === #
    # Who is internal, and may read internal notes on a customer (A-015, B36).

    @api.constrains("collection_internal")
    def _check_collection_internal(self):
        for partner in self.filtered("collection_internal"):
            if partner.commercial_partner_id.customer_rank:
                raise ValidationError(self.env._(
                    "%(contact)s belongs to a customer, so it is no colleague.",
                    contact=partner.display_name))

    def _is_collection_internal(self):
        """:return: bool, whether this is a colleague: an internal user, an employee or flagged as
            one"""
        self.ensure_one()
        partner = self.sudo()
        if partner.collection_internal or any(
                user.active and not user.share for user in partner.user_ids):
            return True
        return "hr.employee" in self.env and bool(self.env["hr.employee"].sudo().search_count(
            [("work_contact_id", "=", partner.id)], limit=1))

    def _find_not_internal(self, customer):
        """:param customer: ``res.partner``
        :return: str, translated reason why internal notes on the customer must not go to this
            contact; None where they may"""
        self.ensure_one()
        partner, customer = self.sudo(), customer.sudo().commercial_partner_id
        own = partner.commercial_partner_id == customer or (
            partner.email_normalized and self.sudo().with_context(active_test=False).search_count([
                ("commercial_partner_id", "=", customer.id),
                ("email_normalized", "=", partner.email_normalized)], limit=1))
        if own:
            return self.env._(
                "%(contact)s is an address of the customer %(customer)s: internal messages show "
                "internal notes on it. Send an ordinary message instead.",
                contact=partner.display_name, customer=customer.display_name)
        if not partner._is_collection_internal():
            return self.env._(
                "%(contact)s is no colleague: internal messages go to users, employees and "
                "contacts marked as colleagues only.", contact=partner.display_name)
        return None

    # === LINK IN A MESSAGE === #
    # Interactive messages are the customer's option.

    def write(self, vals):
        """Without the option, links already sent show nothing any more."""
        result = super().write(vals)
        if "collection_interactive_email" in vals and not vals["collection_interactive_email"]:
            self.env["collection.link"].sudo().search([
                ("kind", "=", "customer"), ("customer_id", "in", self.ids),
                ("company_id", "=", self.env.company.id), ("revoked_at", "=", False)])._revoke()
        return result

    # === IDENTITY === #
    # Personal links and what was answered through them follow the customer.

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        links, answers = self.env["collection.link"], self.env["collection.answer"]
        for records in (links, answers):
            move_all(records, changes)
        # a customer's own link shows its account: only a colleague's is about items
        move_some(links, find_following(links, changes))
        move_some(answers, find_following(answers, changes, "item_id"))
