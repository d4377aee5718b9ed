import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from asn1crypto import tsp

from odoo.exceptions import AccessError
from odoo.modules import get_module_path
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...engine.seal import DIGESTED, ChainReader, SealedRow
from ...models.history import proof as proof_file
from ...tools import timestamps
from ..timestamp_authority import Authority
from .seal_case import SealCase

VERIFIER = Path(get_module_path("account_collection"), "report", "case_file", "verify.py")


@tagged("post_install", "-at_install")
class TestAnchor(SealCase):
    """DESIGN, the seal: each night one root a company, mailed to witnesses."""

    def test_one_root_covers_all_histories(self):
        """X-08: with the leaves of those that have grown."""
        self.begin()
        self.begin(self.make_customer("Other"))
        first = self.anchor()
        self.assertEqual((first.chain_count, first.row_count, first.missed), (2, 14, 0))
        self.assertTrue(first._is_whole())
        self.assertTrue(first.with_context(bin_size=True)._is_whole(), "as a form reads it")
        self.assertEqual(self.anchor(), first, "once a day")
        self.close(self.sequence, "verdict", "validated")
        second = self.anchor("2026-03-03 02:00:00")
        self.assertNotEqual(second.root, first.root)
        self.assertEqual(second.previous_root, first.root)
        self.assertEqual(
            self.env["collection.anchor.leaf"].search_count([("anchor_id", "=", second.id)]), 1)
        self.assertTrue(first._is_whole() and second._is_whole())

    def test_a_missed_night_is_made_up_for_and_visible(self):
        """X-08: on the anchor and on the page."""
        self.begin()
        self.anchor()
        late = self.anchor("2026-03-06 02:00:00")
        self.assertEqual(late.missed, 3)
        with self.at("2026-03-06 09:00:00"):
            self.page.invalidate_recordset()
            self.assertIn("(3)", self.page.anchor_note)
        with self.at("2026-03-10 09:00:00"):
            self.page.invalidate_recordset()
            self.assertIn("last anchor: 4", self.page.anchor_note)

    def test_each_company_has_its_own(self):
        """X-08: and one that has no history none."""
        self.begin()
        self.env["res.company"].create({"name": "Other"})
        self.run_cron("_anchor_all", model="collection.anchor")
        self.env.invalidate_all()
        self.assertEqual(self.anchors.search([]).company_id, self.company)

    def test_witnesses_get_it(self):
        """X-08: the root in the text, the file beside it, in the company's language."""
        witness = self.make_partner("Lawyer", email="lawyer@example.com")
        self.page.witness_ids = witness
        self.begin()
        self.run_cron("_anchor_all", model="collection.anchor")
        self.env.invalidate_all()
        anchor = self.anchors.search([])
        self.assertEqual(anchor.mail_state, "queued")
        self.assertIn("lawyer@example.com", anchor.witnesses)
        mail = anchor.sudo().mail_id
        self.assertIn(anchor.root, mail.body_html)
        self.assertEqual(mail.recipient_ids, witness)
        self.assertEqual(mail.attachment_ids.raw, base64.b64decode(anchor.root_file))
        before = self.env["mail.mail"].search_count([])
        self.run_cron("_anchor_all", model="collection.anchor")
        self.assertEqual(self.env["mail.mail"].search_count([]), before, "once")

    def test_a_witness_whose_address_is_gone_is_named(self):
        """X-08: the others get it."""
        reached, gone = (self.make_partner(name, email=f"{name}@example.com")
                         for name in ("one", "two"))
        self.page.witness_ids = reached | gone
        gone.email = False
        self.begin()
        anchor = self.anchor()
        anchor._mail()
        self.assertEqual(anchor.mail_state, "failed")
        self.assertIn("two (no e-mail address)", anchor.witnesses)
        self.page.invalidate_recordset()
        self.assertIn("Not all witnesses have received", self.page.anchor_note)
        self.assertEqual(anchor.sudo().mail_id.recipient_ids, reached)

    @mute_logger("odoo.addons.account_collection.models.history.collection_anchor")
    def test_a_fault_of_one_holds_up_no_other(self):
        """X-08: what cannot be mailed is anchored all the same."""
        self.page.witness_ids = self.make_partner("Lawyer", email="lawyer@example.com")
        self.begin()
        with patch.object(
                self.registry["collection.anchor"], "_mail", side_effect=ValueError("no")):
            self.run_cron("_anchor_all", model="collection.anchor")
        self.env.invalidate_all()
        self.assertEqual(self.anchors.search([]).mail_state, "waiting")


