"""What files from outside are, by what is in them. No database."""

import io
import struct
import time
import zipfile
import zlib

import PyPDF2
from hypothesis import given, settings, strategies as st
from PIL import Image

from odoo.tests import BaseCase, tagged

from ..tools.uploads.errors import Refusal
from ..tools.uploads.inspect import TYPES, inspect
from ..tools.uploads.pdf import ACTIVE
from .link.test_answer_form import EXE, HEIC, PNG, make_docx

EXAMPLES = settings(max_examples=150, deadline=None)


def make_pdf(*objects, trailer=b"<< /Root 1 0 R >>"):
    """A small PDF of a catalog and these objects."""
    parts = [b"%PDF-1.7", b"1 0 obj << /Type /Catalog >> endobj"]
    parts += [b"%d 0 obj %s endobj" % (number, body) for number, body in enumerate(objects, 2)]
    return b"\n".join([*parts, b"trailer " + trailer, b"%%EOF\n"])


def make_stream(head, data):
    return b"<< %s /Length %d >> stream\n%s\nendstream" % (head, len(data), data)


def make_object_stream(*objects, head=b"/Filter /FlateDecode", pack=zlib.compress):
    """A stream that holds objects."""
    offsets, body = [], b""
    for number, item in enumerate(objects, 50):
        offsets.append(b"%d %d" % (number, len(body)))
        body += item + b" "
    index = b" ".join(offsets) + b" "
    return make_stream(b"/Type /ObjStm /N %d /First %d %s" % (
        len(objects), len(index), head), pack(index + body))


def write(writer):
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def make_picture(width, height, kind="JPEG", **options):
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(stream, kind, **options)
    return stream.getvalue()


