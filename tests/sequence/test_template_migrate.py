from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CollectionCase, action, row, step


def deadline_row(days, to, key="late", **vals):
    """A row read at once whose deadline runs from entering the step."""
    return {"key": key, "condition": "deadline", "timing": "at_once", "delay_amount": days,
            "delay_unit": "days", "target": "step", "target_key": to, **vals}


@tagged("post_install", "-at_install")
class TestTemplateMigrate(CollectionCase):
    """Moving to the newest version: by hand, by key, with a preview."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("MIG", [
            step("check", [action("file"), action("call"), action("watch", keep=True)], [
                deadline_row(10, "judge"), row("judge")]),
            step("judge", [action("verdict", "RC", needs_validation=True)], [row("end")]),
        ], marker_definition=[{"name": "served", "string": "Served on", "type": "date"}])
        # the helper numbers the keys of rows; the deadline keeps its own by position
        cls.late = cls.template.step_ids[0].transition_ids[0].key

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)

    def make_next(self, change=None, publish=True):
        """The next version, changed by a function of its steps by key."""
        draft = self.env["collection.sequence.template"].browse(
            self.template.action_new_version()["res_id"])
        if change:
            change({step.key: step for step in draft.step_ids})
        if publish:
            draft.action_publish()
        return draft

    def move(self, template, **vals):
        self.sequence.with_user(self.manager).migrate_to(template, "Better tree", **vals)

    def drop_call(self, steps):
        steps["check"].content_ids.filtered(lambda c: c.key == "call").unlink()

    def due(self):
        return {str(deadline.due) for deadline in self.sequence.deadline_ids}

    def test_it_goes_on_by_the_new_version(self):
        """D-012: the step is found again by its key, and its table is the new one."""
        def change(steps):
            steps["check"].transition_ids[1].write({"target": "end", "end_label": "Short"})
            steps["judge"].transition_ids.write({"end_label": "Judged"})

        newest = self.make_next(change)
        self.move(newest)
        self.assertEqual((self.sequence.template_id, self.sequence.step_id.template_id),
                         (newest, newest))
        self.assertAt(self.sequence, "check")
        self.assertReplays(self.sequence)
        for key in ("file", "call", "watch"):
            self.close(self.sequence, key)
        self.assertEqual((self.sequence.state, self.sequence.end_label), ("done", "Short"))
        self.assertReplays(self.sequence)

    def test_the_past_stays_on_its_version(self):
        """D-072: visits, actions and history are as they were, with one row more."""
        self.sequence.with_user(self.manager).jump_to(self.template.step_ids[1], "On")
        before = self.sequence.sudo().history_ids.sorted("number")
        digests = before.mapped("digest")
        self.move(self.make_next())
        first = self.sequence.visit_ids.sorted("number")[0]
        self.assertEqual(first.step_id.template_id, self.template)
        after = self.sequence.sudo().history_ids.sorted("number")
        self.assertEqual(after[:len(before)].mapped("digest"), digests)
        self.assertEqual(after[len(before):].mapped("kind"), ["migrated"])
        row = after[-1]
        self.assertEqual((row.cause, row.text, row.summary),
                         ("migration", "Better tree", "Moved from version 1 to version 2"))
        self.assertEqual(row.user_id, self.manager)
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))

    def test_an_action_without_counterpart_is_cancelled_with_the_reason(self):
        """D-063: the others stay open, with their holders."""
        self.move(self.make_next(self.drop_call))
        lost, kept = self.get_action(self.sequence, "call"), self.get_action(self.sequence, "file")
        self.assertEqual((lost.state, lost.outcome, lost.comment),
                         ("closed", "cancelled", "Better tree"))
        self.assertEqual((kept.state, kept.responsible_id), ("todo", self.collector.partner_id))
        self.assertEqual(kept.content_id.step_id.template_id, self.sequence.template_id)
        self.assertFalse(lost.activity_ids)
        self.assertReplays(self.sequence)

    def test_an_action_kept_open_of_a_lost_step_is_cancelled(self):
        """D-063: nobody would know how to close it."""
        self.sequence.with_user(self.manager).jump_to(self.template.step_ids[1], "On")

        def change(steps):
            steps["check"].unlink()

        self.move(self.make_next(change))
        self.assertEqual(self.get_action(self.sequence, "watch").outcome, "cancelled")
        self.assertReplays(self.sequence)

    def test_an_action_added_by_hand_stays(self):
        """D-065: no version ever knew it."""
        self.sequence.with_user(self.manager).add_action(
            {"name": "Ring", "function_id": self.gest.id}, "Just in case")
        self.move(self.make_next())
        self.assertEqual(self.sequence.action_ids.sorted("number")[-1].state, "todo")

    def test_losing_the_last_open_action_routes(self):
        """D-070: what the new table says of the results holds at once."""
        for key in ("file", "watch"):
            self.close(self.sequence, key)
        self.move(self.make_next(self.drop_call))
        self.assertAt(self.sequence, "judge")
        self.assertReplays(self.sequence)

    def test_an_open_action_closes_by_the_new_version(self):
        """D-039: its validator and its choices are the new ones, its texts the old ones."""
        self.make_option("SERVED")

        def change(steps):
            steps["check"].content_ids.filtered(lambda c: c.key == "file").write({
                "name": "Renamed", "option_ids": [(6, 0, self.options["SERVED"].ids)],
                "needs_validation": True, "validator_function_id": self.rc.id})

        self.move(self.make_next(change))
        act = self.get_action(self.sequence, "file")
        self.assertEqual((act.name, act.validator_id), ("File", self.litigator.partner_id))
        self.close(self.sequence, "file", outcome=None, option="SERVED")
        self.assertEqual((act.state, act.user_id), ("validating", self.litigator))
        self.assertReplays(self.sequence)

    def test_deadlines_keep_their_day(self):
        """D-060: unless asked otherwise; they go on by the new row."""
        def change(steps):
            steps["check"].transition_ids[0].delay_amount = 30

        newest = self.make_next(change)
        self.move(newest)
        self.assertEqual(self.due(), {"2026-03-12"})
        self.assertEqual(self.sequence.deadline_ids.transition_id.template_id, newest)
        self.assertReplays(self.sequence)

    def test_deadlines_are_counted_anew_from_where_they_began(self):
        """D-060: with what they were at first."""
        def change(steps):
            steps["check"].transition_ids[0].delay_amount = 30

        with self.at("2026-03-05 09:00:00"):
            self.move(self.make_next(change), anew=True)
        self.assertEqual(self.due(), {"2026-04-01"})
        self.assertEqual(self.sequence.deadline_ids.original_due,
                         fields.Date.to_date("2026-03-12"))
        self.assertReplays(self.sequence)

    def test_a_deadline_without_counterpart_is_left(self):
        """D-060: it moves nothing any more."""
        def change(steps):
            steps["check"].transition_ids[0].unlink()

        self.move(self.make_next(change))
        self.assertFalse(self.sequence.deadline_ids)
        self.assertReplays(self.sequence)
        with self.at("2026-04-30 09:00:00"):
            self.sequence.sudo()._tick()
            self.assertAt(self.sequence, "check")

    def test_a_new_deadline_begins(self):
        """D-060: from entering the step, as if it had been there."""
        self.move(self.make_next(lambda steps: steps["check"].write({"transition_ids": [
            (0, 0, deadline_row(20, "judge", key="later", position=0))]})))
        self.assertEqual(self.due(), {"2026-03-12", "2026-03-22"})
        self.assertReplays(self.sequence)

    def test_a_paused_sequence_moves_and_stays_paused(self):
        """D-028: nothing is routed; what is left of its deadlines is kept."""
        self.sequence.with_user(self.manager).action_pause("Wait")
        for key in ("file", "watch"):
            self.close(self.sequence, key)
        self.move(self.make_next(self.drop_call), anew=True)
        self.assertEqual((self.sequence.state, self.sequence.step_id.key), ("paused", "check"))
        self.assertTrue(self.sequence.deadline_ids.frozen)
        self.assertReplays(self.sequence)
        with self.at("2026-03-10 09:00:00"):
            self.sequence.with_user(self.manager).action_resume()
        self.assertAt(self.sequence, "judge")
        self.assertReplays(self.sequence)

    def test_an_incident_is_looked_at_again(self):
        """D-032: a better tree is a way out."""
        template = self.make_template("STUCK", [
            step("one", [action("a")], [row("one", "a", outcomes=["done"]), row("end")],
                 max_visits=1)])
        sequence = self.launch(template)
        self.close(sequence, "a")
        self.assertEqual(sequence.incident, "max_visits")
        draft = self.env["collection.sequence.template"].browse(
            template.action_new_version()["res_id"])
        draft.step_ids.max_visits = 3
        draft.action_publish()
        sequence.with_user(self.manager).migrate_to(draft, "More visits")
        self.assertEqual((sequence.incident, len(sequence.visit_ids)), (False, 2))
        self.assertReplays(sequence)

    def test_dates_of_the_case_are_kept(self):
        """D-060: they belong to the case, not to the version."""
        self.sequence.sudo().markers = {"served": "2026-02-27"}
        self.move(self.make_next())
        self.assertEqual(self.sequence.sudo()._get_marker_dates(),
                         {"served": fields.Date.to_date("2026-02-27")})

    def test_a_missing_step_is_refused(self):
        """D-012: the message names the step and the way out; nothing has changed."""
        def change(steps):
            steps["judge"].position = 1
            steps["check"].unlink()

        newest = self.make_next(change)
        with self.assertRaisesRegex(UserError, "has no step “Check”.*jump to another step"):
            self.move(newest)
        self.assertEqual(self.sequence.template_id, self.template)
        self.assertReplays(self.sequence)

    def test_bad_targets_are_refused(self):
        """D-012: a draft, another procedure, the own version, a sequence that has ended."""
        other = self.make_short_template()
        newest = self.make_next(publish=False)
        for template, message in ((newest, "is not published"), (other, "no other version"),
                                  (self.template, "no other version")):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                self.move(template)
        newest.action_publish()
        with self.assertRaisesRegex(UserError, "Say why"):
            self.sequence.with_user(self.manager).migrate_to(newest, " ")
        self.sequence.with_user(self.manager).action_stop("Enough")
        with self.assertRaisesRegex(UserError, "stays on its version"):
            self.move(newest)

    def test_only_whoever_steers_moves_it(self):
        """D-077: not a colleague of another portfolio."""
        newest = self.make_next()
        stranger = self.make_user("stranger", "account_collection.group_collection_user")
        with self.assertRaises(AccessError):
            self.sequence.with_user(stranger).migrate_to(newest, "Why not")

    # -- the dialog --------------------------------------------------------------------

    def open_dialog(self, template):
        return self.env["collection.sequence.migration"].with_user(self.manager).browse(
            template.with_user(self.manager).action_open_migration()["res_id"])

    def test_the_dialog_shows_what_it_will_do(self):
        """D-066: before anything is done."""
        newest = self.make_next(lambda steps: (
            self.drop_call(steps),
            steps["check"].write({"content_ids": [(0, 0, {
                "key": "new", "name": "New", "function_id": self.gest.id})]})))
        history = len(self.sequence.sudo().history_ids)
        wizard = self.open_dialog(newest)
        self.assertEqual(wizard.line_ids.sequence_id, self.sequence)
        self.assertIn("“Call” has no counterpart: cancelled", wizard.line_ids.preview)
        self.assertIn("“New” is not asked in the step under way", wizard.line_ids.preview)
        self.assertEqual(len(self.sequence.sudo().history_ids), history)
        self.assertEqual(self.get_action(self.sequence, "call").state, "todo")

    def test_the_dialog_moves_those_that_can(self):
        """D-006: each on its own; the others are shown with the reason."""
        other = self.launch(self.template, self.make_customer("Tenant Two"))
        other.with_user(self.manager).jump_to(self.template.step_ids[1], "On")

        def change(steps):
            steps["check"].unlink()

        newest = self.make_next(change)
        wizard = self.open_dialog(newest)
        self.assertEqual({line.sequence_id: line.movable for line in wizard.line_ids},
                         {self.sequence: False, other: True})
        wizard.reason = "Better tree"
        wizard.action_apply()
        self.assertEqual((self.sequence.template_id, other.template_id), (self.template, newest))

    def test_the_dialog_needs_a_choice_and_a_reason(self):
        """D-071: it stays in the history."""
        wizard = self.open_dialog(self.make_next())
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_apply()
        wizard.line_ids.chosen = False
        with self.assertRaisesRegex(UserError, "Choose at least one"):
            wizard.action_apply()

    def test_the_dialog_opens_only_where_there_is_something_to_move(self):
        """D-012: the message says why not."""
        with self.assertRaisesRegex(UserError, "No open sequence"):
            self.template.with_user(self.manager).action_open_migration()
        draft = self.make_next(publish=False)
        with self.assertRaisesRegex(UserError, "is not published"):
            draft.with_user(self.manager).action_open_migration()