@tagged("post_install", "-at_install")
class TestAuthority(SealCase):
    """RFC 3161: an authority of `openssl ts` over loopback, whose tokens openssl alone verifies."""

    moment = None  # openssl signs by the clock of the machine

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not shutil.which("openssl"):
            cls.skipTest(cls, "openssl is not installed")
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.close)

    def setUp(self):
        super().setUp()
        self.authority.mode, self.authority.asked = "right", []
        self.page.authority_url = self.authority.url
        self.page.authority_certificates = self.authority.pem
        self.begin()
        self.night = self.anchor()

    def fetch(self):
        self.night._fetch_token()
        return self.night.token_state, self.night.token_code

    def test_its_token_is_verified_by_openssl_alone(self):
        """The files as they are kept."""
        self.assertEqual(self.fetch(), ("done", False))
        data, token = (base64.b64decode(file) for file in (
            self.night.root_file, self.night.token_file))
        self.assertTrue(self.night.token_trusted and self.night.token_at)
        self.assertIn(self.authority.pem.strip().encode(), base64.b64decode(
            self.night.certificates_file), "by which anybody verifies it")
        self.assertTrue(self.authority.verify(data, token))
        self.assertFalse(self.authority.verify(data + b" ", token))
        self.assertTrue(self.night._is_whole())

    def test_granted_with_changes_is_granted(self):
        """RFC 3161, 2.4.2: status 1 comes with a timestamp, 2 is a refusal; openssl agrees."""
        self.fetch()
        data, token = (base64.b64decode(file) for file in (
            self.night.root_file, self.night.token_file))
        answers = {}
        for status in ("granted_with_mods", "rejection"):
            answer = tsp.TimeStampResp.load(token)
            answer["status"]["status"] = status
            answers[status] = answer.dump(force=True)
        found = timestamps.read_token(
            answers["granted_with_mods"], data, None, self.authority.pem)
        self.assertEqual(found.at, self.night.token_at)
        self.assertTrue(self.authority.verify(data, answers["granted_with_mods"]))
        with self.assertRaisesRegex(timestamps.TimestampError, "refused"):
            timestamps.read_token(answers["rejection"], data, None, self.authority.pem)

    def test_without_its_certificate_it_is_kept_and_whose_it_is_remains_open(self):
        """As `openssl ts -verify` needs the authority's certificate, too."""
        self.page.authority_certificates = False
        self.assertEqual(self.fetch(), ("done", False))
        self.assertFalse(self.night.token_trusted)

    def test_what_fails_is_kept_and_tried_again(self):
        """It answers wrongly, refuses, answers another request; the next run asks again."""
        timestamps.fetch_token(self.authority.url, b"before", self.authority.pem)
        for mode, code in (("html", "unreadable"), ("error", "http"), ("huge", "unreadable"),
                           ("nonce", "nonce")):
            with self.subTest(mode):
                self.authority.mode = mode
                self.assertEqual(self.fetch(), ("failed", code))
        self.assertEqual(self.night.token_tries, 4)
        self.page.invalidate_recordset()
        self.assertIn("Without a timestamp", self.page.anchor_note)
        self.authority.mode = "right"
        self.run_cron("_anchor_all", model="collection.anchor")
        self.env.invalidate_all()
        self.assertEqual((self.night.token_state, self.night.token_tries), ("done", 5))

    def test_it_does_not_answer(self):
        """The night is kept without a timestamp."""
        self.page.authority_url = "http://127.0.0.1:9/tsr"
        self.assertEqual(self.fetch(), ("failed", "silent"))

    def test_its_certificate_has_expired(self):
        """What it signs is worth nothing."""
        expired = Authority(days=-2)
        self.addCleanup(expired.close)
        self.page.authority_url = expired.url
        self.page.authority_certificates = expired.pem
        self.assertEqual(self.fetch(), ("failed", "expired"))

    def test_somebody_else_answers(self):
        """By a certificate that nobody trusts."""
        other = Authority()
        self.addCleanup(other.close)
        self.page.authority_url = other.url
        self.assertEqual(self.fetch(), ("failed", "untrusted"))

    def test_no_byte_of_its_answer_changes_anything(self):
        """What is changed on the way is refused, or means the same."""
        self.fetch()
        data, token = (base64.b64decode(file) for file in (
            self.night.root_file, self.night.token_file))
        for place in range(0, len(token), 7):
            changed = bytearray(token)
            changed[place] ^= 1
            try:
                found = timestamps.read_token(bytes(changed), data, None, self.authority.pem)
            except timestamps.TimestampError:
                continue
            self.assertEqual(found.at, self.night.token_at)

    def test_only_a_manager_asks_again(self):
        """X-21: the server writes to an address."""
        with self.assertRaises(AccessError):
            self.night.with_user(self.collector).action_retry()
        self.night.with_user(self.manager).action_retry()
        self.assertEqual(self.night.token_state, "done")


