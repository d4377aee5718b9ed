from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """The customer's statement of account, as its form shows it."""

    _inherit = "res.partner"

    @api.readonly
    def get_collection_statement_totals(self):
        """What the customer owes in the companies that are switched on, as formatted amounts.

        ``open`` and ``overdue`` are what the statement on paper asks for, and what the page
        before a call shows; ``kept_out`` is what comes to the customer's account besides.
        Those in which the user does not collect from the customer are left out.

        :return: list of dicts (``currency``, ``open``, ``overdue``, ``kept_out``: str), one a
            currency; the latter two empty where there is nothing
        :raise AccessError: the user does so in none
        """
        self.ensure_one()
        self.check_access("read")
        customer = self.commercial_partner_id
        companies = self.env.companies.filtered(
            lambda company: customer.with_company(company)._is_in_collection_portfolio())
        if not companies:
            customer._check_collection_portfolio()
        statement = self.env["collection.statement"]
        return [{
            "currency": total.currency.name,
            "open": statement._format_amount(total.open, total.currency),
            "overdue": statement._format_amount(total.overdue, total.currency)
            if total.overdue else "",
            "kept_out": statement._format_amount(total.kept_out, total.currency)
            if total.kept_out else "",
        } for total in statement._get_totals(customer, companies.ids)]

    def action_open_collection_items(self):
        """:return: window action on the customer's statement of account, on a page of its own"""
        self.ensure_one()
        customer = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_item_action")
        lines = self.env["account.move.line"]
        return {
            **action, "domain": list(
                lines._get_statement_domain(customer) & Domain("collection_is_own", "=", True)),
            "context": {"collection_statement": True},
            "display_name": self.env._("Statement of %(customer)s", customer=customer.name),
        }
