from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.claims import Terms
from ...tools.portfolio import PortfolioBranchBoolean, PortfolioBranchSelection, PortfolioDate
from ..access import COLLECTORS

DEBTOR_KINDS = [
    ("professional", "Professional"),
    ("public", "Public buyer"),
    ("consumer", "Consumer or tenant"),
]

#: Kinds of claim: what the law ties the time of limitation to.
CLAIM_KINDS = [
    ("lease", "Dwelling lease"),
    ("trade", "Trade"),
    ("consumer", "Consumer"),
    ("public", "Public buyer"),
    ("other", "Other"),
]

#: The kind of a claim on a debtor of whom nothing else is known.
KINDS_OF_DEBTORS = {"professional": "trade", "public": "public", "consumer": "consumer"}

#: The switches that a consumer may not have.
SWITCHES = ("collection_penalties", "collection_indemnity")


class ResPartner(models.Model):
    """What a company may by law claim from a customer that pays late."""

    _inherit = "res.partner"

    collection_debtor_kind = PortfolioBranchSelection(
        DEBTOR_KINDS, string="Debtor", company_dependent=True, groups=COLLECTORS, tracking=True,
        help="Empty: a company is a professional, a person is a consumer. Choose professional for "
        "a sole trader, consumer for a company that rents a home for its own use.",
    )
    collection_claim_kind = PortfolioBranchSelection(
        CLAIM_KINDS, string="Kind of claim", company_dependent=True, groups=COLLECTORS,
        tracking=True,
        help="For the time of limitation. Empty: as the customer's group says, else as the "
        "debtor is. Choose dwelling lease for a tenant.",
    )
    collection_penalties = PortfolioBranchBoolean(
        string="Late-payment interest", company_dependent=True, groups=COLLECTORS, tracking=True,
        help="Claim late-payment interest in statements and messages. It is never posted.",
    )
    collection_indemnity = PortfolioBranchBoolean(
        string="Fixed indemnity", company_dependent=True, groups=COLLECTORS, tracking=True,
        help="Claim the fixed recovery indemnity, once for each invoice paid late. It is never "
        "posted.",
    )
    collection_insolvency_date = PortfolioDate(
        string="Insolvency since", groups=COLLECTORS, tracking=True,
        help="Day on which safeguard, receivership or liquidation was opened. Interest stops on "
        "its eve, and the fixed indemnity is not claimed any more. A fact of the customer: it "
        "holds in every company.",
    )

    @api.constrains("collection_debtor_kind", *SWITCHES)
    def _check_collection_consumer(self):
        """No penalty or indemnity from a consumer or tenant (L8, L16).

        Not checked when a company becomes a person: whoever changes an address may not even see
        these fields. What is claimed depends on the kind at that moment, whatever the switches.
        A switch that merely follows the company's default is no breach either: it is no claim.
        """
        customers = self.sudo().filtered(lambda partner: partner == partner.commercial_partner_id)
        kinds = customers._get_collection_debtor_kinds()
        for customer in customers:
            if kinds[customer.id] == "consumer" and customer._has_own_penalty_switch():
                raise ValidationError(self.env._(
                    "%(customer)s is a consumer or tenant: neither late-payment interest nor the "
                    "fixed indemnity may be claimed (recovery costs: CPCE, art. L. 111-8; housing "
                    "leases: law of 6 July 1989, art. 4 i). Switch both off, or set the debtor to "
                    "professional or public buyer.", customer=customer.display_name))

    @api.model
    def _get_collection_fact_names(self):
        return [*super()._get_collection_fact_names(), "collection_insolvency_date"]

    def _has_own_penalty_switch(self):
        """:return: bool, whether a switch is on that the company's default would leave off"""
        return any(
            self[name] and not self._fields[name].get_company_dependent_fallback(self)
            for name in SWITCHES)

    def _get_collection_debtor_kinds(self):
        """Debtor kind of each partner's commercial entity in the current company.

        :return: dict of professional / public / consumer by partner id
        """
        return {
            partner.id: customer.collection_debtor_kind or (
                "professional" if customer.is_company else "consumer")
            for partner in self.sudo() for customer in partner.commercial_partner_id
        }

    def _get_collection_paid_late(self, company):
        """Instalments that were paid, but late: what the law gives for it stays due.

        Those whose due date is longer ago than the company claims for are left out. The caller
        asks for the claims on them: there may be none.

        :param company: the current company
        :return: ``account.move.line``, settled, of customers of whom something is claimed
        """
        lines = self.env["account.move.line"].sudo()
        customers = self.sudo().with_company(company).filtered(
            lambda customer: customer.collection_penalties or customer.collection_indemnity)
        if not customers:
            return lines
        since = company._get_collection_day() - relativedelta(years=company.collection_claim_years)
        query = lines._search(
            Domain("company_id", "=", company.id) & Domain("reconciled", "=", True)
            & Domain("date_maturity", ">=", since) & Domain("parent_state", "=", "posted")
            & Domain("account_type", "=", "asset_receivable")
            & Domain("move_id.move_type", "=", "out_invoice")
            & Domain("partner_id.commercial_partner_id", "in", customers.ids),
            order="date_maturity, id")
        query.add_where(SQL(
            "EXISTS (SELECT FROM account_partial_reconcile partial"
            " JOIN account_move_line paid ON paid.id = partial.credit_move_id"
            " WHERE partial.debit_move_id = account_move_line.id"
            " AND paid.date > account_move_line.date_maturity)"))
        return lines.browse(query)

    def _get_penalty_terms(self, company, day, tables):
        """What a company may claim from these customers on a day.

        :param company: the current company
        :param tables: of ``collection.penalty.rate._get_tables``
        :return: dict of :class:`~..engine.claims.Terms` by customer id
        """
        kinds = self._get_collection_debtor_kinds()
        regimes = {"professional": company.collection_penalty_regime, "public": "public"}
        rates = {kind: tables[company.id, regime]._get_engine_rates()
                 for kind, regime in regimes.items()}
        indemnities = tables[company.id, "indemnity"]._get_engine_indemnities()
        terms = {}
        for customer in self.sudo():
            kind, until = kinds[customer.id], customer._get_last_interest_day(day)
            indemnified = customer.collection_indemnity and kind in regimes and until == day
            terms[customer.id] = Terms(
                rates=rates.get(kind) if customer.collection_penalties else None,
                split=kind != "public", until=until,
                indemnities=indemnities if indemnified else None)
        return terms

    def _get_notice_terms(self, company, day, tables):
        """What those of these customers who are consumers owe once formal notice was given: the
        legal rate, each day that of its semester (L17).

        The rate is the one of creditors who are no private persons.

        :param company: the current company
        :param tables: of ``collection.penalty.rate._get_tables``
        :return: dict of :class:`~..engine.claims.Terms` by the id of each consumer
        """
        kinds = self._get_collection_debtor_kinds()
        rates = tables[company.id, "business"]._get_engine_legal_rates()
        return {
            customer.id: Terms(
                rates=rates, split=True, indemnities=None,
                until=customer._get_last_interest_day(day))
            for customer in self.sudo() if kinds[customer.id] == "consumer"}

    def _get_last_interest_day(self, day):
        """:return: date, the day, or the eve of the judgment where insolvency was opened before:
            it takes effect at the first hour of its day"""
        insolvent = self.collection_insolvency_date
        return min(day, insolvent - timedelta(days=1)) if insolvent else day
