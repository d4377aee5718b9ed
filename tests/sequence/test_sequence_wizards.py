from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import format_date

from ..common import CollectionCase, action, row, step

MARKERS = [
    {"name": "served", "string": "Date of service", "type": "date"},
    {"name": "case", "string": "Case number", "type": "char"},
]


def deadline(to, base="visit", *, days=5, **vals):
    """A row read at once that waits for a deadline."""
    return {**row(to, at_once=True), "condition": "deadline", "delay_amount": days,
            "base": base, **vals}


@tagged("post_install", "-at_install")
class TestSwitchWizard(CollectionCase):
    """Another template takes over: chosen, checked and explained in one dialog."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.make_short_template("FIRST")
        cls.second = cls.make_template("SECOND", [
            step("one", [action("a", "CJ")], [row("end")])])

    def open_wizard(self, sequence):
        opened = sequence.with_user(self.collector).action_open_switch()
        form = Form(self.env["collection.sequence.launch"].with_user(
            self.collector).with_context(**opened["context"]), view=opened["views"][0][0])
        form.template_id = self.second
        return form

    def test_it_carries_the_participants_and_links_both(self):
        """D-031: the sequence's own holder goes before the customer's usual one."""
        sequence = self.launch(self.first, situation="Rent of May")
        other = self.make_partner("Other bailiff", email="other@example.com")
        sequence.sudo().participant_ids = [(0, 0, {
            "function_id": self.cj.id, "contact_id": other.id})]
        form = self.open_wizard(sequence)
        self.assertFalse(form.open_sequence_id)
        form.switch_reason = "The tenant left"
        wizard = form.save()
        self.assertEqual(wizard.line_ids.contact_id, other)
        successor = self.env["collection.sequence"].browse(wizard.action_switch()["res_id"])
        self.assertEqual((sequence.state, sequence.successor_id), ("switched", successor))
        self.assertEqual((successor.situation, successor.parent_id), ("Rent of May", sequence))
        self.assertEqual(self.get_action(successor, "a").responsible_id, other)

    def test_it_needs_a_reason(self):
        """D-031: and without one, nothing has changed."""
        sequence = self.launch(self.first)
        form = self.open_wizard(sequence)
        form.switch_reason = " "
        with self.assertRaisesRegex(UserError, "Say why"):
            form.save().action_switch()
        self.assertAt(sequence, "check")

    def test_a_template_under_way_is_pointed_out(self):
        """D-016, D-031: the one that would take over runs already."""
        running = self.launch(self.second)
        self.assertEqual(self.open_wizard(self.launch(self.first)).open_sequence_id, running)


@tagged("post_install", "-at_install")
class TestAddActionWizard(CollectionCase):
    """What the tree did not foresee."""

    def test_it_adds_to_the_current_step(self):
        """D-065: owed by its function's holder, and the step waits for it if asked to."""
        sequence = self.launch(self.make_short_template())
        context = sequence.with_user(self.collector).action_open_add_action()["context"]
        form = Form(self.env["collection.sequence.add.action"].with_user(
            self.collector).with_context(**context))
        self.assertEqual(form.function_id, self.gest)  # the user's own
        form.name = "Call the social worker"
        form.function_id = self.rc
        self.assertEqual(form.holder_name, "Litigator")
        form.required = True
        form.reason = "She asked for it"
        form.save().action_apply()
        added = sequence.action_ids.sorted("number")[-1]
        self.assertEqual((added.name, added.user_id), ("Call the social worker", self.litigator))
        self.close(sequence, "file")
        self.assertAt(sequence, "check")
        added.with_user(self.manager).close("done")
        self.assertAt(sequence, "judge")
        self.assertReplays(sequence)

    def make_dialog(self, user):
        return self.env["collection.sequence.add.action"].with_user(user).create({
            "sequence_id": self.launch(self.make_short_template()).id, "name": "Call",
            "reason": "Asked"})

    def test_a_script_need_not_name_the_function(self):
        """D-065: it is proposed as on the screen."""
        self.assertEqual(self.make_dialog(self.collector).function_id, self.gest)

    def test_whoever_holds_none_is_told_what_is_missing(self):
        """Bad input: a sentence, not the platform's word of a required value."""
        dialog = self.make_dialog(self.manager)
        with self.assertRaisesRegex(UserError, "which function owes it"):
            dialog.action_apply()


