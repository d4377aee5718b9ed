from odoo import api, fields, models
from odoo.fields import Domain


class CollectionPortfolio(models.AbstractModel):
    """A record of a customer in a company: whose portfolio it is in (X-10).

    Collectors are set for each company. Which one counts is asked in the record's company, and
    not in the one that the reader has chosen first: the record rules compare
    :attr:`collector_id`, commands call :meth:`_check_portfolio`.
    """

    _name = "collection.portfolio"
    _inherit = ["collection.owned"]
    _description = "Record in a Portfolio"

    collector_id = fields.Many2one(
        "res.users", string="Customer's collector", compute="_compute_collector_id",
        search="_search_collector_id", compute_sudo=True,
        help="The colleague in charge of the customer in the record's company.")

    # === COMPUTE === #

    @api.depends("customer_id.collector_id", "company_id")
    def _compute_collector_id(self):
        for company, own in self.grouped("company_id").items():
            for record in own:
                record.collector_id = record.customer_id.with_company(company).collector_id

    def _search_collector_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        customers = self.env["res.partner"].sudo().with_context(active_test=False)
        return Domain.OR(
            Domain("company_id", "=", company.id) & Domain(
                "customer_id", "in", customers.with_company(company)._search(
                    [("collector_id", "in", value)]))
            for company in self.env.companies)

    # === PORTFOLIO === #

    def _get_launched_sequence(self):
        """Hook: whoever launched the sequence of the one record works on it.

        :return: ``collection.sequence``, or any empty recordset
        """
        return self.browse()

    def _is_launched_by(self, user):
        sequence = self._get_launched_sequence()
        return bool(sequence) and sequence.launched_by_id == user

    def _get_customers_by_company(self):
        """:return: list of the customers, each bound to a record's company, of those of these
            records whose sequence the user has not launched"""
        others = self.sudo().filtered(lambda record: not record._is_launched_by(self.env.user))
        return [own.customer_id.with_env(self.env).with_company(company or self.env.company)
                for company, own in others.grouped("company_id").items()]

    def _is_in_portfolio(self):
        """:return: bool, whether the user collects from the customers of these records, each in
            the record's company, or launched their sequences"""
        return all(customers._is_in_collection_portfolio()
                   for customers in self._get_customers_by_company())

    def _check_portfolio(self):
        """:raise AccessError: the user may not collect from the customer of one of these"""
        for customers in self._get_customers_by_company():
            customers._check_collection_portfolio()
