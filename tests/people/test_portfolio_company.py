from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import COLLECTOR, CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestPortfolioCompany(CollectionCase):
    """X-10: a collector in one company, member of another: whose portfolio is asked in the
    record's company, in whatever order companies are chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Company B"})
        cls.guest = cls.make_user("guest", COLLECTOR, company_id=cls.company.id, company_ids=[
            (6, 0, (cls.company | cls.other).ids)])
        cls.customer.with_company(cls.other).collector_id = cls.guest
        cls.invoice = cls.make_invoice(cls.customer, 100)
        cls.planned = cls.chase(cls.customer, cls.make_scenario())
        cls.template = cls.make_template("A", [step("one", [action("a")], [row("end")])])
        cls.sequence = cls.launch(cls.template)
        cls.items = cls.get_items(cls.invoice)
        cls.promise = cls.env["collection.promise"].with_user(cls.collector).make(
            cls.items, date="2026-03-09")
        cls.env.flush_all()

    def choose(self, records, *companies):
        return records.with_user(self.guest).with_context(
            allowed_company_ids=[company.id for company in companies])

    def get_orders(self):
        return [(self.company,), (self.other,), (self.company, self.other),
                (self.other, self.company)]

    def get_records(self):
        history = self.customer.sudo().collection_history_ids[:1]
        return [self.sequence.sudo(), self.planned, self.promise, history,
                self.sequence.sudo().visit_ids[:1], self.sequence.participant_ids[:1],
                self.promise.line_ids[:1]]

    def test_nothing_of_the_other_company_is_read(self):
        """X-10: neither found nor read."""
        for companies in self.get_orders():
            for record in self.get_records():
                with self.subTest(record, first=companies[0].name, count=len(companies)):
                    self.env.invalidate_all()
                    own = self.choose(record, *companies)
                    self.assertFalse(own.search([("id", "=", record.id)]))
                    self.assertFalse(own.has_access("read"))

    def test_nothing_of_it_is_commanded(self):
        """X-10: pausing, moving, cancelling, waiving, changing an item's status."""
        commands = [
            lambda *c: self.choose(self.sequence, *c).action_pause("Mine"),
            lambda *c: self.choose(self.planned, *c).reschedule("2026-04-01"),
            lambda *c: self.choose(self.promise, *c).cancel("Mine"),
            lambda *c: self.choose(self.invoice, *c).waive_collection_claims("Mine"),
            lambda *c: self.choose(self.items, *c).set_collection_status(
                self.env["collection.item.status"].search([], limit=1)),
        ]
        for companies in self.get_orders():
            for number, command in enumerate(commands):
                with self.subTest(number, first=companies[0].name, count=len(companies)), \
                        self.assertRaises(AccessError):
                    command(*companies)

    def test_a_default_moves_no_dialog_to_the_other_company(self):
        """X-12: customer and company are asked together, wherever either comes from."""
        foreign = self.make_customer("Foreign")
        foreign.with_company(self.other).collector_id = self.guest
        dialogs = self.choose(self.env["collection.call"], self.other, self.company)
        for vals, defaults in (
                ({"customer_id": foreign.id}, {"default_company_id": self.company.id}),
                ({"company_id": self.company.id}, {"default_customer_id": foreign.id})):
            with self.subTest(vals), self.assertRaises(AccessError):
                dialogs.with_context(**defaults).create(vals)

    def test_the_own_portfolio_is_seen_in_any_order(self):
        """X-10: what is one's own stays so."""
        self.customer.collector_id = self.guest
        self.customer.with_company(self.other).collector_id = self.collector
        self.env.flush_all()
        for companies in ((self.company,), (self.company, self.other),
                          (self.other, self.company)):
            self.env.invalidate_all()
            sequence = self.choose(self.sequence, *companies)
            self.assertTrue(sequence.search([("id", "=", sequence.id)]))
            self.assertTrue(sequence.has_access("write"))
        self.choose(self.sequence, self.other, self.company).action_pause("Mine")

    def test_whose_portfolio_a_record_is_in(self):
        """X-10: the collector in its company."""
        record = self.planned.with_company(self.other)
        self.assertEqual(record.collector_id, self.collector)
