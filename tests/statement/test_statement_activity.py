import io
import random
from datetime import date, datetime
from decimal import Decimal
from zipfile import ZipFile

from freezegun import freeze_time
from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.statement.documents import read_activity
from ...tools.workbook import Grid, Page, write_workbook
from ..message.test_letters import PaperCase
from ..message.test_messages import MessageCase

SINCE, UNTIL = date(2026, 2, 1), date(2026, 2, 28)


class ActivityCase(MessageCase):
    """A customer with invoices, a payment and a credit note, in February."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].create(
            {"name": "Bank", "code": "ABNK", "type": "bank"})
        cls._get_account("asset_receivable")
        cls._get_account("equity")
        cls.receivable = cls.customer.property_account_receivable_id

    def invoice(self, amount, day, due, **vals):
        return self.make_invoice(self.customer, amount, due=due, invoice_date=day, **vals)

    def receive(self, amount, day, partner=None, currency=None, value=None):
        """:return: receivable ``account.move.line`` of money that came in"""
        vals = {"currency_id": currency.id, "amount_currency": -amount} if currency else {}
        move = self.env["account.move"].create({
            "move_type": "entry", "date": day, "journal_id": self.bank.id, "line_ids": [
                Command.create({
                    "account_id": self.receivable.id, "balance": -(value or amount),
                    "partner_id": (partner or self.customer).id, **vals}),
                Command.create({
                    "account_id": self._get_account("equity").id,
                    "balance": value or amount})]})
        move.action_post()
        return self.get_items(move)

    def read(self, since=SINCE, until=UNTIL, customer=None):
        """:return: the activities of a customer"""
        customer = customer or self.customer
        return read_activity(customer, self.company, since, until)[customer.id].activities


@tagged("post_install", "-at_install")
class TestStatementActivity(ActivityCase):
    """issue 18: the activity of a period; its closing balance is the ledger's."""

    def test_balances(self):
        """Opening balance, each entry with the balance after it, closing balance."""
        self.invoice(100, "2026-01-10", "2026-02-10")
        self.invoice(50, "2026-02-05", "2026-03-07")
        self.receive(30, "2026-02-20")
        self.invoice(7, "2026-03-01", "2026-03-31")
        [activity] = self.read()
        self.assertEqual(activity.opening, 100)
        self.assertEqual([(entry.day, entry.amount) for entry in activity.entries], [
            (date(2026, 2, 5), 50), (date(2026, 2, 20), -30)])
        self.assertEqual(activity.balances, (100, 150, 120))

    def test_matched_later(self):
        """What is matched after the period was open at its end, and ages so."""
        invoice = self.invoice(100, "2026-01-10", "2026-01-20")
        with freeze_time("2026-03-10"):
            self.pay(invoice)
            [activity] = self.read()
        self.assertEqual((activity.opening, activity.entries, activity.closing), (100, (), 100))
        self.assertEqual(activity.left, ((date(2026, 1, 20), Decimal(100)),))

    def test_nothing_at_all(self):
        """Neither booked nor owed: there is nothing to show."""
        self.assertFalse(self.read())
        self.pay(self.invoice(100, "2025-12-10", "2025-12-20"))
        self.assertFalse(self.read(date(2026, 4, 1), date(2026, 4, 30)))

    def test_settled_by_another_currency(self):
        """An invoice in dollars that euros paid: each account says so, and none stays open."""
        invoice = self.invoice(100, "2026-02-03", "2026-02-10", currency_id=self.dollar.id)
        item = self.get_items(invoice)
        money = self.receive(item.balance, "2026-02-20")
        (item | money).reconcile()
        self.assertEqual(
            {activity.currency: activity.closing for activity in self.read()},
            {self.dollar: 0, self.euro: 0})
        self.assertIn("another account or currency", self.render_activity())

    def test_settled_by_another_customer(self):
        """Whose account it was settled from is not shown to the customer."""
        other = self.make_customer("Mother Ltd")
        invoice = self.invoice(100, "2026-02-03", "2026-02-10")
        money = self.receive(100, "2026-02-20", partner=other)
        (self.get_items(invoice) | money).reconcile()
        [activity] = self.read()
        self.assertEqual(activity.balances, (0, 100, 0))
        self.assertNotIn(money.move_id.name, self.render_activity())

    def render_activity(self):
        statements = read_activity(self.customer, self.company, SINCE, UNTIL)
        return str(statements[self.customer.id].prepare_sheet("en_US", self.customer).html)

    def test_in_words(self):
        """Documents by their name, amounts with their currency, the ageing below."""
        self.invoice(100, "2026-01-10", "2026-01-20")
        self.receive(30, "2026-02-20")
        page = self.render_activity().replace("\xa0", " ")
        for text in ("Account activity", "Opening balance", "100.00 €", "Payment ABNK",
                     "-30.00 €", "Closing balance", "70.00 €", "31–60 days"):
            self.assertIn(text, page)

    def test_random_ledger(self):
        """On a random ledger: closing = what is open = what the figures say, at each day; the
        ageing adds up to it, by any bounds."""
        drawn = random.Random(18)
        self.company.collection_buckets = "7, 20"
        invoices = [self.invoice(
            drawn.randint(1, 500), f"2026-{drawn.randint(1, 3):02}-{drawn.randint(1, 28):02}",
            f"2026-{drawn.randint(3, 5):02}-{drawn.randint(1, 28):02}",
            currency_id=drawn.choice((self.euro, self.dollar)).id) for _piece in range(8)]
        for invoice in drawn.sample(invoices, 5):
            with freeze_time(f"2026-{drawn.randint(3, 5):02}-{drawn.randint(1, 28):02}"):
                self.pay(invoice, drawn.choice((None, invoice.amount_residual / 2)))
        for month in (1, 2, 3, 4, 5):
            until = date(2026, month, 28)
            with self.subTest(until=until):
                self.check_closing(until)

    def check_closing(self, until):
        activities = self.read(until.replace(day=1), until)
        statements = self.env["collection.statement.activity"].with_company(self.company)
        for activity in activities:
            lines = self.env["account.move.line"].search([
                ("account_id", "=", self.receivable.id), ("date", "<=", until),
                ("partner_id", "=", self.customer.id), ("parent_state", "=", "posted"),
                ("currency_id", "=", activity.currency.id)])
            self.assertAlmostEqual(
                float(activity.closing), sum(lines.mapped("amount_currency")), 2)
            self.assertEqual(sum(statements._age(activity, until)), activity.closing)
        euros = sum(activity.closing for activity in activities if activity.currency == self.euro)
        figures = self.env["collection.analysis"].with_user(self.manager).get_figures(
            self.company, until, [("id", "=", self.customer.id)])
        if all(activity.currency == self.euro for activity in activities):
            self.assertEqual(figures["outstanding"], euros)

    def test_queries(self):
        """As many queries for one customer as for five."""
        def read(customers):
            for statement in read_activity(customers, self.company, SINCE, UNTIL).values():
                list(statement.activities)

        others = self.env["res.partner"].union(*(
            self.make_customer(f"Tenant {number}", holders={}) for number in range(4)))
        for customer in self.customer | others:
            self.make_invoice(customer, 10, invoice_date="2026-02-03")
        _first, one, many = (
            self.count_queries(read, some)
            for some in (self.customer, self.customer, self.customer | others))
        self.assertEqual(one, many)