def make_png_header(width, height):
    """A PNG that says how large it is, and holds next to nothing."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(
            ">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(
            b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


class ContentCase(BaseCase):

    def assertRefused(self, content, reason):
        with self.assertRaises(Refusal) as caught:
            inspect(content)
        self.assertEqual(caught.exception.reason, reason)


@tagged("post_install", "-at_install")
class TestUploadType(ContentCase):
    """By content, not by name."""

    def test_what_is_taken(self):
        """Uploads: each type by its signature; a byte order mark before a PDF does no harm."""
        for content, ending in (
                (make_pdf(), ".pdf"), (b"\xef\xbb\xbf" + make_pdf(), ".pdf"), (PNG, ".png"),
                (make_picture(60, 40), ".jpg"), (HEIC, ".heic"), (make_docx(), ".docx")):
            self.assertIn(ending, TYPES[inspect(content)])

    def test_what_is_not(self):
        """Bad input: programs, pages, pictures with script, archives, words, nothing."""
        for content in (
                EXE, b"<html><script>alert(1)</script></html>", b"#!/bin/sh\n", b"words", b"\0",
                b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"GIF89a" + b"\0" * 99,
                b"PK\3\4" + b"\0" * 40, b"\xd0\xcf\x11\xe0" + b"\0" * 600, b""):
            self.assertRefused(content, "type")

    def test_a_pdf_begins_as_one(self):
        """Bad input: a program or a page in front of a PDF."""
        for front in (EXE, b"<script>alert(1)</script>", b"GIF89a", b"\0" * 2000):
            self.assertRefused(front + make_pdf(), "type")

    def test_an_archive_behind_a_pdf_stays_a_pdf(self):
        """Bad input: it is saved and opened as what it is, a PDF."""
        self.assertEqual(inspect(make_pdf() + make_docx()), "application/pdf")

    @EXAMPLES
    @given(st.sampled_from([b"", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\3\4"]),
           st.binary(max_size=400))
    def test_whatever_comes_there_is_an_answer(self, start, rest):
        """Bad input: a type or a refusal, never another error."""
        try:
            self.assertIn(inspect(start + rest), TYPES)
        except Refusal as refusal:
            self.assertIn(refusal.reason, Refusal.REASONS)

    @EXAMPLES
    @given(st.data())
    def test_a_file_that_is_bent_has_an_answer(self, data):
        """Bad input: bytes of real files changed, cut out or doubled."""
        content = bytearray(data.draw(st.sampled_from([
            make_pdf(make_object_stream(b"<< /A 1 >>")), make_docx(), make_picture(8, 8), PNG])))
        for _change in range(data.draw(st.integers(1, 6))):
            place = data.draw(st.integers(0, max(0, len(content) - 1)))
            content[place:place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        try:
            self.assertIn(inspect(bytes(content)), TYPES)
        except Refusal as refusal:
            self.assertIn(refusal.reason, Refusal.REASONS)


@tagged("post_install", "-at_install")
class TestUploadPdf(ContentCase):
    """PDFs that act, hide, or cannot be read."""

    def make_writer(self):
        writer = PyPDF2.PdfWriter()
        writer.add_blank_page(100, 100)
        return writer

    def test_as_other_programs_write_them(self):
        """Uploads: a plain one is taken; with script, with a file in it or locked it is not."""
        self.assertEqual(inspect(write(self.make_writer())), "application/pdf")
        writer = self.make_writer()
        writer.add_js("app.alert(1)")
        self.assertRefused(write(writer), "active")
        writer = self.make_writer()
        writer.add_attachment("run.exe", EXE)
        self.assertRefused(write(writer), "active")
        writer = self.make_writer()
        writer.encrypt("secret")
        self.assertRefused(write(writer), "protected")

    def test_links_and_the_first_page_do_no_harm(self):
        """Uploads: what ordinary documents have."""
        self.assertTrue(inspect(make_pdf(
            b"<< /OpenAction [3 0 R /Fit] /A << /S /URI /URI (https://example.com) >> >>",
            b"<< /Title (How /JavaScript is written) /Note <2f4a53> >> % /JS")))

    @EXAMPLES
    @given(st.sampled_from(sorted(ACTIVE)), st.data())
    def test_what_acts_is_found_however_it_is_written(self, name, data):
        """Bad input: names with escapes, in nested objects, in packed streams, behind tricks."""
        written = b"".join(
            b"#%02x" % char if data.draw(st.booleans()) else bytes([char]) for char in name)
        act = b"<< /S /%s /Next [<< /%s (x) >>] >>" % (written, written)
        hiding = data.draw(st.sampled_from([
            (act,), (b"<< /A [ << /B " + act + b" >> ] >>",), (make_object_stream(b"1", act),),
            (b"<< /A (endobj \\) stream\n) /B " + act + b" >>",), (b"(open", act),
            (b"<< /A (>> stream\n) >>", act), (b"% a remark\n" + act,),
            (make_stream(b"/X 1", b"5 0 obj " + act),),
            (make_object_stream(b"(open", act, head=b"", pack=bytes),)]))
        self.assertRefused(make_pdf(*hiding), "active")

    def test_a_packed_stream_of_objects_hides_nothing(self):
        """Bad input: packed in a way in which nobody packs objects."""
        act = b"<< /S /JavaScript >>"
        for head, pack in (
                (b"/Filter [/ASCIIHexDecode /FlateDecode]", lambda data: zlib.compress(data).hex(
                    ).encode()),
                (b"/Filter /LZWDecode", bytes), (b"/Filter 9 0 R", zlib.compress),
                (b"/Filter [/FlateDecode /FlateDecode]", lambda data: zlib.compress(
                    zlib.compress(data))),
                (b"/Filter /FlateDecode /First 3", zlib.compress),
                (b"/Filter /FlateDecode", lambda data: b"xx" + zlib.compress(data))):
            self.assertRefused(make_pdf(make_object_stream(act, head=head, pack=pack)), "damaged")

    def test_a_locked_one_hidden_in_a_stream_of_references(self):
        """Bad input: since PDF 1.5 the trailer is a stream."""
        self.assertRefused(make_pdf(make_stream(b"/Type /XRef /Encr#79pt 9 0 R", b"")),
                           "protected")

    def test_one_that_is_cut_off(self):
        """Bad input: an upload that was interrupted."""
        content = write(self.make_writer())
        for part in (content[:len(content) // 2], b"%PDF-1.7\n%%EOF", b"%PDF-1.7 words %%EOF"):
            self.assertRefused(part, "damaged")

    def test_bombs_are_not_unpacked(self):
        """Bad input: a few kilobytes that come to gigabytes, as a text or as a picture."""
        packed = zlib.compress(bytes(100 * 1024 ** 2))
        self.assertRefused(make_pdf(make_stream(b"/Filter /FlateDecode", packed)), "bomb")
        self.assertRefused(make_pdf(make_stream(
            b"/Subtype /Image /Width 9 /Height 9 /Filter /FlateDecode", packed)), "bomb")
        self.assertRefused(make_pdf(make_stream(
            b"/Subtype /Image /Width 99999 /Height 99999 /Filter /FlateDecode", packed)), "pixels")
        self.assertRefused(make_pdf(b"[" * 5000), "bomb")

    def test_no_file_chooses_what_looking_at_it_costs(self):
        """Bad input: what would be looked at again and again, megabytes of it."""
        size = 4 * 1024 ** 2
        for part in (b"obj%", b"obj\n%", b"1 0 obj<<", b"1 0 obj[(", b"obj<</A(", b"obj <", b"<<",
                     b"1 0 obj<</Type/ObjStm/First 9>>stream\n",
                     b"1 0 obj<</Filter/FlateDecode>>stream\n\x78\x01\x00\xff\xff\x00\x00"):
            with self.subTest(part=part):
                begun = time.process_time()
                with self.assertRaises(Refusal):
                    inspect(b"%PDF-1.7\n" + part * (size // len(part)) + b"%%EOF")
                self.assertLess(time.process_time() - begun, 10)

    def test_a_scan_is_taken(self):
        """Uploads: a page of a scanner, 8 megapixels, packed without loss."""
        pixels = zlib.compress(bytes(2480 * 3508))
        self.assertTrue(inspect(make_pdf(make_stream(
            b"/Subtype /Image /Width 2480 /Height 3508 /Filter /FlateDecode", pixels))))


@tagged("post_install", "-at_install")
class TestUploadPicture(ContentCase):
    """Pictures by their header."""

    def test_bombs_are_told_by_their_header(self):
        """Bad input: a few bytes that come to gigabytes of pixels."""
        for side in (10_001, 30_000, 2 ** 31 - 1):
            self.assertRefused(make_png_header(side, side), "pixels")

    def test_a_large_photo_is_taken(self):
        """Uploads: 24 megapixels."""
        self.assertEqual(inspect(make_picture(6000, 4000)), "image/jpeg")

    def test_what_is_cut_off_is_refused(self):
        """Bad input: an upload that was interrupted; a thumbnail's end does not count."""
        for content in (make_picture(600, 400), make_picture(600, 400, "PNG")):
            self.assertRefused(content[:-20], "damaged")
            self.assertRefused(content[:30], "damaged")
        photo = make_picture(64, 64)
        thumbnail = b"\xff\xe1" + struct.pack(">H", len(photo) + 2) + photo
        self.assertTrue(inspect(photo[:2] + thumbnail + photo[2:]))
        self.assertRefused(photo[:2] + thumbnail + photo[2:-2], "damaged")

    def test_a_camera_s_trailer_does_no_harm(self):
        """Uploads: telephones write more behind the picture."""
        self.assertTrue(inspect(make_picture(60, 40) + b"SEFT" + b"\0" * 100))


