"""What files from outside are, by what is in them. No database."""

import io
import re
import resource
import socket
import struct
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pikepdf
from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.uploads import child, reader
from ..tools.uploads.clamd import scan
from ..tools.uploads.errors import Refusal
from ..tools.uploads.inspect import TYPES, Finding, inspect
from ..tools.uploads.pdf import ACTIVE
from ..tools.uploads.reader import read_file, read_files
from .upload_corpus import (
    EXE,
    HEIC,
    HTML,
    get_bad,
    get_costly,
    get_good,
    make_docx,
    make_elements,
    make_heic,
    make_names_bomb,
    make_object_stream,
    make_pdf,
    make_picture,
    make_report,
    make_stream,
)

EXAMPLES = settings(max_examples=150, deadline=None)


def measure(content):
    """:return: (:class:`Finding` or reason of the refusal, seconds of processor in the child)"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        found = read_file(content)
    except Refusal as refusal:
        found = refusal.reason
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class ContentCase(BaseCase):

    def assertRefused(self, content, reason):
        with self.assertRaises(Refusal) as caught:
            inspect(content)
        self.assertEqual(caught.exception.reason, reason)


@tagged("post_install", "-at_install")
class TestUploadCorpus(ContentCase):
    """More than a hundred files, each with its verdict, looked at as they are when they come."""

    def test_there_are_enough_of_them(self):
        """X-05: at least sixty files, good ones of ten origins, bad ones of thirty kinds."""
        self.assertGreaterEqual(len(get_good()), 10)
        self.assertGreaterEqual(len(get_bad()), 50)

    def test_good_ones_are_taken(self):
        """X-09, X-17, X-28: locked payslips, invoices with their XML, photos with more behind."""
        for what, (kind, content) in get_good().items():
            with self.subTest(what=what):
                found, seconds = measure(content)
                self.assertIsInstance(found, Finding, found)
                self.assertEqual(found.kind, kind)
                self.assertLess(seconds, 5)

    def test_bad_ones_are_refused(self):
        """X-05, X-09, X-17, X-18, X-26, X-27, X-28: each for its reason, within its limits."""
        for what, (reason, content) in get_bad().items():
            with self.subTest(what=what):
                found, seconds = measure(content)
                self.assertEqual(found, reason)
                self.assertLess(seconds, 5)

    def test_millions_of_elements(self):
        """X-26: are refused for their number, or for the time that counting them would take."""
        self.assertIn(measure(make_elements())[0], ("bomb", "heavy"))

    def test_costly_ones_do_not_get_what_they_ask_for(self):
        """X-05, X-26: whatever the verdict, it comes within five seconds of processor."""
        for what, content in get_costly().items():
            with self.subTest(what=what):
                self.assertLess(measure(content)[1], 5)

    def test_what_follows_a_picture_is_cut(self):
        """X-27, X-28: a page or an archive behind the end is not kept."""
        for picture in (make_picture(60, 40), make_picture(60, 40, "PNG"), HEIC):
            for tail in (HTML, make_docx()):
                self.assertEqual(inspect(picture + tail).size, len(picture))
            self.assertEqual(inspect(picture).size, len(picture))


@tagged("post_install", "-at_install")
class TestUploadReader(BaseCase):
    """The process in which files are looked at."""

    def run_with(self, body, *contents):
        """:return: the answers of a process that looks at files with this function"""
        with TemporaryDirectory() as folder:
            script = Path(folder, "script.py")
            script.write_text(
                f"import sys\nsys.path.insert(0, {str(Path(child.__file__).parents[1])!r})\n"
                f"from uploads import child\nchild.SECONDS = 1\n"
                f"def look(content):\n    {body}\nchild._inspect = look\nchild.main()\n")
            with patch.object(reader, "_SCRIPT", str(script)):
                return [getattr(answer, "reason", answer)
                        for answer in read_files(contents or (HEIC,))]

    def test_it_has_so_much_time(self):
        """X-05: a file that takes longer is refused, and nothing is left running."""
        self.assertEqual(self.run_with("while True: pass"), ["heavy"])

    def test_it_has_so_much_memory(self):
        """X-05: 256 MiB, whatever the library does."""
        self.assertEqual(child.MEMORY, 256 * 1024 ** 2)
        self.assertEqual(self.run_with(
            "return ['heavy2'] if not bytearray(300 * 1024 ** 2) else []"), ["heavy"])

    def test_it_writes_no_file_and_sees_no_environment(self):
        """X-05: neither secrets of the server nor its disk are there for a file that breaks in."""
        self.assertEqual(self.run_with(
            "import os; return [','.join(sorted(os.environ))]"), ["LC_ALL,MALLOC_ARENA_MAX"])
        with TemporaryDirectory() as folder:
            self.assertEqual(self.run_with(
                f"with open({folder!r} + '/x', 'w') as file: file.write('x')\n"
                "    return ['written']"), ["heavy"])

    def test_one_process_for_all_until_one_is_refused(self):
        """X-05: each file has its own answer; what follows a refused one is not looked at."""
        answers = read_files([make_report(), HEIC, make_docx({"a.exe": b""}), HEIC])
        self.assertEqual([getattr(answer, "reason", None) for answer in answers],
                         [None, None, "macros"])
        answers = read_files([HEIC, EXE])
        self.assertEqual([getattr(answer, "reason", None) for answer in answers], [None, "type"])
        self.assertEqual(read_files([]), [])

    def test_so_many_at_a_time(self):
        """X-05: who waits too long for a turn is asked to come back."""
        turns = threading.BoundedSemaphore(1)
        turns.acquire()
        with patch.object(reader, "_turns", turns), patch.object(reader, "LONGEST_WAIT", 0.01):
            self.assertEqual(read_files([HEIC])[0].reason, "busy")

    def test_twenty_at_once_leave_the_worker_at_work(self):
        """X-05: while threads check twenty bad files, another one does its own work."""
        bomb, answers = make_names_bomb(), []
        threads = [threading.Thread(target=lambda: answers.append(read_files([bomb])))
                   for _number in range(20)]
        longest = 0
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            begun = time.monotonic()
            sum(range(100_000))
            time.sleep(0.01)
            longest = max(longest, time.monotonic() - begun)
        self.assertEqual(len(answers), 20)
        self.assertTrue(all(isinstance(answer[0], Refusal) for answer in answers))
        self.assertLess(longest, 1)


@tagged("post_install", "-at_install")
class TestUploadType(ContentCase):
    """By content, not by name."""

    def test_a_pdf_begins_as_one(self):
        """X-28: a program or a page in front of a PDF."""
        for front in (EXE, HTML, b"GIF89a", b"\0" * 2000):
            self.assertRefused(front + make_pdf(), "type")

    @EXAMPLES
    @given(st.sampled_from([b"", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\3\4",
                            b"\0\0\0\x18ftypheic"]),
           st.binary(max_size=400))
    def test_whatever_comes_there_is_an_answer(self, start, rest):
        """Bad input: a type or a refusal, never another error."""
        try:
            self.assertIn(inspect(start + rest).kind, TYPES)
        except Refusal as refusal:
            self.assertIn(refusal.reason, Refusal.REASONS)

    @EXAMPLES
    @given(st.data())
    def test_a_file_that_is_bent_has_an_answer(self, data):
        """Bad input: bytes of real files changed, cut out or doubled."""
        content = bytearray(data.draw(st.sampled_from([
            make_pdf(make_object_stream(b"<< /A 1 >>")), make_docx(), make_picture(8, 8), HEIC,
            make_picture(8, 8, "PNG"), make_report(1)])))
        for _change in range(data.draw(st.integers(1, 6))):
            place = data.draw(st.integers(0, max(0, len(content) - 1)))
            content[place:place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        try:
            self.assertIn(inspect(bytes(content)).kind, TYPES)
        except Refusal as refusal:
            self.assertIn(refusal.reason, Refusal.REASONS)


@tagged("post_install", "-at_install")
class TestUploadPdf(ContentCase):
    """PDFs that act, hide, or cannot be read."""

    def test_links_and_the_first_page_do_no_harm(self):
        """X-17: what ordinary documents have."""
        self.assertTrue(inspect(make_pdf(
            b"<< /OpenAction [3 0 R /Fit] /A << /S /URI /URI (https://example.com) >> >>",
            b"<< /Title (How /JavaScript is written) /Note <2f4a53> >> % /JS")))
        self.assertTrue(inspect(make_pdf(
            make_object_stream(b"<< /Title (How \\(/JavaScript\\) is written) >>"))))

    @EXAMPLES
    @given(st.sampled_from(sorted(ACTIVE)), st.data())
    def test_what_acts_is_found_however_it_is_written(self, name, data):
        """X-09: names with escapes, in nested objects, in packed streams, behind tricks."""
        written = b"".join(
            b"#%02x" % char if data.draw(st.booleans()) else bytes([char])
            for char in name.encode())
        act = b"<< /S /%s /Next [<< /%s (x) >>] >>" % (written, written)
        hiding = data.draw(st.sampled_from([
            (act,), (b"<< /A [ << /B " + act + b" >> ] >>",), (make_object_stream(b"1", act),),
            (b"<< /A (endobj \\) stream\n) /B " + act + b" >>",),
            (b"<< /A (>> stream\n) >>", act), (b"% a remark\n" + act,),
            (make_stream(b"/X 1", b"\n5 0 obj " + act + b" endobj\n"),),
            (make_object_stream(b"(a) % (\n", act, b"% )\n"),),
            (make_object_stream(b"1", act, head=b"", pack=bytes),)]))
        self.assertRefused(make_pdf(*hiding), "active")

    def test_a_form_that_goes_around_in_circles(self):
        """Bad input: actions that follow each other forever."""
        self.assertRefused(make_pdf(
            b"<< /S /GoTo /D [3 0 R /Fit] /Next 4 0 R >>", catalog=b"/OpenAction 4 0 R"), "active")

    def test_a_payslip_is_merged_with_the_others(self):
        """X-09: what is taken though it is locked for editing becomes part of the one PDF."""
        from ..report.collection_document_export import _draw

        locked = get_good()["payslip, locked for editing"][1]
        part = _draw("application/pdf", locked, "payslip.pdf")
        with pikepdf.open(io.BytesIO(part)) as pdf:
            self.assertEqual(len(pdf.pages), 2)
            self.assertFalse(pdf.is_encrypted)


@tagged("post_install", "-at_install")
class TestUploadPicture(ContentCase):
    """Pictures by their structure."""

    def test_what_is_cut_off_is_refused(self):
        """Bad input: an upload that was interrupted; a thumbnail's end does not count."""
        for content in (make_picture(600, 400), make_picture(600, 400, "PNG")):
            self.assertRefused(content[:-20], "damaged")
            self.assertRefused(content[:30], "damaged")
        photo = make_picture(64, 64)
        thumbnail = b"\xff\xe1" + struct.pack(">H", len(photo) + 2) + photo
        self.assertTrue(inspect(photo[:2] + thumbnail + photo[2:]))
        self.assertRefused(photo[:2] + thumbnail + photo[2:-2], "damaged")

    def test_a_heic_box_may_reach_to_the_end(self):
        """X-27: the last box of some telephones does not say how long it is."""
        content = make_heic(data=b"x" * 40)
        place = content.index(b"mdat") - 4
        self.assertEqual(
            inspect(content[:place] + bytes(4) + content[place + 4:]).size, len(content))