@tagged("post_install", "-at_install")
class TestResumeWizard(CollectionCase):
    """Resuming shows first what it will do, and then does that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("PAUSE", [
            step("wait", [action("file", deadline_days=3), action("note", required=False)], [
                deadline("judge"),
                deadline("judge", days=30, nature="legal"),
                row("judge")]),
            step("judge", [action("verdict", "RC")], [row("end:Settled")]),
        ])

    def open_wizard(self, sequence):
        context = sequence.with_user(self.collector).action_open_resume()["context"]
        return self.env["collection.sequence.resume"].with_user(
            self.collector).with_context(**context).create({})

    def pause(self, sequence, **vals):
        self.env["collection.sequence.steer"].with_user(self.collector).create({
            "sequence_id": sequence.id, "purpose": "pause", **vals}).action_apply()

    def test_the_preview_is_what_then_happens(self):
        """D-029: dates old and new, what was recorded, and which step follows."""
        sequence = self.launch(self.template)
        self.pause(sequence, reason="Wait")
        with self.at("2026-03-05 09:00:00"):
            shown = sequence._preview_resume()
            rev = sequence.rev
            self.assertEqual(len(shown["moved"]), 2)
            self.assertFalse(shown["follows"] or shown["legal"] or shown["recorded"])
            self.assertEqual((sequence.state, sequence.rev), ("paused", rev), "nothing is written")
            self.close(sequence, "file")
            shown = sequence._preview_resume()
            self.assertIn("closed", shown["recorded"][0])
            self.assertIn("“Judge” is entered", shown["follows"][0])
            self.open_wizard(sequence).action_apply()
        self.assertAt(sequence, "judge")
        self.assertReplays(sequence)

    def test_shown_dates_are_those_written(self):
        """D-029: internal deadlines and those of actions get back the days of the pause."""
        sequence = self.launch(self.template)
        self.pause(sequence, reason="Wait")
        with self.at("2026-03-06 09:00:00"):
            shown = {line["new"] for line in sequence._preview_resume()["moved"]}
            self.open_wizard(sequence).action_apply()
        internal = sequence.deadline_ids.filtered(lambda d: d.nature == "internal")
        act = self.get_action(sequence, "file")
        dates = {format_date(self.env, day) for day in (internal.due, act.deadline)}
        self.assertEqual(shown, dates)

    def test_legal_deadlines_passed_are_shown(self):
        """D-029: they never froze."""
        sequence = self.launch(self.template)
        self.pause(sequence, reason="Wait")
        with self.at("2026-04-20 09:00:00"):
            self.assertEqual(len(sequence._preview_resume()["legal"]), 1)

    def test_what_changed_since_is_not_resumed_blindly(self):
        """D-029: the dialog must be opened again."""
        sequence = self.launch(self.template)
        self.pause(sequence, reason="Wait")
        wizard = self.open_wizard(sequence)
        self.close(sequence, "file")
        with self.assertRaisesRegex(UserError, "has changed since"):
            wizard.action_apply()

    def test_a_pause_may_end_by_itself(self):
        """D-028: on the day that was named; never on a day gone by."""
        sequence = self.launch(self.template)
        with self.assertRaisesRegex(UserError, "later day"):
            self.pause(sequence, reason="Wait", resume_on="2026-03-02")
        self.pause(sequence, reason="Wait", resume_on="2026-03-04")
        with self.at("2026-03-04 09:00:00"):
            sequence.sudo()._tick()
        self.assertEqual((sequence.state, sequence.resume_on), ("running", False))


@tagged("post_install", "-at_install")
class TestMarkers(CollectionCase):
    """Markers: asked on closing, typed on the form, traced either way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("SERVE", [
            step("serve", [action("deed", required_markers="served,case")], [row("wait")]),
            step("wait", [action("call")], [
                deadline("end:Late", "marker", days=10, marker="served"), row("end:Done")]),
        ], marker_definition=MARKERS)

    def open_wizard(self, sequence):
        act = self.get_action(sequence, "deed").with_user(self.collector)
        return self.env["collection.action.close"].with_user(self.collector).with_context(
            **act.action_open_close()["context"]).create({})

    def test_closing_asks_for_them_and_they_are_traced(self):
        """D-057: a deadline counts from the day typed, not from the click."""
        sequence = self.launch(self.template)
        wizard = self.open_wizard(sequence)
        self.assertEqual(wizard.marker_ids.mapped("label"), ["Date of service", "Case number"])
        wizard.marker_ids[0].value = "2026-02-27"
        wizard.marker_ids[1].value = "A 12"
        wizard.action_done()
        self.assertAt(sequence, "wait")
        self.assertEqual(str(sequence.deadline_ids.due), "2026-03-09")
        traced = sequence.history_ids.filtered(lambda h: h.kind == "markers_changed")
        self.assertEqual(set(traced.mapped("new_value")),
                         {"Date of service: 2026-02-27", "Case number: A 12"})
        self.assertEqual(traced.action_id, self.get_action(sequence, "deed"))
        self.assertReplays(sequence)

    def test_the_message_names_what_is_missing(self):
        """D-057: and nothing is closed; what was cancelled needs no date."""
        sequence = self.launch(self.template)
        wizard = self.open_wizard(sequence)
        wizard.marker_ids[0].value = "2026-02-27"
        with self.assertRaisesRegex(UserError, "Fill first: Case number"):
            wizard.action_done()
        wizard = self.open_wizard(sequence)
        wizard.comment = "Never mind"
        wizard.action_cancel_action()
        self.assertAt(sequence, "wait")

    def test_typed_on_the_form_the_deadline_starts(self):
        """D-057: traced with the old value, and the form says what it waits for."""
        sequence = self.launch(self.template)
        self.close(sequence, "deed", "cancelled", comment="Later")
        self.assertIn("Date of service", sequence.waits_for)
        sequence.with_user(self.collector).markers = {"served": "2026-03-01"}
        self.assertFalse(sequence.waits_for)
        self.assertEqual(str(sequence.deadline_ids.due), "2026-03-11")
        sequence.with_user(self.collector).markers = {"served": "2026-03-03", "case": "B 1"}
        self.assertEqual(str(sequence.deadline_ids.due), "2026-03-13")
        traced = sequence.history_ids.filtered(lambda h: h.kind == "markers_changed")
        self.assertIn(("Date of service: 2026-03-01", "Date of service: 2026-03-03"),
                      [(h.old_value, h.new_value) for h in traced])
        self.assertReplays(sequence)

    def test_a_linked_record_is_named_and_stays(self):
        """D-057: the history says who it is, and closing an action does not lose it."""
        template = self.make_template("LINKED", [
            step("serve", [action("deed", required_markers="case,bailiff")], [row("end")]),
        ], marker_definition=[*MARKERS, {
            "name": "bailiff", "string": "Bailiff", "type": "many2one", "comodel": "res.partner"}])
        sequence = self.launch(template)
        bailiff = self.make_partner("Maître Huart")
        sequence.with_user(self.collector).markers = {"bailiff": bailiff.id}
        traced = sequence.history_ids.filtered(lambda h: h.kind == "markers_changed")
        self.assertEqual((traced.old_value, traced.new_value),
                         ("Bailiff: –", "Bailiff: Maître Huart"))
        wizard = self.open_wizard(sequence)
        wizard.marker_ids.filtered(lambda line: line.name == "case").value = "A 12"
        wizard.action_done()
        self.assertEqual(sequence._get_markers()["bailiff"]["value"], bailiff.id)

    def test_of_a_record_that_the_user_may_not_read_the_number_is_kept(self):
        """S: a link typed by remote call discloses nothing."""
        template = self.make_template("HIDDEN", [
            step("serve", [action("deed")], [row("end")]),
        ], marker_definition=[{
            "name": "key", "string": "Key", "type": "many2one", "comodel": "ir.config_parameter"}])
        sequence = self.launch(template)
        hidden = self.env["ir.config_parameter"].create({"key": "secret.name", "value": "x"})
        sequence.with_user(self.collector).markers = {"key": hidden.id}
        traced = sequence.history_ids.filtered(lambda h: h.kind == "markers_changed")
        self.assertEqual(traced.new_value, f"Key: {hidden.id}")

    def test_a_value_of_the_wrong_kind_is_refused(self):
        """D-057: the message names it."""
        sequence = self.launch(self.template)
        with self.assertRaisesRegex(UserError, "Date of service"):
            self.get_action(sequence, "deed").with_user(self.manager).close(
                "done", markers={"served": "tomorrow", "case": "A"})


