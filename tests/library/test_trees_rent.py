from odoo.exceptions import UserError
from odoo.tests import tagged

from .library_case import LibraryCase


@tagged("post_install", "-at_install")
class TestRentTrees(LibraryCase):
    """“Commandement de payer”, walked from the file check to each of its ends (D-061)."""

    examples = ("template_cdp", "template_conv", "template_recl")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holders = {
            "GEST": cls.collector, "RC": cls.manager, "LOC": None, "CAU": None,
            "CJ": cls.make_partner("Bailiff", email="bailiff@example.com"),
            "AV": cls.make_partner("Lawyer", email="lawyer@example.com"),
            "CAF": cls.make_partner("Caf", email="caf@example.com"),
            "PREF": cls.make_partner("Prefecture", email="prefecture@example.com")}

    # -- the way to each step --------------------------------------------------------

    def start(self, amount=3000.0):
        self.sequence, self.invoice = self.begin("CDP", self.holders, amount)
        return self.sequence

    def step(self, key, answer=None, **markers):
        self.do(self.sequence, key, answer, **markers)

    def open_file(self, amount=3000.0, delay="two_months", company=False, **markers):
        """The lease is read and the papers are there: the litigation manager decides."""
        self.start(amount)
        self.step("clause", lease_date="2023-10-01", clause_delay=delay,
                  corporate_landlord=company, **{"default_date": "2026-01-05", **markers})
        self.step("papers")

    def check(self, delay="two_months", company=False):
        self.open_file(delay=delay, company=company)
        self.step("decide", "LAUNCH_CDP")
        self.assertAt(self.sequence, "report")
        self.step("report")
        self.assertAt(self.sequence, "serve")

    def serve(self, service="2026-03-02", **vals):
        """Served on 2 March, unless told otherwise; refused once where it says so."""
        self.check(**vals)
        self.step("ccapex", ccapex_date=service)
        self.step("serve", "SERVED_PERSON", service_date=service)
        self.step("mentions", "validated")
        self.assertAt(self.sequence, "delay")

    def decide(self, **vals):
        """The two months are over: the litigation manager decides on 5 May."""
        self.serve(**vals)
        self.run_night("2026-05-05 04:00:00")
        self.assertAt(self.sequence, "decide")

    def summon(self, hearing="2026-09-10"):
        self.decide()
        with self.at("2026-05-05 09:00:00"):
            self.step("decide", "SUMMON")
            self.step("attempt", "ATTEMPT_EXEMPT")
            self.step("summon", hearing_date=hearing)
            self.assertAt(self.sequence, "summons")

    def hear(self):
        """The hearing of 10 September is over."""
        self.summon()
        with self.at("2026-06-01 09:00:00"):
            self.step("prefect", "NOTIFIED_IN_TIME")
            self.assertAt(self.sequence, "await")
        self.run_night("2026-09-10 12:00:00")
        self.assertAt(self.sequence, "await")
        self.run_night("2026-09-11 04:00:00")
        self.assertAt(self.sequence, "hearing")

    def notify_quit(self, day="2026-10-01"):
        """Eviction ordered, notice to quit served."""
        with self.at(f"{day} 10:00:00"):
            self.step("outcome", "EVICTION")
            self.serve_notice(day)

    def serve_notice(self, day):
        self.step("judgment", "SERVED_HOME", judgment_date="2026-09-10")
        self.step("notice", "SERVED_HOME", quit_date=day)
        self.step("prefect")
        self.assertAt(self.sequence, "vacate")

    def refuse_entry(self):
        """The bailiff finds the door closed on 3 May 2027."""
        self.hear()
        self.notify_quit("2027-03-01")
        self.run_night("2027-05-04 04:00:00")
        with self.at("2027-05-04 09:00:00"):
            self.step("attempt", "ENTRY_REFUSED")
            self.step("request")
        self.assertAt(self.sequence, "force")
        self.assertDue(self.sequence, "silence", "2027-07-05")

    # -- paths ---------------------------------------------------------------------------

    def test_stays_amicable(self):
        """D-058: refused at the file check, it ends there."""
        self.start()
        self.step("decide", "STAY_AMICABLE")
        self.assertEnds(self.sequence, "Stays amicable")

    def test_paid_during_the_commandements_delay(self):
        """D-059: the payment itself ends it, nobody has to say so."""
        self.serve()
        with self.at("2026-04-01 09:00:00"):
            self.settle(self.invoice)
        self.assertEnds(self.sequence, "Regularised")

    def test_part_payment_during_the_delay_changes_nothing(self):
        """D-059: the clause is acquired unless everything is paid."""
        self.serve()
        with self.at("2026-04-01 09:00:00"):
            self.pay(self.invoice, 1000)
            self.deliver_signals()
        self.assertAt(self.sequence, "delay")
        self.assertReplays(self.sequence)

    def test_two_months_run_to_the_next_working_day(self):
        """D-060: served on 2 March, the last day of 2 May is a Saturday: Monday 4 May."""
        self.serve()
        self.assertEqual(
            self.sequence.sudo().deadline_ids.transition_id.mapped("key"), ["months"])
        self.assertDue(self.sequence, "months", "2026-05-04")
        self.run_night("2026-05-04 20:00:00")
        self.assertAt(self.sequence, "delay")
        self.run_night("2026-05-05 04:00:00")
        self.assertAt(self.sequence, "decide")
        self.assertReplays(self.sequence)

    def test_six_weeks_for_a_recent_lease(self):
        """D-060: the lease says six weeks: 13 April 2026."""
        self.serve(delay="six_weeks")
        self.run_night("2026-04-13 12:00:00")
        self.assertAt(self.sequence, "delay")
        self.run_night("2026-04-14 04:00:00")
        self.assertAt(self.sequence, "decide")
        self.assertReplays(self.sequence)

    def test_refused_particulars_are_served_again(self):
        """D-058: a deed without the mandatory particulars is void."""
        self.check()
        self.step("serve", "SERVED_PERSON", service_date="2026-03-02")
        self.step("mentions", "refused")
        self.assertAt(self.sequence, "serve")
        self.assertEqual(self.sequence.visit_id.number, 4)
        self.step("serve", "SERVED_HOME", service_date="2026-03-09")
        self.step("mentions", "validated")
        self.assertDue(self.sequence, "months", "2026-05-11")
        self.assertReplays(self.sequence)

    def test_a_commandement_without_its_date_is_not_done(self):
        """D-060: the delay counts from the date of service, so it is asked for."""
        self.check()
        with self.assertRaisesRegex(UserError, "Date of service"):
            self.step("serve", "SERVED_PERSON")
        self.assertAt(self.sequence, "serve")

    def test_plan_then_broken_while_the_delay_runs(self):
        """D-056, D-059: a broken plan leads back to the delay, which goes on from its date."""
        self.serve()
        with self.at("2026-03-20 09:00:00"):
            self.step("answer", "PLAN_AGREED")
            self.assertAt(self.sequence, "plan")
        with self.at("2026-04-20 09:00:00"):
            self.put(self.sequence, "promise_broken")
            self.assertAt(self.sequence, "delay")
        self.assertDue(self.sequence, "months", "2026-05-04")
        self.assertReplays(self.sequence)

    def test_plan_then_broken_after_the_delay(self):
        """D-056: the delay being over, a broken plan leads on to the decision to summon."""
        self.serve()
        self.step("answer", "PLAN_AGREED")
        with self.at("2026-06-01 09:00:00"):
            self.step("month", "PLAN_BROKEN")
        self.assertAt(self.sequence, "decide")
        self.assertReplays(self.sequence)

    def test_plan_broken_before_any_commandement(self):
        """D-056: nothing was served: back to the file check."""
        self.start()
        self.step("decide", "PLAN_AGREED")
        self.step("month", "PLAN_BROKEN")
        self.assertAt(self.sequence, "check")
        self.assertReplays(self.sequence)

    def test_plan_kept_to_the_end(self):
        """D-056: month after month, then everything is paid."""
        self.serve()
        self.step("answer", "PLAN_AGREED")
        self.step("month", "PLAN_ON_TRACK")
        self.step("month", "PLAN_ON_TRACK")
        self.settle(self.invoice)
        self.assertEnds(self.sequence, "Debt cleared")

    def test_a_company_waits_two_months_after_the_ccapex(self):
        """D-060: decided on 5 May, the summons of a company waits from the report."""
        self.check(company=True)
        self.step("ccapex", ccapex_date="2026-04-10")
        self.step("serve", "SERVED_PERSON", service_date="2026-03-02")
        self.step("mentions", "validated")
        self.run_night("2026-05-05 04:00:00")
        with self.at("2026-05-05 09:00:00"):
            self.step("decide", "SUMMON")
            self.step("attempt", "ATTEMPT_FAILED")
        self.assertAt(self.sequence, "referral")
        self.run_night("2026-06-11 04:00:00")
        self.assertAt(self.sequence, "summons")
        self.assertReplays(self.sequence)

    def test_prefect_notified_too_late(self):
        """D-060: less than six weeks before the hearing: a new date is asked for."""
        self.summon("2026-06-10")
        with self.at("2026-05-06 09:00:00"):
            self.step("prefect", "NOTIFIED_LATE")
            self.assertAt(self.sequence, "summons")
            self.step("summon", hearing_date="2026-10-08")
            self.step("prefect", "NOTIFIED_IN_TIME")
        self.assertAt(self.sequence, "await")
        self.assertDue(self.sequence, "day", "2026-10-08")
        self.assertReplays(self.sequence)

    def test_paid_before_the_hearing(self):
        """D-058, D-059: the payment asks for a decision; withdrawing is never automatic."""
        self.summon()
        with self.at("2026-06-01 09:00:00"):
            self.step("prefect", "NOTIFIED_IN_TIME")
            self.settle(self.invoice)
            self.assertAt(self.sequence, "withdraw")
            self.step("withdraw", "WITHDRAW")
        self.assertEnds(self.sequence, "Withdrawal")

    def test_adjourned_then_rejected_then_given_up(self):
        """D-056: an adjourned hearing waits for its new date."""
        self.hear()
        with self.at("2026-09-11 09:00:00"):
            self.step("outcome", "ADJOURNED", hearing_date="2026-11-12")
        self.assertAt(self.sequence, "await")
        self.run_night("2026-11-13 04:00:00")
        self.assertAt(self.sequence, "hearing")
        with self.at("2026-11-13 09:00:00"):
            self.step("outcome", "REJECTED")
            self.step("decide", "GIVE_UP")
        self.assertEnds(self.sequence, "Given up")

    def test_judges_delay_then_first_default(self):
        """D-059: one month kept, then a broken promise is the first default."""
        self.hear()
        with self.at("2026-09-11 09:00:00"):
            self.step("outcome", "TIME_GRANTED")
        with self.at("2026-10-12 09:00:00"):
            self.step("month", "COURT_ON_TRACK", judgment_date="2026-09-10")
            self.assertAt(self.sequence, "instalments")
        with self.at("2026-11-12 09:00:00"):
            self.put(self.sequence, "promise_broken")
        self.assertAt(self.sequence, "quit")
        self.assertReplays(self.sequence)

    def test_judges_delay_kept_to_the_end(self):
        """D-056, D-059: month after month, until nothing is due any more."""
        self.hear()
        with self.at("2026-09-11 09:00:00"):
            self.step("outcome", "TIME_GRANTED")
            self.step("month", "COURT_ON_TRACK", judgment_date="2026-09-10")
            self.settle(self.invoice)
        self.assertEnds(self.sequence, "Debt cleared")

    def test_first_default_noted_by_hand(self):
        """D-059: a default noted by the collector; the door then opens to the bailiff."""
        self.hear()
        with self.at("2026-09-11 09:00:00"):
            self.step("outcome", "TIME_GRANTED")
        with self.at("2027-04-05 09:00:00"):
            self.note(self.sequence, "First missed payment")
            self.serve_notice("2027-04-05")
        self.run_night("2027-06-08 04:00:00")
        with self.at("2027-06-08 09:00:00"):
            self.step("attempt", "VACATED")
        self.assertAt(self.sequence, "takeback")
        self.assertReplays(self.sequence)

    def test_deadline_inside_the_winter_truce(self):
        """D-060: two months from 1 October end on 1 December: pushed to 1 April."""
        self.hear()
        self.notify_quit("2026-10-01")
        self.assertDue(self.sequence, "over", "2027-04-01")
        self.run_night("2026-12-02 04:00:00")
        self.assertAt(self.sequence, "vacate")
        self.run_night("2027-04-01 12:00:00")
        self.assertAt(self.sequence, "vacate")
        self.run_night("2027-04-02 04:00:00")
        self.assertAt(self.sequence, "attempt")
        self.assertReplays(self.sequence)

    def test_keys_returned_and_nothing_left(self):
        """D-059: the collector notes it by hand; the open actions are moot."""
        self.hear()
        self.notify_quit()
        with self.at("2026-10-20 09:00:00"):
            self.note(self.sequence, "Keys returned")
            self.assertAt(self.sequence, "takeback")
            self.assertEqual(self.get_action(self.sequence, "follow").outcome, "moot")
            self.close_account("BALANCE_NIL")
        self.assertEnds(self.sequence, "File closed")

    def test_residual_debt_goes_on_apart(self):
        """D-031: evicted with the police, what is left is recovered under another template."""
        self.refuse_entry()
        with self.at("2027-06-01 09:00:00"):
            self.step("answer", "FORCE_GRANTED")
            self.close_account("BALANCE_LEFT")
        self.assertSwitched(self.sequence, "RESID")

    def close_account(self, balance):
        self.step("inventory")
        self.step("account")
        self.step("account", "validated")
        self.step("balance", balance)

    def test_silence_of_the_prefect(self):
        """D-060: two months of silence are a refusal: claim on the State, then ask again."""
        self.refuse_entry()
        self.run_night("2027-07-06 04:00:00")
        self.assertAt(self.sequence, "state")
        with self.at("2027-07-06 09:00:00"):
            self.step("claim")
            self.step("retry", "ASK_AGAIN")
        self.assertAt(self.sequence, "force")
        self.assertReplays(self.sequence)

    # -- housing aid: before and after decree no. 2026-84 ----------------------------------

    def launch_aided(self, day, amount=3000.0, arrears=None, **markers):
        """The commandement of a tenant with housing aid, decided on that day.

        :param str arrears: day on which they were established, entered on the sequence
        """
        with self.at(f"{day} 09:00:00"):
            self.open_file(amount, housing_aid=True, **markers)
            if arrears:
                [values] = self.sequence.read(["markers"])
                self.sequence.with_user(self.collector).markers = {
                    marker["name"]: marker.get("value") for marker in values["markers"]
                } | {"arrears_date": arrears}
            self.step("decide", "LAUNCH_CDP")

    def agree_aided(self, day, **markers):
        """A tenant with housing aid agrees on a plan that day, before any commandement."""
        with self.at(f"{day} 09:00:00"):
            self.open_file(housing_aid=True, **markers)
            self.step("decide", "PLAN_AGREED")

    def test_aid_on_the_last_day_of_2026(self):
        """Issue 17: the course of two rents and two months, for a case launched before 2027."""
        self.launch_aided("2026-12-31")
        self.assertAt(self.sequence, "report")
        self.assertReplays(self.sequence)

    def test_aid_from_the_first_day_of_2027(self):
        """Issue 17: reported, then served; the CCAPEX’s decision is followed meanwhile."""
        self.launch_aided("2027-01-01")
        self.assertAt(self.sequence, "aid_report")
        with self.at("2027-01-04 09:00:00"):
            self.step("report")
            self.assertAt(self.sequence, "serve")
            self.step("aid", "AID_KEPT")
        self.assertAt(self.sequence, "serve")
        self.assertReplays(self.sequence)

    def test_arrears_established_before_2027_keep_their_course(self):
        """Issue 17: two rents were unpaid in December: launched in January, it is as before."""
        self.launch_aided("2027-01-04", arrears="2026-12-31")
        self.assertAt(self.sequence, "report")

    def test_arrears_established_in_2027_follow_the_decree(self):
        """Issue 17: the first day on which the decree is in force."""
        self.launch_aided("2027-01-04", arrears="2027-01-01")
        self.assertAt(self.sequence, "aid_report")

    def test_no_aid_in_2027(self):
        """Issue 17: the decree speaks of tenants with housing aid alone."""
        with self.at("2027-01-04 09:00:00"):
            self.open_file()
            self.step("decide", "LAUNCH_CDP")
        self.assertAt(self.sequence, "report")

    def test_more_than_450_euros_are_reported_at_once(self):
        """Issue 17, CCH R. 824-2: 450.01 EUR."""
        self.launch_aided("2027-01-04", 450.01, default_date="2027-01-04")
        self.assertAt(self.sequence, "aid_report")

    def test_up_to_450_euros_wait_for_three_months(self):
        """Issue 17, CCH R. 824-2: 450 EUR, from the first default of 4 January to 4 April."""
        self.launch_aided("2027-01-04", 450.0, default_date="2027-01-04")
        self.assertAt(self.sequence, "aid_wait")
        self.assertDue(self.sequence, "over", "2027-04-04")
        self.run_night("2027-04-04 12:00:00")
        self.assertAt(self.sequence, "aid_wait")
        self.run_night("2027-04-05 04:00:00")
        self.assertAt(self.sequence, "aid_report")
        self.assertReplays(self.sequence)

    def test_the_commandement_need_not_wait_for_the_report(self):
        """Issue 17: the report is the aid's matter; a deed may be served before it."""
        self.launch_aided("2027-01-04", 450.0, default_date="2027-01-04")
        with self.at("2027-01-05 09:00:00"):
            self.step("hasten", "SERVE_NOW")
        self.assertAt(self.sequence, "serve")

    def test_the_plan_goes_to_the_fund_before_2027(self):
        """Issue 17: the CAF or MSA is who gets the plan, then it is followed."""
        self.agree_aided("2026-12-31")
        self.assertAt(self.sequence, "plan_caf")
        self.assertEqual(self.get_action(self.sequence, "send").recipient_ids,
                         self.holders["CAF"])
        with self.at("2027-01-04 09:00:00"):
            self.step("send")
        self.assertAt(self.sequence, "plan")

    def test_the_plan_goes_to_the_ccapex_from_2027(self):
        """Issue 17: the board that decides on the aid gets the plan."""
        self.agree_aided("2027-01-01")
        self.assertAt(self.sequence, "plan_ccapex")
        self.assertEqual(self.get_action(self.sequence, "send").recipient_ids,
                         self.holders["PREF"])

    # -- an attempt to settle before suing ------------------------------------------------

    def sue(self, amount, company=False):
        """The delay of the commandement is over; the litigation manager summons."""
        self.open_file(amount, company=company)
        self.step("decide", "LAUNCH_CDP")
        self.step("report")
        self.step("ccapex", ccapex_date="2026-03-02")
        self.step("serve", "SERVED_PERSON", service_date="2026-03-02")
        self.step("mentions", "validated")
        self.run_night("2026-05-05 04:00:00")
        with self.at("2026-05-05 09:00:00"):
            self.step("decide", "SUMMON")

    def test_5000_euros_need_an_attempt_to_settle(self):
        """Issue 17, CPC 750-1: up to 5,000 EUR, then the summons."""
        self.sue(5000.0)
        self.assertAt(self.sequence, "amicable")
        with self.at("2026-05-20 09:00:00"):
            self.step("attempt", "ATTEMPT_FAILED")
        self.assertAt(self.sequence, "summons")
        self.assertReplays(self.sequence)

    def test_more_than_5000_euros_need_none(self):
        """Issue 17, CPC 750-1: 5,000.01 EUR are sued for at once."""
        self.sue(5000.01)
        self.assertAt(self.sequence, "summons")

    def test_an_attempt_that_succeeds_is_a_plan(self):
        """Issue 17: agreed before the conciliator, month by month from then on."""
        self.sue(4999.0)
        with self.at("2026-05-20 09:00:00"):
            self.step("attempt", "ATTEMPT_AGREED")
        self.assertAt(self.sequence, "plan")

    def test_notes_say_source_and_day(self):
        """Issue 17: each rule of 2026 names its text, and asks for the counsel's check."""
        steps = self.env["collection.sequence.template"].search([
            ("code", "=", "CDP"), ("state", "=", "published")]).step_ids
        notes = {step.key: step.note for step in steps}
        for key, source in {
                "aid_wait": "2026-84", "aid_report": "2026-84", "plan_ccapex": "2026-84",
                "serve": "two monthly rents without charges", "amicable": "art. 750-1"}.items():
            self.assertIn(source, notes[key])
            self.assertIn("have it checked by your counsel", notes[key])

    # -- anywhere ---------------------------------------------------------------------

    def test_over_indebtedness_asks_for_a_decision(self):
        """D-058, D-059: noted anywhere, it ends nothing by itself."""
        self.decide()
        with self.at("2026-05-06 09:00:00"):
            self.note(self.sequence, "Over-indebtedness file lodged")
            self.assertAt(self.sequence, "trouble")
            self.step("decide", "TROUBLE_PLAN")
        self.assertAt(self.sequence, "plan")
        self.assertReplays(self.sequence)
