"""What the form of a sequence shows: where it stands, what waits for the reader, what followed."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import CollectionCase, action, event_row, row, step


@tagged("post_install", "-at_install")
class TestPath(CollectionCase):
    """Issue 16: steps travelled, the current one, those that may come next; all others are folded.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("PATH", [
            step("check", [action("file")], [
                row("notice", "file", outcomes=["cancelled"], at_once=True), row("serve")]),
            step("notice", [action("letter")], [row("end")]),
            step("serve", [action("deed")], [row("court")]),
            step("court", [action("writ")], [row("end")]),
        ])

    def get_path(self, sequence):
        return [(found["name"], found["state"]) for found in sequence.path]

    def test_what_the_current_step_may_lead_to_stands_apart(self):
        """Row 37: in the order of its table; what is further away comes last."""
        self.assertEqual(self.get_path(self.launch(self.template)), [
            ("Check", "current"), ("Notice", "possible"), ("Serve", "possible"),
            ("Court", "other")])

    def test_an_ended_sequence_leads_nowhere(self):
        """Row 37: nothing may come next any more."""
        sequence = self.launch(self.template)
        sequence.with_user(self.collector).action_stop("Enough")
        self.assertNotIn("possible", dict(self.get_path(sequence)).values())

    def test_a_step_that_was_left_by_a_jump_is_not_finished(self):
        """Row 41: neither on the path nor in the picture."""
        sequence = self.launch(self.template)
        court = self.template.step_ids.filtered(lambda found: found.key == "court")
        sequence.with_user(self.collector).jump_to(court, "They have left")
        self.assertEqual(
            self.get_path(sequence)[:2], [("Check", "abandoned"), ("Court", "current")])
        states = {box["name"]: box["state"] for box in sequence.picture["boxes"]}
        self.assertEqual((states["Check"], states["Court"]), ("abandoned", "current"))

    def test_a_step_at_which_it_was_stopped_is_not_finished(self):
        """Row 41: the step before it is."""
        sequence = self.launch(self.template)
        self.close(sequence, "file")
        sequence.with_user(self.collector).action_stop("Enough")
        self.assertEqual(
            self.get_path(sequence)[:2], [("Check", "visited"), ("Serve", "abandoned")])


@tagged("post_install", "-at_install")
class TestMyAction(CollectionCase):
    """Issue 16: what waits for the reader is the first button; what is another's is only looked at.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_option("YES")
        cls.template = cls.make_template("MINE", [step("one", [
            action("file"), action("choice", "RC", option_ids=["YES"]),
            action("deed", "CJ", needs_validation=True, validator_function_id="RC"),
            action("seal", "RC", needs_validation=True),
        ], [row("end")])])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)

    def get_ways(self, user):
        return {found.content_key: found.with_user(user).answer_way
                for found in self.sequence.action_ids}

    def test_the_button_is_what_waits_for_the_reader(self):
        """Row 39: by name; a colleague has another one."""
        mine = self.sequence.with_user(self.collector)
        self.assertEqual((mine.my_action_id.content_key, mine.my_action_label),
                         ("file", "Close “File”…"))
        theirs = self.sequence.with_user(self.litigator)
        self.assertEqual((theirs.my_action_id.content_key, theirs.my_action_label),
                         ("choice", "Decide “Choice”…"))
        opened = mine.action_open_my_action()
        self.assertEqual(opened["context"], {"default_action_id": mine.my_action_id.id})

    def test_nothing_waits_for_others(self):
        """Row 39: and the button says so to whoever still sees it."""
        mine = self.sequence.with_user(self.collector)
        self.close(self.sequence, "file")
        self.assertFalse(mine.my_action_id)
        self.assertFalse(mine.my_action_label)
        with self.assertRaisesRegex(UserError, "waits for you"):
            mine.action_open_my_action()

    def test_the_button_is_called_after_what_is_left_to_do(self):
        """Row 40: one looks at a decision or validation that is a colleague's."""
        self.assertEqual(self.get_ways(self.collector), {
            "file": "close", "choice": "view", "deed": "close", "seal": "view"})
        self.assertEqual(self.get_ways(self.litigator), {
            "file": "view", "choice": "decide", "deed": "view", "seal": "validate"})
        self.close(self.sequence, "deed", user=self.collector)
        self.assertEqual(self.get_ways(self.litigator)["deed"], "validate")
        self.assertEqual(self.get_ways(self.collector)["deed"], "view")

    def test_there_is_one_column_of_results(self):
        """Row 38: the decision where there is one, else the outcome; empty on open rows."""
        self.close(self.sequence, "file")
        self.close(self.sequence, "choice", None, option="YES", user=self.litigator)
        results = {found.content_key: found.result_label for found in self.sequence.action_ids}
        self.assertEqual(results, {
            "file": "Done", "choice": "Yes", "deed": False, "seal": False})


