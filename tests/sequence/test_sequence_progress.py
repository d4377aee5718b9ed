from odoo.tests import tagged

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestSequenceProgress(CollectionCase):
    """A sequence moves by the results of its actions, and by nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_option("YES")
        cls.make_option("PLAN")
        cls.make_option("NO", outcome="refused")
        cls.template = cls.make_template("CDP", [
            step("check", [
                action("clause"), action("papers", required=False),
                action("launch", "RC", option_ids=["YES", "PLAN", "NO"]),
            ], [
                row("end:Amicable", "launch", options=["NO"], at_once=True),
                row("plan", "launch", options=["PLAN"]),
                row("serve"),
            ]),
            step("serve", [
                action("deed", "CJ", needs_validation=True, validator_function_id="RC",
                       recipient_function_id="LOC"),
            ], [row("serve", "deed", outcomes=["refused"]), row("end:Served")]),
            step("plan", [action("watch")], [row("end:Cleared")]),
        ])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)

    def test_it_waits_for_all_required_results(self):
        """D-040, D-051, D-053: one result of two is not enough."""
        self.close(self.sequence, "clause")
        self.assertAt(self.sequence, "check")

    def test_the_results_decide_the_next_step(self):
        """D-040, D-054, D-069, D-070: the first row that holds."""
        self.close(self.sequence, "clause")
        self.close(self.sequence, "launch", None, option="PLAN")
        self.assertAt(self.sequence, "plan")
        self.assertReplays(self.sequence)

    def test_the_default_row_leads_on(self):
        """D-041, D-052: no other row holds, so the tree's default does."""
        self.close(self.sequence, "clause")
        self.close(self.sequence, "launch", None, option="YES")
        self.assertAt(self.sequence, "serve")
        self.assertEqual(self.get_action(self.sequence, "deed").state, "todo")

    def test_a_row_at_once_interrupts(self):
        """D-055, D-066: the decision not to launch ends it without waiting for the rest."""
        self.close(self.sequence, "launch", None, option="NO", comment="Pays again")
        self.assertEqual((self.sequence.state, self.sequence.end_label), ("done", "Amicable"))
        self.assertEqual(self.get_action(self.sequence, "clause").outcome, "moot")
        self.assertReplays(self.sequence)

    def test_leaving_a_step_closes_what_it_left_open(self):
        """D-037: optional work of a left step is moot, not done."""
        self.close(self.sequence, "clause")
        self.close(self.sequence, "launch", None, option="YES")
        papers = self.get_action(self.sequence, "papers")
        self.assertEqual((papers.state, papers.outcome), ("closed", "moot"))

    def test_a_second_function_validates(self):
        """D-039, D-058: done by the bailiff, then validated by the litigation manager."""
        self.go_to_serve()
        self.close(self.sequence, "deed", user=self.collector, comment="Served today")
        deed = self.get_action(self.sequence, "deed")
        self.assertEqual((deed.state, deed.user_id), ("validating", self.litigator))
        self.assertAt(self.sequence, "serve")
        self.close(self.sequence, "deed", "validated", user=self.litigator, comment="Complete")
        self.assertEqual((deed.outcome, deed.comment, deed.validation_comment),
                         ("validated", "Served today", "Complete"))
        self.assertEqual((self.sequence.state, self.sequence.end_label), ("done", "Served"))
        self.assertReplays(self.sequence)

    def test_a_refusal_sends_back(self):
        """D-056, D-063: the step is entered again, with new actions; the old ones stay."""
        self.go_to_serve()
        first = self.get_action(self.sequence, "deed")
        self.close(self.sequence, "deed", user=self.collector)
        self.close(self.sequence, "deed", "refused", user=self.litigator, comment="No FSL")
        self.assertAt(self.sequence, "serve")
        self.assertEqual(first.outcome, "refused")
        self.assertNotEqual(self.get_action(self.sequence, "deed"), first)
        self.assertEqual([visit.step_id.key for visit in self.sequence.visit_ids],
                         ["check", "serve", "serve"])
        self.assertReplays(self.sequence)

    def test_every_action_belongs_to_a_step_and_a_function(self):
        """D-037, D-038, D-074, D-085: never to a person alone."""
        self.go_to_serve()
        for act in self.sequence.action_ids:
            self.assertTrue(act.step_id)
            self.assertTrue(act.function_id)

    def test_a_contact_receives_what_another_owes(self):
        """D-081: the tenant is recipient, the bailiff responsible."""
        self.go_to_serve()
        deed = self.get_action(self.sequence, "deed")
        self.assertEqual(deed.responsible_id, self.bailiff)
        self.assertEqual(deed.recipient_ids, self.customer)

    def test_an_end_ends_by_itself(self):
        """D-041: a logical end is reached; nothing is left open, the path is kept."""
        self.close(self.sequence, "clause")
        self.close(self.sequence, "launch", None, option="PLAN")
        self.close(self.sequence, "watch")
        self.assertEqual((self.sequence.state, self.sequence.end_label), ("done", "Cleared"))
        self.assertTrue(self.sequence.ended_at)
        self.assertFalse(self.sequence.action_ids.filtered(lambda a: a.state != "closed"))

    def test_what_was_asked_stays_as_it_was_asked(self):
        """D-021, D-035: rewording the template reaches new actions only."""
        clause = self.get_action(self.sequence, "clause")
        content = self.template.step_ids[0].content_ids[0]
        content.name = "Check the termination clause"
        self.assertEqual(clause.name, "Clause")
        second = self.launch(self.template, self.make_customer("Tenant Two"))
        self.assertEqual(self.get_action(second, "clause").name, "Check the termination clause")

    def go_to_serve(self):
        self.close(self.sequence, "clause")
        self.close(self.sequence, "launch", None, option="YES")


