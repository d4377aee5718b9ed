import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from odoo.tests import tagged

from ..source_code import ROOT
from .case_file_case import CaseFileCase

VERIFIER = ROOT / "report" / "case_file" / "verify.py"
#: Of a local header: where the lengths of name and extra field stand, and how long it is.
LENGTHS, HEADER = 26, 30


@tagged("post_install", "-at_install")
class TestCaseVerify(CaseFileCase):
    """Issue 19: what whoever gets a case file finds out about it, on a bare machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.send()
        cls.give_deed()
        cls.content = cls.cases._make_zip(cls.customer.with_user(cls.collector), lang="en_US")

    def verify(self, content):
        """:return: (exit code, output) of the program, without network, packages or messages"""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "case.zip")
            path.write_bytes(content)
            done = subprocess.run(
                [sys.executable, "-I", str(VERIFIER), str(path)], capture_output=True, text=True,
                check=False, cwd=folder, env={"PATH": "/usr/bin:/bin"})
        self.assertFalse(done.stderr)
        return done.returncode, done.stdout

    def test_it_is_whole(self):
        """Issue 19: as it was made."""
        code, said = self.verify(self.content)
        self.assertEqual(code, 0, said)
        self.assertIn("WHOLE", said)

    def test_a_byte_of_any_part_as_it_lies_in_the_zip(self):
        """Issue 19: whatever the change has the reader of the ZIP raise, the part is named."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            infos = archive.infolist()
        for info in infos:
            lengths = self.content[info.header_offset + LENGTHS:info.header_offset + HEADER]
            start = info.header_offset + HEADER + sum(
                int.from_bytes(lengths[place:place + 2], "little") for place in (0, 2))
            for place in {0, info.compress_size // 2, info.compress_size * 3 // 4}:
                changed = bytearray(self.content)
                changed[start + place] ^= 0x55
                with self.subTest(part=info.filename, place=place):
                    code, said = self.verify(bytes(changed))
                    self.assertEqual(code, 1, said)
                    self.assertIn(f"- {info.filename}: ", said)

    def test_parts_exchanged(self):
        """Issue 19: two parts under each other's names are both named."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        first, second = "documents/001 invoice.pdf", "documents/002 deed.pdf"
        parts[first], parts[second] = parts[second], parts[first]
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        code, said = self.verify(target.getvalue())
        self.assertEqual(code, 1)
        for name in (first, second):
            self.assertIn(f"{name}: changed", said)
