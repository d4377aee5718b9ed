from odoo import api, fields, models

from ...tools.dialogs import open_dialog
from ..access import COLLECTORS


class ResPartner(models.Model):
    """The customer's statement of account, promises and disputes, as its form shows them."""

    _inherit = "res.partner"

    collection_promise_count = fields.Integer(
        string="Promises", compute="_compute_collection_promise_count", groups=COLLECTORS)
    collection_dispute_count = fields.Integer(
        string="Disputes", compute="_compute_collection_promise_count", groups=COLLECTORS)

    def _compute_collection_promise_count(self):
        for name, model in (("collection_promise_count", "collection.promise"),
                            ("collection_dispute_count", "collection.dispute")):
            counts = dict(self.env[model]._read_group(
                [("customer_id", "in", self.ids), ("state", "=", "open")],
                ["customer_id"], ["__count"]))
            for partner in self:
                partner[name] = counts.get(partner, 0)

    @api.readonly
    def get_collection_statement_totals(self):
        """What the customer owes in the companies that are switched on, in words.

        :return: list of dicts (``currency``, ``open``, ``overdue``), one a currency
        :raise AccessError: the user may not read the customer
        """
        self.ensure_one()
        self.check_access("read")
        statement = self.env["collection.statement"]
        return [{
            "currency": currency.name,
            "open": statement._format_amount(owed, currency),
            "overdue": statement._format_amount(late, currency) if late else "",
        } for currency, owed, late in statement._get_totals(
            self.commercial_partner_id, self.env.companies.ids)]

    def action_open_collection_items(self):
        """:return: window action on the customer's statement of account, on a page of its own"""
        self.ensure_one()
        customer = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_item_action")
        lines = self.env["account.move.line"]
        return {
            **action, "domain": list(lines._get_statement_domain(customer)),
            "context": {"collection_statement": True},
            "display_name": self.env._("Statement of %(customer)s", customer=customer.name),
        }

    def action_open_collection_promises(self):
        """:return: window action on the customer's promises"""
        return self._open_collection_records("collection_promise_action")

    def action_open_collection_disputes(self):
        """:return: window action on the customer's disputes"""
        return self._open_collection_records("collection_dispute_action")

    def action_open_collection_new_action(self):
        """Button *New action (out of scenario)* (A-027).

        :return: window action on the dialog that asks for it
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        customer._check_collection_portfolio()
        return open_dialog(
            "collection.new.action", self.env._("New action (out of scenario)"),
            default_customer_id=customer.id)
