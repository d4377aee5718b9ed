from odoo.tests import tagged

from .library_case import LibraryCase


@tagged("post_install", "-at_install")
class TestBusinessTrees(LibraryCase):
    """“Recouvrement contentieux B2B” and its companions, walked to each of their ends (D-061)."""

    examples = ("template_ctx", "template_resid")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holders = {
            "CR": cls.collector, "RC": cls.manager, "DAF": cls.manager, "AGE": cls.manager,
            "DEB": None,
            "CJ": cls.make_partner("Bailiff", email="bailiff@example.com"),
            "AV": cls.make_partner("Lawyer", email="lawyer@example.com")}

    # -- the way to each step --------------------------------------------------------

    def start(self, code="CTX", amount=3000.0):
        self.sequence, self.invoice = self.begin(
            code, self.holders, amount, is_company=True)

    def step(self, key, answer=None, **markers):
        self.do(self.sequence, key, answer, **markers)

    def notify(self, **vals):
        """Formal notice posted on 2 March."""
        self.start(**vals)
        self.step("due")
        self.step("papers")
        self.step("decide", "DEBT_SOUND")
        self.step("approve", "validated")
        self.step("letter", notice_date="2026-03-02")
        self.assertAt(self.sequence, "notice")

    def route(self, choice=None, **vals):
        """No answer in eight days; the litigation manager chooses on 11 March."""
        self.notify(**vals)
        self.run_night("2026-03-10 12:00:00")
        self.assertAt(self.sequence, "notice")
        self.run_night("2026-03-11 04:00:00")
        self.assertAt(self.sequence, "route")
        if choice:
            with self.at("2026-03-11 09:00:00"):
                self.step("choose", choice)

    def order(self, day="2026-09-15", answer="ORDER_FULL"):
        """An order made under the decree of 2026."""
        self.route("ROUTE_ORDER")
        self.obtain(day, answer)

    def obtain(self, day, answer="ORDER_FULL"):
        with self.at(f"{day} 09:00:00"):
            self.step("file")
            self.step("order", answer, order_date=day)

    def serve(self):
        """Served on 1 October 2026."""
        self.order()
        with self.at("2026-10-01 09:00:00"):
            self.step("serve", "SERVED_PERSON", order_service_date="2026-10-01")
        self.assertAt(self.sequence, "opposition")

    def execute(self):
        """No opposition: two months after service, the order is enforced."""
        self.serve()
        self.assertDue(self.sequence, "none", "2026-12-01")
        self.run_night("2026-12-02 04:00:00")
        self.assertAt(self.sequence, "execute")

    # -- paths ---------------------------------------------------------------------------

    def test_disputed_at_the_start(self):
        """D-058: a disputed debt is settled first."""
        self.start()
        self.step("decide", "DISPUTED")
        self.assertEnds(self.sequence, "Disputed")

    def test_missing_papers_are_fetched_first(self):
        """D-107, D-059: another sequence fetches them; its end brings this one back."""
        self.start()
        self.step("decide", "PAPERS_MISSING")
        fetching = self.sequence.sudo().child_ids
        self.assertEqual((fetching.template_code, fetching.state), ("SEQ1", "running"))
        self.assertEqual(self.sequence.sudo().waiting_template_code, "SEQ1")
        self.do(fetching, "mail")
        self.put(fetching, "documents_complete")
        self.do(fetching, "check", "refused")
        self.assertAt(fetching, "ask")
        self.do(fetching, "mail")
        self.do(fetching, "drop")
        self.do(fetching, "check", "validated")
        self.assertEnds(fetching, "Papers complete")
        self.deliver_signals()
        self.assertAt(self.sequence, "qualify")
        self.assertReplays(self.sequence)

    def test_paid_after_the_formal_notice(self):
        """D-059: the payment ends it."""
        self.notify()
        self.settle(self.invoice)
        self.assertEnds(self.sequence, "Paid")

    def test_refused_notice_is_written_again(self):
        """D-058: what the litigation manager refuses does not leave."""
        self.start()
        self.step("due")
        self.step("papers")
        self.step("decide", "DEBT_SOUND")
        self.step("approve", "refused")
        self.assertAt(self.sequence, "notice")
        self.assertEqual(self.sequence.visit_id.number, 3)
        self.assertReplays(self.sequence)

    def test_promise_then_broken(self):
        """D-059: back to the choice of the proceedings, then lost as not worth pursuing."""
        self.notify()
        self.step("answer", "PROMISE_MADE")
        self.assertAt(self.sequence, "promise")
        self.put(self.sequence, "promise_broken")
        self.assertAt(self.sequence, "route")
        self.step("choose", "ROUTE_LOSS")
        self.step("certificate", "ignored")
        self.step("agree", "validated")
        self.assertEnds(self.sequence, "Loss")

    def test_small_claims_agreement_is_a_title(self):
        """D-058: agreed, then seized in full."""
        self.route("ROUTE_SMALL")
        with self.at("2026-03-20 09:00:00"):
            self.step("invite", invitation_date="2026-03-12")
            self.step("answer", "SMALL_AGREED")
        self.assertAt(self.sequence, "execute")
        self.step("seize")
        self.step("report", "SEIZED_FULL")
        self.assertEnds(self.sequence, "Paid")

    def test_small_claims_silence_is_a_refusal(self):
        """D-060: one month from 12 March ends on Sunday 12 April: Monday 13."""
        self.route("ROUTE_SMALL")
        self.step("invite", invitation_date="2026-03-12")
        self.assertDue(self.sequence, "silence", "2026-04-13")
        self.run_night("2026-04-14 04:00:00")
        self.assertAt(self.sequence, "petition")
        self.assertReplays(self.sequence)

    def test_small_claims_stop_at_5000_euros(self):
        """D-056: above, the choice is asked for again."""
        self.route("ROUTE_SMALL", amount=5000.01)
        self.assertAt(self.sequence, "route")
        self.assertReplays(self.sequence)

    def test_suing_for_5000_euros_takes_an_attempt_to_settle(self):
        """Issue 17, CPC 750-1: without success, the debtor is sued on the merits."""
        self.route("ROUTE_MERITS", amount=5000.0)
        self.assertAt(self.sequence, "amicable")
        self.step("attempt", "ATTEMPT_FAILED")
        self.assertAt(self.sequence, "merits")
        self.assertReplays(self.sequence)

    def test_suing_for_more_than_5000_euros_takes_none(self):
        """Issue 17, CPC 750-1: 5,000.01 EUR."""
        self.route("ROUTE_MERITS", amount=5000.01)
        self.assertAt(self.sequence, "merits")

    def test_an_attempt_that_succeeds_is_a_promise(self):
        """Issue 17: agreed before the conciliator, its dates are followed."""
        self.route("ROUTE_MERITS", amount=4999.0)
        self.step("attempt", "ATTEMPT_AGREED")
        self.assertAt(self.sequence, "promise")

    def test_an_order_for_payment_takes_no_attempt(self):
        """Issue 17: neither the petition nor the opposition (Cass. opinion, 25 Sept 2025)."""
        self.serve()
        with self.at("2026-10-20 09:00:00"):
            self.note(self.sequence, "Opposition lodged")
        self.assertAt(self.sequence, "merits")

    def test_an_order_refused_takes_an_attempt_before_suing(self):
        """Issue 17, CPC 750-1: the claim that follows is a new one, of 3,000 EUR."""
        self.order(answer="ORDER_REJECTED")
        self.assertAt(self.sequence, "amicable")

    def test_an_order_in_part_declined_takes_an_attempt_before_suing(self):
        """Issue 17, CPC 750-1: the whole is sued for instead."""
        self.order(answer="ORDER_PARTIAL")
        self.step("decide", "DECLINE_PARTIAL")
        self.assertAt(self.sequence, "amicable")

    def test_order_not_served_in_three_months(self):
        """D-060: lapsed on 15 December 2026, a new one is asked for."""
        self.order()
        self.assertAt(self.sequence, "serve")
        self.assertDue(self.sequence, "lapsed", "2026-12-15")
        self.run_night("2026-12-15 12:00:00")
        self.assertAt(self.sequence, "serve")
        self.run_night("2026-12-16 04:00:00")
        self.assertAt(self.sequence, "petition")
        self.obtain("2027-01-20")
        self.assertAt(self.sequence, "serve")
        self.assertDue(self.sequence, "lapsed", "2027-04-20")
        self.assertReplays(self.sequence)

    def test_order_granted_in_part(self):
        """D-058: accepted, it is served; the debtor then pays during the opposition."""
        self.order(answer="ORDER_PARTIAL")
        self.assertAt(self.sequence, "partial")
        with self.at("2026-10-01 09:00:00"):
            self.step("decide", "ACCEPT_PARTIAL")
            self.step("serve", "SERVED_HOME", order_service_date="2026-10-01")
            self.assertAt(self.sequence, "opposition")
            self.settle(self.invoice)
        self.assertEnds(self.sequence, "Paid")

    def test_opposition_then_settlement(self):
        """D-059: the opposition brings the case before the judge."""
        self.serve()
        with self.at("2026-10-20 09:00:00"):
            self.note(self.sequence, "Opposition lodged")
            self.assertAt(self.sequence, "merits")
            self.step("hearings", hearing_date="2027-01-14")
            self.step("outcome", "SETTLEMENT")
        self.assertAt(self.sequence, "promise")
        self.step("date", "PROMISE_OVER")
        self.assertEnds(self.sequence, "Paid")

    def test_fruitless_seizure_is_a_loss(self):
        """D-056: nothing to seize, a new check six months later, nothing again."""
        self.execute()
        with self.at("2026-12-10 09:00:00"):
            self.seize_nothing()
            self.step("decide", "CHECK_LATER")
            self.step("agree", "validated")
            self.assertAt(self.sequence, "later")
        self.run_night("2027-06-11 04:00:00")
        self.assertAt(self.sequence, "execute")
        self.seize_nothing()
        self.step("decide", "GIVE_UP")
        self.step("agree", "validated")
        self.assertAt(self.sequence, "loss")
        self.step("certificate")
        self.step("agree", "validated")
        self.assertEnds(self.sequence, "Loss")

    def seize_nothing(self):
        self.step("seize")
        self.step("report", "SEIZED_NONE")
        self.assertAt(self.sequence, "after")

    def test_insolvency_in_the_middle(self):
        """D-031, D-059: the claim is filed in time, and admitted."""
        self.order()
        with self.at("2026-10-05 09:00:00"):
            self.note(self.sequence, "Insolvency proceedings opened")
            claim = self.assertSwitched(self.sequence, "DECL")
            self.do(claim, "find", bodacc_date="2026-10-03")
            self.do(claim, "statement")
            self.assertDue(claim, "late", "2026-12-03")
            self.do(claim, "file", claim_date="2026-10-20")
            self.do(claim, "result", "CLAIM_ADMITTED")
        self.assertEnds(claim, "Claim admitted")

    def test_claim_not_filed_in_two_months(self):
        """D-060: out of time, relief is asked for and refused."""
        self.start("DECL")
        self.step("find", bodacc_date="2026-03-02")
        self.step("statement")
        self.run_night("2026-05-05 04:00:00")
        self.assertAt(self.sequence, "late")
        self.step("petition")
        self.step("result", "RELIEF_REFUSED")
        self.assertEnds(self.sequence, "Foreclosed")

    def test_contested_claim(self):
        """D-056: answered, then rejected by the judge."""
        self.start("DECL")
        self.step("find", bodacc_date="2026-03-02")
        self.step("statement")
        self.step("file", claim_date="2026-03-20")
        self.step("result", "CLAIM_CONTESTED")
        self.step("answer")
        self.step("decision", "DISMISSED")
        self.assertEnds(self.sequence, "Claim rejected")

    def test_balance_of_a_lease(self):
        """D-031: where “Commandement de payer” ends: instalments, default, seizure."""
        self.holders = {"GEST": self.collector, "LOC": None, **self.holders}
        self.start("RESID")
        self.step("letter", demand_date="2026-03-02")
        self.step("answer", "PLAN_AGREED")
        self.put(self.sequence, "promise_broken")
        self.assertAt(self.sequence, "decide")
        self.step("decide", "ENFORCE")
        self.step("seize", "SEIZED_FULL")
        self.assertEnds(self.sequence, "Debt cleared")
