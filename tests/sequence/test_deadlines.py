from datetime import date, timedelta

from odoo.tests import tagged

from ..common import CollectionCase, action, deadline_row, row, step

MARKERS = [{"name": "served", "string": "Date of service", "type": "date"}]


class DeadlinesCase(CollectionCase):
    """Launched on Monday 2 March 2026, in France: Easter Monday is 6 April."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.fr")
        cls.truce = cls.env["collection.truce"].create({
            "name": "Winter truce", "start_month": 11, "start_day": 1,
            "end_month": 3, "end_day": 31})

    def start(self, *rows, contents=None, then=(), **vals):
        """Launch a tree whose first step has these rows; the second has ``then``."""
        template = self.make_template("TIME", [
            step("wait", contents or [action("call")], [*rows, row("after")]),
            step("after", [action("file")], [*then, row("end:Done")]),
        ], marker_definition=MARKERS, **vals)
        return self.launch(template)

    def assertDue(self, sequence, day):
        """The row's deadline ends on that day: one is in time until then, and late after."""
        self.assertEqual(sequence.deadline_ids.mapped("due"), [self.day(day)])
        self.run_night(f"{day} 12:00:00")
        self.assertAt(sequence, "wait")
        self.run_night(f"{self.day(day, 1)} 12:00:00")
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    @staticmethod
    def day(text, more=0):
        return date.fromisoformat(text) + timedelta(days=more)


