import io
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import SkipTest

from markupsafe import Markup

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from ...report.collection_print import Sheet, _read
from ...tools.own_content import close_off
from ..common import load_migration
from ..document.document_case import PDF
from ..upload_corpus import make_picture
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
    """S-001: letters in batches."""

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
            _first, one, many = (
                self.count_queries(some._render_messages)
                for some in (actions[0], actions[0], actions[1:]))
            self.assertEqual(one, many, kind)

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


class Listener:
    """A server that notes who asks it for something."""

    def __init__(self):
        self.asked = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@tagged("post_install", "-at_install")
class TestLettersLoadNothing(PaperCase):
    """What colleagues write is printed; nobody is asked for it."""

    def setUp(self):
        super().setUp()
        self.listener = Listener()
        self.addCleanup(self.listener.close)
        self.prints = self.env["collection.print"]

    def get_texts(self):
        """:return: list of texts that would load something from the listener"""
        url = self.listener.url
        return [
            f'<img src="{url}/img"/>', f'<IMG SRC = "{url}/upper">',
            f'<img src="data:image/png;base64,AAAA" srcset="{url}/set 2x"/>',
            f'<div style="background: url({url}/url)">x</div>',
            f'<div style="background: u\\72l({url}/escape)">x</div>',
            f'<div style="background: &#117;rl(&quot;{url}/entity&quot;)">x</div>',
            f'<ul style="list-style-image: url(\'{url}/list\')"><li>x</li></ul>',
            f'<style>@import "{url}/import"; p {{ background: url({url}/style) }}</style>',
            f'<table background="{url}/table"><tr><td background="{url}/cell">x</td></tr></table>',
            f'<link rel="stylesheet" href="{url}/link"/>', f'<iframe src="{url}/iframe"></iframe>',
            f'<object data="{url}/object"></object>', f'<embed src="{url}/embed"/>',
            f'<svg><image xlink:href="{url}/svg"/><use href="{url}/use"/></svg>',
            f'<input type="image" src="{url}/input"/>', f'<video poster="{url}/video"></video>',
            f'<script src="{url}/script"></script>', f'<base href="{url}/base/"/><img src="x"/>',
            f'<meta http-equiv="refresh" content="0; url={url}/meta"/>',
            f'<div><style><b></style><img src="{url}/nested"/></div>',
            f'<img src="/web/image/1?x={url}"/>', f'<img src="{url}/web/image/1"/>',
            f'<img src="//127.0.0.1:{self.listener.server.server_port}/plain"/>',
            '<img src="file:///etc/hostname"/>',
        ]

    def test_letters_ask_no_server(self):
        """X-21: pictures, styles, frames and what else would be fetched; a real run of it."""
        texts = "".join(self.get_texts())
        sheet = Sheet(self.company, Markup(f"<p>Before</p>{texts}<p>After</p>"))
        [pdf] = self.prints._print_sheets([sheet])
        self.assertIn("Before", self.read(pdf)[0])
        self.assertIn("After", " ".join(self.read(pdf)))
        self.assertEqual(self.listener.asked, [])

    def test_what_is_shown_on_the_screen_asks_no_server_either(self):
        """X-21: previews; whatever the text is, nothing of the address is left to load."""
        for text in self.get_texts():
            page = str(self.prints._render_document(
                [Sheet(self.company, Markup(text))], screen=True))
            with self.subTest(text=text):
                self.assertNotIn(str(self.listener.server.server_port), page)
                self.assertNotIn("file:", page)

    def test_a_letter_s_own_text_is_closed_off(self):
        """X-21: the body of an action, as it is sent."""
        self.make_invoice(self.customer)
        self.write_step("Pay", f'<p>Pay<img src="{self.listener.url}/body"/></p>', kind="letter")
        self.render(self.customer)
        self.assertEqual(self.listener.asked, [])

    def test_pictures_of_the_database_are_printed(self):
        """X-21: an image that the user may read stands in the letter; another's does not."""
        public = self.env["ir.attachment"].create({
            "name": "logo.png", "raw": make_picture(4, 4, "PNG"), "public": True})
        hidden = self.env["ir.attachment"].create({
            "name": "secret.png", "raw": make_picture(4, 4, "PNG"), "res_model": "ir.cron",
            "res_id": 1})
        paper = self.env["ir.attachment"].create({
            "name": "a.html", "raw": b"<script/>", "mimetype": "text/html", "public": True})
        prints = self.prints.with_user(self.collector)
        base = self.env["ir.config_parameter"].get_param("web.base.url")
        for address in (f"/web/image/{public.id}", f"{base}/web/image/{public.id}-abc/logo.png",
                        f"/web/content/{public.id}?unique=1",
                        f"/web/image/ir.attachment/{public.id}/raw"):
            self.assertTrue(prints._load_picture(address).startswith("data:image/png"), address)
        for address in (f"/web/image/{hidden.id}", f"/web/image/{paper.id}", "/web/image/0",
                        "/web/image/res.users/1/password", "/web/image/no.model/1/x", "/logo.png"):
            self.assertEqual(prints._load_picture(address), "", address)

    def test_a_letter_shows_its_reader_no_picture_of_others(self):
        """X-21: a text is rendered in superuser mode, and shows what the user may see."""
        secret = self.env["ir.attachment"].create({
            "name": "card.png", "raw": make_picture(4, 4, "PNG"), "res_model": "ir.cron",
            "res_id": 1})
        page = self.prints.with_user(self.collector).sudo()._render_document(
            [Sheet(self.company, Markup(f'<img src="/web/image/{secret.id}"/>'))], screen=True)
        self.assertNotIn("data:image/png", page)
        page = self.prints.with_user(SUPERUSER_ID)._render_document(
            [Sheet(self.company, Markup(f'<img src="/web/image/{secret.id}"/>'))], screen=True)
        self.assertNotIn("data:image/png", page)

    def test_what_a_letter_may_have_stays(self):
        """X-21: links, pictures that stand in the text, plain styles."""
        text = ('<p style="color: red; margin: 0">a <a href="https://example.com">b</a></p>'
                '<img src="data:image/png;base64,AAAA">')
        self.assertEqual(close_off(text, lambda address: ""), text)