class ProofCase(SealCase):
    """Four histories in an anchor, and the program that is given to a judge."""

    def setUp(self):
        super().setUp()
        self.chain = self.begin()
        for place in range(3):
            self.begin(self.make_customer(f"Tenant Zoë {place}"))
        self.sequence = self.env["collection.sequence"].search([
            ("customer_id", "=", self.customer.id)])
        self.anchor()

    def make_proof(self, chains=None):
        """:return: dict of bytes by file name: what proves the histories"""
        with TemporaryDirectory() as folder:
            made = self.env["collection.history"]._make_proof(
                chains or self.get_chain(), Path(folder))
            return {name: content.read_bytes() if isinstance(content, Path) else content
                    for name, content in made.items()}

    def list_parts(self, files, **head):
        """:return: dict of these files with the list of parts that fits them"""
        manifest = json.dumps({"format": 1, **head, "parts": [{
            "name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content),
            "what": name} for name, content in files.items()]}).encode()
        return {**files, "manifest.json": manifest,
                "manifest.sha256": hashlib.sha256(manifest).hexdigest().encode()}

    def pack(self, files):
        """:return: bytes of a ZIP of these files, without those that are None"""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in files.items():
                if content is not None:
                    archive.writestr(name, content)
        return file.getvalue()

    def make_zip(self, language="en_US", **changed):
        """:return: bytes of a case file with the proof and a document; parts may be changed
            after the list of parts was made, None takes one out"""
        files = self.list_parts({
            **self.make_proof(), "documents/invoice.pdf": b"%PDF-1.4 an invoice",
            "verify.py": VERIFIER.read_bytes(),
        }, made_at="2026-03-02 09:00:00", company="Landlord", language=language)
        return self.pack({**files, **{
            name.replace("__", "/"): content for name, content in changed.items()}})

    def run_verifier(self, content, unpacked=False):
        """Run the program as on a bare machine.

        :return: (exit code, output)
        """
        with TemporaryDirectory() as folder:
            path = Path(folder, "case.zip")
            path.write_bytes(content)
            words = [sys.executable, "-I", str(VERIFIER), str(path)]
            if unpacked:
                zipfile.ZipFile(path).extractall(Path(folder, "case"))
                words = [sys.executable, "-I", str(Path(folder, "case", "verify.py"))]
            done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder,
                                  env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"})
        self.assertFalse(done.stderr)
        return done.returncode, done.stdout

    def seal_again(self, files):
        """:return: bytes of a case file whose list of parts fits what was forged"""
        return self.pack(self.list_parts(
            {"verify.py": VERIFIER.read_bytes(), **files}, language="en"))

    def forge(self, change):
        """Change the proof, and have the list of parts fit.

        :param change: function of the proof, and of the files
        """
        files = self.make_proof()
        proof = json.loads(files["history/proof.json"])
        change(proof, files)
        files["history/proof.json"] = json.dumps(proof).encode()
        return self.run_verifier(self.seal_again(files))


