from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestActivity(CollectionCase):
    """The activity of an action owed by a colleague; each follows the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("ACT", [step("one", [
            action("task", deadline_days=4),
            action("verdict", "RC", needs_validation=True),
            action("deed", "CJ", needs_validation=True, validator_function_id="RC"),
        ], [row("end")])])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)
        self.task = self.get_action(self.sequence, "task")

    def activity_of(self, act, active=True):
        return self.env["mail.activity"].with_context(active_test=False).search([
            ("res_model", "=", "collection.action"), ("res_id", "=", act.id),
            ("active", "=", active)])

    def test_a_colleagues_action_has_an_activity(self):
        """D-020: where colleagues look for what they owe, due on its deadline."""
        activity = self.activity_of(self.task)
        self.assertEqual((activity.user_id, str(activity.date_deadline), activity.summary),
                         (self.collector, "2026-03-06", "Task"))

    def test_a_partners_action_has_none(self):
        """D-079: an external partner has no activities."""
        self.assertFalse(self.activity_of(self.get_action(self.sequence, "deed")))

    def test_closing_the_action_closes_the_activity(self):
        """D-021: kept as done, no longer to do."""
        self.close(self.sequence, "task", user=self.collector)
        self.assertFalse(self.activity_of(self.task))
        self.assertTrue(self.activity_of(self.task, active=False))

    def test_ticking_the_activity_closes_the_action(self):
        """D-068: with the feedback as comment."""
        self.activity_of(self.task).with_user(self.collector).action_feedback("Checked")
        self.assertEqual((self.task.outcome, self.task.comment), ("done", "Checked"))
        self.assertFalse(self.activity_of(self.task))

    def test_an_action_that_asks_more_is_not_ticked_off(self):
        """D-039: a validation cannot be given by ticking."""
        verdict = self.get_action(self.sequence, "verdict")
        with self.assertRaisesRegex(UserError, "“Verdict” cannot be closed with this result"):
            self.activity_of(verdict).with_user(self.litigator).action_feedback("ok")
        self.assertEqual(verdict.state, "todo")

    def test_moving_the_activity_moves_the_action(self):
        """D-045: and is traced like any move."""
        self.activity_of(self.task).with_user(self.collector).date_deadline = "2026-03-20"
        self.assertEqual(str(self.task.deadline or self.task.date), "2026-03-20")

    def test_moving_the_action_moves_the_activity(self):
        """D-045: one date, not two."""
        self.task.with_user(self.collector).reschedule("2026-03-20")
        self.assertEqual(str(self.activity_of(self.task).date_deadline), "2026-03-20")

    def test_the_activity_follows_the_participant(self):
        """D-036: the new holder sees it, the old one no more."""
        self.sequence.participant_ids.filtered(
            lambda p: p.function_id == self.gest).user_id = self.manager
        self.assertEqual(self.activity_of(self.task).user_id, self.manager)

    def test_an_activity_is_not_given_to_a_person(self):
        """D-085: the function decides; the message says where to change it."""
        with self.assertRaisesRegex(UserError, "owed by a function.*Case manager"):
            self.activity_of(self.task).with_user(self.collector).user_id = self.manager

    def test_an_open_actions_activity_is_not_deleted(self):
        """D-063: an action is cancelled with a reason instead."""
        with self.assertRaisesRegex(UserError, "“Task” is still open"):
            self.activity_of(self.task).with_user(self.collector).unlink()

    def test_uninstalling_deletes_it(self):
        """Issue 20: no open action keeps the module from leaving."""
        activity = self.activity_of(self.task)
        activity.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
        self.assertFalse(activity.exists())

    def test_the_validator_is_asked_next(self):
        """D-058: the activity passes from who does it to who validates it."""
        self.close(self.sequence, "deed", user=self.collector)
        self.assertEqual(
            self.activity_of(self.get_action(self.sequence, "deed")).user_id, self.litigator)