@tagged("post_install", "-at_install")
class TestStatementWorkbook(ActivityCase):
    """issue 18: statements as workbooks: numbers as numbers, dates as dates, in the language."""

    def load(self, period=None, customers=None, user=None):
        customers = (customers or self.customer).with_user(user or self.collector)
        name, content = customers._make_statement_file(self.company, "xlsx", period)
        self.name = name
        return load_workbook(io.BytesIO(content))

    def test_what_is_open(self):
        """Each item with its numbers, the total, the ageing below: they are the same."""
        invoice = self.invoice(1500.5, "2026-01-10", "2026-02-10")
        self.make_credit(self.customer, 100)
        sheet = self.load().active
        rows = [tuple(cell for cell in row if cell is not None) for row in sheet.values]
        self.assertIn((invoice.name, datetime(2026, 1, 10), datetime(2026, 2, 10), 20, 1500.5),
                      rows)
        self.assertIn(("Total", 1400.5), rows)
        ages = rows[next(number for number, row in enumerate(rows) if "Not due" in row) + 1]
        self.assertEqual((sum(ages[:-1]), ages[-1]), (1400.5, 1400.5))

    def test_activity_in_french(self):
        """The recipient's language, whoever asks."""
        self.customer.lang = "fr_FR"
        self.invoice(100, "2026-01-10", "2026-02-10")
        sheet = self.load((SINCE, UNTIL)).active
        cells = [cell for row in sheet.values for cell in row]
        self.assertIn(datetime(2026, 2, 28), cells)
        self.assertIn(100, cells)
        self.assertIn("Échéance", cells)

    def test_text_is_no_formula(self):
        """Bad input: a customer called =1+1 is a name; two of one name have a sheet each."""
        self.customer.name = "=1+1 [a/b]"
        twin = self.make_customer("=1+1 [a/b]")
        for customer in self.customer | twin:
            self.make_invoice(customer, 10)
        book = self.load(customers=self.customer | twin)
        self.assertEqual(len(book.sheetnames), 2)
        self.assertEqual(book.active["A3"].value, "=1+1 [a/b]")
        self.assertEqual(book.active["A3"].data_type, "s")

    def test_decimals(self):
        """An amount has the decimals of its currency."""
        content = write_workbook([Page("P", ("P",), (Grid("JPY", ("Amount",), ((1200.0,),),
                                                          digits=0),))])
        sheet = load_workbook(io.BytesIO(content)).active
        self.assertEqual(sheet["A5"].number_format, "#,##0")
        self.assertIn("xl/workbook.xml", ZipFile(io.BytesIO(content)).namelist())

    def test_own_portfolio(self):
        """X-10: nobody downloads another collector's customer."""
        self.customer.collector_id = self.litigator
        with self.assertRaises(AccessError):
            self.load()

    def test_joined_to_a_message(self):
        """Both files go along with one message, under the names that its preview shows."""
        self.invoice(100, "2026-01-10", "2026-02-10")
        action = self.env["collection.action"].with_user(self.collector).create_message(
            self.customer, {
                "name": "Account", "kind": "email", "mode": "automatic", "body": "<p>Hello</p>",
                "attach_statement": True, "statement_kind": "activity", "statement_since": SINCE,
                "statement_until": UNTIL, "statement_format": "xlsx"})
        [file] = action._render_messages()[action.id].attachments
        self.assertEqual(file.name, "Account activity 2026-02-01 to 2026-02-28.xlsx")
        self.assertEqual(action.preview_files, file.name)
        self.assertIn(100, [
            cell for row in load_workbook(io.BytesIO(file.content)).active.values for cell in row])


