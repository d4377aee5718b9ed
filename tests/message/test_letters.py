import io
from unittest import SkipTest

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from ...report.collection_print import _read
from .test_messages import MessageCase


class PaperCase(MessageCase):
    """Real PDF files, as the PDF program of the machine prints them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            raise SkipTest("the PDF program is not installed")
        cls.customer.write({"street": "3 rue des Lilas", "zip": "75011", "city": "Paris"})
        cls.company.partner_id.city = "Nantes"

    def setUp(self):
        super().setUp()
        self.runs = []
        reports = self.env.registry["ir.actions.report"]
        run = reports._run_wkhtmltopdf
        self.patch(reports, "_run_wkhtmltopdf", lambda *args, **kwargs: (
            self.runs.append(kwargs.get("report_ref")), run(*args, **kwargs))[1])

    def read(self, pdf):
        """The words of each page, white space apart."""
        return [" ".join(_read(page).replace("\xa0", " ").split())
                for page in PdfFileReader(io.BytesIO(pdf)).pages]


@tagged("post_install", "-at_install")
class TestLetters(PaperCase):
    """Letters in batches."""

    def test_one_run_for_a_batch(self):
        """Figures: one run prints all letters; each is a file of its own."""
        customers = [self.customer, self.make_customer(
            "Dupont", lang="fr_FR", street="1 quai Malakoff", city="Nantes")]
        for customer in customers:
            self.make_invoice(customer, 500)
        for day in range(1, 29):
            for month in (3, 4):  # more than a page of it
                self.make_invoice(customers[0], due=f"2025-{month:02}-{day:02}")
        self.write_step(
            "You owe #items_amount_overdue", "<p>#items_list_overdue</p>", kind="letter",
            french=("Vous devez #items_amount_overdue", "<p>#items_list_overdue</p>"))
        english, french = (self.read(message.attachments[0][1])
                           for message in self.render(*customers))
        self.assertEqual(len(self.runs), 1)
        self.assertGreater(len(english), 1)
        self.assertEqual(len(french), 1)
        self.assertIn("You owe 28,500.00 €", english[0])
        self.assertIn("3 rue des Lilas", english[0])
        self.assertIn("Vous devez 500,00 €", french[0])
        self.assertIn("1 quai Malakoff", french[0])
        self.assertNotIn("Lilas", french[0])

    def test_unreadable_marks(self):
        """Where pages cannot be told apart, each letter is printed by itself."""
        other = self.make_customer("Other", street="1 High Street", city="Leeds")
        for customer in self.customer | other:
            self.make_invoice(customer)
        self.write_step("Pay", "<p>Pay</p>", kind="letter")
        prints = self.env.registry["collection.print"]
        document = prints._render_document
        self.patch(prints, "_render_document", lambda model, sheets, marks=None: document(
            model, sheets))
        one, two = self.render(self.customer, other)
        self.assertEqual(len(self.runs), 3)
        self.assertIn("Lilas", self.read(one.attachments[0][1])[0])
        self.assertIn("High Street", self.read(two.attachments[0][1])[0])

    @mute_logger("odoo.addons.base.models.ir_actions_report")  # no server to ask for styles
    def test_invoices_stand_behind_the_letter(self):
        """S-004: a letter and its invoices are one file for the envelope, printed, not kept."""
        invoice = self.make_invoice(self.customer)
        self.write_step("Pay", "<p>Pay</p>", kind="letter", attach_invoices=True)
        files = self.env["ir.attachment"].search_count([("res_model", "=", "account.move")])
        [(_name, pdf, _type)] = self.render(self.customer)[0].attachments
        pages = self.read(pdf)
        self.assertGreaterEqual(len(pages), 2)
        self.assertIn(invoice.name, " ".join(pages[1:]))
        self.assertFalse(invoice.invoice_pdf_report_id)
        self.assertEqual(
            self.env["ir.attachment"].search_count([("res_model", "=", "account.move")]), files)

    def test_as_many_queries_for_one_as_for_five(self):
        """Figures: what letters, statements and their addresses cost in queries."""
        prints = self.env.registry["collection.print"]
        self.patch(prints, "_print_sheets", lambda model, sheets: [b"%PDF"] * len(sheets))
        actions = self.env["collection.action"]
        for number in range(6):
            customer = self.make_customer(
                f"C{number}", holders={}, street="1 High Street", city="Leeds",
                country_id=self.env.ref("base.uk").id)
            self.make_invoice(customer)
            actions |= self.chase(customer, self.scenario)
        for kind in ("letter", "email"):
            actions.write({"kind": kind, "attach_statement": True})
            counts = []
            for some in (actions[0], actions[0], actions[1:]):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                some._render_messages()
                counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(counts[1], counts[2], kind)

    def test_statement_below_the_text(self):
        """S-004: a letter that lists nothing bears the statement, when it is to be joined."""
        invoice = self.make_invoice(self.customer)
        self.write_step("Pay", "<p>Please pay.</p>", kind="letter", attach_statement=True)
        self.assertIn(invoice.name, self.render(self.customer)[0].body)

    def test_signed(self):
        """M-044: the collector signs the letter."""
        self.make_invoice(self.customer)
        self.write_step("Pay", "<p>Pay</p>", kind="letter")
        [page] = self.read(self.render(self.customer)[0].attachments[0][1])
        self.assertIn("Collector Landlord & Sons", page)
        self.assertIn("Nantes, March 2, 2026", page)

    def test_without_the_pdf_program(self):
        """A missing program is said, with what to do."""
        reports = self.env.registry["ir.actions.report"]
        self.patch(reports, "get_wkhtmltopdf_state", lambda model: "install")
        self.make_invoice(self.customer)
        self.write_step("Pay", "<p>Pay</p>", kind="letter")
        with self.assertRaisesRegex(UserError, "wkhtmltopdf is not installed"):
            self.render(self.customer)


@tagged("post_install", "-at_install")
class TestMessageFiles(PaperCase):
    """What is joined to e-mails."""

    def test_statement_and_invoices(self):
        """S-004: statements of a batch come from one run."""
        other = self.make_customer("Other")
        invoices = [self.make_invoice(customer) for customer in self.customer | other]
        self.write_step("Pay", "<p>Pay</p>", attach_statement=True)
        for message, invoice in zip(self.render(self.customer, other), invoices):
            [(name, pdf, mimetype)] = message.attachments
            self.assertEqual(name, "Statement of account 2026-03-02.pdf")
            self.assertEqual(mimetype, "application/pdf")
            self.assertIn(invoice.name, self.read(pdf)[0])
        self.assertEqual(len(self.runs), 1)

    def test_invoice_as_it_was_sent(self):
        """S-004: an invoice that was sent is joined as it was sent."""
        invoice = self.make_invoice(self.customer)
        self.env["ir.attachment"].create({
            "name": "Sent.pdf", "raw": b"%PDF-sent", "res_model": "account.move",
            "res_id": invoice.id, "res_field": "invoice_pdf_report_file"})
        invoice.invalidate_recordset()
        self.write_step("Pay", "<p>Pay</p>", attach_invoices=True)
        self.assertEqual(
            self.render(self.customer)[0].attachments,
            [("Sent.pdf", b"%PDF-sent", "application/pdf")])
        self.assertFalse(self.runs)

    def test_none_when_not_asked(self):
        """Nothing is printed for a message without files, nor for a preview."""
        self.make_invoice(self.customer)
        self.write_step("Pay", "<p>Pay</p>", attach_statement=True)
        action = self.chase(self.customer, self.scenario)
        self.assertFalse(action._render_messages(attachments=False)[action.id].attachments)
        self.assertFalse(self.runs)
