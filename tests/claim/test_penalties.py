from datetime import date
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from ...engine.claims import NO_CLAIM
from ..common import CollectionCase


class PenaltyCase(CollectionCase):
    """One professional customer with penalties and indemnity; the rates of the law's table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.currency_id = cls.env.ref("base.EUR")
        cls.baker = cls.make_debtor("Bakery")

    @classmethod
    def make_debtor(cls, name, **vals):
        return cls.make_customer(name, holders={}, **{
            "collection_penalties": True, "collection_indemnity": True, **vals})

    @classmethod
    def make_rate(cls, regime="contractual", user=None, **vals):
        rates = cls.env["collection.penalty.rate"].with_user(user or cls.manager)
        return rates.with_context(lang="en_US").create(
            {"regime": regime, "date_from": "2020-01-01", **vals})

    @classmethod
    def make_debt(cls, due, amount=10000.0, customer=None, **vals):
        return cls.make_invoice(
            customer or cls.baker, amount, due, **{"invoice_date": "2024-01-01", **vals})

    @classmethod
    def make_instalments(cls, dues, **vals):
        """An invoice of 10,000 in equal instalments, due that many days after 1 January 2024."""
        terms = cls.env["account.payment.term"].create({
            "name": "In parts", "line_ids": [Command.create({
                "value": "percent", "value_amount": 100 / len(dues), "nb_days": days})
                for days in dues]})
        return cls.make_invoice(
            cls.baker, 10000.0, False, invoice_date="2024-01-01",
            invoice_payment_term_id=terms.id, **vals)

    @classmethod
    def pay_on(cls, invoice, day, amount=None):
        with cls.at(f"{day} 12:00:00"):
            return cls.pay(invoice, amount)

    def claims(self, invoices, day, user=None):
        """The claims of the invoices' receivable lines, by due date."""
        items = self.get_items(invoices).with_user(user or self.collector)
        claims = items._get_collection_penalties(date.fromisoformat(day))
        return [claims[item.id] for item in items]

    def assertClaim(self, invoices, day, interest, indemnity=0):
        """The interest and indemnity of all lines together, nothing missing."""
        claims = self.claims(invoices, day)
        self.assertEqual(
            (sum(claim.interest for claim in claims), sum(claim.indemnity for claim in claims)),
            (Decimal(interest), Decimal(indemnity)))
        self.assertEqual({claim.missing_from for claim in claims}, {None})


