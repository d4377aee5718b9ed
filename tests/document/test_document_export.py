import io
import zipfile
from unittest.mock import patch

from PIL import Image
from reportlab.pdfgen import canvas

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfFileReader

from ...models.collection_upload import CheckedFile
from ...report import collection_document_export
from ...tools.uploads.inspect import TYPES
from ..common import COLLECTOR
from .document_case import DocumentCase


def make_pdf(pages=1, password=None):
    """:return: a real PDF of blank pages, locked if a password is given"""
    stream = io.BytesIO()
    paper = canvas.Canvas(stream, pagesize=(300, 400), encrypt=password)
    for _page in range(pages):
        paper.showPage()
    paper.save()
    return stream.getvalue()


def make_picture(width, height, orientation=None, kind="JPEG", mode="RGB"):
    """:return: a picture whose upper half is red; turned by its camera if asked to"""
    picture, stream = Image.new(mode, (width, height), "white"), io.BytesIO()
    picture.paste("red", (0, 0, width, height // 2))
    exif = picture.getexif()
    if orientation:
        exif[0x0112] = orientation
    picture.save(stream, kind, exif=exif)
    return stream.getvalue()


def make_docx():
    """:return: an archive that passes for a Word document"""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<document/>")
        packed.writestr("_rels/.rels", "<Relationships/>")
    return stream.getvalue()


def read(page):
    return (page.extract_text if hasattr(page, "extract_text") else page.extractText)()


class ExportCase(DocumentCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request = cls.start()
        cls.request.invite(cls.cau, cls.guarantor)

    def give_unchecked(self, name, files):
        """Files as they were taken before their content was looked into."""
        def take(_item, files, **_limits):
            return [CheckedFile(name, content, next(
                kind for kind, endings in TYPES.items() if name.endswith(endings)), "")
                for name, content in files]

        items = self.env.registry["collection.document.item"]
        with patch.object(items, "_check_files", take):
            return self.give(self.request, name, files=files)

    def unpack(self, request=None):
        """:return: dict of contents by path in the archive"""
        request = request or self.request
        with request._get_zip(request.item_ids) as file, zipfile.ZipFile(file) as packed:
            self.assertIsNone(packed.testzip())
            return {name: packed.read(name) for name in packed.namelist()}

    def merge(self):
        """:return: (pages, text of the first one)"""
        with self.request._get_merged_pdf(self.request.item_ids) as file:
            pages = list(PdfFileReader(io.BytesIO(file.read())).pages)
        return pages, " ".join(read(pages[0]).split())


@tagged("post_install", "-at_install")
class TestDocumentZip(ExportCase):
    """All files of a request as an archive (C-021)."""

    def test_a_folder_a_contributor(self):
        """C-021: the files as they came."""
        pdf = make_pdf()
        self.give(self.request, "Payslip", files=[("march.pdf", pdf)])
        self.give(self.request, "Guarantor's payslip", self.guarantor, [("mine.pdf", pdf)])
        self.assertEqual(self.unpack(), {
            "Tenant One (primary recipient)/Payslip - march.pdf": pdf,
            "Gus Guarantor (Guarantor)/Guarantor's payslip - mine.pdf": pdf})

    def test_the_same_name_twice_is_numbered(self):
        """Bad input: neither overwrites the other, whatever the case of its letters."""
        one, two, three = make_pdf(1), make_pdf(2), make_pdf(3)
        self.give(self.request, "Payslip", files=[
            ("scan.pdf", one), ("SCAN.pdf", two), ("scan.pdf", three)])
        folder = "Tenant One (primary recipient)"
        self.assertEqual(self.unpack(), {
            f"{folder}/Payslip - scan.pdf": one,
            f"{folder}/Payslip - SCAN (2).pdf": two,
            f"{folder}/Payslip - scan (3).pdf": three})

    def test_no_name_leads_out_of_the_archive(self):
        """Security: neither a customer's, a document's nor a file's."""
        customer = self.make_customer("../../etc", email="x@example.com")
        request = self.start(self.make_document_template(
            {"name": r"..\..\C:/evil"}, name="T"), customer=customer)
        self.give(request, r"..\..\C:/evil", files=[("../../passwd.pdf", make_pdf())])
        for name in self.unpack(request):
            self.assertEqual(name.count("/"), 1, name)
            self.assertNotIn("..", name.split("/"))
            self.assertFalse(set(name) & set('\\:*?"<>|'), name)

    def test_what_was_set_aside_is_not_in_it(self):
        """C-021: only what counts now."""
        item = self.give(self.request, "Payslip", files=[("wrong.pdf", make_pdf())])
        item.refuse("Wrong")
        self.give(self.request, "Payslip", files=[("right.pdf", make_pdf())])
        self.assertEqual([name.rpartition(" ")[2] for name in self.unpack()], ["right.pdf"])

    def test_an_empty_one(self):
        """Bad input: nothing was given."""
        self.assertEqual(self.unpack(), {})

    def test_more_than_one_pdf_holds(self):
        """X-05: nobody has the server hold all files of a request at once; the ZIP is offered."""
        self.give(self.request, "Payslip", files=[("scan.pdf", make_pdf())])
        with patch.object(collection_document_export, "MOST_MERGED", 100), (
                self.assertRaisesRegex(UserError, "Download them as a ZIP")):
            self.request._get_merged_pdf(self.request.item_ids)


@tagged("post_install", "-at_install")
class TestDocumentMergedPdf(ExportCase):
    """All files of a request as one PDF (C-021)."""

    def test_a_cover_and_all_pages(self):
        """C-021: who gave what, and its sum."""
        self.give(self.request, "Payslip", files=[("march.pdf", make_pdf(2))])
        item = self.give(self.request, "Guarantor's payslip", self.guarantor,
                         [("mine.pdf", make_pdf())])
        pages, cover = self.merge()
        self.assertEqual(len(pages), 1 + 2 + 1)
        for text in ("Rental file", "Payslip", "march.pdf", "Tenant One", "Gus Guarantor"):
            self.assertIn(text, cover)
        self.assertIn(item.file_ids.checksum, cover.replace(" ", ""))
        self.assertIn("To review", cover)
        self.assertNotIn("left out", cover)

    def test_pictures_are_pages_upright_as_taken(self):
        """C-021: fitted to A4, turned by what the camera noted."""
        self.give(self.request, "Identity card", files=[
            ("wide.png", make_picture(400, 200, kind="PNG", mode="RGBA")),
            ("turned.jpg", make_picture(400, 200, orientation=6))])
        pages, _cover = self.merge()
        sizes = [(round(float(page.mediabox.width)), round(float(page.mediabox.height)))
                 for page in pages[1:]]
        self.assertEqual(sizes, [(842, 595), (595, 842)])

    def test_what_cannot_be_drawn_is_said_and_left_out(self):
        """C-021: a Word document, a broken and a locked PDF; they stay in the ZIP."""
        self.give_unchecked("Payslip", [
            ("letter.docx", make_docx()), ("broken.pdf", b"%PDF-1.4\nnonsense"),
            ("locked.pdf", make_pdf(password="secret")), ("good.pdf", make_pdf())])
        pages, cover = self.merge()
        self.assertEqual(len(pages), 2)
        self.assertEqual(cover.count("left out"), 3 + 1)  # and the sentence that says why
        self.assertIn("They are in the ZIP", cover)
        self.assertEqual(len(self.unpack()), 4)

    def test_a_picture_that_unpacks_to_gigabytes_is_left_out(self):
        """Bad input: a small file of very many pixels."""
        picture, stream = Image.new("1", (20000, 20000)), io.BytesIO()
        picture.save(stream, "PNG")
        self.give_unchecked("Payslip", [("bomb.png", stream.getvalue())])
        pages, cover = self.merge()
        self.assertEqual(len(pages), 1)
        self.assertIn("left out", cover)

    def test_an_empty_one(self):
        """Bad input: nothing was given, and the page says so."""
        pages, cover = self.merge()
        self.assertEqual(len(pages), 1)
        self.assertIn("Nothing was given yet", cover)


@tagged("post_install", "-at_install")
class TestDocumentDownload(ExportCase, HttpCase):
    """The address behind the buttons."""

    def setUp(self):
        super().setUp()
        self.give(self.request, "Payslip", files=[("march.pdf", make_pdf())])

    def get(self, login, ending="zip", request=None):
        self.authenticate(login, login)
        return self.url_open(f"/collection/requests/{(request or self.request).id}/files.{ending}")

    def test_a_collector_downloads_both(self):
        """C-021: under the name of the request."""
        for ending, start in (("zip", b"PK"), ("pdf", b"%PDF")):
            response = self.get("collector", ending)
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.content.startswith(start))
            self.assertIn(f".{ending}", response.headers["Content-Disposition"])
            self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertTrue(self.request.action_download_zip()["url"].endswith("files.zip"))

    def test_others_learn_nothing(self):
        """Security: the same answer for another portfolio, the portal and no request at all."""
        self.make_user("stranger", COLLECTOR)
        self.make_user("tenant", "base.group_portal")
        answers = {self.get(login).status_code for login in ("stranger", "tenant")}
        self.authenticate("collector", "collector")
        answers.add(self.url_open("/collection/requests/999999/files.zip").status_code)
        self.assertEqual(answers, {404})
        self.authenticate(None, None)
        away = self.url_open(
            f"/collection/requests/{self.request.id}/files.zip", allow_redirects=False)
        self.assertEqual(away.status_code, 303)
