import io
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pikepdf

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...report.case_file import collection_case_exhibit
from ...report.case_file.binding import Leaf, bind
from ...report.collection_print import Sheet
from ..upload_corpus import make_pdf
from .case_file_case import DEED, CaseFileCase


@tagged("post_install", "-at_install")
class TestCaseFile(CaseFileCase):
    """Issue 19: what is in the ZIP and its book, whatever became of the documents."""

    def test_the_manifest_names_each_part(self):
        """Issue 19: each part with its SHA-256 and size, but the manifest and its digest."""
        self.send()
        made = self.make()
        listed = {part["name"]: part for part in made.manifest["parts"]}
        self.assertEqual(set(listed), set(made.parts) - {"manifest.json", "manifest.sha256"})
        for name, part in listed.items():
            content = made.parts[name]
            self.assertEqual((part["sha256"], part["size"]),
                             (sha256(content).hexdigest(), len(content)), name)
            self.assertTrue(part["what"], name)
        self.assertEqual(made.parts["manifest.sha256"].decode(), made.digest)
        self.assertEqual(
            (made.manifest["format"], made.manifest["company"], made.manifest["language"]),
            (1, self.company.name, "en_US"))

    def test_what_is_in_it(self):
        """Issue 19: book, claims, documents, messages, proof, and what checks them."""
        self.send()
        self.give_deed()
        made = self.make()
        self.assertIn(b"def verify(", made.parts["verify.py"])
        self.assertIn("history/proof.json", made.parts)
        self.assertEqual(made.get_names("documents"), [
            "documents/001 invoice.pdf", "documents/002 deed.pdf"])
        self.assertEqual(made.get_names("messages"), ["messages/001 Reminder.eml"])
        self.assertIn("claims.xlsx", made.parts)

    def test_the_book_has_bookmarks_and_numbers(self):
        """Issue 19: a bookmark a chapter, those of messages and documents below; each page
        numbered."""
        self.send()
        made = self.make()
        pages, bookmarks = made.get_pages(), dict(made.get_bookmarks())
        self.assertEqual(list(bookmarks)[1:], [
            "Parties and contacts", "Claim", "Documents", "Course of the procedure",
            "Actions and decisions", "Promises, disputes and answers", "Messages", "History",
            "What this file proves", "Pages of the documents"])
        self.assertEqual((bookmarks["Messages"], bookmarks["Pages of the documents"]), (1, 1))
        for number, page in enumerate(pages, start=1):
            self.assertIn(f"{number} / {len(pages)}", page)
        self.assertIn("Exhibit 1", pages[-1])

    def test_the_contents_say_the_page(self):
        """Issue 19: the first page says on which page each chapter begins."""
        pages = self.make().get_pages()
        number = next(number for number, page in enumerate(pages[1:], start=2)
                      if page.startswith("Claim"))
        self.assertRegex(pages[0], rf"Claim {number}\b")

    def test_the_story_is_told(self):
        """Issue 19: actions with author and reason, promises, messages, the path."""
        self.close(self.sequence, "talk", user=self.collector, comment="Nobody at home")
        self.send("Last call", "<p>Pay by Friday.</p>")
        text = self.make().get_text()
        for said in ("Talk to the tenant", "Nobody at home", "After payday", "Last call",
                     "Pay by Friday.", "tenant@example.com", "Template EVICTION"):
            self.assertIn(said, text)

    def test_nobodys_markup_is_in_the_book(self):
        """Issue 19: what people wrote is text."""
        self.close(self.sequence, "talk", user=self.collector, comment="<b>a</b> & <i>b</i>")
        self.assertIn("<b>a</b> & <i>b</i>", self.make().get_text())

    def test_long_tables_repeat_their_heads(self):
        """Issue 19: each page of a table says what stands in its columns, and no row is lost."""
        for place in range(60):
            self.send(subject=f"Reminder-{place:02}.")
        pages = [page for page in self.make(documents=False, messages=False, history=False)
                 .get_pages() if "Reminder-" in page and "Queued" in page]
        self.assertGreaterEqual(len(pages), 2)
        for page in pages:
            self.assertEqual(page.count("Subject"), 1)
            self.assertGreater(page.index("Reminder-"), page.index("Subject"))
        said = " ".join(pages)
        self.assertEqual([said.count(f"Reminder-{place:02}.") for place in range(60)], [1] * 60)

    def test_a_page_that_lies_is_shown_turned(self):
        """Issue 19: a drawing that was printed sideways is read without turning the head."""
        with TemporaryDirectory() as folder:
            path = Path(folder, "book.pdf")
            bind([Leaf("a", make_pdf()), Leaf("b", make_pdf(), lying=True)], path, "Book", "en-US")
            with pikepdf.open(path) as book:
                self.assertEqual([int(page.obj.get("/Rotate", 0)) for page in book.pages], [0, 90])

    def test_sheets_are_told_apart(self):
        """Issue 19: whatever colour somebody's text has."""
        texts = ("<p>One</p>", '<p style="color: #fffefd;">Two</p>'
                 '<p style="page-break-before: always; color: #fffefd;">More</p>', "<p>Three</p>")
        sheets = [Sheet(self.company, text) for text in texts]
        self.assertEqual(self.env["collection.print"]._print_run(sheets)[1], [0, 1, 3])
        self.assertEqual(
            self.env["collection.print"]._print_run([sheets[0], sheets[2]])[1], [0, 1])

    # -- documents ---------------------------------------------------------------------------

    def test_a_document_that_is_gone_is_said(self):
        """Issue 19: neither hidden nor a crash."""
        deed = self.give_deed()
        self.lose(deed.attachment_id)
        made = self.make()
        self.assertNotIn("documents/002 deed.pdf", made.parts)
        self.assertIn("gone from the server", made.get_text())
        self.assertEqual([missing["name"] for missing in made.manifest["missing"]], ["deed.pdf"])

    def test_a_document_that_was_changed_is_said(self):
        """Issue 19: the SHA-256 as it came stands beside that of what is there now."""
        deed = self.give_deed()
        deed.attachment_id.raw = b"%PDF-1.4 another"
        made = self.make()
        text = made.get_text()
        self.assertIn("it was changed since", text)
        self.assertIn(deed.checksum, text.replace(" ", ""))

    def test_a_broken_pdf_stays_a_file(self):
        """Issue 19: it is in the ZIP as it came, without its pages in the book."""
        self.attach(self.sequence, "broken.pdf", b"%PDF-1.4 broken")
        made = self.make()
        self.assertEqual(made.parts["documents/002 broken.pdf"], b"%PDF-1.4 broken")
        self.assertEqual(dict(made.get_bookmarks())["Pages of the documents"], 1)

    def test_the_same_file_is_one_exhibit(self):
        """Issue 19: an invoice that went along with messages is listed once."""
        same = self.invoice.invoice_pdf_report_id.raw
        sent = self.send()
        sent.attachment_ids = self.attach(sent, "copy.pdf", same)
        made = self.make()
        self.assertEqual(made.get_names("documents"), ["documents/001 invoice.pdf"])
        self.assertIn("Invoice; Sent with a message: Reminder", made.get_text())

    def test_too_much_is_refused(self):
        """Issue 19: the cap is said, with what helps."""
        with patch.object(collection_case_exhibit, "MOST_BYTES", 10), self.assertRaisesRegex(
                UserError, "at most. Make one of a sequence"):
            self.make()
        with patch.object(collection_case_exhibit, "MOST_BYTES", 10):
            made = self.make(documents=False)
        self.assertEqual(made.get_names("documents"), [])
        self.assertIn(
            sha256(self.invoice.invoice_pdf_report_id.raw).hexdigest(),
            made.get_text().replace(" ", ""))

    def test_a_name_in_arabic(self):
        """Issue 19: in the ZIP as UTF-8, and in the book."""
        self.customer.name = "شركة المخبز"
        self.attach(self.sequence, "عقد.pdf", DEED)
        made = self.make()
        self.assertIn("documents/002 عقد.pdf", made.parts)
        info = next(info for info in made.infos if "عقد" in info.filename)
        self.assertTrue(info.flag_bits & 0x800)
        with io.BytesIO(made.parts["case-file.pdf"]) as book:
            self.assertTrue(book.read().startswith(b"%PDF"))

    # -- of whom ------------------------------------------------------------------------------

    def test_never_another_companys(self):
        """Issue 19: of a customer of two companies, one company's file."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["collection.action"].create({
            "name": "Foreign affair", "date": "2026-02-20", "state": "closed", "outcome": "done",
            "customer_id": self.customer.id, "company_id": other.id})
        self.collector.company_ids += other
        self.assertNotIn("Foreign affair", self.make().get_text())
        case = self.env["collection.case"].with_user(self.collector)._read(
            self.customer.with_user(self.collector))
        self.assertNotIn(foreign, case.actions)

    def test_of_chosen_items(self):
        """Issue 19: the claim is of these; another item's messages stay out."""
        other = self.get_items(self.make_debt(333))
        case = self.env["collection.case"].with_user(self.collector)._read(
            other.with_user(self.collector))
        self.assertEqual(case.items, other)
        self.assertFalse(case.promises)
        self.assertFalse(case.sequences)

    def test_of_a_sequence(self):
        """Issue 19: with its actions and costs, and what it launched."""
        case = self.env["collection.case"].with_user(self.collector)._read(self.sequence)
        self.assertEqual(case.sequences, self.sequence)
        self.assertEqual(case.items, self.items)
        self.assertEqual(case.costs, self.sequence.cost_ids)

    def test_of_one_customer(self):
        """Issue 19: items of two customers are refused, with what helps."""
        other = self.get_items(self.make_debt(333, self.make_customer("Tenant Two")))
        with self.assertRaisesRegex(UserError, "Make one for each"):
            self.make(self.items | other)
        with self.assertRaisesRegex(UserError, "is made of a customer"):
            self.make(self.company)

    def test_of_a_later_day(self):
        """Issue 19: a claim of a past day is not made up."""
        with self.assertRaisesRegex(UserError, "today or a later day"):
            self.make(day=self.items.date_maturity)

    def test_nobody_else_makes_one(self):
        """Issue 19: of own customers; who launched a sequence sees that, not the history."""
        other = self.make_user("other", "account_collection.group_collection_user")
        for records in (self.customer, self.items, self.sequence):
            with self.subTest(records=records), self.assertRaises(AccessError):
                self.cases.with_user(other)._make_zip(records.with_user(other))

    def test_queries_do_not_grow(self):
        """Issue 19: as many for one message and document as for many."""
        def read():
            story, case = self.env["collection.case.story"], self.env["collection.case"]._read(
                self.customer)
            story._prepare_messages(case)
            story._prepare_actions(case)
            story._prepare_history(case)
            self.env["collection.case.exhibit"]._find(case)

        def add(number):
            sent = self.send(f"Message {number}")
            sent.attachment_ids = self.attach(sent, f"{number}.txt", b"%d" % number)

        add(1)
        self.count_queries(read)  # what an environment asks once
        one = self.count_queries(read)
        for number in range(2, 8):
            add(number)
        self.assertEqual(self.count_queries(read), one)