@tagged("post_install", "-at_install")
class TestAssignmentProblems(CollectionCase):
    """Whom an action cannot reach is listed, with the reason, and put right from there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("WHO", [step("one", [
            action("task"), action("deed", "CJ"), action("letter", recipient_function_id="LOC"),
        ], [row("end")])])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)

    def find(self):
        """:return: problem by content key, of the actions that the search finds"""
        found = self.env["collection.action"].search(
            [("sequence_id", "=", self.sequence.id), ("assignment_problem", "!=", False)])
        return {act.content_key: act.assignment_problem for act in found}

    def test_reasons(self):
        """D-087: no portal access, no e-mail, archived; found by the search as they are shown."""
        self.assertEqual(set(self.find()), {"deed"})
        self.assertIn("portal", self.find()["deed"])
        self.customer.email = False
        self.assertIn("e-mail", self.find()["letter"])
        self.collector.sudo().active = False
        self.assertIn("archived", self.find()["task"])
        shown = {act.content_key for act in self.sequence.action_ids if act.assignment_problem}
        self.assertEqual(shown, set(self.find()))

    def test_a_letter_needs_no_email(self):
        """D-087: who receives it is reached by post."""
        self.customer.email = False
        act = self.get_action(self.sequence, "letter")
        self.assertTrue(act.assignment_problem)
        act.sudo().kind = "registered"
        act.invalidate_recordset(["assignment_problem"])
        self.assertFalse(act.assignment_problem)

    def test_the_others_are_found_too(self):
        """D-087: the opposite search."""
        found = self.env["collection.action"].search([
            ("sequence_id", "=", self.sequence.id), ("assignment_problem", "=", False)])
        self.assertEqual(set(found.mapped("content_key")), {"task", "letter"})

    def test_nobody_holds_it_and_it_is_repaired_from_the_row(self):
        """D-087: naming the holder passes the open action on."""
        lines = self.sequence.participant_ids | self.customer.collection_participant_ids
        lines.filtered(lambda p: p.function_id == self.gest).sudo().unlink()
        act = self.get_action(self.sequence, "task").with_user(self.collector)
        self.assertIn("Nobody holds", act.assignment_problem)
        form = Form(self.env["collection.action.assign"].with_user(
            self.collector).with_context(**act.action_open_assign()["context"]))
        self.assertEqual(form.function_id, self.gest)
        form.user_id = self.litigator
        form.save().action_apply()
        self.assertEqual((act.user_id, act.assignment_problem), (self.litigator, False))

    def test_a_script_need_not_name_the_function(self):
        """D-087: the function that lacks its holder is proposed as on the screen."""
        act = self.get_action(self.sequence, "task")
        dialog = self.env["collection.action.assign"].with_user(self.collector).create({
            "action_id": act.id, "user_id": self.litigator.id})
        self.assertEqual(dialog.function_id, self.gest)

    def test_an_action_without_function_has_no_holder_to_name(self):
        """Bad input: a sentence, not the platform's word of a required value."""
        act = self.env["collection.action"].with_user(self.collector).create_message(
            self.customer, {"name": "Call", "kind": "call"})
        dialog = self.env["collection.action.assign"].with_user(self.collector).create({
            "action_id": act.id})
        with self.assertRaisesRegex(UserError, "No function owes"):
            dialog.action_apply()

    def test_it_costs_the_same_for_many(self):
        """D-087: computed for the set, not one by one."""
        model = self.env["collection.action"].with_user(self.collector)
        ids = self.sequence.action_ids.ids
        self.assertGreater(len(ids), 1)
        one, many = (
            self.count_queries(model.browse(some).mapped, "assignment_problem")
            for some in (ids[:1], ids))
        self.assertEqual(one, many)