@tagged("post_install", "-at_install")
class TestPenaltyClaims(PenaltyCase):

    def test_split_by_semester(self):
        """S-010, L4, L7: 91 days at 14.50, 92 at 14.25, and 40 once."""
        self.assertClaim(self.make_debt("2024-03-31"), "2024-09-30", "720.68", 40)

    def test_turn_of_the_year(self):
        """S-010, L4: 61 days at 14.25, 59 at 13.15."""
        self.assertClaim(self.make_debt("2024-10-31"), "2025-02-28", "450.71", 40)

    def test_partial_payments_by_their_dates(self):
        """S-010, L5, L7: 4,000 in May, the rest in June; 40 once, though paid in two parts."""
        invoice = self.make_debt("2024-03-31")
        self.pay_on(invoice, "2024-05-15", 4000)
        self.assertClaim(invoice, "2024-05-15", "178.77", 40)
        self.pay_on(invoice, "2024-06-30", 6000)
        self.assertClaim(invoice, "2025-01-01", "288.41", 40)

    def test_paid_on_the_due_date(self):
        """L1, L7: in time, so neither interest nor indemnity, however late one asks."""
        invoice = self.make_debt("2024-03-31", 1000)
        self.pay_on(invoice, "2024-03-31")
        self.assertClaim(invoice, "2025-01-01", 0)

    def test_paid_on_the_next_day(self):
        """L6, L7: one day late is 0.40 on 1,000, and 40."""
        invoice = self.make_debt("2024-03-31", 1000)
        self.pay_on(invoice, "2024-04-01")
        self.assertClaim(invoice, "2025-01-01", "0.40", 40)

    def test_not_due_yet(self):
        """L1: nothing on the due date itself."""
        self.assertClaim(self.make_debt("2024-03-31"), "2024-03-31", 0)

    def test_public_buyer(self):
        """L14: ECB + 8 as of the first semester, for the whole delay."""
        self.baker.collection_debtor_kind = "public"
        self.assertClaim(self.make_debt("2024-03-31"), "2024-09-30", "626.71", 40)

    def test_consumer(self):
        """L8, L16: nothing from a person, though the company's default is on."""
        for name in ("collection_penalties", "collection_indemnity"):
            self.env["ir.default"].set("res.partner", name, True, company_id=self.company.id)
        tenant = self.make_customer("Tenant", holders={})
        tenant.is_company = False
        self.assertTrue(tenant.collection_penalties)
        self.assertClaim(self.make_debt("2024-03-31", customer=tenant), "2024-09-30", 0)

    def test_off_by_default(self):
        """S-010: a customer for whom nothing was switched on is claimed nothing."""
        quiet = self.make_customer("Quiet", holders={})
        self.assertClaim(self.make_debt("2024-03-31", customer=quiet), "2024-09-30", 0)

    def test_each_switch_alone(self):
        """S-010, M-006: interest and indemnity are two things."""
        invoice = self.make_debt("2024-03-31")
        self.baker.collection_indemnity = False
        self.assertClaim(invoice, "2024-09-30", "720.68")
        self.baker.write({"collection_indemnity": True, "collection_penalties": False})
        self.assertClaim(invoice, "2024-09-30", 0, 40)

    def test_contact_of_the_customer(self):
        """S-010: an invoice to a contact follows the commercial entity's settings."""
        contact = self.make_partner("Branch", parent_id=self.baker.id, type="invoice")
        self.assertClaim(
            self.make_debt("2024-03-31", customer=contact), "2024-09-30", "720.68", 40)

    def test_insolvency(self):
        """L9: interest stops on the eve of the judgment; the indemnity is not claimable."""
        invoice = self.make_debt("2024-03-31")
        self.baker.collection_insolvency_date = "2024-05-16"
        self.assertClaim(invoice, "2024-09-30", "178.77")
        self.assertClaim(invoice, "2024-05-15", "178.77", 40)

    def test_debt_due_after_the_judgment(self):
        """L9: nothing of what fell due later."""
        self.baker.collection_insolvency_date = "2024-03-01"
        self.assertClaim(self.make_debt("2024-03-31"), "2024-09-30", 0)

    def test_credit_note_bears_nothing(self):
        """S-010: invoices only."""
        note = self.make_debt("2024-03-31", move_type="out_refund")
        self.assertEqual(self.claims(note, "2024-09-30"), [NO_CLAIM])

    def test_misc_entry_bears_nothing(self):
        """S-010: no miscellaneous entry, even one that is followed up."""
        items = self.get_items(self.make_misc_entry())
        items.no_followup = False
        self.assertEqual(
            items._get_collection_penalties(date(2024, 9, 30)), {items.id: NO_CLAIM})

    def make_misc_entry(self):
        journal = self.env["account.journal"].create(
            {"name": "Opening", "code": "TOPN", "type": "general"})
        entry = self.env["account.move"].create({
            "journal_id": journal.id, "date": "2024-01-01", "line_ids": [
                Command.create({
                    "account_id": self._get_account("asset_receivable").id, "debit": 10000,
                    "partner_id": self.baker.id, "date_maturity": "2024-03-31"}),
                Command.create({
                    "account_id": self._get_account("income").id, "credit": 10000})]})
        entry.action_post()
        return entry

    def test_kept_out_of_follow_up(self):
        """S-010: an item that is not followed up is not claimed upon."""
        invoice = self.make_debt("2024-03-31")
        invoice.no_followup = True
        self.assertClaim(invoice, "2024-09-30", 0)

    def test_disputed_item(self):
        """S-010: nothing on a disputed item; the other part of the invoice carries the 40."""
        first, second = self.get_items(self.make_instalments([30, 90]))
        first.collection_status_id = self.make_status("dispute")
        claims = (first + second)._get_collection_penalties(date(2024, 4, 10))
        self.assertEqual(claims[first.id], NO_CLAIM)
        self.assertEqual(
            (claims[second.id].interest, claims[second.id].indemnity), (Decimal("19.86"), 40))

    def test_dispute_resolved_in_our_favour(self):
        """L12: a resolved dispute, like any other status, bears interest as if never raised."""
        invoice = self.make_debt("2024-03-31")
        for kind in ("resolved", "promise", "litigation"):
            self.get_items(invoice).collection_status_id = self.make_status(kind)
            self.assertClaim(invoice, "2024-09-30", "720.68", 40)

    def make_status(self, kind):
        return self.env["collection.item.status"].create(
            {"name": kind, "kind": kind, "excludes": kind in ("dispute", "litigation")})

    def test_credit_note_that_corrects_the_invoice(self):
        """L5: what a credit note takes back was never due, so it bore no interest."""
        invoice = self.make_debt("2024-03-31")
        with self.at("2024-06-30 12:00:00"):
            note = invoice._reverse_moves([{"invoice_date": "2024-06-30", "date": "2024-06-30"}])
            note.invoice_line_ids.price_unit = 4000
            note.action_post()
            self.get_items(invoice + note).reconcile()
        self.assertEqual(invoice.amount_residual, 6000)
        self.assertClaim(invoice, "2024-09-30", "432.41", 40)

    def test_payment_received_before_the_invoice_was_entered(self):
        """L6: the day of the money counts, not that of the matching."""
        with self.at("2024-03-01 12:00:00"):
            early = self.make_misc_payment()
        invoice = self.make_debt("2024-03-31", date="2024-06-01")
        (self.get_items(invoice) + early).reconcile()
        self.assertClaim(invoice, "2024-09-30", 0)

    def make_misc_payment(self):
        payment = self.env["account.payment"].create({
            "partner_id": self.baker.id, "amount": 10000, "date": "2024-03-01"})
        payment.action_post()
        return self.get_items(payment.move_id)

    def test_instalments(self):
        """L6, L7: each part by its own due date; 40 once, on the first late one."""
        invoice = self.make_instalments([30, 90])  # due on 31 January and 31 March
        first, second = self.claims(invoice, "2024-04-10")
        self.assertEqual((first.interest, first.indemnity), (Decimal("139.04"), 40))
        self.assertEqual((second.interest, second.indemnity), (Decimal("19.86"), 0))
        self.assertEqual(first.indemnity_currency, self.env.ref("base.EUR"))

    def test_indemnity_moves_to_the_instalment_still_open(self):
        """L7: once the first late part is paid, the statement still names the 40, once."""
        invoice = self.make_instalments([30, 90])
        self.pay_on(invoice, "2024-02-10", 5000)
        first, second = self.claims(invoice, "2024-04-10")
        self.assertEqual((first.interest, first.indemnity), (Decimal("19.86"), 0))
        self.assertEqual((second.interest, second.indemnity), (Decimal("19.86"), 40))
        self.assertEqual([claim.indemnity for claim in self.claims(invoice, "2024-03-31")],
                         [40, 0])

    def test_indemnity_does_not_depend_on_the_lines_asked_for(self):
        """L7: the second part alone does not bring a second 40."""
        second = self.get_items(self.make_instalments([30, 90]))[1]
        claim = second._get_collection_penalties(date(2024, 4, 10))
        self.assertEqual(list(claim), [second.id])
        self.assertEqual(claim[second.id].indemnity, 0)

    def test_missing_semester(self):
        """L4: 2026 S2 has no rate: interest stands as of 30 June, and the day is named."""
        invoice = self.make_debt("2026-06-20", invoice_date="2026-01-01")
        claim, = self.claims(invoice, "2026-09-01")
        self.assertEqual(claim.missing_from, date(2026, 7, 1))
        self.assertEqual((claim.interest, claim.indemnity), (Decimal("33.29"), 40))

    def test_missing_indemnity(self):
        """L7: the 40 are configuration: without a row there are none, and no rate is missing."""
        self.env["collection.penalty.rate"].search([("regime", "=", "indemnity")]).unlink()
        claim, = self.claims(self.make_debt("2024-03-31"), "2024-09-30")
        self.assertEqual(
            (claim.interest, claim.indemnity, claim.missing_from), (Decimal("720.68"), 0, None))

    def test_indemnity_by_its_own_date(self):
        """L7: the amount in force when the invoice became late."""
        self.env.ref("account_collection.penalty_indemnity_2013").date_to = "2024-03-31"
        self.make_rate("indemnity", date_from="2024-04-01", amount=50)
        self.assertClaim(self.make_debt("2024-03-30"), "2024-04-02", "11.92", 40)
        self.assertClaim(self.make_debt("2024-03-31"), "2024-04-02", "7.95", 50)

    def test_contractual_rate(self):
        """L2: the rate of the terms holds where the company chose it, for professionals."""
        self.make_rate(rate=20)
        invoice = self.make_debt("2024-03-31")
        self.assertClaim(invoice, "2024-04-10", "39.73", 40)
        self.company.collection_penalty_regime = "contractual"
        self.assertClaim(invoice, "2024-04-10", "54.79", 40)
        self.baker.collection_debtor_kind = "public"
        self.assertClaim(invoice, "2024-04-10", "34.25", 40)

    def test_own_rate_of_a_company(self):
        """S-010: a company's own row goes before the general one; not another company's."""
        invoice = self.make_debt("2024-03-31")
        other = self.env["res.company"].create({"name": "Other landlord"})
        dates = {"date_from": "2024-04-01", "date_to": "2024-04-05"}
        self.make_rate("business", company_id=other.id, rate=99, user=self.env.user, **dates)
        self.assertClaim(invoice, "2024-04-10", "39.73", 40)
        self.make_rate("business", company_id=self.company.id, rate=20, **dates)
        self.assertClaim(invoice, "2024-04-10", "47.26", 40)

    def test_companies_side_by_side(self):
        """S-010: each item by its own company's settings of the customer."""
        own = self.make_debt("2024-03-31")
        other = self.make_other_company()
        theirs = self.make_debt_in(other)
        claims = self.claims(own + theirs, "2024-09-30", user=self.env.user)
        by_company = dict(zip(self.get_items(own + theirs).company_id, claims))
        self.assertEqual(by_company[self.company].interest, Decimal("720.68"))
        self.assertEqual(by_company[other], NO_CLAIM)
        self.baker.with_company(other).collection_penalties = True
        self.assertEqual(
            self.claims(theirs, "2024-09-30", user=self.env.user)[0].interest, Decimal("720.68"))

    def make_other_company(self):
        company = self.env["res.company"].create({"name": "Other landlord"})
        self.env.user.company_ids |= company
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False)
        company.currency_id = self.env.ref("base.EUR")
        return company

    def make_debt_in(self, company):
        """An invoice as :meth:`make_debt` makes it, in another company."""
        income = self.env["account.account"].with_company(company).search([
            ("account_type", "=", "income"), ("company_ids", "in", company.id)], limit=1)
        return self.make_debt("2024-03-31", company_id=company.id, invoice_line_ids=[
            Command.create({"name": "Rent", "price_unit": 10000, "account_id": income.id,
                            "tax_ids": [Command.clear()]})])

    def test_foreign_currency(self):
        """S-010: interest in the item's currency and to its digits; the indemnity in euro."""
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": yen.id, "name": "2024-01-01", "rate": 160})
        invoice = self.make_debt("2024-03-31", 1_000_000, currency_id=yen.id)
        claim, = self.claims(invoice, "2024-09-30")
        self.assertEqual(str(claim.interest), "72068")
        self.assertEqual(
            (claim.indemnity, claim.indemnity_currency), (40, self.env.ref("base.EUR")))

    def test_cost_does_not_grow(self):
        """S-010: the same number of queries for 1 and for 10 customers."""
        self.assertEqual(self.count(1), self.count(10))

    def count(self, number):
        invoices = self.env["account.move"]
        for rank in range(number):
            invoice = self.make_debt("2024-03-31", customer=self.make_debtor(f"Debtor {rank}"))
            self.pay_on(invoice, "2024-05-15", 4000)
            invoices |= invoice
        items = self.get_items(invoices).with_user(self.collector)
        claims = items._get_collection_penalties(date(2024, 6, 30))
        self.assertEqual({claim.interest for claim in claims.values()}, {Decimal("288.41")})
        return self.count_queries(items._get_collection_penalties, date(2024, 6, 30))
