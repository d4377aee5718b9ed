from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestParticipants(CollectionCase):
    """Who holds which function; changing it while a sequence runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("WHO", [
            step("one", [action("a"), action("b")], [row("two")]),
            step("two", [action("c"), action("deed", "CJ", required=False)], [row("end")]),
        ])
        cls.deputy = cls.make_user("deputy", "account_collection.group_collection_user")

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)
        self.gest_row = self.sequence.participant_ids.filtered(
            lambda p: p.function_id == self.gest)

    def test_a_change_moves_open_actions(self):
        """D-033, D-034, D-036, D-086: done stays with whoever did it, the rest moves."""
        self.close(self.sequence, "a", user=self.collector)
        self.gest_row.with_user(self.collector).user_id = self.deputy
        done, waiting = (self.get_action(self.sequence, key) for key in "ab")
        self.assertEqual((done.closed_by_id, done.responsible_id),
                         (self.collector, self.collector.partner_id))
        self.assertEqual((waiting.user_id, waiting.responsible_id),
                         (self.deputy, self.deputy.partner_id))

    def test_a_change_reaches_actions_to_come(self):
        """D-034: they resolve when they are created."""
        self.gest_row.user_id = self.deputy
        self.close(self.sequence, "a")
        self.close(self.sequence, "b")
        self.assertEqual(self.get_action(self.sequence, "c").user_id, self.deputy)

    def test_a_change_is_traced_old_and_new(self):
        """D-036, D-071: who was replaced by whom, and which actions passed on."""
        self.gest_row.with_user(self.collector).user_id = self.deputy
        rows = self.sequence.history_ids.filtered(
            lambda r: r.kind in ("participant_changed", "action_reassigned"))
        self.assertEqual(rows.sorted("number").mapped(lambda r: (r.old_value, r.new_value)), [
            ("Case manager: Collector", "Case manager: Deputy"),
            ("Collector", "Deputy"), ("Collector", "Deputy")])
        self.assertReplays(self.sequence)

    def test_the_function_of_a_participant_may_change(self):
        """D-033: another function for the same person; the one given up falls vacant."""
        self.gest_row.function_id = self.rc
        waiting = self.get_action(self.sequence, "a")
        # the customer's own default stands in for the function given up, while there is one
        self.assertEqual(waiting.responsible_id, self.collector.partner_id)
        self.customer.collection_participant_ids.filtered(
            lambda p: p.function_id == self.gest).unlink()
        self.assertTrue(waiting.unassigned)

    def test_a_removed_participant_leaves_the_action_flagged(self):
        """D-087: never dropped: unassigned, and it falls to the collector."""
        self.customer.collection_participant_ids.unlink()
        self.gest_row.unlink()
        waiting = self.get_action(self.sequence, "a")
        self.assertTrue(waiting.unassigned)
        self.assertFalse(waiting.responsible_id)
        self.assertEqual(waiting.user_id, self.collector)
        self.assertEqual(self.sequence.unassigned_count, 2)

    def test_the_customers_default_reaches_open_sequences(self):
        """D-011: where it is ticked to, and nobody else was chosen there."""
        default = self.customer.collection_participant_ids.filtered(
            lambda p: p.function_id == self.gest)
        default.with_user(self.collector).user_id = self.deputy
        self.assertEqual(self.gest_row.user_id, self.deputy)
        self.assertEqual(self.get_action(self.sequence, "a").user_id, self.deputy)

    def test_the_customers_default_spares_a_deliberate_choice(self):
        """D-011: a sequence that named somebody else keeps them."""
        self.gest_row.user_id = self.manager
        self.customer.collection_participant_ids.filtered(
            lambda p: p.function_id == self.gest).user_id = self.deputy
        self.assertEqual(self.gest_row.user_id, self.manager)

    def test_the_customers_default_may_stay_with_the_customer(self):
        """D-011: unticked, it is for sequences to come."""
        default = self.customer.collection_participant_ids.filtered(
            lambda p: p.function_id == self.gest)
        default.write({"user_id": self.deputy.id, "propagate": False})
        self.assertEqual(self.gest_row.user_id, self.collector)

    def test_internal_functions_are_held_by_users(self):
        """D-073, D-075: the message names function and person."""
        with self.assertRaisesRegex(ValidationError, "Case manager is an internal function"):
            self.make_participant(self.make_partner("X"), "GEST", self.bailiff)

    def test_external_functions_are_held_by_contacts(self):
        """D-073: the message names function and person."""
        with self.assertRaisesRegex(ValidationError, "Bailiff is not an internal function"):
            self.make_participant(self.make_partner("X"), "CJ", self.collector)

    def test_a_contact_is_never_responsible(self):
        """D-080, D-081: contacts receive, they do not owe."""
        with self.assertRaisesRegex(ValidationError, "cannot be owed by Tenant"):
            self.make_template("BAD", [step("one", [action("a", "LOC")], [row("end")])])

    def test_a_function_in_use_does_not_become_a_contact(self):
        """D-080: the message names the template."""
        with self.assertRaisesRegex(ValidationError, "Bailiff cannot be a contact.*WHO"):
            self.cj.kind = "contact"

    def test_both_kinds_of_actors_take_part(self):
        """D-073: colleagues are internal, partners external."""
        self.assertEqual(set(self.sequence.participant_ids.mapped("kind")),
                         {"internal", "external"})