@tagged("post_install", "-at_install")
class TestStatementPaper(ActivityCase, PaperCase):
    """Issue 18: the activity on paper."""

    def test_one_file(self):
        """The activities of several customers are one PDF, a page each, in one run."""
        french = self.make_customer("Dupont", lang="fr_FR")
        for customer in self.customer | french:
            self.make_invoice(customer, 1500, due="2026-02-10")
        name, pdf = (self.customer | french).with_user(
            self.collector)._make_statement_file(self.company, "pdf", (SINCE, UNTIL))
        english, _other = self.read_pages(pdf)
        self.assertEqual(name, "Account activity 2026-02-01 to 2026-02-28")
        self.assertIn("Opening balance 1,500.00 €", english)
        self.assertEqual(len(self.runs), 1)

    def read_pages(self, pdf):
        return PaperCase.read(self, pdf)

    def test_ageing_below_what_is_open(self):
        """issue 18: the ageing stands below the statement, and adds up to its total."""
        self.make_invoice(self.customer, 300, due="2026-02-10")
        self.make_invoice(self.customer, 200, due="2026-03-20")
        _name, pdf = self.customer.with_user(
            self.collector)._make_statement_file(self.company, "pdf")
        [page] = self.read_pages(pdf)
        self.assertIn("Not due 1–30 days 31–60 days 61–90 days Over 90 days Total", page)
        self.assertIn("200.00 € 300.00 € 0.00 € 0.00 € 0.00 € 500.00 €", page)