@tagged("post_install", "-at_install")
class TestPrintedLetters(MessageCase):
    """Letters that somebody prints: a copy for whoever prints, and for a moment."""

    def print_letter(self):
        """:return: ``ir.attachment`` that the collector downloads"""
        self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        letter = self.env["collection.dispatch"].create({
            "customer_id": self.customer.id, "company_id": self.company.id,
            "action_id": action.id, "channel": "letter", "partner_id": self.customer.id,
            "attachment_ids": [(0, 0, {
                "name": "Letter.pdf", "raw": PDF, "res_model": action._name,
                "res_id": action.id})]})
        opened = letter.with_user(self.collector).action_print()
        return self.env["ir.attachment"].browse(
            int(re.search(r"/web/content/(\d+)", opened["url"])[1]))

    def test_it_is_whoever_prints_alone(self):
        """X-14: no colleague reads it, and no address opens it without a login."""
        file = self.print_letter()
        self.assertEqual(file.with_user(self.collector).raw, PDF)
        self.assertFalse(file.access_token)
        employee = self.make_user("employee", "base.group_user")
        for user in (employee, self.litigator, self.manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                file.with_user(user).read(["raw"])

    def test_it_goes_with_the_clean_up(self):
        """X-15: what is erased stands in no copy that nobody thinks of."""
        file = self.print_letter()
        self.env["collection.download"].search([]).unlink()
        self.assertFalse(file.exists())

    def test_copies_from_before_are_private(self):
        """Migration: they lay with their user; what else lies there stays, and nothing is lost."""
        files = self.env["ir.attachment"].with_user(self.collector).create([{
            "name": f"{token}.pdf", "raw": PDF, "mimetype": "application/pdf",
            "res_model": "res.users", "res_id": self.collector.id, "access_token": token,
        } for token in ("printed", False)])
        load_migration("19.0.9.0.0/post-printed_files").migrate(self.env.cr, "19.0.8.0.0")
        printed, other = files
        self.assertEqual(printed.raw, PDF)
        self.assertFalse(printed.access_token)
        with self.assertRaises(AccessError):
            printed.with_user(self.litigator).read(["raw"])
        self.assertEqual((other.res_model, other.res_id), ("res.users", self.collector.id))
