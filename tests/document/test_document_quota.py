"""What contributors may send in all, and what ClamAV says of it."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models import collection_upload
from ...models.collection_upload import Sender
from .document_page_case import PDF, DocumentPageCase

LOGGER = "odoo.addons.account_collection.models.collection_upload"


@tagged("post_install", "-at_install")
class TestDocumentQuota(DocumentPageCase):

    def setUp(self):
        super().setUp()
        self.payslip = self.get_item(self.documents, "Payslip").sudo()

    def provide(self, number):
        return self.send(self.tenant, (self.payslip, "a.pdf", PDF + b"\n" * number))

    def allow(self, **numbers):
        for name, number in numbers.items():
            self.env["ir.config_parameter"].set_param(
                f"account_collection.quota_{name}", str(number))

    def assertStopped(self, words):
        """Two calls are taken, the third is not, and nothing of it is kept."""
        for number in range(2):
            self.assertEqual(self.provide(number).status_code, 303)
        with mute_logger(LOGGER):
            response = self.provide(2)
        self.assertEqual(response.status_code, 422)
        self.assertIn(words, self.read(response))
        self.env.invalidate_all()
        self.assertEqual(len(self.payslip.file_ids), 2)

    def test_files_of_a_sender(self):
        """X-19: a script with a valid link has an end, in files a day."""
        self.allow(sender_files=2)
        self.assertStopped("Very many files were sent today already: 2 files")

    def test_bytes_of_a_request(self):
        """X-19: in bytes of the whole request, whoever sends them; 0 MB take nothing."""
        self.allow(request_mb=0)
        with mute_logger(LOGGER):
            self.assertIn("for this request already", self.read(self.provide(0)))

    def test_files_for_a_customer(self):
        """X-19: over all links and requests of one customer, answers and portal included."""
        self.allow(customer_files=2)
        self.assertStopped("Very many files were sent today already")

    def test_colleagues_have_no_quota(self):
        """X-19: what came by post is entered all the same."""
        self.allow(sender_files=0, request_files=0, customer_files=0)
        self.payslip._provide([("a.pdf", PDF)])
        self.assertEqual(self.payslip.state, "review")

    def test_what_counts(self):
        """X-19: answers of a link, and files of a user of the portal, count for the customer."""
        self.assertEqual(
            self.env["collection.upload"]._count_sent(Sender(self.customer)),
            dict.fromkeys(("sender", "request", "customer"), (0, 0)))
        self.provide(0)
        self.env.invalidate_all()
        mine = Sender(self.customer, contributor=self.tenant_contributor.id,
                      request=self.documents.id)
        self.assertEqual(self.env["collection.upload"]._count_sent(mine), dict.fromkeys(
            ("sender", "request", "customer"), (1, len(PDF))))
        other = Sender(self.customer, contributor=self.guarantor_contributor.id)
        self.assertEqual(self.env["collection.upload"]._count_sent(other), {
            "sender": (0, 0), "request": (0, 0), "customer": (1, len(PDF))})

    def test_counting_is_one_query(self):
        """X-19: whatever was sent before."""
        sender = Sender(self.customer, contributor=self.tenant_contributor.id)
        self.provide(0)
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.env["collection.upload"]._count_sent(sender)

    def test_one_call_at_a_time(self):
        """X-05: a link that sends twenty calls at once keeps one worker busy, not twenty."""
        with db_connect(self.env.cr.dbname).cursor() as other:
            self.env(cr=other)["collection.upload"]._try_upload_turn(self.tenant_contributor)
            with self.assertRaisesRegex(UserError, "being received already"):
                self.env["collection.upload"]._try_upload_turn(self.tenant_contributor)
            self.env["collection.upload"]._try_upload_turn(self.guarantor_contributor)

    # === VIRUSES === #

    def scan(self, answer):
        """What a file that is sent becomes while ClamAV answers so."""
        self.env["ir.config_parameter"].set_param("account_collection.clamd_address", "/clamd")
        with patch.object(collection_upload, "scan", **(
                {"side_effect": answer} if isinstance(answer, OSError)
                else {"return_value": answer})), mute_logger(LOGGER):
            response = self.provide(0)
        self.env.invalidate_all()
        return self.read(response) if response.status_code == 422 else self.payslip.file_ids

    def test_a_clean_file_is_kept_and_a_virus_is_not(self):
        """Issue, files: where ClamAV answers, files pass it."""
        self.assertIn("contains a virus", self.scan("Eicar"))
        self.assertNothingGiven()
        self.assertFalse(self.scan("").attachment_id.description)

    def test_a_silent_scanner(self):
        """Issue, files: refused with what to do; or taken with a note, where the setting says so.
        """
        self.assertIn("send it again in an hour", self.scan(OSError("gone")))
        self.env["ir.config_parameter"].set_param("account_collection.clamd_silent", "accept")
        self.assertIn("Not checked for viruses",
                      self.scan(OSError("gone")).attachment_id.description)
