from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from ..common import COLLECTOR, CollectionCase


class ProcessCase(CollectionCase):
    """A collector's customers in a scenario of automatic e-mails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.lang = "en_US"  # in which what hinders an action is kept
        cls.scenario = cls.make_scenario()

    def make_debtor(self, name="Debtor", scenario=None, due="2026-02-01", **vals):
        """A customer that owes an overdue invoice, in the scenario."""
        customer = self.make_customer(name, holders={}, **{
            "email": f"{name.lower().replace(' ', '.')}@example.com", **vals})
        self.make_invoice(customer, due=due)
        self.chase(customer, scenario or self.scenario)
        return customer

    def get_actions(self, customer):
        return self.env["collection.action"].search(
            [("customer_id", "=", customer.id)], order="id")

    def get_mails(self, customer):
        """:return: the mails that wait in the queue for a customer's thread"""
        return self.env["mail.mail"].search(
            [("model", "=", "res.partner"), ("res_id", "=", customer.id)])


class TestProcess(ProcessCase):
    """What is due leaves by itself, once, and says so."""

    def test_an_automatic_email_leaves_on_its_day(self):
        """S-006: without anybody; queued in the customer's thread, closed, the next planned."""
        customer = self.make_debtor()
        self.process_due()
        done, following = self.get_actions(customer)
        self.assertEqual((done.state, done.outcome), ("closed", "done"))
        self.assertEqual(
            done.dispatch_ids.mail_message_id, self.get_mails(customer).mail_message_id)
        self.assertEqual(done.dispatch_state, "pending")
        self.assertEqual(done.item_ids.move_id.partner_id, customer)
        self.assertEqual(following.scenario_step_id, self.scenario.step_ids[1])
        self.assertEqual(following.date, fields.Date.to_date("2026-03-14"))

    def test_one_to_confirm_waits_for_it(self):
        """S-006: to confirm is the middle way; the confirmation is traced."""
        scenario = self.make_scenario([{"offset": 3, "mode": "confirm"}])
        customer = self.make_debtor(scenario=scenario)
        self.process_due()
        action = self.get_planned(customer)
        self.assertEqual(action.state, "todo")
        action.with_user(self.collector).confirm()
        self.process_due()
        self.assertEqual((action.state, action.outcome), ("closed", "done"))
        kinds = customer.with_user(self.collector).collection_history_ids.mapped("kind")
        self.assertIn("action_confirmed", kinds)

    def test_a_customer_without_email_hinders_nobody(self):
        """S-007: the error is listed, nothing of it leaves, the others do."""
        mute = self.make_debtor("Mute", email=False)
        wrong = self.make_debtor("Wrong", email="not an address")
        other = self.make_debtor("Other")
        self.process_due()
        self.assertIn("has no e-mail address", self.get_planned(mute).error)
        self.assertIn("is not valid", self.get_planned(wrong).error)
        self.assertEqual(self.get_planned(mute).state, "todo")
        self.assertTrue(self.get_mails(other))
        self.assertFalse(self.get_mails(mute) | self.get_mails(wrong))

    def test_the_collection_contact_comes_first_then_the_invoice_contact(self):
        """S-007: an archived contact is passed over."""
        customer = self.make_debtor()
        action = self.get_planned(customer)
        billing = self.make_partner(
            "Billing", parent_id=customer.id, type="invoice", email="billing@example.com")
        self.assertEqual(action._get_message_recipients()[action.id], billing)
        dunned = self.make_partner("Dunned", parent_id=customer.id, email="d@example.com")
        customer.collection_contact_id = dunned
        self.assertEqual(action._get_message_recipients()[action.id], dunned)
        dunned.active = False
        self.assertEqual(action._get_message_recipients()[action.id], billing)

    def test_who_has_left_the_customer_is_not_written_to(self):
        """S-007: the collection contact works for somebody else now: what is owed is none of
        that one's business."""
        customer = self.make_debtor()
        contact = self.make_partner("Ann", parent_id=customer.id, email="ann@example.com")
        customer.collection_contact_id = contact
        contact.parent_id = self.make_partner("Rival", is_company=True)
        action = self.get_planned(customer)
        self.assertEqual(action._get_message_recipients()[action.id], customer)

    def test_a_fault_of_one_customer_stays_its_own(self):
        """S-007: a template that raises for one is that one's error, not the run's."""
        poisoned, other = self.make_debtor("Poisoned"), self.make_debtor("Other")
        actions = self.env.registry["collection.action"]
        render = actions._render_messages

        def fail(records, *args, **kwargs):
            if poisoned in records.customer_id:
                raise ValueError("broken template")
            return render(records, *args, **kwargs)

        with patch.object(actions, "_render_messages", fail), self.assertLogs(
                "odoo.addons.account_collection", "WARNING"):
            self.process_due()
        self.assertIn("broken template", self.get_planned(poisoned).error)
        self.assertTrue(self.get_mails(other))

    def test_what_is_paid_meanwhile_is_not_chased(self):
        """B31: a leader paid between plan and sending; the action closes as settled."""
        customer = self.make_debtor()
        action = self.get_planned(customer)
        self.pay(self.env["account.move"].search([("partner_id", "=", customer.id)]))
        self.process_due()
        self.assertEqual((action.state, action.outcome), ("closed", "settled"))
        self.assertFalse(self.get_mails(customer))

    def test_a_week_without_cron_sends_one_message(self):
        """B43: one message a customer and day, whatever was missed."""
        scenario = self.make_scenario((3, 4, 5, 6, 7))
        customer = self.make_debtor(scenario=scenario)
        with self.at("2026-03-09 09:00:00"):
            self.process_due()
            self.process_due()
            self.assertEqual(len(self.get_mails(customer)), 1)
            self.assertEqual(
                self.get_planned(customer).date, fields.Date.to_date("2026-03-10"))

    def test_nothing_leaves_outside_of_the_window(self):
        """S-008: days and hours of sending."""
        calendar = self.env["resource.calendar"].create({
            "name": "Tuesday morning", "tz": "UTC", "attendance_ids": [
                Command.clear(), Command.create({
                    "name": "Tuesday", "dayofweek": "1", "hour_from": 8, "hour_to": 12})]})
        scenario = self.make_scenario(calendar_id=calendar.id)
        customer = self.make_debtor(scenario=scenario)
        self.assertEqual(self.get_planned(customer).date, fields.Date.to_date("2026-03-03"))
        for moment, sent in (("2026-03-02 09:00:00", 0), ("2026-03-03 07:00:00", 0),
                             ("2026-03-03 09:00:00", 1)):
            self.process_due(moment)
            self.assertEqual(len(self.get_mails(customer)), sent, moment)

    @contextmanager
    def queue_of_jobs(self):
        """OCA's job queue as far as it concerns us: a job that waits is not added again.

        Yields the waiting jobs: a function without arguments, by identity key.
        """
        jobs, here = {}, self.env["collection.action"]

        def with_delay(_records, description, identity_key):
            def delay(share):
                jobs.setdefault(identity_key, lambda: here._process_share(share))
            return SimpleNamespace(_process_share=delay)

        actions = self.env.registry["collection.action"]
        with patch.object(actions, "with_delay", with_delay, create=True):
            yield jobs

    def run_jobs(self, jobs):
        """Run the waiting jobs as the queue does: the transaction is its own."""
        def refuse(*_args):
            self.fail("a job ends the transaction of its queue")

        with patch.object(self.env.cr, "commit", refuse), patch.object(
                self.env.cr, "rollback", refuse):
            return sum(jobs.pop(key)() for key in list(jobs))

    def test_a_job_queue_takes_the_batches(self):
        """S-006: where OCA's is installed, batches are handed to it instead."""
        customer = self.make_debtor()
        with self.queue_of_jobs() as jobs:
            self.process_due()
            self.assertFalse(self.get_mails(customer))
            self.assertEqual(self.run_jobs(jobs), 1)
        self.assertEqual(len(self.get_mails(customer)), 1)

    def test_a_job_queue_is_handed_nothing_twice(self):
        """Issue 20: each run of the cron finds the same jobs, whatever was sent meanwhile."""
        for name in ("One", "Two", "Three"):
            self.make_debtor(name)
        with self.queue_of_jobs() as jobs:
            self.process_due()
            waiting = set(jobs)
            self.env["collection.action"].search(
                [("customer_id.name", "=", "One"), ("state", "!=", "closed")]).with_user(
                    self.collector).send_now()
            self.process_due()
            self.assertEqual(set(jobs), waiting)
            self.assertEqual(self.run_jobs(jobs), 2)

    def test_a_job_sends_what_is_due_when_it_runs(self):
        """Issue 20: what was put on hold while its job waited does not leave."""
        customer = self.make_debtor()
        with self.queue_of_jobs() as jobs:
            self.process_due()
            customer.collection_hold_until = "2026-12-31"
            self.assertEqual(self.run_jobs(jobs), 0)
        self.assertFalse(self.get_mails(customer))

    def test_a_poison_action_costs_a_job_nothing_else(self):
        """Issue 20: outside of what is sent one by one; no commit, no rollback in a job."""
        poisoned, other = self.make_debtor("Poisoned"), self.make_debtor("Other")
        actions = self.env.registry["collection.action"]
        execute = actions._execute

        def fail(records):
            if poisoned in records.customer_id:
                raise ValueError("broken rule")
            return execute(records)

        with self.queue_of_jobs() as jobs, patch.object(actions, "_execute", fail), mute_logger(
                "odoo.addons.account_collection.models.message.collection_action_due"):
            self.process_due()
            self.assertEqual(self.run_jobs(jobs), 1)
        self.assertIn("broken rule", self.get_planned(poisoned).error)
        self.assertTrue(self.get_mails(other))

    def test_what_is_held_meanwhile_does_not_leave(self):
        """Issue 20: sent one by one after a fault, each is looked at again: its customer may have
        answered since."""
        poisoned, other = self.make_debtor("Poisoned"), self.make_debtor("Other")
        actions = self.env.registry["collection.action"]
        execute, record_fault = actions._execute, actions._record_fault

        def fail(records):
            if poisoned in records.customer_id:
                raise ValueError("broken rule")
            return execute(records)

        def answer(records, fault):
            record_fault(records, fault)
            records.env["collection.reply"]._receive([{
                "key": "mail", "source": "email", "customer_id": other.id,
                "company_id": self.company.id, "text": "I pay today."}])

        with patch.object(actions, "_execute", fail), patch.object(
                actions, "_record_fault", answer), mute_logger(
                "odoo.addons.account_collection.models.message.collection_action_due"):
            self.process_due()
        self.assertFalse(self.get_mails(other))

    def test_a_job_that_lost_a_race_says_so(self):
        """Issue 20: the queue tries it again, in a transaction of its own."""
        self.make_debtor()
        actions = self.env.registry["collection.action"]
        with self.queue_of_jobs() as jobs, patch.object(
                actions, "_execute", side_effect=SerializationFailure):
            self.process_due()
            with self.assertRaises(SerializationFailure):
                self.run_jobs(jobs)

    def test_as_many_queries_for_ten_as_for_one(self):
        """S-006: nothing is asked of the database customer by customer."""
        def count(number):
            for position in range(number):
                self.make_debtor(f"Debtor {number} {position}")
            actions = self.env["collection.action"].search(
                [("origin", "=", "scenario"), ("state", "!=", "closed"),
                 ("scenario_step_id", "=", self.scenario.step_ids[0].id)])
            return self.count_queries(lambda: self.assertEqual(actions._process_batch(), number))
        count(1)  # what is cached for good
        self.assertEqual(count(1), count(10))


