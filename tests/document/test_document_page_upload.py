import hashlib
import io
import socket
from unittest.mock import patch

from PIL import Image
from psycopg2.errors import SerializationFailure

from odoo.tests import HOST, tagged
from odoo.tools import config, mute_logger

from ..link.test_answer_form import EXE, PNG
from ..upload_corpus import edit, lock
from .document_page_case import PDF, DocumentPageCase

COMMAND = "odoo.addons.account_collection.models.document.collection_document_contributor_page"


@tagged("post_install", "-at_install")
class TestDocumentPageUpload(DocumentPageCase):
    """What people send, however it comes: kept once and as it is, or refused with a message."""

    def setUp(self):
        super().setUp()
        self.payslip = self.get_item(self.documents, "Payslip").sudo()

    def assertRefused(self, response, message):
        self.assertEqual(response.status_code, 422)
        self.assertIn(message, self.read(response))
        self.assertNothingGiven()

    def test_what_is_not_taken(self):
        """Bad input: programs, pages and pictures with script, nothing, whatever their names."""
        for name, content, message in (
                ("paper.pdf", EXE, "cannot be taken"), ("a.pdf", b"", "is empty"),
                ("photo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be taken"),
                ("paper.pdf", PDF[:40], "damaged or incomplete"),
                ("paper.pdf", edit(**lock("secret")), "by a password"),
                ("paper.pdf", PDF.replace(b"/Type", b"/AA << /O << /S /JavaScript >> >> /Type"),
                 "a program")):
            with self.subTest(name=name, message=message):
                self.assertRefused(self.send(self.tenant, (self.payslip, name, content)), message)

    def test_a_wrong_file_hinders_no_other_document(self):
        """Bad input: what is right is kept, what is wrong is shown beside its document."""
        card = self.item("Identity card")
        response = self.send(self.tenant, (self.payslip, "run.pdf", EXE), (card, "card.pdf", PDF))
        self.assertEqual(response.status_code, 422)
        self.assertIn("Something was not taken: Payslip", self.read(response))
        self.assertIn("Your other files were received.", self.read(response))
        self.env.invalidate_all()
        self.assertEqual((self.payslip.state, card.state), ("missing", "review"))

    def test_one_wrong_file_of_several_keeps_none(self):
        """Bad input: the files of one document belong together."""
        self.assertRefused(self.send(
            self.tenant, (self.payslip, "a.pdf", PDF), (self.payslip, "b.pdf", EXE)), "b.pdf")

    def test_a_document_shows_what_it_takes(self):
        """C-007: a PDF, a photo, either, by content."""
        self.payslip.accepted = "pdf"
        self.assertRefused(self.send(self.tenant, (self.payslip, "photo.pdf", PNG)),
                           "What is taken: PDF only")
        self.payslip.accepted = "image"
        self.assertRefused(self.send(self.tenant, (self.payslip, "paper.png", PDF)),
                           "What is taken: Photo only")
        self.payslip.accepted = "pdf_image"
        self.assertEqual(self.send(self.tenant, (self.payslip, "photo", PNG)).status_code, 303)

    def test_an_expiry_date_is_asked_for(self):
        """C-009: with the file; not one that has passed."""
        self.payslip.has_expiry = True
        given = (self.payslip, "a.pdf", PDF)
        name = f"expiry-{self.payslip.id}"
        for day, message in (
                ("", "until when"), ("2020-01-01", "has expired"), ("x" * 99, "until")):
            self.assertRefused(self.send(self.tenant, given, **{name: day}), message)
        self.send(self.tenant, given, **{name: "2050-01-01"})
        self.send(self.tenant, given, **{name: "2050-02-01"})
        self.env.invalidate_all()
        self.assertEqual(str(self.payslip.expiry), "2050-02-01")
        self.assertEqual(len(self.payslip.file_ids), 1)

    def test_a_double_click_is_kept_once(self):
        """Bad input: the same form twice, or twice the same file; one more is one more."""
        page = self.open(self.tenant)
        for _click in range(2):
            response = self.send(self.tenant, (self.payslip, "a.pdf", PDF),
                                 (self.payslip, "copy.pdf", PDF), page=page)
            self.assertEqual(response.status_code, 303)
        self.send(self.tenant, (self.payslip, "b.pdf", PDF + b"\n"), page=page)
        self.env.invalidate_all()
        self.assertEqual(len(self.payslip.file_ids), 2)
        rows = self.customer.collection_history_ids.filtered(
            lambda row: row.kind == "document_provided")
        self.assertEqual(len(rows), 2)

    def test_many_pages_and_no_more(self):
        """Bad input: twenty photos at once are kept, twenty-one are refused as a whole."""
        files = [(self.payslip, f"{number}.pdf", PDF + b"\n" * number) for number in range(21)]
        self.assertRefused(self.send(self.tenant, *files), "20 files at most")
        self.assertEqual(self.send(self.tenant, *files[:20]).status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(len(self.payslip.file_ids), 20)

    def test_room_is_not_without_end(self):
        """Bad input: a script with a valid token; taken back files count too."""
        with patch(f"{COMMAND}.MOST_KEPT", 2):
            for number in range(3):
                response = self.send(
                    self.tenant, (self.payslip, "a.pdf", PDF + b"\n" * number))
        self.assertEqual(response.status_code, 422)
        self.assertIn("Very many files", self.read(response))
        self.env.invalidate_all()
        self.assertEqual(len(self.payslip.file_ids), 2)

    def test_nothing_chosen_is_said(self):
        """Bad input: the form without a file."""
        self.assertRefused(self.send(self.tenant), "Choose a file first")
        self.assertRefused(self.send(self.tenant, files=[
            (f"files-{self.payslip.id}", ("", b""))]), "Choose a file first")

    def test_what_is_too_large_is_never_read_as_a_whole(self):
        """Bad input: 100 MB go to the disk, are measured and refused; more is not received."""
        large = PDF + bytes(100 * 1024 ** 2)
        response = self.send(self.tenant, (self.payslip, "large.pdf", large))
        self.assertRefused(response, "too large: 10 MB at most")
        page = self.open(self.tenant)
        self.env["ir.config_parameter"].set_param("web.max_file_upload_size", str(1024 ** 2))
        with mute_logger("odoo.http"):
            response = self.send(
                self.tenant, (self.payslip, "large.pdf", PDF + bytes(2 * 1024 ** 2)), page=page)
        self.assertEqual(response.status_code, 413)
        self.assertIn("at most 1 MB together", self.read(response))
        self.assertNothingGiven()

    def test_what_breaks_off_is_not_kept(self):
        """Bad input: a form whose end never came, or shorter than announced."""
        page = self.open(self.tenant)
        self.send(self.tenant, page=page)
        body = (f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.secret}\r\n'
                f'--x\r\nContent-Disposition: form-data; name="files-{self.payslip.id}"; '
                'filename="a.pdf"\r\n\r\n').encode() + PDF
        with mute_logger("odoo.http", "werkzeug"):
            for length in (len(body), len(body) + 5000):
                self.assertNotIn(b" 303 ", self.send_raw(body, length).split(b"\r\n")[0])
        self.assertNothingGiven()
        whole = body + b"\r\n--x--\r\n"
        self.assertIn(b" 303 ", self.send_raw(whole, len(whole)).split(b"\r\n")[0])

    def send_raw(self, body, length):
        """Post a body and hang up.

        :return: the answer, if there is one
        """
        address = (HOST, config["http_port"])
        with self.allow_requests(), socket.create_connection(address, timeout=20) as connection:
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.opener.cookies)
            connection.sendall(
                f"POST /collection/{self.tenant} HTTP/1.1\r\nHost: {HOST}\r\n"
                f"Cookie: {cookies}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\n"
                f"Content-Length: {length}\r\nConnection: close\r\n\r\n".encode() + body)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(65536)

    def test_photos_stay_as_they_came(self):
        """C-021: 24 megapixels, to the last byte; no smaller copy takes their place."""
        stream = io.BytesIO()
        Image.effect_noise((6000, 4000), 20).convert("RGB").save(stream, "JPEG", quality=30)
        photo = stream.getvalue()
        self.send(self.tenant, (self.payslip, "photo.jpg", photo))
        self.env.invalidate_all()
        file = self.payslip.file_ids
        digest = hashlib.sha256(photo).hexdigest()
        self.assertEqual(file.checksum, digest)
        self.assertEqual(hashlib.sha256(file.attachment_id.raw).hexdigest(), digest)
        self.assertEqual(self.open(self.tenant, f"/file/{file.id}").content, photo)

    def test_a_call_that_is_replayed_reads_its_files_again(self):
        """Concurrency: after a conflict the same call comes once more, with files read already."""
        documents = self.env.registry["collection.document.request"]
        trace, failed = documents._trace, []

        def fail_once(request, *args, **kwargs):
            if not failed:
                failed.append(True)
                raise SerializationFailure("another was faster")
            return trace(request, *args, **kwargs)

        with patch.object(documents, "_trace", fail_once), patch(
                "odoo.service.model.errorcodes.lookup", return_value="SERIALIZATION_FAILURE"), (
                    patch("time.sleep")):
            response = self.send(self.tenant, (self.payslip, "a.pdf", PDF),
                                 (self.payslip, "b.pdf", PDF + b"\n"))
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(self.payslip.file_ids.mapped("name"), ["a.pdf", "b.pdf"])

    def test_with_no_turn_left_it_is_said(self):
        """Concurrency: too many at the same moment; nothing is kept, and whoever sent knows."""
        with patch.object(self.env.registry["collection.document.request"], "_raise_rev",
                          side_effect=SerializationFailure("another was faster")), patch(
                "odoo.service.model.errorcodes.lookup", return_value="SERIALIZATION_FAILURE"), (
                    patch("time.sleep")), mute_logger("odoo.http"):
            response = self.send(self.tenant, (self.payslip, "a.pdf", PDF))
        self.assertEqual(response.status_code, 503)
        self.assertIn("it was not your turn", self.read(response))
        self.assertNothingGiven()
