from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import COLLECTOR
from ..specific.test_item_wizard import WizardCase


@tagged("post_install", "-at_install")
class TestInvoiceViews(WizardCase):
    """Invoices show and set what is said of their lines; the core's views are extended."""

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

    def test_an_accountant_without_collection_sees_the_core_alone(self):
        """A-009: neither button nor status; and nothing breaks."""
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
