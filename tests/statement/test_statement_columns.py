from odoo.tests import tagged

from ...models.statement.statement_line import StatementColumn
from ..message.test_messages import MessageCase


@tagged("post_install", "-at_install")
class TestStatementColumns(MessageCase):
    """One more column in the registry, and it stands in every rendering."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 300, due="2026-02-10")
        cls.invoice.ref = "Order 4711"
        cls.items = cls.customer._get_collection_items(cls.company)

    def setUp(self):
        super().setUp()
        statements = type(self.env["collection.statement"])
        inherited = statements._get_columns

        class OrderColumn:
            """What another add-on would write."""

            def _get_columns(self):
                return [*inherited(self), StatementColumn(
                    "order", "Reference of the order", lambda line: line.items.move_id.ref or "")]

        self.patch(statements, "_get_columns", OrderColumn._get_columns)

    def assertShown(self, text):
        for part in ("Reference of the order", "Order 4711"):
            self.assertIn(part, text)

    def test_in_the_pdf(self):
        """Column: in the statement as it is printed."""
        self.assertShown(self.customer._render_collection_statements())

    def test_in_an_email(self):
        """Column: in the table of an e-mail."""
        self.write_step(body="<p>#items_list_overdue</p>")
        self.assertShown(self.render(self.customer)[0].content)

    def test_in_a_letter(self):
        """Column: in the statement below the text of a letter."""
        self.write_step(body="<p>Please pay.</p>", kind="letter", attach_statement=True)
        action = self.chase(self.customer, self.scenario)
        self.assertShown(action._render_messages(attachments=False)[action.id].body)

    def test_on_the_personal_page(self):
        """Column: on the card of an item behind a personal link."""
        (link, _url), = self.env["collection.link"]._make([{
            "kind": "customer", "customer_id": self.customer.id,
            "company_id": self.company.id, "partner_id": self.customer.id}])
        sections = link._get_sections()
        self.assertShown(self.env["ir.qweb"]._render("account_collection.collection_page_items", {
            "sections": sections, "section": sections[0], "read_only": False, "ticked": (),
            "token": "token"}))

    def test_on_the_portal(self):
        """Column: in the open items of an action on the portal."""
        self.assertShown(self.env["ir.qweb"]._render(
            "account_collection.portal_collection_items", {"items": self.items}))

    def test_its_total_is_empty_unless_it_has_one(self):
        """Column: a total stands only below columns that add up."""
        table, = self.items._get_statement_tables()
        self.assertEqual(table.totals[0][0], "Total")
        self.assertEqual(table.totals[0][-1], "")
        self.assertEqual(len(table.totals[0]), len(table.columns))

    def test_claims_have_no_column_where_there_are_none(self):
        """Column: interest and indemnity stand only where something may be claimed."""
        labels = [column.label for column in self.items._get_statement_tables()[0].columns]
        self.assertNotIn("Indemnity", labels)
        self.customer.write({"is_company": True, "collection_indemnity": True})
        labels = [column.label for column in self.items._get_statement_tables()[0].columns]
        self.assertIn("Indemnity", labels)
