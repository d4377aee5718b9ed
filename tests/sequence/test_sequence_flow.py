from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import CollectionCase, action, deadline_row, event_row, flow_row, level_row, row, step


class FlowCase(CollectionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer)
        cls.other = cls.make_short_template("OTHER")

    def start(self, *rows, then=(), **vals):
        """Launch a tree whose first step has these rows, the last one being the default."""
        refused = row("two", "call", outcomes=["cancelled"])
        template = self.make_template("FLOW", [
            step("one", [action("call")], [refused, *rows]),
            step("two", [action("file")], [*then, row("end:Done")]),
        ], **vals)
        return self.launch(template)

    def get_launched(self, code="OTHER"):
        """The customer's sequence of a template."""
        return self.customer.collection_sequence_ids.filtered(lambda s: s.template_code == code)


@tagged("post_install", "-at_install")
class TestSwitch(FlowCase):
    """From one sequence to another: one ends, the other carries on."""

    def assertSwitched(self, sequence):
        """It ended as switched, and the other took over what it knew."""
        successor = self.get_launched()
        self.assertEqual((sequence.state, sequence.successor_id), ("switched", successor))
        self.assertAt(successor, "check")
        self.assertEqual((successor.parent_id, successor.launched_from), (sequence, "sequence"))
        self.assertEqual(successor.item_ids, sequence.item_ids)
        self.assertReplays(sequence)
        self.assertReplays(successor)

    def test_by_a_row(self):
        """D-031, D-043: where the tree says so."""
        sequence = self.start(flow_row("OTHER"))
        self.close(sequence, "call")
        self.assertSwitched(sequence)

    def test_by_hand(self):
        """D-031, D-064: by whoever steers it, with a reason."""
        sequence = self.start(row("two"))
        sequence.switch_to(self.other.with_user(self.collector), "The tenant has left")
        self.assertSwitched(sequence)
        self.assertIn("The tenant has left", sequence.history_ids.mapped("text"))

    def test_by_hand_needs_a_reason(self):
        """D-031: it stays in the history."""
        sequence = self.start(row("two"))
        with self.assertRaisesRegex(UserError, "Say why"):
            sequence.switch_to(self.other, " ")
        self.assertAt(sequence, "one")

    def test_the_items_are_carried(self):
        """D-031: those of the sequence, not those that are overdue by now."""
        sequence = self.start(row("two"))
        items = sequence.item_ids
        self.make_invoice(self.customer, 70)
        self.assertEqual(sequence.switch_to(self.other, "Change").item_ids, items)

    def test_the_holders_are_carried(self):
        """D-031: those of this sequence go on, the customer's own fill in."""
        sequence = self.start(row("two"))
        sequence.participant_ids.filtered(
            lambda p: p.function_id == self.gest).with_user(self.manager).user_id = self.litigator
        successor = sequence.switch_to(self.other, "Change")
        holders = {p.function_id.code: p.user_id for p in successor.participant_ids}
        self.assertEqual(holders, {"GEST": self.litigator, "RC": self.litigator})

    def test_open_actions_are_not_carried(self):
        """D-031: they close with what ended them; the other asks for its own."""
        sequence = self.start(row("two"))
        sequence.switch_to(self.other, "Change")
        self.assertEqual(self.get_action(sequence, "call").outcome, "moot")

    def test_nothing_has_changed_when_the_other_cannot_start(self):
        """D-031: the customer is in it already; the message says so."""
        sequence = self.start(row("two"))
        self.launch(self.other)
        with self.assertRaisesRegex(UserError, "already in"):
            sequence.switch_to(self.other, "Change")
        self.assertAt(sequence, "one")
        self.assertEqual(self.get_action(sequence, "call").state, "todo")
        self.assertReplays(sequence)

    def test_a_row_that_cannot_switch_closes_nothing(self):
        """D-031: the person is notified, and the action is still open."""
        sequence = self.start(flow_row("OTHER"))
        self.launch(self.other)
        with self.assertRaises(UserError) as refused:  # rolls back, as a request does
            self.close(sequence, "call")
        self.assertIn("already in", str(refused.exception))
        self.assertEqual(self.get_action(sequence, "call").state, "todo")
        self.assertReplays(sequence)

    def test_a_paused_sequence_can_be_switched(self):
        """D-064: a person keeps full control."""
        sequence = self.start(row("two"))
        sequence.action_pause("Family matter")
        sequence.switch_to(self.other, "Change")
        self.assertSwitched(sequence)

    def test_to_the_same_template(self):
        """D-043: started again, linked to the old one."""
        sequence = self.start(row("two"))
        again = sequence.switch_to(sequence.template_id, "From the start")
        self.assertAt(again, "one")
        self.assertEqual(sequence.successor_id, again)