@tagged("post_install", "-at_install")
class TestWhatFollowed(CollectionCase):
    """Issue 16: whoever moves a sequence reads at once what that has led to (row 39)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("NEXT", [
            step("one", [action("file")], [row("two")]),
            step("two", [action("verdict", "RC", delay_days=3)], [row("end:Regularised")])])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template).with_user(self.collector)

    def get_message(self, wizard, button="action_apply"):
        shown = getattr(wizard, button)()
        self.assertEqual(shown["tag"], "display_notification")
        self.assertEqual(shown["params"]["next"]["type"], "ir.actions.act_window_close")
        return shown["params"]["message"]

    def steer(self, purpose, **vals):
        return self.get_message(self.env["collection.sequence.steer"].with_user(
            self.collector).create({
                "sequence_id": self.sequence.id, "purpose": purpose, **vals}))

    def close_by_dialog(self, user, key):
        wizard = self.env["collection.action.close"].with_user(user).create({
            "action_id": self.get_action(self.sequence, key).id})
        return self.get_message(wizard, "action_done")

    def test_closing(self):
        """The next action, whose it is and its day."""
        self.assertEqual(
            self.close_by_dialog(self.collector, "file"),
            "Closed. Next: “Verdict”, Litigator, 5 March.")
        self.assertEqual(
            self.close_by_dialog(self.litigator, "verdict"),
            "Closed. The sequence has ended: Regularised.")

    def test_a_sentence_that_ends_with_a_day(self):
        """French abbreviates most months with a full stop: the sentence has one all the same."""
        self.close_by_dialog(self.collector, "file")
        self.get_action(self.sequence, "verdict").sudo().date = "2026-04-05"
        self.assertTrue(self.sequence.with_context(
            lang="fr_FR")._describe_followed().endswith(", 5 avril."))

    def test_pausing_and_resuming(self):
        """Until when; then what goes on."""
        self.assertEqual(self.steer("pause", resume_on="2026-03-20"), "Paused until 03/20/2026.")
        wizard = self.env["collection.sequence.resume"].with_user(self.collector).create(
            {"sequence_id": self.sequence.id})
        self.assertEqual(
            self.get_message(wizard), "Resumed. Next: “File”, Collector, today.")

    def test_closing_while_paused(self):
        """It is recorded and leads nowhere yet."""
        self.steer("pause")
        self.assertEqual(
            self.close_by_dialog(self.collector, "file"),
            "Closed. The sequence is paused: nothing moves until it is resumed.")

    def test_jumping_and_stopping(self):
        """Where it stands now; how many were closed."""
        two = self.template.step_ids[1]
        self.assertEqual(
            self.steer("jump", step_id=two.id, reason="Urgent"),
            "Jumped to “Two”. Next: “Verdict”, Litigator, 5 March.")
        self.assertEqual(self.steer("stop", reason="Paid"), "Stopped. Open actions closed: 1.")

    def test_what_is_left_open_comes_last(self):
        """The new step first, whatever its day."""
        template = self.make_template("KEPT", [
            step("one", [action("file"), action("kept", keep=True, required=False)], [row("two")]),
            step("two", [action("verdict", "RC", delay_days=3)], [row("end")])])
        sequence = self.launch(template)
        self.close(sequence, "file")
        self.assertEqual(
            sequence._describe_followed(),
            "Next: “Verdict”, Litigator, 5 March; “Kept”, Collector, today.")

    def test_an_action_by_hand(self):
        """What decided it has nothing more to do: it is closed, no more is said."""
        self.assertEqual(self.make_manual_action()._describe_followed(), "Closed.")

    def make_manual_action(self):
        return self.env["collection.action"].create({
            "name": "Call", "origin": "manual", "customer_id": self.customer.id,
            "company_id": self.company.id, "date": fields.Date.today()})


@tagged("post_install", "-at_install")
class TestNoteEvent(CollectionCase):
    """Issue 16: an event may be noted at every step; the dialog says what that does (row 54)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("EVENTS", [
            step("one", [action("file")], [
                event_row("two", "manual", event_name="Keys returned"), row("two")]),
            step("two", [action("verdict")], [
                event_row("end", "manual", event_name="Moved out"),
                event_row("end", "manual", event_name="Filed", since="launch"), row("end")])])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template).with_user(self.collector)
        self.wizard = self.env["collection.sequence.note"].with_user(self.collector).create(
            {"sequence_id": self.sequence.id})

    def get_line(self, name):
        return self.wizard.line_ids.filtered(lambda line: line.name == name)

    def test_it_lists_the_events_of_the_template(self):
        """Those that the step heeds first, each with what it does."""
        self.assertEqual(
            [(line.name, line.heeded, line.effect) for line in self.wizard.line_ids], [
                ("Keys returned", True, "This step waits for it: go to Two."),
                ("Filed", True, "Counts at a later step: Two."),
                ("Moved out", False,
                 "This step does not wait for it: it is written down, nothing moves."),
            ])

    def test_an_event_that_is_heeded_moves_the_sequence(self):
        """And the notification says where to."""
        shown = self.get_line("Keys returned").action_note()
        self.assertAt(self.sequence, "two")
        self.assertIn("Next: “Verdict”", shown["params"]["message"])

    def test_an_event_that_nothing_heeds_is_written_down(self):
        """It stays in the history, and moves nothing, now or at its step."""
        self.get_line("Moved out").action_note()
        self.assertAt(self.sequence, "one")
        self.assertIn("Event: Moved out", self.sequence.sudo().history_ids.mapped("summary"))
        self.close(self.sequence, "file")
        self.assertAt(self.sequence, "two")
        self.assertReplays(self.sequence)

    def test_the_day_and_a_note(self):
        """Row 54: when it happened and what there is to say stay in the history."""
        self.wizard.write({"day": "2026-01-10", "note": "By post"})
        self.get_line("Keys returned").action_note()
        row = self.sequence.sudo().history_ids.filtered(lambda row: row.kind == "event_received")
        self.assertEqual(row.text, "01/10/2026: By post")
        self.assertReplays(self.sequence)

    def test_it_happened_today_unless_something_else_is_said(self):
        """Row 54: a day to come is refused."""
        self.assertEqual(self.wizard.day, self.company._get_collection_day())
        self.wizard.day = fields.Date.add(self.wizard.day, days=1)
        with self.assertRaisesRegex(UserError, "today, or before"):
            self.get_line("Keys returned").action_note()

    def test_a_template_without_events_offers_none(self):
        """Row 54: no button that leads to an empty dialog."""
        other = self.launch(self.make_template("PLAIN", [
            step("one", [action("file")], [row("end")])]))
        self.assertTrue(self.sequence.has_manual_events)
        self.assertFalse(other.has_manual_events)

    def test_an_event_counts_at_a_later_step(self):
        """Where its row counts since the launch."""
        self.get_line("Filed").action_note()
        self.assertAt(self.sequence, "one")
        self.close(self.sequence, "file")
        self.assertEqual(self.sequence.state, "done")


