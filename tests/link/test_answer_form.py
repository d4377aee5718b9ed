from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..upload_corpus import EXE, HEIC, make_docx, make_picture
from .test_answer import PDF, AnswerCase

LOGGER = "odoo.addons.account_collection.models.link.collection_answer"
PNG = make_picture(1, 1, "PNG")


@tagged("post_install", "-at_install")
class TestAnswerForm(AnswerCase):
    """A-049: what strangers may send, and what is refused with words that help."""

    def assertRefused(self, words, kind, items=None, **form):
        with self.assertRaisesRegex(UserError, words):
            self.submit(kind, items, **form)
        self.assertFalse(self.link.answer_ids)

    def test_sent_twice_it_is_one_answer(self):
        """Bad input: a double click."""
        form = {"day": "2026-03-01", "key": "the-same-key", "files": (("proof.pdf", PDF),)}
        first = self.submit("paid", **form)
        self.assertEqual(self.submit("paid", **form), first)
        self.assertEqual(self.link.answer_ids, first)
        self.assertEqual(len(first.attachment_ids), 1)

    def test_the_same_from_two_tabs_is_one_answer(self):
        """Bad input: the page open in two tabs; another answer is another one."""
        first = self.submit("promise", day="2026-03-06")
        self.assertEqual(self.submit("promise", day="2026-03-06"), first)
        self.assertEqual(self.submit("question", text="Why?") & first, first.browse())
        self.assertEqual(len(self.link.answer_ids), 4)

    def test_days_are_read_with_care(self):
        """Bad input: none, no date, gone by, far away."""
        for day in ("", "tomorrow", "2026-02-30", "2026-03-01", "2028-01-01", "9" * 40, "\0"):
            self.assertRefused("today or later", "promise", day=day)
        for day in ("", "2026-03-03", "2024-01-01"):
            self.assertRefused("today or earlier", "paid", day=day)

    def test_amounts_are_read_with_care(self):
        """Bad input: above the balance, zero, no number."""
        for amount in ("800.01", "0", "0.001", "-5", "1e400", "nan", "inf", "1,000,000", "٣"):
            self.assertRefused("at most", "promise", day="2026-03-06", amount=amount)

    def test_each_kind_says_what_it_needs(self):
        """Bad input: no item, no reason, no words, a kind that is not offered."""
        self.assertRefused("Tick at least one", "promise", self.items[:0], day="2026-03-06")
        for reason in ("", "0", "x", "99999999", "1 OR 1=1"):
            self.assertRefused("choose a reason", "dispute", reason=reason)
        self.assertRefused("Write your question", "question", text=" \n")
        for kind in ("", "comment", "delete", "__class__"):
            self.assertRefused("Choose an answer", kind)
        self.assertRefused("Reload the page", "question", text="?", key="")
        self.reason.active = False
        self.assertRefused("choose a reason", "dispute", reason=str(self.reason.id))

    @mute_logger(LOGGER)
    def test_items_of_others_are_refused(self):
        """Bad input: of another customer, settled, not receivable, made up."""
        other = self.get_items(self.make_invoice(self.make_customer("Other")))
        settled = self.get_items(self.make_invoice(self.customer))
        self.pay(settled.move_id)
        for items in (other, settled, self.older.line_ids - self.items, other.browse(10 ** 8)):
            self.assertRefused("not open any more", "question", items | self.items, text="?")

    def test_the_refusal_is_logged_without_the_token(self):
        """Security: which link and which items, never the secret."""
        other = self.get_items(self.make_invoice(self.make_customer("Other")))
        with self.assertLogs(LOGGER, "WARNING") as logs:
            self.assertRefused("not open", "question", other, text="?")
        self.assertIn(str(other.id), logs.output[0])
        self.assertNotIn(self.token[12:], logs.output[0])

    def test_a_flood_is_stopped(self):
        """Bad input: a script with a valid token."""
        for number in range(50):
            self.submit("question", text=f"Question {number}")
        with self.assertRaisesRegex(UserError, "still being checked"):
            self.submit("question", text="One more")

    def test_long_and_odd_texts_are_kept_harmless(self):
        """Bad input: script, characters that databases do not take, too long."""
        answer = self.submit("question", text="<script>alert(1)</script>\0" + "x" * 9000)
        self.assertEqual(len(answer[0].text), 3999)
        self.assertTrue(answer[0].text.startswith("<script>"))

    def test_files_are_known_by_what_is_in_them(self):
        """Bad input: an executable named PDF, a page, a picture with script, an archive."""
        refused = (
            ("invoice.pdf", EXE), ("page.pdf", b"<html><script>alert(1)</script></html>"),
            ("photo.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
            ("text.pdf", b"just words"), ("macro.docx", make_docx({"word/vbaProject.bin": "x"})),
            ("archive.docx", b"PK\3\4" + b"\0" * 40), ("run.sh", b"#!/bin/sh\nrm -rf /\n"))
        for name, content in refused:
            with self.subTest(name=name):
                self.assertRefused("cannot be taken", "question", text="?",
                                   files=((name, content),))

    def test_files_that_are_taken(self):
        """Uploads: named as they are, whatever they were called."""
        answers = self.submit("paid", day="2026-03-01", files=(
            ("../../etc/proof.PDF", PDF), ("C:\\photo.exe", PNG), ("\u202egpj.heic", HEIC),
            ("letter.docx", make_docx())))
        self.assertEqual(answers[0].attachment_ids.mapped("name"), [
            "proof.PDF", "photo.exe.png", "gpj.heic", "letter.docx"])

    def test_empty_large_and_many_files_are_refused(self):
        """Bad input: zero bytes, above the limit that the administrator sets, too many."""
        self.assertRefused("is empty", "question", text="?", files=(("a.pdf", b""),))
        self.assertRefused("too large: 10 MB", "question", text="?",
                           files=(("a.pdf", PDF + b"\0" * 10 * 1024 * 1024),))
        self.env["ir.config_parameter"].set_param("account_collection.upload_limit_mb", "1")
        self.assertRefused("too large: 1 MB", "question", text="?",
                           files=(("a.pdf", PDF + b"\0" * 1024 * 1024),))
        self.assertRefused("5 files at most", "question", text="?",
                           files=tuple((f"{n}.pdf", PDF) for n in range(6)))