class TestByHand(ProcessCase):
    """What a collector may do with the next action."""

    def test_send_now(self):
        """S-009: ahead of its day, by its collector; the interval counts from then."""
        customer = self.make_debtor(due="2026-03-01")
        action = self.get_planned(customer).with_user(self.collector)
        self.assertEqual(action.state, "scheduled")
        action.send_now()
        self.assertEqual((action.outcome, action.closed_by_id), ("done", self.collector))
        self.assertTrue(self.get_mails(customer))
        with self.assertRaises(UserError):
            action.send_now()

    def test_send_now_says_what_hinders_it(self):
        """S-007: no address, and nothing has changed."""
        customer = self.make_debtor(email=False)
        action = self.get_planned(customer).with_user(self.collector)
        with self.assertRaisesRegex(UserError, "has no e-mail address"):
            action.send_now()
        self.assertFalse(action.outcome or action.dispatch_ids or action.error)

    def test_another_portfolio_is_out_of_reach(self):
        """D-087: a collector of other customers can neither send, skip, confirm nor move."""
        action = self.get_planned(self.make_debtor())
        stranger = self.make_user("stranger", COLLECTOR)
        for attempt in (lambda a: a.send_now(), lambda a: a.skip("no"), lambda a: a.confirm(),
                        lambda a: a.reschedule("2026-04-01")):
            with self.assertRaises(AccessError):
                attempt(action.with_user(stranger))

    def test_skip_needs_a_reason_and_goes_on(self):
        """E6: the step is left out, and the next one comes in its time."""
        customer = self.make_debtor()
        action = self.get_planned(customer).with_user(self.collector)
        with self.assertRaises(UserError):
            action.skip("")
        action.skip("He called, cheque in the post")
        self.assertEqual((action.outcome, action.comment),
                         ("ignored", "He called, cheque in the post"))
        self.assertEqual(
            self.get_planned(customer).scenario_step_id, self.scenario.step_ids[1])

    def test_another_date_is_kept(self):
        """S-009: planning does not take back the day that a person chose."""
        customer = self.make_debtor()
        action = self.get_planned(customer)
        action.with_user(self.collector).reschedule("2026-04-20")
        self.env["collection.scenario"]._plan()
        self.assertEqual(self.get_planned(customer), action)
        self.assertEqual(action.date, fields.Date.to_date("2026-04-20"))
        self.process_due()
        self.assertFalse(self.get_mails(customer))


