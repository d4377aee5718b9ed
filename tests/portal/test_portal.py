from base64 import b64decode
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import CollectionCase, action, row, step
from ..link.test_answer_form import EXE
from .portal_case import DEED, PortalCase


@tagged("post_install", "-at_install")
class TestPortalAccess(PortalCase):
    """Who finds an action on the portal."""

    def test_the_people_of_the_firm_share_its_actions(self):
        """D-078, D-079: the participant is the firm."""
        self.assertEqual(self.find(self.clerk), self.act)
        self.assertEqual(self.find(self.colleague), self.act)

    def test_a_person_does_not_share_with_the_firm(self):
        """D-079: the participant is one person of the firm."""
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = self.clerk.partner_id
        self.assertEqual(self.find(self.clerk), self.act)
        self.assertFalse(self.find(self.colleague))

    def test_nobody_else_finds_it(self):
        """D-079, D-080: strangers, the customer, colleagues, and other companies."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other_company = self.make_portal_user("elsewhere", parent_id=self.bailiff.id)
        other_company.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        for user in (self.stranger, self.tenant, self.collector, self.manager, other_company):
            self.assertFalse(self.find(user), user.login)

    def test_a_debtor_does_not_find_what_is_asked_about_them(self):
        """D-080: not even where the customer holds an outside function by mistake."""
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = self.customer
        self.assertEqual(self.act.responsible_id, self.customer)
        self.assertFalse(self.find(self.tenant))

    def test_ids_that_are_none(self):
        """Bad input: guessed, negative, too large."""
        for action_id in (0, -1, 2 ** 31, 10 ** 30, self.act.id + 10 ** 6):
            self.assertFalse(
                self.env["collection.action"].with_user(self.clerk)._find_portal(action_id))

    def test_nothing_is_reached_by_remote_calls(self):
        """D-079: portal users have no rights on the models, nor on their methods."""
        mine = self.env["collection.action"].with_user(self.clerk).browse(self.act.id)
        for call in (lambda: mine.read(["name"]), lambda: mine.close("done"),
                     lambda: mine.reschedule("2026-04-01"),
                     lambda: mine.write({"subject": "x"}), lambda: mine.search([]),
                     lambda: mine.message_post(body="x"),
                     lambda: self.sequence.with_user(self.clerk).action_pause()):
            with self.assertRaises(AccessError):
                call()

    def test_internal_functions_are_not_shown(self):
        """D-080: only what an external function owes."""
        internal = self.launch(self.make_short_template()).action_ids
        internal.sudo()._write_owner({"responsible_id": self.bailiff.id})
        self.assertFalse(self.find(self.clerk, internal))

    def test_what_is_to_come_is_not_shown_yet(self):
        """D-020: it is shown from its day on."""
        later = self.launch(self.make_serving("LATER", delay_days=5))
        act = self.find_action(later)
        self.assertFalse(self.find(self.clerk, act))
        with self.at("2026-03-07 06:00:00"):
            self.env["collection.action"]._bring_to_day()
            self.assertEqual(self.find(self.clerk, act), act)

    def test_what_is_closed_stays_with_whoever_was_responsible(self):
        """D-035, D-079: under Done; a new holder does not find the past."""
        self.answer()
        self.act.with_user(self.litigator).close("validated")
        new = self.make_portal_user("successor")
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = new.partner_id
        self.assertEqual(self.find(self.clerk), self.act)
        self.assertFalse(self.find(new))

    def test_what_passes_to_somebody_else_is_gone(self):
        """D-036: the new holder finds it, the old one does not."""
        new = self.make_portal_user("successor")
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = new.partner_id
        self.assertFalse(self.find(self.clerk))
        self.assertEqual(self.find(new), self.act)


@tagged("post_install", "-at_install")
class TestPortalAnswer(PortalCase):
    """What a partner says of an action, and what follows."""

    def test_the_partner_completes_and_a_colleague_validates(self):
        """D-079, B11: the service date is noted, the validator is asked, the sequence moves."""
        self.answer(comment="Left at the office", files=DEED)
        self.assertEqual(
            (self.act.state, self.act.submitted_by_id, self.act.user_id),
            ("validating", self.clerk, self.litigator))
        self.assertIn("2026-03-01", self.get_rows("markers_changed").new_value)
        self.assertTrue(self.act.activity_ids.filtered(
            lambda activity: activity.user_id == self.litigator))
        self.act.with_user(self.litigator).close("validated")
        self.assertAt(self.sequence, "call")
        self.assertReplays(self.sequence)

    def test_it_is_traced_in_the_partners_name(self):
        """D-071: who, for which firm, and the files."""
        self.answer(files=DEED)
        submitted, added = self.get_rows("action_submitted"), self.get_rows("files_added")
        for fact in (submitted, added):
            self.assertEqual((fact.user_name, fact.on_behalf), ("Clerk", "Bailiff & Co"))
        self.assertIn("deed.pdf", added.summary)
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))

    def test_twice_is_once(self):
        """Bad input: a double click, or two tabs."""
        self.answer(files=DEED)
        self.answer(files=DEED)
        self.assertEqual(len(self.get_rows("action_submitted")), 1)
        self.assertEqual(len(self.act._get_portal_files()[0]), 1)

    def test_twice_is_once_where_it_was_the_last(self):
        """Bad input: the first click has ended the sequence."""
        sequence = self.launch(self.make_template("LAST", [
            step("one", [action("deed", "CJ")], [row("end")])]))
        act = self.find_action(sequence)
        for _click in range(2):
            self.answer(act=act, markers={})
        self.assertEqual((sequence.state, act.outcome), ("done", "done"))

    def test_sent_again_after_a_refusal_it_says_so(self):
        """Bad input: the validator refused meanwhile; a second tab is no thank-you."""
        self.answer()
        self.act.with_user(self.litigator).close("refused", comment="The date is wrong")
        with self.assertRaisesRegex(UserError, "already closed by Litigator"):
            self.answer()

    def test_somebody_was_faster(self):
        """Bad input: a colleague of the firm, or one of ours; it says who, and changes nothing."""
        self.answer(self.colleague)
        with self.assertRaisesRegex(UserError, "sent by Colleague.*Nothing has changed"):
            self.answer()
        self.act.with_user(self.litigator).close("validated", comment="As the deed shows")
        with self.assertRaisesRegex(UserError, "already closed by Litigator"):
            self.answer()

    def test_what_the_action_needs_is_asked(self):
        """D-057: a missing service date, or one that is none; nothing is kept."""
        for served in ("", "soon", "2026-13-01", "0001-01-01", "9999-12-31"):
            with self.assertRaisesRegex(UserError, "Date of service"):
                self.answer(markers={"served": served}, files=DEED)
        self.assertEqual(self.act.state, "todo")
        self.assertFalse(self.act._get_portal_files()[0])

    def test_only_what_is_asked_is_filled(self):
        """D-079: other dates of the case are not the partner's."""
        self.answer(markers={"served": "2026-03-01", "case": "Z 9", "nothing": "x"})
        self.assertFalse(self.sequence._get_markers()["case"].get("value"))

    def test_files_are_looked_at(self):
        """Bad input: a program named PDF, nothing at all, too many, too large."""
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("account_collection.upload_limit_mb", "1")
        for files, words in (
            ((("deed.pdf", EXE),), "cannot be taken"), ((("deed.pdf", b""),), "is empty"),
            (DEED * 20, "5 files at most"),
            ((("deed.pdf", DEED[0][1] + b"\0" * 1024 ** 2),), "too large"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.answer(files=files)
        self.assertFalse(self.act._get_portal_files()[0])

    def test_while_paused_nothing_is_entered(self):
        """B12: read-only, whatever the form; it is there again when the case goes on."""
        self.sequence.with_user(self.collector).action_pause("The tenant called")
        found = self.find(self.clerk)
        self.assertIn("paused", found._get_portal_pause())
        self.assertNotIn("tenant called", found._get_portal_pause())
        for enter in (self.answer, lambda: found._post_from_portal("Hello"),
                      lambda: found._ask_to_postpone("2026-03-30", "Ill")):
            with self.assertRaisesRegex(UserError, "paused this case"):
                enter()
        self.sequence.with_user(self.collector).action_resume()
        self.answer()
        self.assertEqual(self.act.state, "validating")

    def test_once_stopped_nothing_is_entered(self):
        """D-030: the partner reads that it has ended."""
        self.sequence.with_user(self.collector).action_stop("Paid")
        with self.assertRaisesRegex(UserError, "already closed"):
            self.answer()
        with self.assertRaisesRegex(UserError, "has ended"):
            self.find(self.clerk)._post_from_portal("Hello")

    def test_what_passed_on_is_not_answered(self):
        """D-036: reassigned while the page was open."""
        found = self.find(self.clerk)
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = self.stranger.partner_id
        with self.assertRaisesRegex(UserError, "no longer asked of you"):
            found._answer_from_portal(markers={"served": "2026-03-01"})

    def test_the_sequences_turn_comes_first(self):
        """D-069: as when a colleague closes; whoever comes second is replayed."""
        calls = []
        sequences, actions = (
            type(self.env[name]) for name in ("collection.sequence", "collection.action"))
        for enter in (lambda found: found._answer_from_portal(markers={"served": "2026-03-01"}),
                      lambda found: found._post_from_portal("Hello"),
                      lambda found: found._ask_to_postpone("2026-03-30", "Ill")):
            found = self.find(self.clerk)
            calls.clear()
            with patch.object(sequences, "_raise_rev", lambda self: calls.append("turn")), \
                    patch.object(actions, "_find_portal", lambda self, action_id: (
                        calls.append("look"))), \
                    self.assertRaisesRegex(UserError, "no longer asked of you"):
                enter(found)
            self.assertEqual(calls, ["turn", "look"])

    def test_without_validation_the_sequence_goes_on_at_once(self):
        """D-022, D-079: completing is enough."""
        sequence = self.launch(self.make_serving(
            "PLAIN", needs_validation=False, validator_function_id=False, required_markers=False))
        act = self.find_action(sequence)
        self.answer(act=act, markers={})
        self.assertEqual((act.outcome, act.closed_by_id), ("done", self.clerk))
        self.assertAt(sequence, "call")
        self.assertReplays(sequence)


@tagged("post_install", "-at_install")
class TestPortalDecision(PortalCase):
    """B11: who chooses among the outcomes, and who validates."""

    deed = {"option_ids": ["SERVED", "PV659"], "portal_decides": True,
            "needs_validation": False, "validator_function_id": False}

    def test_the_partner_chooses_where_the_template_allows(self):
        """B11: the word of the trade is the result."""
        self.answer(option_id=self.options["SERVED"].id)
        self.assertEqual((self.act.outcome, self.act.option_id), ("done", self.options["SERVED"]))

    def test_what_could_not_be_served_needs_a_comment_and_no_date(self):
        """B11: a refusal says why."""
        given = {"option_id": self.options["PV659"].id, "markers": {}}
        with self.assertRaisesRegex(UserError, "Say why"):
            self.answer(**given)
        self.answer(**given, comment="Gone without address")
        self.assertEqual(self.act.outcome, "refused")

    def test_options_that_are_none(self):
        """Bad input: none, unknown, or of another action."""
        other = self.make_option("OTHER")
        with self.assertRaisesRegex(UserError, "asks for a decision"):
            self.answer()
        for option_id in (other.id, 10 ** 8):
            with self.assertRaisesRegex(UserError, "not one of those"):
                self.answer(option_id=option_id)

    def test_without_leave_a_colleague_decides(self):
        """B11: the partner comments and sends files, and completes nothing."""
        sequence = self.launch(
            self.make_serving("OFFICE", **{**self.deed, "portal_decides": False}))
        act = self.find_action(sequence)
        found = self.find(self.clerk, act)
        self.assertIn("The collection team decides", found._get_portal_refusal())
        for given in ({}, {"option_id": self.options["SERVED"].id}):
            with self.assertRaisesRegex(UserError, "The collection team decides"):
                self.answer(act=act, **given)
        found._post_from_portal("Served at home", DEED)
        self.assertEqual(act.state, "todo")

    def test_the_validators_word_is_never_the_partners(self):
        """B11: neither by an option, nor where an older template names no validator."""
        self.make_option("RIGHT", outcome="validated")
        act = self.find_action(self.launch(self.make_serving(
            "WORD", option_ids=["RIGHT"], portal_decides=True, needs_validation=False,
            validator_function_id=False)))
        with self.assertRaisesRegex(UserError, "collection team validates"):
            self.answer(act=act, option_id=self.options["RIGHT"].id)
        template = self.make_serving("OLD")
        self.env.flush_all()
        self.env.cr.execute(  # as an older version of the module let it be
            "UPDATE collection_sequence_content SET validator_function_id = NULL WHERE id = %s",
            template.step_ids.content_ids.filtered(lambda c: c.key == "deed").ids)
        self.env.invalidate_all()
        old = self.find_action(self.launch(template))
        self.assertFalse(old.validator_function_id)
        with self.assertRaisesRegex(UserError, "collection team validates"):
            self.answer(act=old)

    def test_a_partners_action_is_validated_inside(self):
        """B11: asked of the template; an internal function is proposed."""
        with self.assertRaisesRegex(ValidationError, "name an internal function"):
            self.make_serving("BAD", needs_validation=True, validator_function_id=False)
        draft = self.make_template("DRAFT", [
            step("one", [action("deed", "CJ")], [row("end")])], publish=False)
        content = draft.step_ids.content_ids
        with self.assertRaisesRegex(ValidationError, "name an internal function"):
            content.needs_validation = True
        form = self.env["collection.sequence.content"].new(origin=content)
        form.needs_validation = True
        form._onchange_external_validation()
        self.assertEqual(form.validator_function_id.kind, "internal")


@tagged("post_install", "-at_install")
class TestPortalContent(CollectionCase):
    """What a template says of the portal travels with it."""

    def test_actions_and_files_take_it_over(self):
        """B11: copied to the action, exported and imported; published, it stays."""
        said = {"portal_shows": "items", "portal_documents": True, "portal_decides": True}
        template = self.make_template("SAID", [
            step("one", [action("deed", "CJ", **said)], [row("end")])])
        act = self.launch(template).action_ids
        self.assertEqual({name: act[name] for name in said}, said)
        codec = self.env["collection.template.file"]
        imported = codec._import_file(b64decode(codec._encode(template._export_file())))
        content = imported.step_ids.content_ids
        self.assertEqual({name: content[name] for name in said}, said)
        with self.assertRaises(UserError):
            template.step_ids.content_ids.portal_shows = "action"