@tagged("post_install", "-at_install")
class TestToCome(CollectionCase):
    """What may follow is read from the tree, never stored."""

    def test_it_is_a_projection(self):
        """D-064: what, whose function, who would get it; nothing is created."""
        sequence = self.launch(self.make_short_template())
        actions = sequence.action_ids
        rows = sequence._prepare_to_come()
        self.assertEqual([a["name"] for r in rows for a in r["actions"]], ["Verdict"])
        self.assertEqual(rows[0]["actions"][0]["owner"], "Litigator")
        self.assertIn("Verdict", sequence.to_come)
        self.assertEqual(sequence.action_ids, actions)
        self.assertFalse(sequence._fields["to_come"].store)
        self.close(sequence, "file")
        self.assertIn("Check", sequence.to_come)

    def test_an_ended_sequence_has_none(self):
        """D-064: nothing follows any more."""
        sequence = self.launch(self.make_short_template())
        sequence.with_user(self.collector).action_stop("Enough")
        self.assertFalse(sequence.to_come)


@tagged("post_install", "-at_install")
class TestPublishDialog(CollectionCase):
    """Publishing asks, and names what deserves a second thought."""

    def test_warnings_are_shown_and_errors_refused(self):
        """D-087: an external function whose default holder cannot act is a warning."""
        self.cj.default_contact_id = self.bailiff
        template = self.make_template(
            "NEW", [step("one", [action("deed", "CJ")], [row("end")])], publish=False)
        opened = template.action_publish_checked()
        wizard = self.env["collection.sequence.template.publish"].with_context(
            **opened["context"]).create({})
        self.assertIn("portal", wizard.warnings)
        wizard.action_publish()
        self.assertEqual(template.state, "published")

    def test_problems_are_refused_before_asking(self):
        """D-087: no dialog for what cannot be published."""
        template = self.make_template(
            "BAD", [step("one", [action("deed", "CJ")], [])], publish=False)
        with self.assertRaisesRegex(UserError, "cannot be published yet"):
            template.action_publish_checked()