@tagged("post_install", "-at_install")
class TestScheduledActions(CollectionCase):
    """Actions that fall on a later day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("LATER", [
            step("wait", [action("now", deadline_days=3), action("later", delay_days=7)],
                 [row("end")])])

    def test_an_action_to_come_is_scheduled(self):
        """D-025: done, waiting and to come are distinguished."""
        sequence = self.launch(self.template)
        later = self.get_action(sequence, "later")
        self.assertEqual((later.state, str(later.date)), ("scheduled", "2026-03-09"))
        self.assertEqual(
            (sequence.action_done_count, sequence.action_todo_count,
             sequence.action_coming_count), (0, 1, 1))

    def test_its_day_makes_it_to_do(self):
        """D-025: the clock brings it to the to-do list, and changes nothing else."""
        sequence = self.launch(self.template)
        with self.at("2026-03-09 06:00:00"):
            self.env["collection.action"]._bring_to_day()
        self.assertEqual(self.get_action(sequence, "later").state, "todo")
        self.assertReplays(sequence)

    def test_its_day_does_not_come_in_a_pause(self):
        """D-028: a pause moves it; it is to come until its new day."""
        sequence = self.launch(self.template)
        later = self.get_action(sequence, "later")
        with self.at("2026-03-04 12:00:00"):
            sequence.action_pause("Family matter")
        with self.at("2026-03-10 06:00:00"):
            self.env["collection.action"]._bring_to_day()
            self.assertEqual((later.state, str(later.date)), ("scheduled", "2026-03-09"))
        with self.at("2026-03-14 12:00:00"):
            sequence.action_resume()
            self.env["collection.action"]._bring_to_day()
            self.assertEqual((later.state, str(later.date)), ("scheduled", "2026-03-19"))
        with self.at("2026-03-19 06:00:00"):
            self.env["collection.action"]._bring_to_day()
            self.assertEqual(later.state, "todo")
        self.assertReplays(sequence)

    def test_others_come_while_one_is_paused(self):
        """D-025: what falls on a day without any sequence, and that of another one."""
        paused, other = self.launch(self.template), self.launch(
            self.template, self.make_customer("Other"))
        paused.action_pause("Family matter")
        with self.at("2026-03-09 06:00:00"):
            self.env["collection.action"]._bring_to_day()
        self.assertEqual(self.get_action(other, "later").state, "todo")
        self.assertEqual(self.get_action(paused, "later").state, "scheduled")

    def test_late_is_after_the_deadline(self):
        """D-025: on the last day it is not late yet."""
        sequence = self.launch(self.template)
        late = self.env["collection.action"].search
        with self.at("2026-03-05 12:00:00"):
            self.assertFalse(late([("late", "=", True), ("sequence_id", "=", sequence.id)]))
        with self.at("2026-03-06 12:00:00"):
            self.assertEqual(late([("late", "=", True), ("sequence_id", "=", sequence.id)]),
                             self.get_action(sequence, "now"))

    def test_days_count_in_the_companys_time_zone(self):
        """D-025: half past midnight in Paris is the next day, whatever the server's clock."""
        self.company.resource_calendar_id.tz = "Europe/Paris"
        with self.at("2026-03-02 23:30:00"):
            sequence = self.launch(self.template)
        self.assertEqual(str(self.get_action(sequence, "now").date), "2026-03-03")


@tagged("post_install", "-at_install")
class TestLanguages(CollectionCase):
    """One sequence, colleagues of two languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("en_US", "fr_FR"):
            cls.env["res.lang"]._activate_lang(code)
        cls.template = cls.make_template(
            "LANG", [step("one", [action("a")], [row("two")]),
                     step("two", [action("b", "RC")], [row("end:Settled")])])
        cls.litigator.lang = "fr_FR"
        french = cls.template.with_context(lang="fr_FR")
        french.step_ids[1].content_ids.name = "Décider"
        french.step_ids[1].transition_ids.end_label = "Régularisé"

    def test_each_reads_an_action_in_the_own_language(self):
        """D-020: whoever triggered it."""
        sequence = self.launch(self.template)
        self.close(sequence, "a")
        decide = self.get_action(sequence, "b")
        self.assertEqual((decide.name, decide.with_context(lang="fr_FR").name), ("B", "Décider"))
        self.assertEqual(
            self.env["mail.activity"].search([
                ("res_model", "=", decide._name), ("res_id", "=", decide.id)]).summary, "Décider")

    def test_each_reads_the_history_in_the_own_language(self):
        """D-026: entries are stored once, and translated for each reader."""
        sequence = self.launch(self.template)
        self.close(sequence, "a")
        self.close(sequence, "b")
        ended = sequence.history_ids.filtered(lambda r: r.kind == "ended")
        self.assertIn("Settled", ended.summary)
        self.assertIn("Régularisé", ended.with_context(lang="fr_FR").summary)
        self.assertEqual(sequence.with_context(lang="fr_FR").end_label, "Régularisé")