@tagged("post_install", "-at_install")
class TestDeadlines(DeadlinesCase):
    """Rows that wait for a delay."""

    def test_days(self):
        """D-060: until the end of the last day."""
        self.assertDue(self.start(deadline_row("after", 5)), "2026-03-07")

    def test_weeks(self):
        """D-060: of seven days."""
        self.assertDue(self.start(deadline_row("after", 1, "weeks")), "2026-03-09")

    def test_months(self):
        """D-060: the same day of the month."""
        self.assertDue(self.start(deadline_row("after", 1, "months")), "2026-04-02")

    def test_working_days(self):
        """D-060: from Monday to Friday."""
        self.assertDue(self.start(deadline_row("after", 5, "working_days")), "2026-03-09")

    def test_business_days(self):
        """D-060: from Monday to Saturday."""
        self.assertDue(self.start(deadline_row("after", 6, "business_days")), "2026-03-09")

    def test_procedure_ends_on_a_working_day(self):
        """D-060: on Easter Monday a delay of procedure runs on to Tuesday."""
        self.assertDue(
            self.start(deadline_row("after", 35, procedural=True)), "2026-04-07")

    def test_a_plain_delay_ends_on_any_day(self):
        """D-060: on Easter Monday as well."""
        self.assertDue(self.start(deadline_row("after", 35)), "2026-04-06")

    def test_a_truce_puts_it_off(self):
        """D-060: no eviction before 1 April."""
        self.assertDue(
            self.start(deadline_row("after", 5, truce_id=self.truce.id)), "2026-04-01")

    def test_from_an_action(self):
        """D-060: it runs once that action is closed."""
        sequence = self.start(
            deadline_row("after", 3, base="action", content_key="call"),
            contents=[action("call"), action("visit")])
        self.assertFalse(sequence.deadline_ids)
        with self.at("2026-03-04 12:00:00"):
            self.close(sequence, "call")
        self.assertDue(sequence, "2026-03-07")

    def test_from_a_date_that_is_not_known_yet(self):
        """D-060: it waits for the date, however long, and runs once that is filled."""
        sequence = self.start(deadline_row("after", 5, base="marker", marker="Date of service"))
        self.run_night("2026-04-20 12:00:00")
        self.assertAt(sequence, "wait")
        self.assertFalse(sequence.deadline_ids)
        with self.at("2026-04-21 12:00:00"):
            sequence.markers = {"served": "2026-04-20"}
            self.run_night()
        self.assertDue(sequence, "2026-04-25")

    def test_from_a_date_that_was_corrected(self):
        """D-060: the first due date stays on record."""
        sequence = self.start(deadline_row("after", 5, base="marker", marker="served"))
        sequence.markers = {"served": "2026-03-01"}
        self.run_night()
        sequence.markers = {"served": "2026-03-02"}
        self.run_night("2026-03-03 12:00:00")
        self.assertEqual(sequence.deadline_ids.original_due, self.day("2026-03-06"))
        self.assertDue(sequence, "2026-03-07")

    def test_an_expired_date_counts_on_entering(self):
        """D-060: what ran out before the step was entered has run out."""
        sequence = self.start(
            then=[deadline_row("end:Late", 1, base="marker", marker="served")])
        sequence.markers = {"served": "2026-02-02"}
        self.close(sequence, "call")
        self.assertEqual(sequence.end_label, "Late")
        self.assertReplays(sequence)

    def test_each_visit_counts_anew(self):
        """D-060: the deadline of an earlier visit is left behind."""
        sequence = self.start(deadline_row("wait", 5))
        self.run_night("2026-03-08 12:00:00")
        self.assertEqual(sequence.deadline_ids.sorted("id").mapped("due"),
                         [self.day("2026-03-07"), self.day("2026-03-13")])
        self.assertEqual(sequence.next_deadline, self.day("2026-03-13"))
        self.assertReplays(sequence)

    def test_a_day_off_of_the_company_is_no_working_day(self):
        """D-060: of its calendar or of all; an afternoon is none, nor a colleague's own."""
        calendar = self.company.resource_calendar_id
        calendar.tz = "Europe/Paris"
        other = calendar.copy({"name": "Night shift"})
        colleague = self.env["resource.resource"].create({
            "name": "Colleague", "calendar_id": calendar.id, "company_id": self.company.id})
        self.env["resource.calendar.leaves"].create([{
            "name": "Off", "company_id": self.company.id, "calendar_id": own.id,
            "date_from": f"2026-03-{day} {begin}:00:00", "date_to": f"2026-03-{day} {end}:00:00",
            "resource_id": resource,
        } for day, begin, end, own, resource in (
            ("03", "07", "16", calendar, False), ("04", "07", "16", calendar.browse(), False),
            ("05", "12", "16", calendar, False), ("06", "07", "16", other, False),
            ("09", "07", "16", calendar, colleague.id))])
        sequence = self.start(deadline_row("after", 5, "working_days"))
        self.assertDue(sequence, "2026-03-11")

    def test_a_closure_prolongs_no_delay_of_procedure(self):
        """D-060: the law knows public holidays, and no company's."""
        self.env["resource.calendar.leaves"].create({
            "name": "Off", "company_id": self.company.id, "calendar_id": False,
            "date_from": "2026-03-06 00:00:00", "date_to": "2026-03-06 22:59:00"})
        sequence = self.start(deadline_row("after", 4, procedural=True))
        self.assertDue(sequence, "2026-03-06")

    def test_the_day_is_the_companys(self):
        """D-060: at noon in Greenwich it is the next day in Auckland."""
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        sequence = self.start(deadline_row("after", 5))
        self.run_night("2026-03-07 10:00:00")
        self.assertAt(sequence, "wait")
        self.run_night("2026-03-07 12:00:00")
        self.assertAt(sequence, "after")

    def test_the_day_of_a_moment_is_the_companys(self):
        """D-060: a hearing at half past eight in Auckland is on the day before in Greenwich."""
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        template = self.make_template("TIME", [
            step("wait", [action("call")], [
                deadline_row("after", 5, base="marker", marker="Hearing"), row("after")]),
            step("after", [action("file")], [row("end:Done")]),
        ], marker_definition=[{"name": "hearing", "string": "Hearing", "type": "datetime"}])
        sequence = self.launch(template)
        sequence.markers = {"hearing": "2026-03-04 19:30:00"}
        self.assertEqual(sequence.deadline_ids.base, self.day("2026-03-05"))
        changed = sequence.history_ids.filtered(lambda found: found.kind == "markers_changed")
        self.assertEqual(changed.new_value, "Hearing: 2026-03-05 08:30")

    def test_a_clock_that_jumps_a_month_moves_one_step(self):
        """D-060: what comes next counts from the day it was entered."""
        sequence = self.start(deadline_row("after", 5), then=[deadline_row("end:Late", 5)])
        self.run_night("2026-04-10 12:00:00")
        self.assertAt(sequence, "after")
        self.assertEqual(sequence.next_deadline, self.day("2026-04-15"))
        self.assertReplays(sequence)

    def test_each_sequence_is_looked_at_once_a_day(self):
        """D-060: a cron that runs every hour does its work once."""
        self.start(deadline_row("after", 5))
        self.assertEqual(self.run_night("2026-03-03 02:00:00"), 1)
        self.assertEqual(self.run_night("2026-03-03 12:00:00"), 0)
        self.assertEqual(self.run_night("2026-03-04 02:00:00"), 1)

    def test_the_cron_goes_on_where_it_stopped(self):
        """D-060: a batch at a time, nobody is left out."""
        sequence = self.start(deadline_row("after", 5))
        other = self.launch(sequence.template_id, self.make_customer("Neighbour"))
        with self.at("2026-03-08 12:00:00"):
            for _batch in range(2):
                self.assertEqual(self.run_cron("_process_deadlines", limit=1), 1)
        self.assertAt(sequence, "after")
        self.assertAt(other, "after")

    def test_the_cron_itself(self):
        """D-060: as the scheduler calls it."""
        sequence = self.start(deadline_row("after", 5))
        with self.at("2026-03-08 12:00:00"), self.enter_registry_test_mode():
            self.env.ref("account_collection.cron_process_deadlines").method_direct_trigger()
        self.assertAt(sequence, "after")


