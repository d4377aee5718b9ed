from datetime import date

import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import MANAGER
from .test_penalties import PenaltyCase

EXAMPLE_FROM, EXAMPLE_TO = date(2023, 1, 1), date(2026, 6, 30)


@tagged("post_install", "-at_install")
class TestPenaltyCustomer(PenaltyCase):

    def test_kinds_of_debtors(self):
        """L8: a company is a professional and a person a consumer, unless told otherwise."""
        person = self.make_partner("Person")
        town = self.make_partner("Town", is_company=True, collection_debtor_kind="public")
        contact = self.make_partner("Clerk", parent_id=town.id)
        self.assertEqual(
            (self.baker + person + town + contact)._get_collection_debtor_kinds(),
            {self.baker.id: "professional", person.id: "consumer", town.id: "public",
             contact.id: "public"})

    def test_consumer_refused(self):
        """L8, L16: neither switch for a consumer; the message names the law and the way out."""
        person = self.make_partner("Person", collector_id=self.collector.id)
        for name in ("collection_penalties", "collection_indemnity"):
            with self.subTest(name), self.assertRaisesRegex(
                    ValidationError, "L. 111-8.*6 July 1989.*Switch both off"):
                person.with_user(self.collector)[name] = True
        with self.assertRaises(ValidationError):
            self.baker.with_user(self.collector).collection_debtor_kind = "consumer"

    def test_sole_trader(self):
        """L8: a person who trades is a professional once said so."""
        person = self.make_partner("Trader", collector_id=self.collector.id)
        person.with_user(self.collector).write(
            {"collection_debtor_kind": "professional", "collection_penalties": True})
        self.assertTrue(person.collection_penalties)

    def test_default_does_not_refuse_persons(self):
        """S-010: a company whose default is on can still have persons among its contacts."""
        with Form(self.env["res.config.settings"]) as settings:
            settings.collection_penalties = True
            settings.collection_indemnity = True
        settings.record.execute()
        person = self.make_partner("Person")
        company = self.make_partner("Company", is_company=True)
        self.assertTrue(company.collection_penalties and person.collection_indemnity)
        person.collection_debtor_kind = "consumer"

    def test_default_is_of_one_company(self):
        """S-010: the default of one company is not that of another."""
        self.env["res.config.settings"].create({"collection_penalties": True}).execute()
        other = self.env["res.company"].create({"name": "Other landlord"})
        quiet = self.make_partner("Quiet", is_company=True)
        self.assertTrue(quiet.collection_penalties)
        self.assertFalse(quiet.with_company(other).collection_penalties)
        self.assertTrue(self.env["res.config.settings"].create({}).collection_penalties)


@tagged("post_install", "-at_install")
class TestPenaltyRate(PenaltyCase):

    def test_table_of_the_product(self):
        """S-010: 2023 S1 to 2026 S1, professionals and public buyers; 2026 S2 left out."""
        rows = self.env["collection.penalty.rate"].search([("company_id", "=", False)])
        for regime, points in (("business", 10), ("public", 8)):
            table = rows.filtered(lambda row, regime=regime: row.regime == regime)
            self.assertEqual(len(table), 7)
            self.assertEqual(
                (min(table.mapped("date_from")), max(table.mapped("date_to"))),
                (EXAMPLE_FROM, EXAMPLE_TO))
            for row in table:
                self.assertAlmostEqual(row.rate, row.reference_rate + points, 3)
                self.assertAlmostEqual(row.floor_rate, 3 * row.legal_rate, 3)
            self.assertTrue(all("counsel" in row.note for row in table))

    def test_new_semester(self):
        """S-010: from the ECB rate alone, with the points of the latest semester."""
        with Form(self.env["collection.penalty.rate"].with_user(self.manager)) as form:
            form.date_from = "2026-07-01"
            form.date_to = "2026-12-31"
            form.reference_rate = 2.4
            form.legal_rate = 3
        self.assertEqual(
            (form.record.points, form.record.rate, form.record.floor_rate), (10, 12.4, 9))

    def test_row_without_a_rate(self):
        """L4: a semester entered before its rate is known is missing, not free of interest."""
        row = self.make_rate("business", date_from="2026-07-01", date_to="2026-12-31", rate=0)
        self.assertIn("not known yet", row.warning)
        invoice = self.make_debt("2026-06-20", invoice_date="2026-01-01")
        self.assertEqual(self.claims(invoice, "2026-09-01")[0].missing_from, date(2026, 7, 1))

    def test_a_rate_of_the_law_has_an_end(self):
        """L4: a semester cannot run on without a last day."""
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            self.make_rate("business", date_from="2026-07-01", rate=12)

    def test_overlap_is_refused(self):
        """S-010: one rate a day; both rows are named."""
        with self.assertRaisesRegex(ValidationError, "06/30/2026.*06/01/2026"):
            self.make_rate("business", date_from="2026-06-01", date_to="2026-12-31", rate=12)

    def test_overlap_with_a_rate_without_end(self):
        """S-010: until further notice overlaps what begins later."""
        self.make_rate(rate=20)
        with self.assertRaises(ValidationError):
            self.make_rate(rate=21, date_from="2025-01-01")

    def test_overlap_is_refused_by_the_database(self):
        """S-010: two users at once pass the check of the model, not the database's."""
        row = self.make_rate(rate=20)
        self.env.flush_all()
        with self.assertRaises(psycopg2.errors.ExclusionViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "INSERT INTO collection_penalty_rate (regime, date_from, rate)"
                " SELECT regime, date_from, 21 FROM collection_penalty_rate WHERE id = %s",
                [row.id])
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_no_overlap_between_kinds_and_companies(self):
        """S-010: another kind, another company, the day after: all in order."""
        self.make_rate(rate=20, date_to="2024-12-31")
        self.make_rate(rate=21, date_from="2025-01-01")
        self.make_rate(rate=22, company_id=self.company.id)
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_contractual_rate_below_the_floor(self):
        """L3: said, with the floor and since when; the law's default has no floor."""
        low = self.make_rate(rate=15, date_from="2024-01-01")
        self.assertRegex(low.warning, r"15\.21 % from 01/01/2024")
        low.date_from = "2024-07-01"
        self.assertFalse(low.warning)
        default = self.env.ref("account_collection.penalty_rate_business_2024_1")
        self.assertLess(default.rate, default.floor_rate)
        self.assertFalse(default.warning)

    def test_who_may_change_rates(self):
        """S-010: managers write, collectors read."""
        row = self.make_rate(rate=20)
        row.rate = 21
        self.assertEqual(row.with_user(self.collector).rate, 21)
        with self.assertRaises(AccessError):
            row.with_user(self.collector).rate = 22

    def test_rates_of_another_company(self):
        """S-010: neither read nor changed, even by a manager."""
        other = self.env["res.company"].create({"name": "Other landlord"})
        row = self.make_rate(rate=20, company_id=other.id, user=self.env.user)
        boss = self.make_user("boss", MANAGER)
        self.assertFalse(row.with_user(boss).search([("id", "=", row.id)]))
        with self.assertRaises(AccessError):
            row.with_user(boss).rate = 22