class Scanner:
    """Answers as ClamAV's daemon does: what contains the word *virus* is one."""

    def __init__(self, path, answer=None):
        self.answer, self.received = answer, b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack(">I", stream.read(4))[0]:
                    content += stream.read(size)
                self.received = content
                found = b"Test.Virus FOUND" if b"virus" in content else b"OK"
                connection.sendall(
                    b"stream: " + found + b"\0" if self.answer is None else self.answer)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@tagged("post_install", "-at_install")
class TestUploadScanner(BaseCase):
    """ClamAV, where it answers."""

    def setUp(self):
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = f"{folder.name}/clamd"

    def start(self, answer=None):
        scanner = Scanner(self.path, answer)
        self.addCleanup(scanner.close)
        return scanner

    def test_what_it_says(self):
        """Issue, files: the whole file is sent, and the verdict is read."""
        scanner, content = self.start(), b"x" * 600_000
        self.assertEqual(scan(f"unix:{self.path}", content), "")
        self.assertEqual(scanner.received, content)
        self.assertEqual(scan(self.path, b"a virus"), "Test.Virus")

    def test_no_verdict_is_an_error(self):
        """Bad input: nobody there, an error, nothing, something else."""
        with self.assertRaises(OSError):
            scan(self.path, b"x")
        with self.assertRaises(OSError):
            scan("localhost:1", b"x", timeout=1)
        for answer in (b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK FOUNDx\0"):
            self.path += "x"
            self.start(answer)
            with self.assertRaises(OSError):
                scan(self.path, b"x", timeout=1)


@tagged("post_install", "-at_install")
class TestUploadSource(BaseCase):

    def test_texts_of_activities_are_never_markup(self):
        """X-22: whatever is written into an activity's note is plain text, or says why not."""
        root = Path(__file__).parents[1]
        for path in [*(root / "models").rglob("*.py"), *(root / "wizards").rglob("*.py")]:
            for call in re.findall(r"activity_schedule\((?:[^()]|\([^()]*\))*?note=(\w+)",
                                   path.read_text()):
                self.assertEqual(call, "plaintext2html", path)
