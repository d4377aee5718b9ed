from datetime import date

from psycopg2 import DatabaseError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import action, event_row, row, step
from ..upload_corpus import make_pdf
from .plan_case import PlanCase


@tagged("post_install", "-at_install")
class TestAcceptance(PlanCase):
    """Issue 19: accepted, its instalments are the promise that it is."""

    def test_accepted_on_the_page(self):
        """Who, when, through which link, the text as it stood; the scenario is silent."""
        self.chase(self.customer, self.make_scenario())
        plan = self.offer()
        self.assertEqual(self.accept(plan, "  Jean   Dupont "), "")
        self.assertEqual(
            (plan.state, plan.accepted_by, plan.accepted_way, plan.accepted_link_id),
            ("accepted", "Jean Dupont", "page", self.link))
        self.assertEqual(plan.accepted_on, date(2026, 3, 2))
        promise = plan.promise_id
        self.assertEqual((promise.amount, promise.source, promise.grace_days, promise.user_id.id),
                         (800, "customer", 8, False))
        self.assertEqual(promise.line_ids.mapped("amount"), [266.67, 266.67, 266.66])
        self.assertFalse(self.get_planned(self.customer))
        row = self.get_rows("plan_accepted")
        self.assertEqual(
            (row.on_behalf, row.data["sha256"], row.data["link"], row.cause),
            ("Jean Dupont", plan.digest, self.link.id, "person"))
        self.assertIn("Jean Dupont has accepted", self.get_activities().summary)

    def test_the_collector_is_told_in_their_language(self):
        """As every activity, whatever that of the company or of who accepts."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.collector.lang = "fr_FR"
        self.accept(self.offer())
        self.assertEqual(self.get_activities().mapped("summary"), [
            "Jean Dupont a accepté le plan de paiement"])

    def test_a_second_click_changes_nothing(self):
        """The same answer; one promise."""
        plan = self.offer()
        self.accept(plan)
        promise, at = plan.promise_id, plan.accepted_at
        with self.at("2026-03-03 09:00:00"):
            self.assertEqual(self.accept(plan, "Somebody Else"), "")
        self.assertEqual((plan.promise_id, plan.accepted_at, plan.accepted_by),
                         (promise, at, "Jean Dupont"))

    def test_nobody_accepts_without_a_name(self):
        """Bad input: nothing, spaces, a letter, a novel."""
        plan = self.offer()
        for name in ("", "   ", "J", "x" * 200):
            with self.assertRaises(UserError):
                self.accept(plan, name)
        self.assertEqual(plan.state, "offered")

    def test_what_was_accepted_never_changes(self):
        """Security: neither who nor when, by SQL."""
        plan = self.offer()
        self.accept(plan)
        for words in ("SET accepted_by = 'x'", "SET accepted_at = now()", "SET state = 'offered'",
                      "SET accepted_link_id = NULL"):
            with self.assertRaises(DatabaseError), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.cr.execute(
                    f"UPDATE collection_payment_plan {words} WHERE id = %s", [plan.id])

    def test_a_debt_that_changed(self):
        """Paid in part, credited or new in amount: refused in words, the collector is told."""
        plan = self.offer()
        self.pay(self.older, 100)
        self.assertIn("has changed since this plan was offered", self.accept(plan))
        self.assertEqual((plan.state, plan.promise_id.id), ("withdrawn", False))
        self.assertIn("offer a new payment plan", self.get_activities().summary)

    def test_one_item_is_paid(self):
        """Paid in whole meanwhile: found at night, before anybody accepts."""
        plan = self.offer()
        self.pay(self.older)
        self.run_cron("_process_offers", model="collection.payment.plan")
        self.env.invalidate_all()
        self.assertEqual(plan.state, "withdrawn")

    def test_an_offer_expires(self):
        """After its day it is refused in words; at night it ends, and the collector is told."""
        plan = self.offer(valid_until="2026-03-10")
        with self.at("2026-03-10 22:00:00"):
            self.assertFalse(plan.sudo()._find_hindrance())
            self.run_cron("_process_offers", model="collection.payment.plan")
        self.env.invalidate_all()
        self.assertEqual(plan.state, "offered")
        with self.at("2026-03-11 06:00:00"):
            self.assertIn("stood until 03/10/2026", plan.sudo()._find_hindrance())
            self.run_cron("_process_offers", model="collection.payment.plan")
        self.env.invalidate_all()
        self.assertEqual(plan.state, "expired")
        self.assertTrue(self.get_rows("plan_expired"))
        self.assertIn("not accepted in time: offer a new version", self.get_activities().summary)
        self.assertIn("stood until 03/10/2026", plan.sudo()._find_hindrance())

    def test_too_late_a_new_plan_is_asked_for(self):
        """What the debtor writes once the offer has ended waits for the collector, once."""
        plan = self.offer(valid_until="2026-03-10")
        with self.at("2026-03-11 06:00:00"):
            self.run_cron("_process_offers", model="collection.payment.plan")
            self.env.invalidate_all()
            for _click in range(2):
                plan._refuse_on_page(self.link, "key-123456", "From April on, please")
            with self.assertRaisesRegex(UserError, "already"):
                plan._refuse_on_page(self.link, "key-123457", "From May on")
        answer = self.env["collection.answer"].search([("link_id", "=", self.link.id)])
        self.assertEqual((plan.state, answer.text, answer.state),
                         ("expired", "From April on, please", "waiting"))

    def test_each_of_two_plans_is_answered(self):
        """Through one link: what was asked for another plan does not stand in for it; the same
        form sent again is the same answer, also once the collector has dealt with it."""
        plans = [self.offer([("2026-03-20", amount)], self.get_items(invoice),
                            valid_until="2026-03-10")
                 for invoice, amount in ((self.older, 300), (self.newer, 500))]
        with self.at("2026-03-11 06:00:00"):
            self.run_cron("_process_offers", model="collection.payment.plan")
            self.env.invalidate_all()
            for number, plan in enumerate(plans):
                plan._refuse_on_page(self.link, f"key-12345{number}", "From April on, please")
            answers = self.env["collection.answer"].search([("link_id", "=", self.link.id)])
            for answer in answers:
                answer.with_user(self.collector).accept()
            plans[0]._refuse_on_page(self.link, "key-123450", "From April on, please")
        self.assertEqual(
            self.env["collection.answer"].search([("link_id", "=", self.link.id)]), answers)
        self.assertEqual(answers.item_id, self.items)

    def test_signed_on_paper(self):
        """Who, on which day, with the signed copy; its checksum is in the history."""
        plan = self.offer()
        for name, day, files in (
                ("", "2026-03-02", [("a.pdf", make_pdf())]), ("A. B.", "2026-03-02", []),
                ("A. B.", "2026-03-01", [("a.pdf", make_pdf())]),
                ("A. B.", "2026-03-03", [("a.pdf", make_pdf())])):
            with self.assertRaises(UserError):
                plan.accept_on_paper(name, day, files)
        with self.at("2026-03-18 09:00:00"):
            plan.accept_on_paper("A. B.", "2026-03-17", [("signed.pdf", make_pdf())])
        self.assertEqual(
            (plan.accepted_way, plan.accepted_on, plan.promise_id.source),
            ("paper", date(2026, 3, 17), "collector"))
        self.assertEqual(self.get_rows("plan_accepted").data["signed"],
                         plan.signed_ids.mapped("checksum"))

    def test_the_signed_copy_is_checked(self):
        """Security: as every file from outside: a program, nothing, damaged, too many."""
        plan = self.offer()
        for files in ([("signed.pdf", b"MZ\x90\x00 a program")], [("signed.pdf", b"")],
                      [("signed.pdf", b"%PDF-1.4 cut")],
                      [(f"{number}.pdf", make_pdf()) for number in range(6)]):
            with self.assertRaises(UserError):
                plan.accept_on_paper("A. B.", "2026-03-02", files)
        self.assertEqual((plan.state, plan.signed_ids.ids), ("offered", []))

    def test_signed_in_time_and_received_late(self):
        """A signature of the last day counts, although the offer has ended by the clock since;
        what was offered in its place is withdrawn."""
        plan = self.offer(valid_until="2026-03-10")
        with self.at("2026-03-11 06:00:00"):
            self.run_cron("_process_offers", model="collection.payment.plan")
            self.env.invalidate_all()
            later = self.offer(former=plan.id)
            with self.assertRaisesRegex(UserError, "stood until"):
                plan.accept_on_paper("A. B.", "2026-03-11", [("signed.pdf", make_pdf())])
            plan.accept_on_paper("A. B.", "2026-03-10", [("signed.pdf", make_pdf())])
        self.assertEqual((plan.state, plan.ended_because, later.state),
                         ("accepted", False, "withdrawn"))

    def test_signed_in_time_and_received_after_the_first_instalment(self):
        """It cannot be promised any more: a new version is asked for, in words."""
        plan = self.offer(valid_until="2026-03-10")
        with self.at("2026-03-21 09:00:00"), self.assertRaisesRegex(UserError, "a new version"):
            plan.accept_on_paper("A. B.", "2026-03-10", [("signed.pdf", make_pdf())])
        self.assertEqual(plan.state, "offered")

    def test_refused_it_waits_in_the_inbox(self):
        """A counter-offer is an answer as others; the collector makes a task of it."""
        plan = self.offer()
        plan._refuse_on_page(self.link, "key-123456", "100 a month, please")
        self.assertEqual(plan.state, "refused")
        answer = self.env["collection.answer"].search([("link_id", "=", self.link.id)])
        self.assertEqual((answer.kind, answer.text, answer.state),
                         ("plan", "100 a month, please", "waiting"))
        self.assertEqual(answer.reply_id.state, "open")
        answer.with_user(self.collector).accept()
        self.assertEqual(answer.reply_id.state, "done")
        with self.assertRaises(UserError):
            plan._refuse_on_page(self.link, "key-123457", "Again")

    def test_kept_and_broken(self):
        """An instalment unpaid for more than the days of default breaks it, and says so."""
        plan = self.offer()
        self.accept(plan)
        self.judge("2026-03-28")  # the eighth day
        self.assertEqual(plan.promise_state, "open")
        self.judge("2026-03-29")
        self.assertEqual(plan.promise_state, "broken")
        self.assertIn("due at once", self.get_rows("plan_broken").text)
        self.assertFalse(self.items.collection_status_id)

    def test_the_scenario_is_silent_for_the_days_of_default(self):
        """No step is taken for the debt before the plan has ended by its terms, for this
        instalment and for the next one; the promised day stays the one of the plan."""
        self.chase(self.customer, self.make_scenario())
        self.accept(self.offer())
        self.assertSilent("2026-03-28", date(2026, 3, 20))
        with self.at("2026-03-28 10:00:00"):
            self.pay(self.older, 266.67)
        self.assertSilent("2026-03-29", date(2026, 4, 20))
        self.assertSilent("2026-04-28", date(2026, 4, 20))
        self.judge("2026-04-29")
        self.assertTrue(self.get_planned(self.customer))

    def assertSilent(self, day, promised):
        self.judge(day)
        with self.at(f"{day} 10:00:00"):
            self.env["collection.scenario"]._plan()
        self.assertFalse(self.get_planned(self.customer))
        self.assertEqual(set(self.items.mapped("collection_promise_date")), {promised})

    def test_paid_instalments_keep_it(self):
        """The first one is paid: the next is awaited."""
        plan = self.offer()
        self.accept(plan)
        with self.at("2026-03-19 09:00:00"):
            self.pay(self.older, 266.67)
        self.judge("2026-03-30")
        self.assertEqual((plan.promise_state, plan.promise_id.date), ("open", date(2026, 4, 20)))

    def test_a_tree_waits_for_it(self):
        """The event *payment plan accepted* moves a sequence."""
        template = self.make_template("PLAN", [
            step("wait", [action("watch")], [event_row("end:Agreed", "plan_accepted"), row("end")]),
        ])
        sequence = self.launch(template)
        self.accept(self.offer())
        self.deliver_signals()
        self.assertEqual(sequence.state, "done")

    def test_the_hook_of_recognition(self):
        """Called once, in the transaction of the acceptance."""
        called = []
        self.patch(type(self.env["collection.payment.plan"]), "_on_plan_accepted",
                   lambda plans: called.append((plans.accepted_on, plans.item_ids)))
        plan = self.offer()
        self.accept(plan)
        self.accept(plan)
        self.assertEqual(called, [(date(2026, 3, 2), self.items)])

    def test_nightly_queries(self):
        """Figures: looking after one offer or five costs the same number of queries."""
        counts = []
        for number in (1, 5):
            for each in range(number):
                customer = self.make_customer(f"Debtor {number} {each}", holders={})
                self.offer([("2026-03-20", 500)], self.get_items(self.make_invoice(customer)))
            counts.append(self.count_queries(self.env["collection.payment.plan"]._process_offers))
        self.assertEqual(*counts)

    def test_it_follows_the_customer(self):
        """Merged into another one, the plan is that one's."""
        plan = self.offer()
        group = self.make_customer("Group", holders={})
        self.customer.write({"parent_id": group.id, "is_company": False})
        self.env.invalidate_all()
        self.assertEqual(plan.sudo().customer_id, group)
