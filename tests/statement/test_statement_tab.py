from ast import literal_eval
from datetime import date

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import COLLECTOR, action as asked, row, step
from ..specific.test_specific import ItemCase

#: What the statement's list reads.
COLUMNS = {name: {} for name in (
    "collection_document", "date_maturity", "collection_days_late", "amount_currency",
    "amount_residual_currency", "collection_penalty", "collection_status_color",
    "collection_comment", "collection_promise_date", "collection_outlook",
    "collection_excluded_since", "collection_review_date", "no_followup")}
COLUMNS["collection_status_id"] = {"fields": {"display_name": {}}}
COLUMNS["currency_id"] = {"fields": {}}


@tagged("post_install", "-at_install")
class TestStatementTab(ItemCase):
    """The customer's open items on its form, one row an item."""

    def set_status(self, items, kind, **vals):
        items.set_collection_status(
            self.env.ref(f"account_collection.item_status_{kind}"), **vals)

    def get_outlook(self, item):
        item.invalidate_recordset()
        return item.with_context(lang="en_US").collection_outlook

    def get_statement(self, customer=None, user=None):
        lines = self.env["account.move.line"].with_user(user or self.collector)
        return lines.search(
            lines._get_statement_domain(customer or self.customer), order="date_maturity, id")

    def test_all_that_is_open_is_on_it(self):
        """A-009: of contacts too; credits, payments on account, and what is kept out of
        follow-up; nothing that is settled."""
        contact = self.make_partner("Jane", parent_id=self.customer.id)
        theirs = self.make_invoice(contact, 30, due="2026-03-30")
        refund = self.credit(self.make_invoice(self.customer, 20))
        paid = self.make_invoice(self.customer, 10)
        self.pay(paid)
        self.items[0].sudo().no_followup = True
        shown = self.get_statement()
        self.assertLessEqual(self.items | theirs._get_collection_lines(), shown)
        self.assertFalse((paid | refund).line_ids & shown)

    def test_days_late(self):
        """A-009: since the due date; none for what is not due, nor for credits."""
        coming = self.make_invoice(self.customer, 30, due="2026-03-30")._get_collection_lines()
        self.assertEqual(self.items[0].collection_days_late, 29)
        self.assertEqual(coming.collection_days_late, 0)

    def test_totals_by_currency(self):
        """A-009: what is open and what of it is overdue; currencies stand apart."""
        other = self.env["res.currency"].with_context(active_test=False).search([
            ("id", "!=", self.company.currency_id.id), ("name", "in", ("USD", "EUR"))], limit=1)
        other.active = True
        self.make_invoice(self.customer, 70, due="2026-03-30", currency_id=other.id)
        totals = {
            total["currency"]: total for total in
            self.customer.with_user(self.collector).get_collection_statement_totals()}
        self.assertIn("300", totals[self.company.currency_id.name]["overdue"])
        self.assertIn("70", totals[other.name]["open"])
        self.assertFalse(totals[other.name]["overdue"])

    def test_what_is_kept_out_is_no_part_of_the_totals(self):
        """A-009: what nobody is chased for stands apart, here as in the page before a call, the
        list of customers and the work list."""
        self.items[0].sudo().no_followup = True
        self.items[1].move_id.sudo().action_toggle_block_payment()
        self.env["collection.debtor"]._rebuild(self.customer)
        debtor = self.env["collection.debtor"].search([("customer_id", "=", self.customer.id)])
        customer = self.customer.with_user(self.collector)
        [totals] = customer.get_collection_statement_totals()
        due, kept_out = (
            sum(items.mapped("amount_residual")) for items in (self.items[2:], self.items[:2]))
        written = {name: self.env["collection.statement"].with_user(
            self.collector)._format_amount(amount, self.company.currency_id)
            for name, amount in (("due", due), ("kept_out", kept_out))}
        self.assertEqual(
            (totals["open"], totals["overdue"], totals["kept_out"]),
            (written["due"], written["due"], written["kept_out"]))
        self.assertEqual(
            (debtor.overdue, debtor.kept_out, debtor.balance), (due, kept_out, due + kept_out))
        self.assertEqual(
            (customer.collection_overdue, customer.collection_balance), (due, due + kept_out))
        head = customer.collection_head
        self.assertEqual((head["due"], head["overdue"]), (written["due"], written["due"]))

    def test_only_money_is_called_a_payment(self):
        """A-009: a credit that was booked otherwise goes by its number alone."""
        entry = self.env["account.move"].create({"move_type": "entry", "line_ids": [
            Command.create({"account_id": self.items[0].account_id.id, "balance": -20,
                            "partner_id": self.customer.id}),
            Command.create({"account_id": self._get_account("income").id, "balance": 20})]})
        entry.action_post()
        credit = self.get_items(entry).with_user(self.collector)
        self.assertEqual(credit.collection_document, entry.name)

    def test_filters_by_age(self):
        """screens 14: a filter for each age of the company, to the day."""
        self.company.collection_buckets = "20, 29"
        lines = self.env["account.move.line"].with_user(self.collector)
        view = self.env.ref("account_collection.account_move_line_view_search_collection")
        arch = etree.fromstring(lines.get_view(view.id, "search")["arch"])
        found = {node.get("string"): lines.search(
            [("id", "in", self.items.ids), *literal_eval(node.get("domain"))]).sorted("id")
            for node in arch.iter("filter") if node.get("name").startswith("late_")}
        self.assertEqual(found, {
            "1–20 days": self.items[1:], "21–29 days": self.items[0], "Over 29 days": lines})

    def test_claims(self):
        """A-009: interest and indemnity where they are claimed; nothing elsewhere."""
        self.assertFalse(self.items[0].collection_penalty)
        self.customer.collection_indemnity = True
        self.items.invalidate_recordset()
        self.assertIn("40", self.items[0].collection_penalty)

    def test_a_missing_rate_is_said(self):
        """A-009: never guessed."""
        self.customer.collection_penalties = True
        self.env["collection.penalty.rate"].search([]).unlink()
        self.items.invalidate_recordset()
        self.assertIn("rate missing", self.items[0].collection_penalty)

    def test_what_is_next(self):
        """A-001, A-025: the scenario's action, or the specific one with its day."""
        planned = self.get_planned(self.customer)
        self.assertIn(planned.name, self.get_outlook(self.items[0]))
        self.create_specific(self.items[0], name="Visit", date="2026-03-12")
        self.assertRegex(self.get_outlook(self.items[0]), "03/12/2026.*Visit")
        self.assertIn(self.get_planned(self.customer).name, self.get_outlook(self.items[1]))

    def test_what_is_left_out_says_until_when(self):
        """E13: and what the core keeps out says so."""
        self.set_status(self.items[0], "litigation", review_date="2026-03-20")
        self.assertIn("03/20/2026", self.get_outlook(self.items[0]))
        self.items[1].sudo().no_followup = True
        self.assertEqual(self.get_outlook(self.items[1]), "No follow-up")

    def test_an_item_of_a_sequence_says_so(self):
        """Row 18: by the sequence's name and step, whatever it suspends."""
        template = self.make_template("HELD", [
            step("serve", [asked("deed")], [row("end")])], name="Commandement", suspends="items")
        self.launch(template, items=self.items[0])
        self.assertEqual(self.get_outlook(self.items[0]), "Sequence Commandement: Serve")
        self.assertIn(self.get_planned(self.customer).name, self.get_outlook(self.items[1]))

    def test_what_is_overdue_is_never_silent(self):
        """Row 18: it is promised, or its customer has no scenario."""
        self.env["collection.promise"].with_user(self.collector).make(self.items[0], "2026-03-10")
        self.assertEqual(self.get_outlook(self.items[0]), "Promised for 03/10/2026")
        self.customer.collection_scenario_id = False
        self.assertEqual(self.get_outlook(self.items[1]), "The customer has no scenario.")

    def test_what_is_not_due_yet_has_no_action(self):
        """A-001: the scenario does not speak of it."""
        coming = self.make_invoice(self.customer, 30, due="2026-03-30")._get_collection_lines()
        self.assertFalse(self.get_outlook(coming.with_user(self.collector)))

    def test_another_portfolio_sees_no_collection_data_of_actions(self):
        """A-009: who may not read the customer's totals is refused; buttons as well."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.customer.with_user(stranger).action_open_collection_new_action()
        with self.assertRaises(AccessError):
            self.get_statement(user=stranger).action_open_collection_wizard()

    def test_the_full_page_lists_the_same(self):
        """A-009: and its rows open the invoice."""
        action = self.customer.with_user(self.collector).action_open_collection_items()
        lines = self.env["account.move.line"].with_user(self.collector).search(action["domain"])
        self.assertEqual(lines.sorted("id"), self.get_statement().sorted("id"))
        opened = self.items[0].action_open_collection_document()
        self.assertEqual(opened["res_id"], self.items[0].move_id.id)

    def test_lists_of_promises_and_disputes(self):
        """E1, A-043: what the page before a call names is opened from there."""
        self.env["collection.promise"].with_user(self.collector).make(
            self.items[0], "2026-03-10")
        self.env["collection.dispute"].with_user(self.collector).open(
            self.items[1], self.env.ref("account_collection.dispute_reason_price"))
        customer = self.customer.with_user(self.collector)
        head = customer.collection_head
        self.assertTrue(head["promise"] and head["dispute"])
        for action in (customer.action_open_collection_promises(),
                       customer.action_open_collection_disputes()):
            self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 1)


@tagged("post_install", "-at_install")
class TestLeftOut(ItemCase):
    """E13: what is left out of the scenario is never forgotten."""

    def find(self, name):
        """:return: this customer's items that a filter of the list leaves"""
        action = self.env.ref("account_collection.collection_item_left_out_action")
        view = self.env.ref("account_collection.account_move_line_view_search_collection")
        domain = view._get_combined_arch().find(f".//filter[@name='{name}']").get("domain")
        return self.env["account.move.line"].with_user(self.collector).search([
            *safe_eval(action.domain), *safe_eval(domain), ("id", "in", self.items.ids)],
            order="date_maturity")

    def test_by_status_and_by_specific_action(self):
        """E13: for more than 30 days; whatever took them out."""
        self.items[0].set_collection_status(
            self.env.ref("account_collection.item_status_litigation"))
        specific = self.create_specific(self.items[1], date="2026-03-20")
        self.assertEqual(self.find("left_out"), self.items[:2])
        self.assertFalse(self.find("left_out_30"))
        self.env.flush_all()
        self.env.cr.execute(  # the database's own clock cannot be frozen
            "UPDATE collection_action SET create_date = '2026-03-02 09:00' WHERE id = %s",
            (specific.id,))
        with self.at("2026-04-02 09:00:00"):
            self.assertEqual(self.find("left_out_30"), self.items[:2])
            self.assertFalse(self.find("left_out_60"))

    def test_back_in_view(self):
        """E13: on its day, by status or by action."""
        self.items[0].set_collection_status(
            self.env.ref("account_collection.item_status_litigation"),
            review_date="2026-03-10")
        self.create_specific(self.items[1], date="2026-03-20")
        self.assertFalse(self.find("back_in_view"))
        with self.at("2026-03-20 09:00:00"):
            self.assertEqual(self.find("back_in_view"), self.items[:2])