@tagged("post_install", "-at_install")
class TestNextDeadline(CollectionCase):
    """Issue 16: a deadline is a date, coloured when it is near or has passed (row 48)."""

    def test_it_is_coloured_by_its_distance(self):
        """D-048: near and passed ones stand out."""
        template = self.make_template("DUE", [step("one", [action("file")], [
            {"timing": "at_once", "condition": "deadline", "delay_amount": 20,
             "delay_unit": "days", "target": "end"}, row("end")])])
        sequence = self.launch(template)
        self.assertEqual(str(sequence.next_deadline), "2026-03-22")
        self.assertFalse(sequence.next_deadline_alarm)
        for day, alarm in (("2026-03-20", "near"), ("2026-03-23", "passed")):
            with self.at(day):
                sequence.invalidate_recordset()
                self.assertEqual(sequence.next_deadline_alarm, alarm, day)

    def test_deadlines_are_grouped_and_searched_by_customer(self):
        """Row 56: whose deadline it is."""
        template = self.make_template("DUE", [step("one", [action("file")], [
            {"timing": "at_once", "condition": "deadline", "delay_amount": 20,
             "delay_unit": "days", "target": "end"}, row("end")])])
        self.launch(template)
        deadlines = self.env["collection.deadline"].with_user(self.collector)
        [[customer, count]] = deadlines._read_group(
            [("customer_id", "child_of", self.customer.id)], ["customer_id"], ["__count"])
        self.assertEqual((customer, count), (self.customer, 1))


@tagged("post_install", "-at_install")
class TestCompanyLanguage(CollectionCase):
    """Row 28: what stays is written in the company's language, whoever did it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company.partner_id.lang = "fr_FR"
        cls.collector.lang = "en_US"
        cls.gest.with_context(lang="fr_FR").name = "Gestionnaire"
        cls.template = cls.make_template("LANG", [
            step("one", [action("file")], [row("two")]),
            step("two", [action("deed")], [row("end")])])
        cls.sequence = cls.launch(cls.template)

    def get_bodies(self):
        bodies = " ".join(self.sequence.sudo().message_ids.mapped("body"))
        return bodies.replace("&nbsp;", "\N{NO-BREAK SPACE}")

    def test_the_chatter_of_a_sequence(self):
        """Not in the language of who launched it or went on with it."""
        self.close(self.sequence, "file")
        self.assertNotIn("Sequence launched", self.get_bodies())
        for found in self.sequence.sudo().history_ids:
            own, other = (found.with_context(lang=lang).summary for lang in ("fr_FR", "en_US"))
            self.assertNotEqual(own, other)
            self.assertIn(own, self.get_bodies())
            self.assertNotIn(other, self.get_bodies())

    def test_who_holds_a_function(self):
        """The function's name as the company calls it."""
        self.sequence.sudo().participant_ids.filtered(
            lambda holder: holder.function_id == self.gest).with_user(
                self.collector).user_id = self.litigator
        changed = self.sequence.sudo().history_ids.filtered(
            lambda found: found.kind == "participant_changed")
        self.assertEqual(
            (changed.old_value, changed.new_value),
            ("Gestionnaire\N{NO-BREAK SPACE}: Collector",
             "Gestionnaire\N{NO-BREAK SPACE}: Litigator"))