@tagged("post_install", "-at_install")
class TestDeadlinePause(DeadlinesCase):
    """A pause freezes what is ours, and never what is the law's."""

    def test_a_correction_keeps_what_it_gave_back(self):
        """D-060: a day earlier than after the pause, not than before it."""
        sequence = self.start(deadline_row("after", 5, base="marker", marker="served"))
        sequence.markers = {"served": "2026-03-03"}
        self.run_night("2026-03-03 12:00:00")
        with self.at("2026-03-04 12:00:00"):
            sequence.action_pause()
        with self.at("2026-03-20 12:00:00"):
            sequence.action_resume()
            self.assertEqual(sequence.deadline_ids.due, self.day("2026-03-24"))
            self.assertEqual(sequence.deadline_ids.given_back, 16)
            sequence.markers = {"served": "2026-03-02"}
        self.assertDue(sequence, "2026-03-23")

    def test_a_date_filled_meanwhile_counts_from_its_end(self):
        """D-028: the pause counts for none of ours."""
        sequence = self.start(deadline_row("after", 10, base="marker", marker="served"))
        with self.at("2026-03-03 12:00:00"):
            sequence.action_pause()
        with self.at("2026-03-04 12:00:00"):
            sequence.markers = {"served": "2026-03-04"}
        with self.at("2026-03-25 12:00:00"):
            sequence.action_resume()
        self.assertDue(sequence, "2026-04-04")

    def test_an_emptied_date_drops_its_deadline(self):
        """D-060: the history says so."""
        sequence = self.start(deadline_row("after", 5, base="marker", marker="served"))
        sequence.markers = {"served": "2026-03-02"}
        self.assertTrue(sequence.deadline_ids)
        sequence.markers = {"served": False}
        self.assertFalse(sequence.deadline_ids)
        self.assertIn("timer_dropped", sequence.history_ids.mapped("kind"))
        self.assertReplays(sequence)

    def test_a_date_filled_again_keeps_what_a_pause_gave_back(self):
        """D-060: emptied by mistake, it comes back as it was."""
        sequence = self.start(deadline_row("after", 5, base="marker", marker="served"))
        sequence.markers = {"served": "2026-03-03"}
        with self.at("2026-03-04 12:00:00"):
            sequence.action_pause()
        with self.at("2026-03-20 12:00:00"):
            sequence.action_resume()
            sequence.markers = {"served": False}
            self.assertReplays(sequence)
            sequence.markers = {"served": "2026-03-03"}
            self.assertFalse(sequence.visit_id.given_back)
            self.assertEqual(sequence.deadline_ids.given_back, 16)
        self.assertDue(sequence, "2026-03-24")

    def test_what_was_to_come_comes_later(self):
        """D-028: a scheduled action's day moves with its deadline; one chosen by hand, less."""
        sequence = self.start(contents=[
            action("call", delay_days=10, deadline_days=3), action("visit", delay_days=10),
            action("now")])
        call, visit, now = sequence.action_ids.sorted("number")
        with self.at("2026-03-04 12:00:00"):
            sequence.action_pause()
        with self.at("2026-03-10 12:00:00"):
            visit.reschedule(self.day("2026-04-30"))
        with self.at("2026-03-14 12:00:00"):
            sequence.action_resume()
            self.assertEqual(call.date, self.day("2026-03-22"))
            self.assertEqual(call.deadline, self.day("2026-03-25"))
            self.assertEqual(visit.date, self.day("2026-05-04"))
            self.assertEqual(now.date, self.day("2026-03-02"))
        self.assertReplays(sequence)

    def pause(self, sequence, moment="2026-03-04 12:00:00"):
        with self.at(moment):
            sequence.action_pause("Family matter")

    def test_an_internal_deadline_freezes(self):
        """D-028, D-029: it goes on with the units that were left."""
        sequence = self.start(deadline_row("after", 5))
        self.pause(sequence)
        self.assertEqual((sequence.deadline_ids.state, sequence.deadline_ids.remaining),
                         ("frozen", 3))
        self.run_night("2026-03-09 12:00:00")
        with self.at("2026-03-10 12:00:00"):
            sequence.action_resume()
        self.assertDue(sequence, "2026-03-13")

    def test_what_is_left_is_in_its_own_unit(self):
        """D-029: three working days, not five days with a week-end in them."""
        sequence = self.start(deadline_row("after", 5, "working_days"))
        self.pause(sequence)
        self.assertEqual(sequence.deadline_ids.remaining, 3)
        with self.at("2026-03-13 12:00:00"):
            sequence.action_resume()
        self.assertDue(sequence, "2026-03-18")

    def test_what_is_held_gives_no_alarm(self):
        """D-028: its last day moves on; a legal one is still the next."""
        sequence = self.start(deadline_row("after", 5))
        self.pause(sequence)
        with self.at("2026-03-20 12:00:00"):
            sequence.invalidate_recordset()
            self.assertEqual((sequence.next_deadline, sequence.next_deadline_alarm),
                             (False, False))

    def test_a_legal_deadline_alerts(self):
        """D-028: it runs through the pause; when it has passed, the collector is notified, once."""
        sequence = self.start(deadline_row("after", 5, nature="legal"))
        self.pause(sequence)
        self.assertFalse(sequence.deadline_ids.frozen)
        for day in ("07", "08", "09"):
            self.run_night(f"2026-03-{day} 12:00:00")
        self.assertEqual(sequence.state, "paused")
        self.assertTrue(sequence.deadline_ids.alerted)
        self.assertEqual(sequence.sudo().activity_ids.user_id, self.collector)
        self.assertEqual(len(sequence.sudo().activity_ids), 1)
        self.assertReplays(sequence)

    def test_the_alert_is_in_the_language_of_who_reads_it(self):
        """Row 28: not in that of the cron."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.collector.lang = "fr_FR"
        sequence = self.start(deadline_row("after", 5, nature="legal"))
        self.pause(sequence)
        self.run_night("2026-03-08 12:00:00")
        self.assertIn("échéance légale", sequence.sudo().activity_ids.summary)

    def test_a_legal_deadline_is_followed_on_resuming(self):
        """D-029: what passed in the meantime decides then."""
        sequence = self.start(deadline_row("after", 5, nature="legal"))
        self.pause(sequence)
        with self.at("2026-03-10 12:00:00"):
            sequence.action_resume()
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    def test_a_legal_deadline_begins_during_a_pause(self):
        """D-028: the act was served, whether we pause or not."""
        sequence = self.start(
            deadline_row("after", 5, base="marker", marker="served", nature="legal"))
        self.pause(sequence)
        sequence.markers = {"served": "2026-03-02"}
        self.run_night("2026-03-08 12:00:00")
        self.assertTrue(sequence.deadline_ids.alerted)
        self.assertReplays(sequence)

    def test_a_pause_that_ends_by_itself(self):
        """D-029: on its day, in the night."""
        sequence = self.start(deadline_row("after", 5))
        self.pause(sequence)
        sequence.sudo().resume_on = "2026-03-10"
        self.run_night("2026-03-09 12:00:00")
        self.assertEqual(sequence.state, "paused")
        self.run_night("2026-03-10 12:00:00")
        self.assertEqual((sequence.state, sequence.pause_reason), ("running", False))
        self.assertDue(sequence, "2026-03-13")


@tagged("post_install", "-at_install")
class TestActionDeadlines(DeadlinesCase):
    """Actions that close by themselves when their deadline has passed."""

    def expiring(self):
        return self.start(
            row("after", "call", outcomes=["expired"]),
            row("end:Called", "call", outcomes=["done"]),
            contents=[action("call", deadline_days=3, expires=True)])

    def test_what_was_not_done_decides_too(self):
        """D-057, D-060, B3: an expired action is a result like another."""
        sequence = self.expiring()
        self.run_night("2026-03-05 12:00:00")
        self.assertAt(sequence, "wait")
        self.run_night("2026-03-06 12:00:00")
        self.assertEqual(self.get_action(sequence, "call").outcome, "expired")
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    def test_done_in_time(self):
        """D-057: the same action, done."""
        sequence = self.expiring()
        with self.at("2026-03-05 12:00:00"):
            self.close(sequence, "call")
        self.assertEqual(sequence.end_label, "Called")

    def test_an_action_that_does_not_expire_stays_open(self):
        """D-060: late, and still owed."""
        sequence = self.start(contents=[action("call", deadline_days=3)])
        self.run_night("2026-03-20 12:00:00")
        self.assertEqual(self.get_action(sequence, "call").state, "todo")

    def test_a_pause_moves_the_deadline_and_keeps_the_original(self):
        """D-029: by as many days as it took."""
        sequence = self.expiring()
        with self.at("2026-03-03 12:00:00"):
            sequence.action_pause("Family matter")
        with self.at("2026-03-05 12:00:00"):
            sequence.action_resume()
        call = self.get_action(sequence, "call")
        self.assertEqual((call.deadline, call.original_deadline),
                         (self.day("2026-03-07"), self.day("2026-03-05")))
        self.assertReplays(sequence)