@tagged("post_install", "-at_install")
class TestStatementCost(ItemCase):
    """What the statement costs does not depend on how many items are on it."""

    def read(self, customer):
        """:return: how many items the list has found"""
        lines = self.env["account.move.line"].with_user(self.collector)
        return lines.web_search_read(
            lines._get_statement_domain(customer), COLUMNS, limit=80,
            order="date_maturity, id")["length"]

    def make_crowd(self, name, number):
        """A customer with many items, some of them disputed, promised, in actions or credits."""
        customer = self.make_customer(name)
        customer.write({"collection_indemnity": True, "collection_penalties": True})
        invoices = self.env["account.move"].create([{
            "move_type": "out_refund" if index % 7 == 6 else "out_invoice",
            "partner_id": customer.id, "invoice_date": date(2026, 1, 1),
            "invoice_date_due": date(2026, 2, 1 + index % 25),
            "invoice_line_ids": [Command.create({
                "name": "Rent", "price_unit": 100, "tax_ids": [Command.clear()],
                "account_id": self._get_account("income").id})],
        } for index in range(number)])
        invoices.action_post()
        items = self.get_customer_items(customer).with_user(self.collector)
        owed = items.filtered(lambda item: item.amount_residual > 0)
        self.chase(customer, self.scenario)
        self.env["collection.dispute"].with_user(self.collector).open(
            owed[:2], self.env.ref("account_collection.dispute_reason_price"))
        self.env["collection.promise"].with_user(self.collector).make(
            owed[2:4], "2026-03-10")
        self.create_specific(owed[4:6])
        return customer

    def test_the_same_queries_for_10_and_for_50_items(self):
        """A-009: constant number of queries."""
        few, many = self.make_crowd("Few", 10), self.make_crowd("Many", 50)
        self.assertEqual((self.read(few), self.read(many)), (10, 50))
        _first, ten, fifty = (
            self.count_queries(self.read, customer) for customer in (few, few, many))
        self.assertEqual(ten, fifty)
