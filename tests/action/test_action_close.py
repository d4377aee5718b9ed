from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestActionClose(CollectionCase):
    """Closing: each outcome, who may give it, and what is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_option("SERVED")
        cls.make_option("PV659", outcome="refused")
        cls.make_option("OTHER")
        cls.template = cls.make_template("CLOSE", [step("one", [
            action("task"),
            action("verdict", "RC", needs_validation=True),
            action("deed", "CJ", option_ids=["SERVED", "PV659"]),
            action("extra", required=False),
        ], [row("end")])])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)

    def test_done(self):
        """D-063, D-068: by its holder, with name, moment and comment kept."""
        self.close(self.sequence, "task", user=self.collector, comment="All there")
        task = self.get_action(self.sequence, "task")
        self.assertEqual(
            (task.state, task.outcome, task.closed_by_id, task.comment, task.holder_name),
            ("closed", "done", self.collector, "All there", "Collector"))
        self.assertEqual(str(task.closed_at), "2026-03-02 09:00:00")

    def test_validated(self):
        """D-058, D-068: where a validation is asked and nobody else checks."""
        self.close(self.sequence, "verdict", "validated", user=self.litigator)
        self.assertEqual(self.get_action(self.sequence, "verdict").outcome, "validated")

    def test_cancelled_and_ignored(self):
        """D-063, D-068: told apart, each with its reason."""
        self.close(self.sequence, "task", "cancelled", comment="Not this lease")
        self.close(self.sequence, "extra", "ignored", comment="Not needed")
        self.assertEqual(
            [self.get_action(self.sequence, key).outcome for key in ("task", "extra")],
            ["cancelled", "ignored"])

    def test_a_decision_takes_the_options_outcome(self):
        """D-039: the word of the trade stands for an outcome."""
        self.close(self.sequence, "deed", None, option="PV659", comment="Gone away")
        deed = self.get_action(self.sequence, "deed")
        self.assertEqual((deed.outcome, deed.option_id), ("refused", self.options["PV659"]))

    def test_refused_answers(self):
        """D-068: each message names the action, and nothing has changed."""
        for key, outcome, option, comment, message in [
            ("task", "cancelled", None, "", "Say why: “Task”"),
            ("task", "validated", None, "", "“Task” cannot be closed with this result"),
            ("task", "moot", None, "", "“Task” cannot be closed with this result"),
            ("verdict", "refused", None, " ", "Say why: “Verdict”"),
            ("verdict", "done", None, "", "“Verdict” cannot be closed with this result"),
            ("deed", "done", None, "", "“Deed” asks for a decision"),
            ("deed", None, "OTHER", "", "not one of those that “Deed” offers"),
            ("deed", "done", "PV659", "why", "“Deed” cannot be closed with this result"),
        ]:
            with self.subTest(key=key, outcome=outcome, option=option):
                with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                    self.close(self.sequence, key, outcome, option=option, comment=comment)
                self.assertEqual(self.get_action(self.sequence, key).state, "todo")

    def test_a_closed_action_stays_as_it_was_closed(self):
        """D-035, D-068: the message says by whom, when and how."""
        self.close(self.sequence, "task", user=self.collector)
        with self.assertRaisesRegex(UserError, "“Task” was already closed by Collector on "
                                               ".*2026.*9:00.*: Done"):
            self.close(self.sequence, "task", "cancelled", comment="Too late")
        self.assertEqual(self.get_action(self.sequence, "task").outcome, "done")

    def test_a_double_click_changes_nothing(self):
        """D-068: the same answer by the same person is no error."""
        self.close(self.sequence, "task", user=self.collector)
        count = len(self.sequence.history_ids)
        self.close(self.sequence, "task", user=self.collector)
        self.sequence.invalidate_recordset()
        self.assertEqual(len(self.sequence.history_ids), count)

    def test_a_colleagues_validation_is_theirs(self):
        """D-058, D-077: the collector steers, but does not validate for the litigator."""
        with self.assertRaisesRegex(AccessError, "“Verdict” waits for Litigator"):
            self.close(self.sequence, "verdict", "validated", user=self.collector)

    def test_a_manager_may_act_for_a_colleague(self):
        """D-032, D-071: traced on whose behalf."""
        self.close(self.sequence, "verdict", "validated", user=self.manager)
        fact = self.sequence.history_ids.filtered(lambda r: r.kind == "action_closed")
        self.assertEqual((fact.user_name, fact.on_behalf), ("Manager", "Litigator"))

    def test_the_collector_completes_for_an_external_partner(self):
        """D-063: the bailiff telephones; the collector notes it on the bailiff's behalf."""
        self.close(self.sequence, "deed", None, option="SERVED", user=self.collector)
        fact = self.sequence.history_ids.filtered(lambda r: r.kind == "action_closed")
        self.assertEqual((fact.on_behalf, fact.new_value), ("Bailiff & Co", "Served"))

    def test_a_stranger_may_not(self):
        """D-020: who neither owes nor collects does not even see it."""
        stranger = self.make_user("stranger", "account_collection.group_collection_user")
        with self.assertRaises(AccessError):
            self.close(self.sequence, "task", user=stranger)

    def test_rescheduling_keeps_the_original(self):
        """D-045: moved to a later day it is to come again; the trace holds both days."""
        task = self.get_action(self.sequence, "task").with_user(self.collector)
        task.reschedule("2026-03-10")
        self.assertEqual((task.state, str(task.date)), ("scheduled", "2026-03-10"))
        fact = self.sequence.history_ids.filtered(lambda r: r.kind == "action_rescheduled")
        self.assertEqual((fact.old_value, fact.new_value), ("2026-03-02", "2026-03-10"))

    def test_a_closed_action_is_not_rescheduled(self):
        """D-035: the message says how it was closed."""
        self.close(self.sequence, "task", user=self.collector)
        with self.assertRaisesRegex(UserError, "already closed by Collector"):
            self.get_action(self.sequence, "task").with_user(self.collector).reschedule(
                "2026-03-10")
