from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestSequenceSteering(CollectionCase):
    """Pause, resume, stop, jump: a person keeps full control, and says why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("STEER", [
            step("one", [action("a"), action("b")], [row("two")]),
            step("two", [action("c")], [row("end:Done")]),
        ])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)

    def test_a_pause_records_and_moves_nothing(self):
        """D-028: results given meanwhile are kept, and wait."""
        self.sequence.action_pause("Family matter")
        self.close(self.sequence, "a")
        self.close(self.sequence, "b")
        self.assertEqual(self.sequence.state, "paused")
        self.assertEqual(self.sequence.step_id.key, "one")
        self.assertEqual(self.get_action(self.sequence, "a").outcome, "done")
        self.assertReplays(self.sequence)

    def test_resuming_goes_on_in_one_pass(self):
        """D-029: what was recorded during the pause now decides."""
        self.sequence.action_pause("Family matter")
        self.close(self.sequence, "a")
        self.close(self.sequence, "b")
        self.sequence.action_resume()
        self.assertAt(self.sequence, "two")
        self.assertFalse(self.sequence.pause_reason)
        self.assertReplays(self.sequence)

    def test_a_stop_closes_everything_with_its_reason(self):
        """D-030, D-042, D-077: open actions are stopped, not lost."""
        self.close(self.sequence, "a")
        self.sequence.action_stop("Tenant has left")
        self.assertEqual((self.sequence.state, self.sequence.stop_reason),
                         ("stopped", "Tenant has left"))
        self.assertEqual(
            {a.content_key: a.outcome for a in self.sequence.action_ids},
            {"a": "done", "b": "stopped"})
        self.assertReplays(self.sequence)

    def test_a_stop_needs_a_reason(self):
        """D-030: the message says that it stays in the history."""
        with self.assertRaisesRegex(UserError, "Say why"):
            self.sequence.action_stop("  ")
        self.assertAt(self.sequence, "one")

    def test_an_ended_sequence_is_not_stopped_again(self):
        """D-042: the message names the sequence and its state."""
        self.sequence.action_stop("First")
        with self.assertRaisesRegex(UserError, "STEER.*Stopped"):
            self.sequence.action_stop("Second")
        self.assertEqual(self.sequence.stop_reason, "First")

    def test_a_running_sequence_is_not_resumed(self):
        """D-029: only a pause is resumed."""
        with self.assertRaisesRegex(UserError, "Running"):
            self.sequence.action_resume()

    def test_a_person_can_jump_to_any_step(self):
        """D-032, D-045: traced with the reason; the step left is closed as moot."""
        self.sequence.jump_to(self.template.step_ids[1], "Agreed by phone")
        self.assertAt(self.sequence, "two")
        self.assertEqual(self.get_action(self.sequence, "a").outcome, "moot")
        self.assertIn("Agreed by phone", self.sequence.history_ids.mapped("text"))
        self.assertReplays(self.sequence)

    def test_a_step_of_another_template_is_refused(self):
        """D-032: the message names both."""
        other = self.make_short_template()
        with self.assertRaisesRegex(UserError, "Check.*STEER"):
            self.sequence.jump_to(other.step_ids[0], "Why not")

    def test_nobody_outside_the_portfolio_steers(self):
        """D-076: the litigation manager acts in it, but does not collect from the customer."""
        template = self.make_short_template()
        sequence = self.launch(template)
        with self.assertRaises(AccessError):
            sequence.with_user(self.litigator).action_stop("Mine")
        self.assertAt(sequence, "check")

    def test_every_path_is_kept(self):
        """D-044, D-072: stopped and started again, the file holds both."""
        self.close(self.sequence, "a")
        self.sequence.action_stop("Pause of the matter")
        again = self.launch(self.template)
        self.assertEqual(self.customer.collection_sequence_ids, self.sequence | again)
        rows = self.env["collection.history"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(rows.sequence_id, self.sequence | again)

    def test_a_sequence_is_never_deleted(self):
        """D-044: not even by the system."""
        with self.assertRaisesRegex(UserError, "never deleted"):
            self.sequence.sudo().unlink()
        with self.assertRaisesRegex(UserError, "never deleted"):
            self.sequence.sudo().action_ids.unlink()


@tagged("post_install", "-at_install")
class TestSequenceIncident(CollectionCase):
    """A sequence that cannot go on says so, and offers ways out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("LOOP", [
            step("again", [action("try")], [
                row("again", "try", outcomes=["cancelled"]), row("after")], max_visits=2),
            step("after", [action("rest")], [row("end")]),
        ])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)
        for _attempt in range(2):
            self.close(self.sequence, "try", "cancelled", comment="Nobody there")

    def test_too_many_visits_is_an_incident(self):
        """D-066: it stays where it is, visible, and decides nothing in place of a person."""
        self.assertAt(self.sequence, "again")
        self.assertEqual(self.sequence.incident, "max_visits")
        self.assertEqual(len(self.sequence.visit_ids), 2)
        self.assertReplays(self.sequence)

    def test_way_out_skip(self):
        """D-032: go on all the same, once."""
        self.sequence.action_skip("One more attempt")
        self.assertFalse(self.sequence.incident)
        self.assertEqual(len(self.sequence.visit_ids), 3)
        self.assertReplays(self.sequence)

    def test_way_out_retry(self):
        """D-032: reading the table again meets the same limit, and says so."""
        self.sequence.action_retry("Look again")
        self.assertEqual(self.sequence.incident, "max_visits")
        self.assertReplays(self.sequence)

    def test_way_out_jump(self):
        """D-032: to another step."""
        self.sequence.jump_to(self.template.step_ids[1], "Enough")
        self.assertAt(self.sequence, "after")
        self.assertFalse(self.sequence.incident)

    def test_way_out_stop(self):
        """D-030: an incident does not keep anyone from stopping."""
        self.sequence.action_stop("Enough")
        self.assertEqual((self.sequence.state, self.sequence.incident), ("stopped", False))
        self.assertReplays(self.sequence)

    def test_a_way_out_needs_a_reason(self):
        """D-032: each is traced with it."""
        with self.assertRaisesRegex(UserError, "Say why"):
            self.sequence.action_skip("")

    def test_no_way_out_without_incident(self):
        """D-032: the message names the sequence."""
        self.sequence.action_skip("On")
        with self.assertRaisesRegex(UserError, "no incident"):
            self.sequence.action_skip("Again")
