from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from ..common import NOW
from .document_automation_case import AutomationCase
from .document_case import PDF

CRON = "odoo.addons.account_collection.tools.batches"
MIGRATION = "account_collection/migrations/19.0.4.0.0/pre-document_notices.py"


@tagged("post_install", "-at_install")
class TestDocumentReminders(AutomationCase):
    """Reminders until complete: asked on Monday 2 March, complete by 17 March."""

    def remind(self, days, **kwargs):
        """Run the cron so many days after the start."""
        day = fields.Datetime.to_datetime(NOW) + timedelta(days=days)
        with self.at(day):
            self.run_cron("_process_reminders", model="collection.document.request", **kwargs)
        self.env.invalidate_all()

    def get_days(self, request, partner=None):
        """:return: days after the start on which somebody was reminded"""
        notices = self.get_notices(request).filtered(lambda notice: (
            notice.kind == "reminder" and notice.partner_id == (partner or self.customer)))
        start = fields.Date.to_date(NOW[:10])
        return [(notice.day - start).days for notice in notices]

    def run_days(self, *days):
        for day in days:
            self.remind(day)

    def test_days_after_the_invitation(self):
        """C-024: once, where it does not repeat."""
        self.make_automation("after", days=3)
        request = self.start()
        self.run_days(1, 2, 3, 4, 5, 9)
        self.assertEqual(self.get_days(request), [3])
        self.assertEqual(self.get_mails()[-1].subject, "Subject of after")

    def test_until_complete(self):
        """E25: every so many days, for as long as something is missing."""
        self.make_automation("after", days=3, repeat_days=2)
        request = self.start()
        self.run_days(*range(1, 9))
        self.assertEqual(self.get_days(request), [3, 5, 7])
        for item in request.item_ids:
            item.provide([("a.pdf", PDF)])
        self.run_days(9, 10, 11)
        self.assertEqual(self.get_days(request), [3, 5, 7])

    def test_why_it_pauses_is_said_in_the_companys_language(self):
        """E25: colleagues read it, whoever archives the customer."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        request = self.start()
        self.customer.action_archive()
        self.assertEqual(request.pause_reason, "Le client est archivé.")

    def test_nothing_is_asked_of_an_archived_customer(self):
        """E25, C: neither of it nor of its guarantor, until somebody resumes."""
        self.make_automation("after", days=3)
        request = self.start()
        request.invite(self.cau, self.guarantor)
        sequence = self.make_documents_sequence()
        answering = self.start(action=self.get_action(sequence, "papers").id)
        self.customer.action_archive()
        self.assertEqual(
            (request.state, request.pause_reason), ("paused", "The customer is archived."))
        self.assertEqual(answering.state, "open")  # the pause of its sequence closes it
        self.run_days(3, 4)
        self.assertEqual(self.get_days(request, self.guarantor), [])

    def test_days_before_the_last_day(self):
        """C-024: a date relative to the request's."""
        self.make_automation("before_due", days=5)
        request = self.start()
        self.run_days(9, 10, 11)
        self.assertEqual(self.get_days(request), [10])

    def test_several_on_one_day_are_one_message(self):
        """E25: at most one a contributor and day; the others are not made up for."""
        self.make_automation("after", days=10)
        last = self.make_automation("before_due", days=5, position=20)
        request = self.start()
        self.run_days(10, 11, 12)
        self.assertEqual(self.get_days(request), [10])
        notice = self.get_notices(request)[-1]
        self.assertEqual(notice.automation_id, last)
        self.assertEqual(len(notice.covered_ids), 2)

    def test_after_a_standstill_one_message(self):
        """E25: catching up is one message, then the usual distance."""
        self.make_automation("after", days=2, repeat_days=2)
        request = self.start()
        self.run_days(11, 12, 13)
        self.assertEqual(self.get_days(request), [11, 13])

    def test_twice_a_day_is_once(self):
        """E25: safe to run again; the database guards it too."""
        self.make_automation("after", days=3, repeat_days=1)
        request = self.start()
        self.run_days(3, 3)
        self.assertEqual(self.get_days(request), [3])
        request.sudo().reminded_on = False
        self.run_days(3)
        self.assertEqual(self.get_days(request), [3])
        contributor = self.get_contributor(request, self.customer).sudo()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), (
                self.at("2026-03-05 10:00:00")), self.env.cr.savepoint():
            contributor._write_mails("reminder")

    def test_who_was_written_to_today_waits_for_tomorrow(self):
        """E25: news and a reminder on one day are one message too many."""
        self.make_automation("after", days=3)
        request = self.start()
        with self.at("2026-03-05 05:00:00"):
            request.contributor_ids.action_send_link()
        self.run_days(3, 4)
        self.assertEqual(self.get_days(request), [4])

    def test_only_who_owes_something(self):
        """C-024: neither who has given all, nor who said finished, nor who was removed."""
        self.template.function_ids.most = 0
        self.make_automation("after", days=3)
        request = self.start()
        for partner in (self.guarantor, self.second):
            request.invite(self.cau, partner)
        third = request.invite(self.cau, self.make_partner("Third", email="third@example.com"))
        third.action_remove()
        self.get_contributor(request, self.guarantor).sudo()._finish()
        self.give(request, "Payslip")
        self.give(request, "Identity card")
        self.run_days(3)
        reminded = self.get_notices(request).filtered(lambda notice: notice.kind == "reminder")
        self.assertEqual(reminded.partner_id, self.second)

    def test_what_is_optional_is_asked_once(self):
        """E25: nobody is reminded of what the request is complete without."""
        self.template.item_ids.filtered(lambda item: not item.function_id)[0].required = False
        self.make_automation("after", days=3, repeat_days=1)
        request = self.start()
        self.give(request, "Payslip")
        self.run_days(3)
        self.assertFalse(self.get_days(request))

    def test_a_closed_door_is_no_time_for_reminders(self):
        """C-025, B12: neither paused nor of a paused sequence; resumed, one message."""
        self.make_automation("after", days=3, repeat_days=1)
        request = self.start()
        sequence = self.make_documents_sequence()
        other = self.start(action=self.get_action(sequence, "papers").id)
        request.action_pause()
        sequence.action_pause()
        self.run_days(3, 4, 5)
        self.assertFalse(self.get_days(request) + self.get_days(other))
        request.action_resume()
        sequence.action_resume()
        self.run_days(6)
        self.assertEqual((self.get_days(request), self.get_days(other)), ([6], [6]))

    def test_a_request_that_has_ended_is_silent(self):
        """B40: cancelled, refused or complete."""
        self.make_automation("after", days=3)
        request = self.start()
        request.action_cancel("Not needed")
        self.run_days(3)
        self.assertFalse(self.get_days(request))

    def test_each_reminder_has_a_fresh_link(self):
        """E25: links expire, reminders renew them."""
        self.company.collection_link_days = 2
        self.make_automation("after", days=3)
        self.start()
        first = self.get_token(self.get_mails())
        self.run_days(3)
        with self.at("2026-03-05 10:00:00"):
            self.assertFalse(self.env["collection.link"]._find(first))
            self.assertTrue(self.env["collection.link"]._find(
                self.get_token(self.get_mails()[-1])))

    def test_the_reviewer_is_notified_of_silence_once(self):
        """E25: an activity of the clock; ticked, it does not come back the next day."""
        self.make_automation("after", days=3, action="activity", subject="Call them")
        request = self.start()
        self.run_days(3)
        activity = self.get_activities(request)
        self.assertEqual(activity.summary, "Call them")
        activity.action_archive()
        self.run_days(4, 5)
        self.assertFalse(self.get_activities(request))

    def test_an_upgrade_knows_of_former_notices(self):
        """Upgrade to 19.0.4: what was in state *told* is in state *notified*."""
        self.make_automation("after", days=3, action="activity")
        request = self.start()
        self.run_days(3)
        notice = self.get_notices(request).filtered(lambda notice: notice.kind == "activity")
        self.assertEqual(notice.state, "notified")
        self.env.flush_all()
        self.env.cr.execute("UPDATE collection_document_notice SET state = 'told' WHERE id = %s",
                            (notice.id,))
        load_script(file_path(MIGRATION), "document_notices").migrate(self.env.cr, "19.0.3.0.0")
        self.env.invalidate_all()
        self.assertEqual(notice.state, "notified")

    def test_one_who_is_invited_late_is_reminded_late(self):
        """C-013: days count from the own invitation."""
        self.make_automation("after", days=3)
        request = self.start()
        with self.at("2026-03-04 09:00:00"):
            request.invite(self.cau, self.guarantor)
        self.run_days(3, 4, 5, 6)
        self.assertEqual(self.get_days(request), [3])
        self.assertEqual(self.get_days(request, self.guarantor), [5])

    def test_one_who_is_invited_after_the_day_is_not_reminded_at_once(self):
        """C-024: the invitation has just asked for it."""
        self.make_automation("before_due", days=14)
        request = self.start()
        with self.at("2026-03-10 09:00:00"):
            request.invite(self.cau, self.guarantor)
        self.run_days(8, 9, 10)
        self.assertFalse(self.get_days(request, self.guarantor))

    def test_an_address_that_came_back_is_not_tried_for_ever(self):
        """E25: until another one is entered."""
        self.make_automation("after", days=3, repeat_days=1)
        request = self.start()
        self.get_notices(request)._set_state("bounced", "No such user")
        self.run_days(3, 4)
        self.assertFalse(self.get_days(request))
        self.customer.email = "new@example.com"
        self.run_days(5)
        self.assertEqual(self.get_days(request), [5])

    def test_a_fault_of_one_request_stops_no_other(self):
        """Bad input: whatever it is, the batch goes on."""
        self.make_automation("after", days=3)
        broken, sound = self.start(), self.start(customer=self.make_customer("Other"))
        requests = self.env.registry["collection.document.request"]
        run = requests._run_clock

        def fail(request, today):
            if request.id == broken.id:
                raise ValueError("Something unforeseen")
            return run(request, today)

        with patch.object(requests, "_run_clock", fail), mute_logger(CRON):
            self.run_days(3)
        self.assertFalse(self.get_days(broken))
        self.assertEqual(self.get_days(sound, sound.partner_id), [3])
        self.run_days(4)
        self.assertEqual(self.get_days(broken), [4])

    def test_batches(self):
        """E25: the cron comes back for the rest."""
        self.make_automation("after", days=3)
        requests = [self.start(customer=self.make_customer(f"C{n}")) for n in range(3)]
        self.remind(3, limit=2)
        self.remind(3, limit=2)
        for request in requests:
            self.assertEqual(self.get_days(request, request.partner_id), [3])

    def test_it_is_traced_as_the_clocks(self):
        """E25: a row of its own in the history."""
        self.make_automation("after", days=3)
        self.start()
        self.run_days(3)
        row = self.customer.with_user(self.collector).collection_history_ids.filtered(
            lambda row: row.kind == "contributor_reminded")
        self.assertEqual(row.cause, "cron")
        self.assertIn("reminded of", row.summary)

    def test_an_approved_document_that_expires_is_asked_for_again(self):
        """C-023: its giver reads since when; complete requests are left alone."""
        self.template.item_ids.filtered(lambda item: item.name == "Identity card").has_expiry = True
        request = self.start()
        item = self.get_item(request, "Identity card")
        item.provide([("a.pdf", PDF)], expiry="2026-03-04")
        item.action_approve()
        self.run_days(2)
        self.assertEqual(item.state, "approved")
        self.run_days(3)
        self.assertEqual(item.state, "refused")
        self.assertIn("expired on 03/04/2026", item.refusal)
        self.assertIn("expired on 03/04/2026", self.get_mails()[-1].body_html)
