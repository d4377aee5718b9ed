from datetime import date

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import COLLECTOR
from ..specific.test_item_wizard import WizardCase


@tagged("post_install", "-at_install")
class TestInvoiceViews(WizardCase):
    """Issue 16: invoices show and set what is said of their lines; the core's views are extended.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.make_user(
            "accountant", f"{COLLECTOR},account.group_account_invoice")
        cls.customer.collector_id = cls.accountant
        cls.moves = cls.items.move_id.with_user(cls.accountant)

    def set_status(self, items, kind, **vals):
        items.sudo().set_collection_status(self.get_status(kind), **vals)

    def test_an_invoice_mirrors_its_open_lines(self):
        """A-010: status, comment and promised day."""
        self.set_status(self.items[0], "promise", comment="By phone", promise_date="2026-03-10")
        move = self.moves[0]
        self.assertEqual(move.collection_status_id.kind, "promise")
        self.assertEqual((move.collection_comment, move.collection_promise_date),
                         ("By phone", date(2026, 3, 10)))
        self.assertFalse(self.moves[1].collection_status_id)

    def test_of_several_statuses_the_gravest_shows(self):
        """A-010: of an invoice in instalments."""
        term = self.env["account.payment.term"].create({
            "name": "Halves", "line_ids": [
                (0, 0, {"value": "percent", "value_amount": 50, "nb_days": days})
                for days in (0, 30)]})
        move = self.make_invoice(self.customer, 100, invoice_payment_term_id=term.id)
        first, second = move._get_collection_lines()
        self.set_status(first, "normal")
        self.set_status(second, "dispute")
        self.assertEqual(move.collection_status_id.kind, "dispute")
        self.assertIn("instalment 2 of 2", second.collection_document)

    def test_a_paid_invoice_has_none(self):
        """A-010: what was said of it stays in the history."""
        self.set_status(self.items[0], "litigation")
        self.pay(self.items[0].move_id)
        self.assertFalse(self.moves[0].collection_status_id)

    def test_search_and_group_by_status(self):
        """A-010: filters of the invoice list."""
        self.set_status(self.items[0], "dispute")
        found = self.env["account.move"].with_user(self.accountant).search(
            [("collection_status_id.kind", "=", "dispute"), ("id", "in", self.moves.ids)])
        self.assertEqual(found, self.moves[0])
        groups = self.env["account.move"].with_user(self.accountant)._read_group(
            [("id", "in", self.moves.ids)], ["collection_status_id"], ["__count"])
        self.assertEqual(sorted(count for _status, count in groups), [1, 2])

    def test_many_invoices_at_once(self):
        """A-009: from the invoice list, the accountant asks for one action a customer."""
        action = self.moves[:2].action_open_collection_wizard()
        wizard = self.env[action["res_model"]].with_user(self.accountant).with_context(
            **action["context"]).create({"next": "specific", "name": "Call"})
        wizard.action_apply()
        self.assertEqual(self.get_specific().item_ids, self.items[:2])

    def test_nothing_open_is_said(self):
        """A-009: drafts, bills and paid invoices have nothing to change."""
        draft = self.make_invoice(self.customer)
        draft.button_draft()
        with self.assertRefused("Nothing is open"):
            draft.with_user(self.accountant).action_open_collection_wizard()

    def test_paid_ones_among_them_are_left_out(self):
        """A-009: of many ticked, those that are open are meant."""
        self.pay(self.items[0].move_id)
        action = self.moves.action_open_collection_wizard()
        self.assertEqual(action["context"]["default_item_ids"], self.items[1:].ids)

    def test_another_portfolio_is_refused(self):
        """A-009: an accountant collects from the own customers only."""
        with self.assertRaises(AccessError):
            self.moves.with_user(self.collector).action_open_collection_wizard()

    def test_an_accountant_without_collection_changes_nothing(self):
        """A-009: no button of collectors, no field of theirs; and nothing breaks."""
        plain = self.make_user("plain", "account.group_account_invoice")
        arch = self.env["account.move"].with_user(plain).get_view(
            self.env.ref("account.view_move_form").id, "form")["arch"]
        self.assertNotIn("action_open_collection_wizard", arch)
        with Form(self.moves[0].with_user(plain)) as form:
            self.assertEqual(form.state, "posted")
        with self.assertRaises(AccessError):
            self.moves[0].with_user(plain).collection_status_id

    def test_the_invoice_form_opens(self):
        """A-009: with the button and what is said."""
        self.set_status(self.items[0], "dispute", comment="Price")
        with Form(self.moves[0]) as form:
            self.assertEqual(form.collection_comment, "Price")

    def test_the_invoice_posts_and_cancels_as_before(self):
        """A-010: no status, no obstacle."""
        move = self.make_invoice(self.customer)
        move.button_draft()
        move.button_cancel()
        self.assertFalse(move.collection_status_id)
        with self.assertRaises(UserError):
            move._get_collection_lines().action_open_collection_wizard()

    def test_collectors_filter_the_list(self):
        """Row 16: what comes next this week."""
        self.chase(self.customer, self.make_scenario([{"offset": 30}]))
        arch = etree.fromstring(self.env["account.move"].with_user(self.accountant).get_view(
            self.env.ref("account.view_account_invoice_filter").id, "search")["arch"])
        for name, found in (("collection_next_week", True), ("collection_promised", False)):
            [node] = arch.xpath(f"//filter[@name='{name}']")
            domain = safe_eval(node.get("domain"))
            self.assertEqual(
                bool(self.moves.search([*domain, ("id", "in", self.moves.ids)])), found, name)


@tagged("post_install", "-at_install")
class TestInvoiceReaders(WizardCase):
    """Issue 16: accountants without a Collection right read what is done, and report disputes
    (row 15)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = cls.make_user("plain", "account.group_account_invoice")
        cls.moves = cls.items.move_id.with_user(cls.plain)
        cls.reason = cls.env["collection.dispute.reason"].create({"name": "Wrong price"})

    def report(self, moves, user=None, **vals):
        action = moves.action_open_dispute_report()
        wizard = self.env[action["res_model"]].with_user(user or self.plain).with_context(
            **action["context"]).create({
                "reason_id": self.reason.id, "description": "Called us", **vals})
        return wizard.action_apply()

    def test_they_read_what_is_done(self):
        """The status, what comes next, the promised day; none of it can be changed."""
        self.chase(self.customer, self.make_scenario([{"offset": 60, "name": "Notice"}]))
        self.env["collection.promise"].with_user(self.collector).make(
            self.items[0], "2026-03-10")
        promised, chased = self.moves[0], self.moves[1]
        self.assertEqual(promised.collection_shown_promise, date(2026, 3, 10))
        self.assertEqual(promised.collection_shown_next, "Promised for 03/10/2026")
        self.assertTrue(promised.collection_shown_status)
        self.assertIn("Notice", chased.collection_shown_next)
        arch = self.env["account.move"].with_user(self.plain).get_view(
            self.env.ref("account.view_move_form").id, "form")["arch"]
        self.assertIn("collection_invoice_notes", arch)
        self.assertNotIn("collection_status_id", arch)
        self.assertNotIn("action_open_collection_wizard", arch)

    def test_the_list_costs_no_query_more(self):
        """Row 16, DESIGN: Odoo reads hidden columns too; ours are read when they are shown."""
        self.chase(self.customer, self.make_scenario([{"offset": 60, "name": "Notice"}]))
        arch = etree.fromstring(self.moves.get_view(
            self.env.ref("account.view_out_invoice_tree").id, "list")["arch"])
        names = [node.get("name") for node in arch.iterchildren("field")]
        ours = [name for name in names if name.startswith("collection_")]
        self.assertTrue(ours)

        def read(names):
            self.moves.web_read({name: {} for name in names})

        read(names)  # what a server learns once
        self.assertEqual(
            self.count_queries(read, [name for name in names if name not in ours]),
            self.count_queries(read, names))

    def test_they_open_nothing_else(self):
        """Security: neither actions nor disputes nor the collectors' fields."""
        self.report(self.moves[0])
        for model in ("collection.action", "collection.dispute", "collection.history"):
            self.assertFalse(self.env[model].with_user(self.plain).has_access("read"), model)
        with self.assertRaises(AccessError):
            self.moves[0].collection_comment

    def test_they_report_a_dispute(self):
        """It is the collector's from then on; the history says who reported it and why."""
        shown = self.report(self.moves[:2])
        dispute = self.env["collection.dispute"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(dispute.item_ids, self.items[:2])
        self.assertEqual((dispute.owner_id, dispute.description), (self.collector, "Called us"))
        self.assertIn("Collector takes it up", shown["params"]["message"])
        trace = self.env["collection.history"].search([("kind", "=", "dispute_opened")])
        self.assertEqual(trace.mapped("user_id"), self.plain)
        self.assertEqual(set(trace.mapped("text")), {"Called us"})
        self.moves.invalidate_recordset()
        self.assertEqual(self.moves[0].collection_shown_dispute, "Wrong price, since 03/02/2026")

    def test_it_is_offered_to_them_alone(self):
        """Collectors have *Change status…*, which does more."""
        view = self.env.ref("account.view_move_form").id
        arch = self.env["account.move"].with_user(self.plain).get_view(view, "form")["arch"]
        self.assertIn("action_open_dispute_report", arch)
        both = self.make_user("both", f"{COLLECTOR},account.group_account_invoice")
        arch = self.env["account.move"].with_user(both).get_view(view, "form")["arch"]
        self.assertNotIn("action_open_dispute_report", arch)

    def test_nothing_is_open(self):
        """Bad input: named, before the dialog opens."""
        self.pay(self.items[0].move_id)
        with self.assertRaisesRegex(UserError, self.moves[0].name):
            self.moves[0].action_open_dispute_report()

    def test_twice(self):
        """Bad input: what is in dispute is not reported again."""
        self.report(self.moves[0])
        with self.assertRaises(ValidationError):
            self.report(self.moves[0])

    def test_employees_report_nothing(self):
        """Security: the right is the invoicing people's."""
        employee = self.make_user("employee", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["collection.dispute.report"].with_user(employee).create({
                "move_ids": self.moves[0].ids, "reason_id": self.reason.id, "description": "x"})

    def test_a_collector_reads_the_own_portfolio(self):
        """Security: what is done about another's customer stays closed."""
        self.chase(self.customer, self.make_scenario([{"offset": 60, "name": "Notice"}]))
        stranger = self.make_user("stranger", COLLECTOR)
        both = self.make_user("both", f"{COLLECTOR},account.group_account_invoice")
        for user in (stranger, both):
            self.assertFalse(self.moves[1].with_user(user).collection_shown_next)
        self.assertIn("Notice", self.moves[1].with_user(self.collector).collection_shown_next)

    def test_a_collector_reports_no_dispute_of_anothers_customer(self):
        """X-12: who invoices and collects is held to the own portfolio, whenever it changes."""
        both = self.make_user("both", f"{COLLECTOR},account.group_account_invoice")
        moves = self.moves[:1].with_user(both)
        with self.assertRaises(AccessError):
            self.report(moves, both)
        self.customer.collector_id = both
        dialog = self.env["collection.dispute.report"].with_user(both).create({
            "move_ids": moves.ids, "reason_id": self.reason.id, "description": "Called us"})
        self.customer.collector_id = self.collector
        with self.assertRaises(AccessError):
            dialog.action_apply()
