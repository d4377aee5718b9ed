from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...report import collection_statement_report
from ..message.test_letters import PaperCase


@tagged("post_install", "-at_install")
class TestStatement(PaperCase):
    """The statement of account, from the print menu."""

    def print_statements(self, customers, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.collector).with_context(
            force_report_rendering=True)
        pdf, _type = reports._render_qweb_pdf(
            "account_collection.collection_statement", customers.ids)
        return self.read(pdf)

    def test_currencies_apart(self):
        """Build: a total for each currency."""
        self.make_invoice(self.customer, 500)
        self.make_invoice(self.customer, 200, currency_id=self.dollar.id)
        [page] = self.print_statements(self.customer)
        self.assertIn("Statement of account", page)
        self.assertIn("Overdue: 500.00 € and $ 200.00", page)

    def test_each_in_the_own_language(self):
        """Build: a run of several customers, each in its language."""
        french = self.make_customer("Dupont", lang="fr_FR")
        for customer in self.customer | french:
            self.make_invoice(customer, 1500)
        english, other = self.print_statements(self.customer | french)
        self.assertIn("1,500.00 €", english)
        self.assertIn("1 500,00 €", other.replace("\u202f", " "))
        self.assertEqual(len(self.runs), 1)

    def test_nothing_open(self):
        """A customer who owes nothing is told so."""
        [page] = self.print_statements(self.customer)
        self.assertIn("Nothing is open.", page)

    def test_as_html(self):
        """The same page, for who looks at it in the browser."""
        invoice = self.make_invoice(self.customer)
        self.assertIn(invoice.name, self.render_page())

    def test_what_credits_cover_is_not_overdue(self):
        """A credit alone, and one that comes to more than what is late: no amount below zero;
        what is late in another currency is said all the same."""
        self.make_invoice(self.customer, 80, move_type="out_refund")
        self.make_invoice(self.customer, 30)
        self.make_invoice(self.customer, 500, due="2026-05-01")
        self.assertNotIn("Overdue", self.render_page())
        self.make_invoice(self.customer, 200, currency_id=self.dollar.id)
        self.assertIn("Overdue: $\xa0200.00", self.render_page())

    def render_page(self):
        html, _type = self.env["ir.actions.report"].with_user(self.collector)._render_qweb_html(
            "account_collection.collection_statement", self.customer.ids)
        return html2plaintext(html.decode())

    def test_as_many_as_a_file_holds(self):
        """Size: neither printed nor shown are the statements of all customers at once."""
        self.startPatcher(patch.object(collection_statement_report, "MOST_CUSTOMERS", 1))
        customers = self.customer | self.make_customer("Dupont")
        self.assertIn("Nothing is open.", self.render_page())
        for ask in (self.print_statements, lambda chosen: chosen.with_user(
                self.collector)._render_collection_statements()):
            with self.assertRaisesRegex(UserError, "customers at most"):
                ask(customers)

    def test_who_may_not_read_items(self):
        """Security: who may not read the accounts gets no statement."""
        self.make_invoice(self.customer)
        clerk = self.make_user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.print_statements(self.customer, user=clerk)
