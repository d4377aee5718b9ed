from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    """Items that have become overdue while a sequence of their customer is under way."""

    _inherit = "account.move.line"

    @api.model
    def _put_newly_overdue(self):
        """Post an event for each item overdue since a sequence was launched, once an item."""
        sequences = self.env["collection.sequence"].sudo()
        for company, day in sequences._get_company_days().items():
            items = self.sudo()._find_newly_overdue(company, day)
            self.env["collection.signal"]._post_where_open([{
                "key": f"item_overdue:{item.id}",
                "code": "item_overdue",
                "customer_id": item.partner_id.commercial_partner_id.id,
                "company_id": company.id,
                "amount": item._get_collection_residual(),
                "about": item.move_id.name,
            } for item in items])

    @api.model
    def _find_newly_overdue(self, company, day):
        """The overdue items without an event yet.

        The inbox remembers those of former runs, so that a missed run loses nothing.

        :param company: the ``res.company``
        :param day: its today
        :return: items due before that day, but not before the day of the company on which an open
            sequence was launched
        """
        zone = company._get_collection_now().tzinfo.key
        self.env["collection.sequence"].flush_model()
        self.env["collection.signal"].flush_model(["key", "company_id"])
        query = self._search(
            self._get_overdue_item_domain(company, day) & Domain("partner_id", "!=", False))
        query.add_where(SQL(
            "EXISTS (SELECT FROM collection_sequence sequence"
            " JOIN res_partner partner ON partner.commercial_partner_id = sequence.customer_id"
            " WHERE partner.id = account_move_line.partner_id"
            " AND sequence.company_id = account_move_line.company_id"
            " AND sequence.state IN ('running', 'paused')"
            " AND COALESCE(account_move_line.date_maturity, account_move_line.date) >="
            " (sequence.launched_at AT TIME ZONE 'UTC' AT TIME ZONE %s)::date)", zone))
        query.add_where(SQL(
            "NOT EXISTS (SELECT FROM collection_signal signal"
            " WHERE signal.company_id = account_move_line.company_id"
            " AND signal.key = 'item_overdue:' || account_move_line.id)"))
        return self.browse(query)