class SentCase(ProcessCase):
    """A reminder has left."""

    def setUp(self):
        super().setUp()
        self.debtor = self.make_debtor()
        self.process_due()
        self.sent = self.get_actions(self.debtor)[0]
        self.mail = self.get_mails(self.debtor)


class TestWhatBecameOfIt(SentCase):
    """The status of what was sent, on the action."""

    def test_sent(self):
        """S-001: the mail queue tells."""
        self.mail._postprocess_sent_message([], [])
        self.assertEqual(self.sent.dispatch_state, "sent")
        self.assertTrue(self.sent.dispatch_ids.sent_at)

    def test_refused_then_sent_again(self):
        """S-007: the error shows on the action; a person sends it once more."""
        self.mail._postprocess_sent_message([], [], failure_type="mail_smtp")
        self.assertEqual(self.sent.dispatch_state, "failed")
        self.assertTrue(self.sent.error)
        self.sent.dispatch_ids.with_user(self.collector).action_retry()
        self.assertEqual(self.sent.dispatch_state, "pending")
        self.assertFalse(self.sent.error)
        self.assertEqual(len(self.get_mails(self.debtor)), 2)

    def test_the_error_is_said_in_the_companys_language(self):
        """Row 26: whoever runs the queue; Odoo's own label is English there."""
        self.company.partner_id.lang = "en_US"
        self.mail._postprocess_sent_message(
            [], [], failure_type="mail_smtp", failure_reason="[Errno 111] Connection refused")
        self.assertEqual(
            self.sent.dispatch_ids.error, "The outgoing mail server does not answer.")

    def test_one_alert_says_that_nothing_leaves(self):
        """Row 26: once for all, as long as the last e-mail failed."""
        dispatches = self.env["collection.dispatch"].with_user(self.manager)
        self.assertFalse(dispatches.get_alert())
        self.mail.write({"state": "exception", "failure_type": "mail_smtp"})
        self.mail._postprocess_sent_message([], [], failure_type="mail_smtp")
        self.assertIn("E-mails held up: 1", dispatches.get_alert())
        self.sent.dispatch_ids._set_state("sent")
        self.assertFalse(dispatches.get_alert())

    def test_bounced(self):
        """S-007: the gateway tells, by the message that came back; the mail is gone by then."""
        message = self.mail.mail_message_id
        self.mail._postprocess_sent_message([], [])
        self.env["mail.thread"]._routing_handle_bounce(None, {
            "bounced_email": self.debtor.email, "bounced_partner": self.debtor,
            "bounced_message": message, "message_id": "<b@example.com>",
            "subject": "Undelivered", "bounced_msg_ids": [message.message_id],
            "email_from": "mailer-daemon@example.com", "to": "bounce@example.com",
        })
        self.assertEqual(self.sent.dispatch_state, "bounced")
        self.assertTrue(self.sent.error)

    def test_replied_into_the_customers_thread(self):
        """S-012: an answer through the gateway comes back to the customer, and is noted."""
        message_id = self.mail.message_id
        self.mail._postprocess_sent_message([], [])  # deletes the mail, not its message
        answer = f"""Message-Id: <answer@example.com>
From: {self.debtor.email}
To: catchall@example.com
Subject: Re: Reminder
In-Reply-To: {message_id}
References: {message_id}
Content-Type: text/plain; charset="utf-8"

I pay on Friday."""
        with patch.object(self.env.registry["mail.thread"], "_detect_loop_sender",
                          lambda *args: False):
            self.env["mail.thread"].message_process(None, answer)
        self.assertEqual(self.sent.dispatch_state, "replied")
        self.assertIn("I pay on Friday", self.debtor.message_ids[0].body)

    def test_what_was_sent_is_never_deleted(self):
        """S-001: it is part of the customer's history."""
        with self.assertRaises(UserError):
            self.sent.dispatch_ids.unlink()