# -- what somebody does to the proof, having the list of parts fit ------------------------------


def chain(proof):
    return proof["chains"][0]


def change_row(proof, _files):
    chain(proof)["rows"][2]["values"][3] = "Somebody"


def change_text(proof, _files):
    next(row for row in chain(proof)["rows"] if row["text"])["text"] = "Other"


def cut(proof, _files):
    del chain(proof)["rows"][3]


def cut_tail(proof, _files):
    rows = chain(proof)["rows"]
    del rows[-1]
    chain(proof)["head"] = {"number": 6, "digest": rows[-1]["digest"]}


def change_root(proof, files):
    name = proof["anchors"][0]["file"]
    files[name] = files[name].replace(b"\nroot: ", b"\nroot: 00")


def add_root(proof, files):
    files[proof["anchors"][0]["file"]] += b"root: " + b"00" * 32 + b"\n"


def lead_astray(proof, _files):
    chain(proof)["anchor"]["path"][0][1] = "00" * 32


def date_back(proof, _files):
    for said in (proof["anchors"][0], chain(proof)["anchor"]):
        said["day"] = "2025-01-01"


def date_back_the_place(proof, _files):
    chain(proof)["anchor"]["day"] = "2025-01-01"


def rename(proof, _files):
    names = proof["digested"]
    names[14], names[15] = names[15], names[14]


def lengthen_the_salt(proof, _files):
    row = next(row for row in chain(proof)["rows"] if row["text"])
    row["salt"], row["text"] = row["salt"] + row["text"][:9], row["text"][9:]


def give_to_another_company(proof, _files):
    chain(proof)["company"] = 999


def take_out_all_rows(proof, _files):
    chain(proof).update(rows=[], anchor=None, head={"number": 0, "digest": ""})


def lengthen_a_row(proof, _files):
    chain(proof)["rows"][2]["values"].append(None)


FORGERIES = (
    (date_back, "is not that of the anchor of 2025-01-01"),
    (date_back_the_place, "the anchor of 2025-01-01 is not there"),
    (rename, "says otherwise what the seals"), (lengthen_the_salt, "the text of row"),
    (give_to_another_company, "another company"), (take_out_all_rows, "has no rows"),
    (lengthen_a_row, "row 3 is not what was sealed"),
    (change_row, "row 3 is not what was sealed"), (change_text, "the text of row"),
    (cut, "row 4 is missing"), (cut_tail, "row 7 is not the one that the anchor"),
    (change_root, "another root"), (add_root, "another root"),
    (lead_astray, "does not lead to the root"),
)