@tagged("post_install", "-at_install")
class TestLaunchByRow(FlowCase):
    """A sequence that launches another."""

    def test_without_waiting(self):
        """D-048: both run, each knows the other."""
        sequence = self.start(flow_row("OTHER", "two"))
        self.close(sequence, "call")
        child = self.get_launched()
        self.assertAt(sequence, "two")
        self.assertAt(child, "check")
        self.assertEqual((sequence.child_ids, child.parent_id), (child, sequence))
        self.assertReplays(sequence)
        self.assertReplays(child)

    def test_waiting_for_its_end(self):
        """D-048: its end goes through the inbox, and the launching one goes on."""
        sequence = self.start(flow_row("OTHER", "two", wait=True))
        self.close(sequence, "call")
        self.assertFalse(sequence.action_ids.filtered(lambda a: a.state != "closed"))
        child = self.get_launched()
        self.close(child, "file")
        self.close(child, "verdict", "validated")
        self.assertEqual(len(sequence.visit_ids), 1)
        self.deliver_signals()
        self.assertAt(sequence, "two")
        self.assertReplays(sequence)

    def test_an_earlier_end_ends_no_later_wait(self):
        """D-048: the wait is for the sequence launched then."""
        template = self.make_template("TWICE", [
            step("one", [action("call")], [flow_row("OTHER", "two")]),
            step("two", [action("visit")], [flow_row("OTHER", "three", wait=True)]),
            step("three", [action("file")], [row("end:Done")]),
        ])
        sequence = self.launch(template)
        self.close(sequence, "call")
        self.get_launched().action_stop("Enough")
        self.deliver_signals()
        self.close(sequence, "visit")
        self.assertEqual(sequence.waiting_since, 1)
        self.deliver_signals()
        self.assertEqual(len(sequence.visit_ids), 2)
        self.assertReplays(sequence)

    def test_a_row_asks_how_it_ended(self):
        """D-048: stopped leads elsewhere than paid."""
        sequence = self.start(
            flow_row("OTHER", "two"),
            then=[event_row("end:Lost", "child_ended", ended_template_code="OTHER",
                            ending="stopped"),
                  event_row("end:Won", "child_ended", ended_template_code="OTHER",
                            ending="Paid")])
        self.close(sequence, "call")
        self.get_launched().action_stop("Enough")
        self.deliver_signals()
        self.assertEqual(sequence.end_label, "Lost")
        self.assertReplays(sequence)

    def test_a_stop_is_an_end_too(self):
        """D-042, D-048: however the other ends, nobody waits for ever."""
        sequence = self.start(flow_row("OTHER", "two", wait=True))
        self.close(sequence, "call")
        self.get_launched().action_stop("Enough")
        self.deliver_signals()
        self.assertAt(sequence, "two")

    def test_an_end_during_a_pause_is_kept(self):
        """D-029, D-048: it decides on resuming."""
        sequence = self.start(flow_row("OTHER", "two", wait=True))
        self.close(sequence, "call")
        sequence.action_pause("Family matter")
        self.get_launched().action_stop("Enough")
        self.deliver_signals()
        self.assertEqual(sequence.state, "paused")
        sequence.action_resume()
        self.assertAt(sequence, "two")
        self.assertReplays(sequence)

    def test_one_already_running_is_linked(self):
        """D-048: it is not launched twice, and its end counts."""
        child = self.launch(self.other)
        sequence = self.start(flow_row("OTHER", "two", wait=True))
        self.close(sequence, "call")
        self.assertEqual((sequence.child_ids, self.get_launched()), (child, child))
        child.action_stop("Enough")
        self.deliver_signals()
        self.assertAt(sequence, "two")
        self.assertReplays(sequence)

    def test_one_that_ends_at_once(self):
        """D-048: nobody waits for what is over already."""
        self.make_template("SETTLED", [
            step("look", [action("look")], [level_row("end:Settled"), row("end:Due")])])
        sequence = self.start(flow_row("SETTLED", "two", wait=True))
        self.pay(self.invoice)
        self.close(sequence, "call")
        self.assertEqual(self.get_launched("SETTLED").state, "done")
        self.deliver_signals()
        self.assertAt(sequence, "two")
        self.assertReplays(sequence)

    def test_two_do_not_wait_for_each_other(self):
        """D-048, D-066: it would be for ever."""
        self.make_template("BACK", [
            step("ask", [action("ask")], [row("end")])], name="Back")
        sequence = self.start(flow_row("BACK", "two", wait=True))
        self.make_template("BACK", [
            step("ask", [action("ask")], [flow_row("FLOW", "last", wait=True)]),
            step("last", [action("end")], [row("end")])])
        self.close(sequence, "call")
        child = self.get_launched("BACK")
        with self.assertRaises(UserError) as refused:  # rolls back, as a request does
            self.close(child, "ask")
        self.assertIn("wait for each other", str(refused.exception))
        self.assertEqual(self.get_action(child, "ask").state, "todo")

    def test_whoever_does_not_wait_is_not_waited_for(self):
        """D-048: one that is waited for may launch the one that waits, and go on."""
        self.make_template("BACK", [
            step("ask", [action("ask")], [row("end")])], name="Back")
        sequence = self.start(flow_row("BACK", "two", wait=True))
        self.make_template("BACK", [
            step("ask", [action("ask")], [flow_row("FLOW", "last")]),
            step("last", [action("end")], [row("end")])])
        self.close(sequence, "call")
        child = self.get_launched("BACK")
        self.close(child, "ask")
        self.assertAt(child, "last")
        self.close(child, "end")
        self.deliver_signals()
        self.assertAt(sequence, "two")

    def test_one_beside_may_wait(self):
        """D-048: for the sequence that launched it and waits for another one."""
        self.make_template("BESIDE", [step("ask", [action("ask")], [row("end")])])
        template = self.make_template("FLOW", [
            step("one", [action("call")], [flow_row("BESIDE", "then")]),
            step("then", [action("then")], [flow_row("OTHER", "two", wait=True)]),
            step("two", [action("file")], [row("end")])])
        self.make_template("BESIDE", [
            step("ask", [action("ask")], [flow_row("FLOW", "last", wait=True)]),
            step("last", [action("last")], [row("end")])])
        sequence = self.launch(template)
        self.close(sequence, "call")
        self.close(sequence, "then")
        self.assertEqual(sequence.waiting_template_code, "OTHER")
        self.close(self.get_launched("BESIDE"), "ask")
        self.assertEqual(self.get_launched("BESIDE").waiting_template_code, "FLOW")

    def test_it_does_not_wait_for_itself(self):
        """D-048: a template that launches itself finds itself running."""
        sequence = self.start(flow_row("FLOW", "two"))
        self.close(sequence, "call")
        self.assertAt(sequence, "two")
        self.assertFalse(sequence.child_ids)

    def test_the_path_is_read_on_both(self):
        """D-044, D-045: the customer's history has both."""
        sequence = self.start(flow_row("OTHER", "two"))
        self.close(sequence, "call")
        rows = self.env["collection.history"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(rows.sequence_id, sequence | self.get_launched())
        self.assertTrue(self.env["collection.history"].verify(self.customer))


@tagged("post_install", "-at_install")
class TestWhoLaunches(FlowCase):
    """Only a person or another sequence launches."""

    def test_a_person(self):
        """D-047: who it was is kept."""
        sequence = self.start(row("two"))
        self.assertEqual((sequence.launched_from, sequence.launched_by_id),
                         ("user", self.collector))

    def test_another_sequence(self):
        """D-048: which one it was is kept."""
        sequence = self.start(flow_row("OTHER", "two"))
        self.close(sequence, "call")
        self.assertEqual(
            (self.get_launched().launched_from, self.get_launched().parent_id),
            ("sequence", sequence))

    def test_who_answers_for_it(self):
        """D-048, B9: whoever launched the first, although a cron has carried on."""
        for flow in (flow_row("OTHER", "two"), flow_row("OTHER")):
            with self.subTest(target=flow["target"]):
                sequence = self.start({**event_row("two", "payment"), **{
                    name: flow[name] for name in ("target", "target_template_code")}}, row("two"))
                self.pay(self.make_invoice(self.customer))
                self.deliver_signals()
                launched = self.get_launched()[:1]
                self.assertEqual(launched.launched_by_id, self.collector)
                self.assertEqual(launched.with_user(self.collector)._get_pilot(), self.collector)
                (sequence | launched).filtered(
                    lambda found: found.state == "running").action_stop("Next")

    def test_who_switches_by_hand(self):
        """D-031: answers for what follows."""
        sequence = self.start(row("two"))
        successor = sequence.with_user(self.manager).switch_to(
            self.other.with_user(self.manager), "The tenant has left")
        self.assertEqual(successor.launched_by_id, self.manager)

    def test_no_criteria_and_no_clock(self):
        """D-049, D-050: whatever is due and however late, the crons launch nothing."""
        crons = self.env["ir.cron"].search([("model_name", "like", "collection.%")])
        self.assertTrue(crons)
        before = self.env["collection.sequence"].search_count([])
        with self.at("2026-06-01 12:00:00"), self.enter_registry_test_mode():
            for cron in crons:
                cron.method_direct_trigger()
        self.assertEqual(self.env["collection.sequence"].search_count([]), before)


@tagged("post_install", "-at_install")
class TestDecisionTree(FlowCase):
    """What happens decides what follows: results, events and deadlines in one tree."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("TREE", [
            step("remind", [action("letter", deadline_days=8, expires=True)], [
                event_row("end:Paid", "payment", minimum=500),
                row("judge", "letter", outcomes=["done"]),
                row("again", "letter", outcomes=["expired", "cancelled"]),
                row("judge")]),
            step("again", [action("phone")], [row("judge")]),
            step("judge", [action("verdict", "RC", needs_validation=True)], [
                row("remind", "verdict", outcomes=["refused"]),
                row("grace", "verdict", outcomes=["validated"]), row("end:Given up")]),
            step("grace", [], [
                event_row("end:Paid", "payment"), deadline_row("end:Court", 10)]),
        ])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)

    def assertPath(self, *keys):
        visits = self.sequence.visit_ids.sorted("number")
        self.assertEqual([visit.step_id.key for visit in visits], list(keys))
        self.assertReplays(self.sequence)

    def test_done_refused_and_round_again(self):
        """D-046, D-056: paths part, meet and come back."""
        self.close(self.sequence, "letter")
        self.close(self.sequence, "verdict", "refused", comment="Too early")
        self.close(self.sequence, "letter", "cancelled", comment="No address")
        self.close(self.sequence, "phone")
        self.assertPath("remind", "judge", "remind", "again", "judge")

    def test_what_was_not_done(self):
        """D-057: an action that nobody did leads on too."""
        self.run_night("2026-03-11 12:00:00")
        self.assertPath("remind", "again")

    def test_an_event_interrupts(self):
        """D-059: the payment ends it, and what was open is moot."""
        self.pay(self.invoice)
        self.deliver_signals()
        self.assertEqual(self.sequence.end_label, "Paid")
        self.assertEqual(self.get_action(self.sequence, "letter").outcome, "moot")
        self.assertPath("remind")

    def test_a_deadline_is_reached(self):
        """D-060: nobody did anything, and the days went by."""
        self.close(self.sequence, "letter")
        self.close(self.sequence, "verdict", "validated", user=self.litigator)
        self.run_night("2026-03-13 12:00:00")
        self.assertEqual(self.sequence.end_label, "Court")
        self.assertPath("remind", "judge", "grace")

    def test_paid_in_time(self):
        """D-059, D-060: what comes first decides."""
        self.close(self.sequence, "letter")
        self.close(self.sequence, "verdict", "validated", user=self.litigator)
        self.pay(self.invoice, 20)
        self.deliver_signals()
        self.run_night("2026-03-13 12:00:00")
        self.assertEqual(self.sequence.end_label, "Paid")
        self.assertPath("remind", "judge", "grace")