@tagged("post_install", "-at_install")
class TestUploadDocx(ContentCase):
    """Documents of Word."""

    def make(self, parts=()):
        stream = io.BytesIO(make_docx())
        with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, content in dict(parts).items():
                archive.writestr(name, content)
        return stream.getvalue()

    def test_what_is_brought_along_is_refused(self):
        """Bad input: macros, objects, a template or a picture from elsewhere."""
        external = ('<Relationships><Relationship Id="1" Type="http://x/{}" '
                    'Target="http://evil.example" TargetMode="External"/></Relationships>')
        for name, content in (
                ("word/vbaProject.bin", b"x"), ("word/embeddings/oleObject1.bin", b"x"),
                ("word/activeX/activeX1.xml", b"x"), ("run.JS", b"x"),
                ("word/_rels/settings.xml.rels", external.format("attachedTemplate")),
                ("word/_rels/document.xml.rels", external.format("image"))):
            with self.subTest(name=name):
                self.assertRefused(self.make({name: content}), "macros")
        for written in (
                external.format("image").replace("External", "&#69;xternal").encode(),
                external.format("a>b/image").encode("utf-16")):
            self.assertRefused(self.make({"word/_rels/document.xml.rels": written}), "macros")
        for field in ("<w:instrText>DD</w:instrText><w:instrText>EAUTO c</w:instrText>",
                      '<w:fldSimple w:instr=" &#68;DE c"/>'):
            self.assertRefused(self.make({"word/header1.xml": f'<w:p xmlns:w="w">{field}</w:p>'}),
                               "macros")
        self.assertTrue(inspect(self.make(
            {"word/_rels/document.xml.rels": external.format("hyperlink")})))

    def test_bombs_are_not_unpacked(self):
        """Bad input: too many parts, or too large; whatever the header says of their size."""
        self.assertRefused(self.make({"word/a.xml": bytes(210 * 1024 ** 2)}), "bomb")
        self.assertRefused(self.make({f"word/{n}.xml": b"" for n in range(2001)}), "bomb")
        self.assertRefused(
            self.make({"word/_rels/a.xml.rels": b" " * (21 * 1024 ** 2)}), "bomb")

    def test_other_archives_are_refused(self):
        """Bad input: a spreadsheet, an archive of programs, one written for nobody to look into."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("readme.txt", "x")
        self.assertRefused(stream.getvalue(), "type")
        hidden = '<!DOCTYPE r [<!ENTITY e "External">]><Relationships/>'
        self.assertRefused(self.make({"word/_rels/a.xml.rels": hidden}), "type")