@tagged("post_install", "-at_install")
class TestProof(ProofCase):
    """Issue 19: what a judge gets: a program of one file that needs nothing of ours, and says what
    holds."""

    def test_it_says_whole(self):
        """As a ZIP and unpacked; what it proves, and what not."""
        for unpacked in (False, True):
            code, said = self.run_verifier(self.make_zip(), unpacked)
            self.assertEqual(code, 0, said)
            self.assertIn("WHOLE", said)
            self.assertIn("7 rows, numbered without gap", said)
            self.assertIn("rows 1 to 7", said)
            self.assertIn("no authority has timestamped", said)

    def test_it_speaks_french(self):
        """By the language of the list of parts."""
        code, said = self.run_verifier(self.make_zip("fr_FR"))
        self.assertEqual((code, "INTÈGRE" in said, "numérotées" in said), (0, True, True))

    def test_one_byte_of_any_part_is_named(self):
        """Its name stands in the first fault."""
        whole = zipfile.ZipFile(io.BytesIO(self.make_zip()))
        for name in whole.namelist():
            content = bytearray(whole.read(name))
            content[len(content) // 2] ^= 1
            with self.subTest(name):
                code, said = self.run_verifier(self.make_zip(**{name: bytes(content)}))
                self.assertIn(code, (1, 2))
                self.assertIn("manifest" if name.startswith("manifest") else name, said)

    def test_a_part_that_is_missing_or_added_is_named(self):
        """Neither goes unseen."""
        for changed, sentence in (
            ({"documents/invoice.pdf": None}, "documents/invoice.pdf: missing"),
            ({"documents/more.pdf": b"x"}, "documents/more.pdf: not in the list"),
            ({"history/proof.json": None}, "history/proof.json: missing"),
        ):
            with self.subTest(sentence):
                code, said = self.run_verifier(self.make_zip(**changed))
                self.assertEqual(code, 1)
                self.assertIn(sentence, said)

    def test_rows_are_checked_against_each_other_and_the_anchor(self):
        """Even when whoever forges has the list of parts fit."""
        for change, sentence in FORGERIES:
            with self.subTest(sentence):
                code, said = self.forge(change)
                self.assertEqual(code, 1)
                self.assertIn(sentence, said)

    def test_the_program_and_the_engine_say_the_same(self):
        """They share no line; the same rows, whole and forged, give the same numbers."""
        space = {"__name__": "verifier", "__file__": str(VERIFIER)}
        exec(compile(VERIFIER.read_text(), str(VERIFIER), "exec"), space)
        proof = json.loads(self.make_proof()["history/proof.json"])
        [chain] = proof["chains"]
        for place, name in [(None, None), *((place, name) for place in (0, 3, 6)
                                            for name in ("at", "data", "new_value", "kind"))]:
            rows = [dict(row, values=list(row["values"])) for row in chain["rows"]]
            if name:
                rows[place]["values"][DIGESTED.index(name)] = "x"
            report = space["Report"]()
            space["check_chain"]({**chain, "rows": rows}, proof["digested"], report)
            reader = ChainReader(chain["key"])
            for row in rows:
                reader.read(SealedRow(row["version"], row["values"], row["text"], row["salt"],
                                      row["digest"]))
            faults = reader.close(
                chain["head"]["number"], chain["head"]["digest"], chain["customer"])
            self.assertEqual([fault.number for fault in faults if fault.code == "changed"],
                             [place + 1] if name else [])
            self.assertEqual(len(report.faults), len(faults))

    def test_no_history_is_not_whole(self):
        """X-30: the parts may hold; that is all that is said then."""
        def empty(proof, _files):
            proof.update(chains=[], anchors=[])

        for code, said in (self.forge(empty), self.run_verifier(self.seal_again({}))):
            self.assertEqual(code, 0, said)
            self.assertNotIn("WHOLE", said)
            self.assertIn("NO HISTORY", said)

    def test_what_the_creditor_says_is_not_proven(self):
        """To whom an anchor was mailed, and who made the list: whoever forges can write that."""
        def mail(proof, _files):
            proof["anchors"][0]["witnesses"] = "The President"

        code, said = self.forge(mail)
        self.assertEqual(code, 0, said)
        proven, _heading, open_ = said.partition("What this does not prove:")
        self.assertNotIn("The President", proven)
        self.assertIn("The President", open_)
        self.assertRegex(open_, "Its SHA-256 is [0-9a-f]{64}: it must be the one in the history")

    def test_a_history_sealed_anew_is_said(self):
        """Whole from then on: what was before is what was found then."""
        self.chain._reseal("after an upgrade", lambda _head: {"faults": ["changed"]})
        code, said = self.run_verifier(self.make_zip())
        self.assertEqual(code, 0, said)
        self.assertRegex(said, "whole before row 8: it was sealed anew there.* changed")

    def test_names_command_nothing(self):
        """Whoever makes a file names parts and people so that the output says something else."""
        name = "x\nWHOLE. All that can be checked here holds.\x1b[2J"
        code, said = self.run_verifier(self.make_zip(**{name: b"x"}))
        self.assertEqual(code, 1)
        self.assertNotIn("\nWHOLE", said)
        self.assertNotIn("\x1b", said)

    def test_a_part_larger_than_said_is_not_read(self):
        """A ZIP may unpack to whatever size it likes: its list says how much there is."""
        code, said = self.run_verifier(self.make_zip(
            **{"documents/invoice.pdf": b"%PDF-1.4 an invoice" + bytes(1 << 22)}))
        self.assertEqual(code, 1)
        self.assertIn("documents/invoice.pdf: changed", said)

    def test_rows_after_the_anchor_are_said(self):
        """They were written since."""
        self.close(self.sequence, "verdict", "validated")
        code, said = self.run_verifier(self.make_zip())
        self.assertEqual(code, 0, said)
        self.assertIn("written after the anchor", said)

    def test_an_erased_text_is_said(self):
        """Whole, with the text gone and the row that says so."""
        row = self.get_rows(self.chain).filtered("text")[-1]
        row.with_user(self.manager).erase_text("Asked by law")
        code, said = self.run_verifier(self.make_zip())
        self.assertEqual(code, 0, said)
        self.assertIn("1 texts were erased", said)
        proof = self.make_proof(self.chain)["history/proof.json"]
        self.assertNotIn(b"Lease is fine", proof)

    def test_a_long_history_is_written_in_batches(self):
        """Issue 19: into a file, whatever its length; it says the same as all at once."""
        made = self.make_proof(self.chain)["history/proof.json"]
        with patch.object(proof_file, "BATCH", 2):
            self.assertEqual(self.make_proof(self.chain)["history/proof.json"], made)
        [chain] = json.loads(made)["chains"]
        self.assertEqual(len(chain["rows"]), chain["head"]["number"])

    def test_it_is_no_case_file(self):
        """Said, and no traceback."""
        for content in (b"", b"PK rubbish", b"x" * 1000):
            code, said = self.run_verifier(content)
            self.assertEqual(code, 2)
            self.assertIn("no case file", said)


@tagged("post_install", "-at_install")
class TestProofToken(ProofCase):
    """Issue 19: the same with a timestamp: the program has openssl check it."""

    moment = None

    def setUp(self):
        super().setUp()
        if not shutil.which("openssl"):
            self.skipTest("openssl is not installed")
        self.authority = Authority()
        self.addCleanup(self.authority.close)
        self.page.authority_url = self.authority.url
        self.page.authority_certificates = self.authority.pem
        self.anchors.search([])._fetch_token()

    def test_it_says_whole(self):
        """With the command that anybody can run."""
        code, said = self.run_verifier(self.make_zip())
        self.assertEqual(code, 0, said)
        self.assertIn("openssl ts -verify -data history/anchors/", said)
        self.assertIn("openssl accepts it", said)

    def test_the_moment_is_that_of_the_token(self):
        """Not the one that the creditor says."""
        def date_back(proof, _files):
            proof["anchors"][0]["token_at"] = "2001-01-01 00:00:00"

        code, said = self.forge(date_back)
        self.assertEqual(code, 0, said)
        self.assertNotIn("2001", said)
        self.assertIn(f"the moment {self.anchors.search([]).token_at} UTC", said)

    def test_a_token_of_another_file_is_named(self):
        """As is one whose signature does not hold."""
        other = timestamps.fetch_token(self.authority.url, b"other", self.authority.pem)

        def exchange(proof, files):
            files[proof["anchors"][0]["token"]] = other.answer

        def spoil(proof, files):
            name = proof["anchors"][0]["token"]
            files[name] = files[name][:-9] + bytes([files[name][-9] ^ 1]) + files[name][-8:]

        for change, sentence in ((exchange, "the timestamp is not about"),
                                 (spoil, "openssl does not accept")):
            with self.subTest(sentence):
                code, said = self.forge(change)
                self.assertEqual(code, 1)
                self.assertIn(sentence, said)
