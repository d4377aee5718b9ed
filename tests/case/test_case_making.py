import io
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.case import collection_case_file
from .case_file_case import CaseFileCase, Unpacked


@tagged("post_install", "-at_install")
class TestCaseMaking(CaseFileCase):
    """Issue 19: the dialog, large files in the background, and who takes one out."""

    def make_by_dialog(self, **vals):
        dialogs = self.env["collection.case.file.make"].with_user(self.collector)
        dialog = dialogs.create({"customer_id": self.customer.id, "lang": "en_US", **vals})
        return self.cases.browse(dialog.action_make()["res_id"])

    def queue(self, **vals):
        with patch.object(collection_case_file, "HEAVY", 0):
            return self.make_by_dialog(**vals)

    def test_a_small_one_is_made_at_once(self):
        """Issue 19: with its digests, and traced with that of the manifest."""
        made = self.make_by_dialog()
        self.assertRegex(made.size_label, r"^\d+\.\d kB$")
        content = made.sudo()._find_content()
        unpacked = Unpacked(content.raw)
        self.assertEqual(
            (made.state, made.digest, made.size), ("ready", unpacked.digest, len(content.raw)))
        row = self.get_rows("case_file_made")
        self.assertEqual(row.user_id, self.collector)
        self.assertIn(unpacked.digest, row.new_value)

    def test_what_is_proposed(self):
        """Issue 19: the language of the partner outside who takes part, the day today."""
        self.bailiff.lang = "en_US"
        dialog = self.env["collection.case.file.make"].with_user(self.collector).new(
            {"sequence_ids": self.sequence.ids})
        self.assertEqual(
            (dialog.company_id, dialog.day, dialog.lang),
            (self.company, self.company._get_collection_day(), "en_US"))

    def test_a_large_one_is_made_in_the_background(self):
        """Issue 19: queued, then made by the cron; whoever asked for it is notified."""
        made = self.queue()
        self.assertEqual((made.state, made.size_label), ("queued", False))
        with self.assertRaisesRegex(UserError, "is not ready"):
            made._take_out()
        self.run_cron("_process_queue", "collection.case.file")
        made.invalidate_recordset()
        self.assertEqual((made.state, made.progress), ("ready", 100))
        notice = self.env["mail.message"].search(
            [("partner_ids", "in", self.collector.partner_id.ids)], order="id desc", limit=1)
        self.assertIn("is ready", notice.body)

    def test_a_long_history_is_made_in_the_background(self):
        """Issue 19: a hundred thousand rows are no matter of a moment."""
        with patch.object(collection_case_file, "ROWS_A_DOCUMENT", 0.01):
            self.assertEqual(self.make_by_dialog().state, "queued")

    def test_one_that_waits_past_midnight(self):
        """Issue 19: it is of the day on which it is made."""
        made = self.queue()
        with self.at("2026-03-03 12:00:00"):
            self.run_cron("_process_queue", "collection.case.file")
        made.invalidate_recordset()
        self.assertEqual((made.state, str(made.day)), ("ready", "2026-03-03"))
        self.assertIn("2026-03-03", made.name)

    def test_progress_shows(self):
        """Issue 19: how far it is, while documents are read and the book is bound."""
        seen = []
        self.cases._write_zip(self.customer.with_user(self.collector), io.BytesIO(),
                              seen.append)
        self.assertEqual(seen, sorted(seen))
        self.assertLessEqual({50, 90}, set(seen))

    def test_one_that_fails_says_why(self):
        """Issue 19: with the reason, and it can be made again."""
        made = self.queue()
        with patch.object(type(self.cases), "_write_zip", side_effect=UserError("No paper")):
            self.run_cron("_process_queue", "collection.case.file")
        made.invalidate_recordset()
        self.assertEqual((made.state, made.error), ("failed", "No paper"))
        made.action_retry()
        self.assertEqual((made.state, made.error), ("queued", False))

    def test_a_reason_is_in_the_language_of_whoever_asked(self):
        """Issue 19: the cron has none of its own."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.collector.lang = "fr_FR"

        def refuse(files, *_records, **_options):
            raise UserError(f"No paper in {files.env.lang}")

        def crash(*_records, **_options):
            raise RuntimeError

        for fault, reason in ((refuse, "No paper in fr_FR"), (crash, "n’a pas pu être")):
            with self.subTest(reason):
                made = self.queue()
                with patch.object(type(self.cases), "_write_zip", fault), mute_logger(
                        "odoo.addons.account_collection.tools.batches"):
                    self.run_cron("_process_queue", "collection.case.file")
                made.invalidate_recordset()
                self.assertIn(reason, made.error)

    def test_one_that_kills_its_worker_is_given_up(self):
        """Issue 19: after three attempts, not for ever."""
        made = self.queue()
        made.sudo().attempts = collection_case_file.MOST_ATTEMPTS
        self.run_cron("_process_queue", "collection.case.file")
        made.invalidate_recordset()
        self.assertEqual(made.state, "failed")

    def test_rights_are_asked_when_it_is_made(self):
        """Issue 19: whoever lost the customer meanwhile gets no file."""
        made = self.queue()
        self.customer.with_company(self.company).collector_id = self.litigator
        self.run_cron("_process_queue", "collection.case.file")
        made.invalidate_recordset()
        self.assertEqual(made.sudo().state, "failed")

    def test_taking_it_out_is_traced(self):
        """Issue 19: who, when, and the digest of the manifest; no other way reads it."""
        made = self.make_by_dialog()
        content = made._take_out()
        self.assertEqual(made.taken_count, 1)
        row = self.get_rows("case_file_taken")
        self.assertEqual((row.user_id, row.cause), (self.collector, "person"))
        self.assertIn(made.digest, row.new_value)
        with self.assertRaises(AccessError):
            content.with_user(self.collector).read(["raw"])
        with self.assertRaises(AccessError):
            made.read(["content"])

    def test_what_is_offered_then(self):
        """Issue 19: hold the customer, launch a sequence, hand it over."""
        made = self.make_by_dialog()
        hold = made.action_open_hold()
        self.assertEqual(hold["context"]["default_customer_ids"], self.customer.ids)
        self.assertEqual(made.action_open_hand_over()["res_model"], "collection.case.hand.over")
        self.assertEqual(
            made.action_launch_sequence()["res_model"], "collection.sequence.launch")

    def test_never_deleted(self):
        """Issue 19: what was made stays."""
        with self.assertRaises(UserError):
            self.make_by_dialog().sudo().unlink()
